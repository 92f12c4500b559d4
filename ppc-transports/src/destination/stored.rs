//! What all destinations have in common that are shared stores.

pub(super) mod off;
mod open;
mod sender;
mod worker;

use std::process;
use std::sync::Arc;
use std::time::Duration;

use ppc_core::process::generation;
use ppc_core::removals;

pub use self::open::open_store;
use self::sender::StoreSender;
use self::worker::MakeBackend;
use super::remembered::{Remembered, Resume, Store as Memory};
use super::url::{Params, Taken};
use crate::encode::{BatchSettings, Batches};
use crate::error::{Error, ErrorKind};
use crate::os::hostname;
use crate::pack::{Cut, Packer};
use crate::push::{Parts, Streams};
use crate::seconds::Seconds;
use crate::store::{Backend, Store};

/// What goes with its process is kept for so many periods after it was last said.
const PERIODS: u32 = 4;

/// But for no less than this.
const SHORTEST_LEASE: Duration = Duration::from_secs(30);

/// What is longer is as good as this, of which a store can say when it is over.
const LONGEST: Duration = Duration::from_hours(1000 * 365 * 24);

/// What can be said of any store.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    prefix: String,
    /// For ever, where there is none.
    ttl: Result<Option<Duration>, Error>,
    instance: Option<String>,
}

/// The prefix where no other is set.
const PREFIX: &str = "ppc";

/// How long a series is kept where nothing else is said.
const TTL: Duration = Duration::from_hours(1);

impl Default for Stored {
    fn default() -> Self {
        Self {
            prefix: PREFIX.to_owned(),
            ttl: Ok(Some(TTL)),
            instance: None,
        }
    }
}

impl Stored {
    pub(super) const KNOWN: [&'static str; 3] = ["prefix", "ttl", "instance"];

    pub(super) fn set_prefix(&mut self, prefix: &str) {
        prefix.clone_into(&mut self.prefix);
    }

    pub(super) fn set_ttl(&mut self, ttl: impl Seconds) {
        self.ttl = ttl.duration().map(Some);
    }

    pub(super) fn set_no_ttl(&mut self) {
        self.ttl = Ok(None);
    }

    pub(super) fn set_instance(&mut self, name: &str) {
        self.instance = Some(name.to_owned());
    }

    /// Takes a parameter of the URL form.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Taken {
        match name {
            "prefix" => self.set_prefix(value),
            "ttl" if value == "none" => self.set_no_ttl(),
            "ttl" => {
                let Ok(ttl) = value.duration() else {
                    let expected = "expected a time, such as `1h`, or `none`";
                    return Taken::Wrong(expected.to_owned());
                };
                self.ttl = Ok(Some(ttl));
            }
            "instance" => self.set_instance(value),
            _ => return Taken::Unknown,
        }
        Taken::Yes
    }

    /// Adds the parameters that are set.
    pub(super) fn add(&self, params: &mut Params) {
        params.add_unless("prefix", &*self.prefix, &PREFIX);
        match &self.ttl {
            Ok(None) => params.add("ttl", "none"),
            Ok(Some(ttl)) => params.add_unless("ttl", ttl.as_secs_f64(), &TTL.as_secs_f64()),
            Err(_) => {}
        }
        params.add_some("instance", self.instance.as_ref());
    }

    /// The prefix, where it is one.
    pub(super) fn prefix(&self) -> Result<&str, Error> {
        let is_odd = |c: char| c.is_whitespace() || c.is_control() || "/{}".contains(c);
        if self.prefix.is_empty() || self.prefix.contains(is_odd) {
            let what = format!("prefix {:?}", self.prefix);
            let reason = "it has to be of one character at the least, and none is a space, `/`, \
                          `{` or `}`";
            return Err(ErrorKind::Setting {
                what,
                reason: reason.to_owned(),
            }
            .into());
        }
        Ok(&self.prefix)
    }

    fn ttl(&self) -> Result<Option<Duration>, Error> {
        let ttl = self.ttl.clone()?;
        if ttl.is_some_and(|ttl| ttl < Duration::from_secs(1)) {
            let what = format!("ttl {:?}", ttl.unwrap_or_default());
            let reason = "series are kept for a second at the least; `none` is for ever".to_owned();
            return Err(ErrorKind::Setting { what, reason }.into());
        }
        Ok(ttl.map(|ttl| ttl.min(LONGEST)))
    }

    /// The parts of a destination of this name that writes to what `make` makes. `place` tells stores
    /// apart.
    pub(super) fn parts(
        &self,
        name: String,
        place: &str,
        make: Arc<MakeBackend>,
    ) -> Result<Parts, Error> {
        let place = format!("{place} {}", self.prefix()?);
        let ttl = self.ttl()?;
        let instance = self.instance.clone();
        let lease = |period: Duration| {
            let lease = period.saturating_mul(PERIODS);
            lease.clamp(SHORTEST_LEASE, LONGEST)
        };
        // Of what the job removes first of all, too.
        let removals_after = removals::want();
        Ok(Parts {
            name,
            encoder: Box::new(move |pushing| {
                let settings = BatchSettings {
                    ttl,
                    lease: lease(pushing.period),
                    // A forked child is another one.
                    instance: instance.clone().unwrap_or_else(own_name),
                    removals_after,
                };
                Box::new(Remembered::<Batches>::new(&place, pushing, settings, false))
            }),
            packer: Packer::new(usize::MAX).cut(Cut::Families),
            body: None,
            sender: Box::new(move |waker| Box::new(StoreSender::new(Arc::clone(&make), waker))),
            streams: Streams::Soon,
            at_start: true,
        })
    }

