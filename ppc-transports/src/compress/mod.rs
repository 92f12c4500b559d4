//! Compression: of the bodies that are sent, and of those that are answered with. Bytes only.

mod compression;
#[cfg(feature = "gzip")]
mod gzip;
#[cfg(not(all(feature = "gzip", feature = "snappy", feature = "zstd")))]
mod off;
#[cfg(feature = "snappy")]
mod snappy;
#[cfg(feature = "zstd")]
mod zstd;

pub use compression::Compression;

#[cfg(not(feature = "gzip"))]
use off as gzip;
#[cfg(not(feature = "snappy"))]
use off as snappy;
#[cfg(not(feature = "zstd"))]
use off as zstd;
