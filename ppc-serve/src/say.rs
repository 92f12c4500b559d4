//! What goes to standard output.

use std::io::{self, ErrorKind, Write as _};

use crate::failure::Failure;

/// Writes all of it. That nobody reads on, as behind `| head`, is no failure.
pub(crate) fn say(text: impl AsRef<[u8]>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_ref()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::Work(format!(
            "cannot write what was asked for: {error}"
        ))),
        _ => Ok(()),
    }
}
