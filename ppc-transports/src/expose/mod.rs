//! `/metrics` for those who scrape: which format a client wants, and a server that answers.

mod negotiate;

pub use negotiate::{Negotiated, choose_encoder, negotiate};
