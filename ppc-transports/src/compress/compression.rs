//! How bodies are compressed.

use std::io;

use super::{gzip, snappy, zstd};

/// How the bodies of requests are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Not at all; in words `none`.
    #[default]
    None,
    /// By gzip, in words `gzip`; with the feature `gzip`.
    Gzip,
    /// By framed Snappy, in words `snappy`; with the feature `snappy`.
    Snappy,
    /// By Zstandard, in words `zstd`; with the feature `zstd`.
    Zstd,
}

impl Compression {
    /// What HTTP calls it, in `Content-Encoding`; nothing where nothing is compressed.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_transports::Compression;
    ///
    /// assert_eq!(Compression::Gzip.content_encoding(), Some("gzip"));
    /// assert_eq!(Compression::None.content_encoding(), None);
    /// ```
    pub fn content_encoding(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Gzip => Some("gzip"),
            Self::Snappy => Some("snappy"),
            Self::Zstd => Some("zstd"),
        }
    }

    /// Whether this build can compress so.
    ///
    /// # Errors
    ///
    /// The name of the feature that is switched off.
    pub fn check(self) -> Result<(), &'static str> {
        let (feature, enabled) = match self {
            Self::None => return Ok(()),
            Self::Gzip => ("gzip", gzip::ENABLED),
            Self::Snappy => ("snappy", snappy::ENABLED),
            Self::Zstd => ("zstd", zstd::ENABLED),
        };
        if enabled { Ok(()) } else { Err(feature) }
    }

    /// Appends the parts, one behind the other, compressed.
    pub(crate) fn compress(self, parts: [&[u8]; 3], out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::None => {
                out.extend(parts.into_iter().flatten());
                Ok(())
            }
            Self::Gzip => gzip::compress(parts, out),
            Self::Snappy => snappy::compress(parts, out),
            Self::Zstd => zstd::compress(parts, out),
        }
    }
}
