//! What a push is for: a format and an address together, whichever they are.

use std::fmt;
use std::sync::Arc;
use std::task::Waker;

use crate::encode::Encoder;
use crate::error::Error;
use crate::pack::Packer;
use crate::send::Sender;

/// Where to push, and in which format; made from a typed destination such as `InfluxUdp`.
#[derive(Clone)]
pub struct Destination {
    /// Tells destinations apart: every setting is in it.
    identity: Arc<str>,
    parts: Arc<Result<Parts, Error>>,
}

/// What a destination is made of.
pub(crate) struct Parts {
    /// How it is called in logs and metrics; without credentials.
    pub(crate) name: String,
    pub(crate) encoder: Box<dyn Fn() -> Box<dyn Encoder> + Send + Sync>,
    pub(crate) packer: Packer,
    /// Makes a sender, which wakes its driver where something has become known.
    pub(crate) sender: Box<dyn Fn(Waker) -> Box<dyn Sender> + Send + Sync>,
    /// Whether there is a push at the start: not to a place that keeps what the last run left.
    pub(crate) at_start: bool,
}

impl Destination {
    pub(crate) fn new(identity: String, parts: Result<Parts, Error>) -> Self {
        Self {
            identity: identity.into(),
            parts: Arc::new(parts),
        }
    }

    pub(crate) fn parts(&self) -> Result<&Parts, &Error> {
        self.parts.as_ref().as_ref()
    }
}

impl PartialEq for Destination {
    fn eq(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            Ok(parts) => write!(f, "Destination({})", parts.name),
            Err(error) => write!(f, "Destination({error})"),
        }
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
