//! What a push is for: a format and an address together, whichever they are.

use std::fmt;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use ppc_core::{Identity, LabelSet};

use super::served::Serving;
use crate::encode::Encoder;
use crate::error::Error;
use crate::pack::{Body, Packer};
use crate::send::Sender;

/// Where to push, and in which format; made from a typed destination such as `InfluxUdp`, or from
/// the URL form of one.
#[derive(Clone)]
pub struct Destination {
    /// How it is called where it cannot be made.
    name: Arc<str>,
    /// Tells destinations apart: every setting is in it.
    identity: Arc<str>,
    make: Arc<Make>,
    made: Option<Arc<Result<Made, Error>>>,
}

/// Makes what it is made of, for a job of this name where there is one.
type Make = dyn Fn(Option<&str>) -> Result<Made, Error> + Send + Sync;

/// What a destination is made of.
pub(crate) enum Made {
    /// Of a place that is pushed to.
    Pushed(Parts),
    /// Of one where others come and read.
    Served(Serving),
}

/// Makes an encoder, for what is said of the push.
pub(crate) type MakeEncoder = dyn Fn(&Pushing<'_>) -> Box<dyn Encoder> + Send + Sync;

/// Makes a sender, which wakes its driver where something has become known.
pub(crate) type MakeSender = dyn Fn(Waker) -> Box<dyn Sender> + Send + Sync;

/// What a destination that is pushed to is made of.
pub(crate) struct Parts {
    /// How it is called in logs and metrics; without credentials.
    pub(crate) name: String,
    pub(crate) encoder: Box<MakeEncoder>,
    pub(crate) packer: Packer,
    /// What a payload becomes before it is sent; itself, where there is none.
    pub(crate) body: Option<Body>,
    pub(crate) sender: Box<MakeSender>,
    /// How single changes are sent there.
    pub(crate) streams: Streams,
    /// Whether there is a push at the start: not to a place that keeps what the last run left.
    pub(crate) at_start: bool,
}

/// How single changes are sent to a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Streams {
    /// Not at all.
    Never,
    /// By the values after them.
    Values,
    /// By themselves: what is observed, for a server to count.
    Changes,
    /// Together with others of the same moment, as soon as can be: for places that keep no more than
    /// what all of them come to.
    Soon,
}

/// What an encoder will be given.
#[derive(Debug)]
pub(crate) struct Pushing<'a> {
    /// What tells the source from others, where that is known.
    pub(crate) source: Option<&'a Identity>,
    /// The labels of the client.
    pub(crate) labels: &'a LabelSet,
    /// Every change is sent, where that can be.
    pub(crate) streams: bool,
    /// How often the values are pushed otherwise, at the least.
    pub(crate) period: Duration,
}

impl Destination {
    pub(crate) fn new(
        name: String,
        identity: String,
        make: impl Fn(Option<&str>) -> Result<Made, Error> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            identity: identity.into(),
            make: Arc::new(make),
            made: None,
        }
    }

    /// How it is called in logs and errors; without credentials.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Makes what it is made of, for this job.
    pub(crate) fn settle(&mut self, job: Option<&str>) -> Result<(), Error> {
        let made = Arc::new((self.make)(job));
        let fault = made.as_ref().as_ref().err().cloned();
        let fault = fault.map(|fault| fault.of_destination(&self.name));
        self.made = Some(made);
        fault.map_or(Ok(()), Err)
    }

    /// The parts, once they are made, of a place that is pushed to.
    pub(crate) fn parts(&self) -> Option<&Parts> {
        match self.made()? {
            Made::Pushed(parts) => Some(parts),
            Made::Served(_) => None,
        }
    }

    /// How it is served, where others come and read.
    pub(crate) fn serving(&self) -> Option<&Serving> {
        match self.made()? {
            Made::Pushed(_) => None,
            Made::Served(serving) => Some(serving),
        }
    }

    fn made(&self) -> Option<&Made> {
        self.made.as_ref()?.as_ref().as_ref().ok()
    }
}

impl PartialEq for Destination {
    fn eq(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Destination({})", self.name)
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
