//! Payloads into bodies of requests.

use std::io;

use crate::compress::Compression;

/// What becomes of a payload on its way into the body of a request.
///
/// # Examples
///
/// ```
/// use ppc_transports::{Body, Compression};
///
/// let body = Body { trailer: "# EOF\n", compression: Compression::None };
/// let mut bytes = Vec::new();
/// body.write(b"# TYPE g gauge\ng 1", &mut bytes)?;
/// assert_eq!(bytes, b"# TYPE g gauge\ng 1\n# EOF\n");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// What stands behind the last line of every body: `# EOF\n` in OpenMetrics; nothing by
    /// default.
    pub trailer: &'static str,
    /// How it is compressed.
    pub compression: Compression,
}

impl Body {
    /// Appends the body of a payload: its lines, the newline that the last one has not, and the
    /// trailer; compressed, each body for itself.
    ///
    /// # Errors
    ///
    /// When the compression's feature is switched off, which [`Compression::check`] says
    /// beforehand.
    pub fn write(&self, payload: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let newline: &[u8] = if payload.is_empty() { b"" } else { b"\n" };
        let parts = [payload, newline, self.trailer.as_bytes()];
        self.compression.compress(parts, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_body_ends_with_the_trailer() {
        let body = Body {
            trailer: "# EOF\n",
            compression: Compression::None,
        };
        let mut out = b"before ".to_vec();
        body.write(b"g 1\ng 2", &mut out).unwrap();
        body.write(b"", &mut out).unwrap();
        assert_eq!(out, b"before g 1\ng 2\n# EOF\n# EOF\n");
    }

    #[test]
    fn a_feature_that_is_off_is_named_and_fails() {
        use Compression::{Gzip, None, Snappy, Zstd};
        assert_eq!(None.check(), Ok(()));
        for (compression, name) in [(Gzip, "gzip"), (Snappy, "snappy"), (Zstd, "zstd")] {
            let body = Body {
                compression,
                ..Body::default()
            };
            let mut out = Vec::new();
            let written = body.write(b"g 1", &mut out);
            match compression.check() {
                Ok(()) => assert!(written.is_ok() && !out.is_empty()),
                Err(feature) => assert!(written.is_err() && feature == name),
            }
        }
    }
}
