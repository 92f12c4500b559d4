//! Lines into payloads of bounded size, and payloads into the bodies of requests. Bytes only.

mod body;
mod packer;

pub use body::Body;
pub use packer::{Cut, Packer};