    /// What is stored, as a source of this name.
    pub(super) fn open(&self, name: String, backend: Box<dyn Backend>) -> Result<Store, Error> {
        self.prefix()?;
        self.ttl()?;
        Ok(Store::new(name, backend))
    }
}

/// The setters that all shared stores have.
macro_rules! store_settings {
    ($type:ident) => {
        impl $type {
            /// Names an application: those of other names in the same store have nothing in common with it.
            /// `ppc` by default.
            #[must_use]
            pub fn prefix(mut self, prefix: impl AsRef<str>) -> Self {
                self.stored.set_prefix(prefix.as_ref());
                self
            }

            /// How long a series is kept after the last process that has it told anything of it: an hour by
            /// default, a second at the least. Reading does not prolong it.
            #[must_use]
            pub fn ttl(mut self, ttl: impl $crate::seconds::Seconds) -> Self {
                self.stored.set_ttl(ttl);
                self
            }

            /// Keeps every series for ever.
            #[must_use]
            pub fn no_ttl(mut self) -> Self {
                self.stored.set_no_ttl();
                self
            }

            /// How this process is called, in the label `instance` of gauges that each process has for itself;
            /// its host and number by default.
            #[must_use]
            pub fn instance(mut self, name: impl AsRef<str>) -> Self {
                self.stored.set_instance(name.as_ref());
                self
            }
        }
    };
}

pub(super) use store_settings;

/// How long what goes with its process is kept, where values are pushed so often.
fn lease(period: Duration) -> Duration {
    period.saturating_mul(PERIODS).max(SHORTEST_LEASE)
}

/// How this process is called.
fn own_name() -> String {
    format!("{}:{}", hostname(), process::id())
}

impl Resume for Batches {
    type Settings = BatchSettings;

    const IS_REPEATABLE: bool = true;

    fn store() -> &'static Memory<Self> {
        static STORE: Memory<Batches> = Memory::new();
        &STORE
    }

    fn fresh(settings: &Self::Settings) -> Self {
        let writer = format!("{:032x}", random());
        Self::new(settings.clone(), writer).inherits(generation() > 0)
    }

    fn adapt(settings: &mut Self::Settings, period: Duration) {
        settings.lease = lease(period);
    }

    fn resume(&mut self, settings: &Self::Settings) {
        self.begin_again(settings.clone());
    }
}

/// A number that no other writer has, wherever it runs.
fn random() -> u128 {
    // Of the system, and not of a generator that a forked child has a copy of.
    let mut bytes = [0; 16];
    let read = std::fs::File::open("/dev/urandom")
        .and_then(|mut file| std::io::Read::read_exact(&mut file, &mut bytes));
    if read.is_err() {
        let one = |index: u64| {
            use std::hash::BuildHasher;
            std::hash::RandomState::new().hash_one((
                index,
                process::id(),
                std::time::Instant::now(),
            ))
        };
        return u128::from(one(0)) << 64 | u128::from(one(1));
    }
    u128::from_ne_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use ppc_core::{Gauge, LabelSet, Merge, Registry, Source};

    use super::*;
    use crate::encode::Encoder;
    use crate::push::Pushing;

    #[test]
    fn what_goes_with_its_process_is_kept_by_the_period_of_now() {
        let registry = Registry::new();
        let running = Gauge::builder("running").merge(Merge::Sum).live();
        running.register(&registry).unwrap().set(1);
        let (source, labels) = (Source::identity(&registry), LabelSet::new());
        let pushing = Pushing {
            source: source.as_ref(),
            labels: &labels,
            streams: false,
            period: Duration::from_secs(1),
        };
        let stored = Stored::default();
        let make = || -> Box<dyn Backend> { unreachable!("nothing is sent") };
        let parts = stored
            .parts(String::new(), "period", Arc::new(make))
            .unwrap();
        let mut encoder = (parts.encoder)(&pushing);
        let lease = |encoder: &mut Box<dyn Encoder>| {
            let mut out = Vec::new();
            encoder.must_wait();
            encoder.encode(&registry.gather(), &labels, &mut out);
            encoder.delivered(0..out.len());
            let text = String::from_utf8(out).unwrap();
            text.split(' ').nth(4).map(str::to_owned)
        };
        assert_eq!(lease(&mut encoder).as_deref(), Some("30000"));
        encoder.set_period(Duration::from_mins(10));
        Gauge::builder("other")
            .merge(Merge::Sum)
            .live()
            .register(&registry)
            .unwrap()
            .set(1);
        assert_eq!(lease(&mut encoder).as_deref(), Some("2400000"));
    }
}
