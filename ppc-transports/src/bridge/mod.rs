//! What others registered or wrote, as sources of ours, and ours as theirs.
//!
//! Every bridge tells a [`Mirror`](ppc_core::Mirror) anew what there is whenever it is gathered.

#[cfg(feature = "text")]
mod parse;
#[cfg(feature = "text")]
mod text;

#[cfg(feature = "text")]
pub use text::{Text, TextFile};
