//! Lines into payloads of bounded size, and payloads into the bodies of requests. Bytes only.

mod body;
mod compression;
#[cfg(feature = "gzip")]
mod gzip;
#[cfg(not(all(feature = "gzip", feature = "snappy", feature = "zstd")))]
mod off;
mod packer;
#[cfg(feature = "snappy")]
mod snappy;
#[cfg(feature = "zstd")]
mod zstd;

pub use body::Body;
pub use compression::Compression;
pub use packer::{Cut, Packer};

#[cfg(not(feature = "gzip"))]
use off as gzip;
#[cfg(not(feature = "snappy"))]
use off as snappy;
#[cfg(not(feature = "zstd"))]
use off as zstd;
