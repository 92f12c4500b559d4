//! The error of all commands: a message, or what the system said.

/// Boxed: nobody matches on it, all is printed.
pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;
