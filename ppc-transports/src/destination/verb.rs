//! The method of requests.

use http::Method;

use crate::choice::choices;

/// The method of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Verb {
    /// POST.
    #[default]
    Post,
    /// PUT.
    Put,
}

impl Verb {
    pub(super) fn method(self) -> Method {
        match self {
            Self::Post => Method::POST,
            Self::Put => Method::PUT,
        }
    }
}

choices! {
    Verb: "post" => Verb::Post, "put" => Verb::Put;
}
