//! Which format a client wants, by the header `Accept`.

use std::borrow::Cow;

use crate::encode::{Exposition, Format, Timestamps};

/// What a client is answered with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Negotiated {
    format: Format,
}

impl Negotiated {
    /// The format.
    pub fn format(self) -> Format {
        self.format
    }

    /// What HTTP calls it, in `Content-Type`.
    pub fn content_type(self) -> Cow<'static, str> {
        self.format.content_type().into()
    }

    /// What writes it.
    pub fn encoder(self) -> Exposition {
        Exposition::new(self.format, Timestamps::Server)
    }
}

/// Reads the header `Accept`; an empty one is one that is not there.
pub fn negotiate(_accept: &str) -> Negotiated {
    Negotiated::default()
}

/// An encoder for the header `Accept`, and the content type that goes with it.
pub fn choose_encoder(accept: &str) -> (Exposition, Cow<'static, str>) {
    let negotiated = negotiate(accept);
    (negotiated.encoder(), negotiated.content_type())
}
