//! What a compression is whose feature is switched off.

use std::io;

pub(super) const ENABLED: bool = false;

/// Compresses nothing; [`Compression::check`](super::Compression::check) says so beforehand.
pub(super) fn compress(_: [&[u8]; 3], _: &mut Vec<u8>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
