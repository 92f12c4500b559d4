//! StatsD, over whichever transport of lines.

use super::Format;
use crate::choice::{Chosen, Words, choices, chosen};
use crate::destination::remembered::{Remembered, Resume, Store};
use crate::destination::url::{Params, Taken};
use crate::encode::{Dialect, Statsd, Types};
use crate::error::Error;
use crate::pack::Cut;
use crate::push::{MakeEncoder, Streams};

choices! {
    Dialect:
        "influx" => Dialect::Influx, "dogstatsd" => Dialect::DogStatsd,
        "librato" => Dialect::Librato, "signalfx" => Dialect::SignalFx,
        "graphite" => Dialect::Graphite, "plain" => Dialect::Plain;
    Types: "gauges" => Types::Gauges, "native" => Types::Native;
}

/// How lines are written.
#[derive(Clone, Debug)]
pub(in crate::destination) struct StatsdLines {
    pub(in crate::destination) dialect: Chosen<Dialect>,
    pub(in crate::destination) types: Chosen<Types>,
}

impl Default for StatsdLines {
    fn default() -> Self {
        Self {
            dialect: Ok(Dialect::default()),
            types: Ok(Types::default()),
        }
    }
}

impl Format for StatsdLines {
    const NAME: &'static str = "statsd";
    const PARAMS: &'static [&'static str] = &["dialect", "types"];

    fn set(&mut self, name: &str, value: &str) -> Taken {
        match name {
            "dialect" => self.dialect = Words::of_word(value),
            "types" => self.types = Words::of_word(value),
            _ => return Taken::Unknown,
        }
        Taken::Yes
    }

    fn add(&self, params: &mut Params) {
        params.add_choice("dialect", &self.dialect);
        params.add_choice("types", &self.types);
    }

    fn streams(&self) -> Streams {
        match self.types {
            Ok(Types::Native) => Streams::Changes,
            _ => Streams::Values,
        }
    }

    fn make(&self, place: &str) -> Result<(Box<MakeEncoder>, Cut), Error> {
        let dialect = chosen("dialect", &self.dialect)?;
        // In another dialect the server has other series.
        let place = format!("{place} {}", dialect.word());
        let make: Box<MakeEncoder> = match chosen("types", &self.types)? {
            Types::Gauges => Box::new(move |_| Box::new(Statsd::new(dialect, Types::Gauges))),
            // A datagram that may have arrived is not sent again.
            Types::Native => Box::new(move |pushing| {
                let settings = (dialect, pushing.streams);
                Box::new(Remembered::<Statsd>::new(&place, pushing, settings, true))
            }),
        };
        Ok((make, Cut::Samples))
    }
}

impl Resume for Statsd {
    /// The dialect, and whether single changes are sent.
    type Settings = (Dialect, bool);

    fn store() -> &'static Store<Self> {
        static STORE: Store<Statsd> = Store::new();
        &STORE
    }

    fn fresh(settings: &(Dialect, bool)) -> Self {
        let mut statsd = Self::new(settings.0, Types::Native);
        statsd.resume(settings);
        statsd
    }

    fn resume(&mut self, (_, streams): &(Dialect, bool)) {
        self.set_streams(*streams);
    }
}

/// The setters of StatsD.
macro_rules! statsd_settings {
    ($type:ident) => {
        impl $type {
            /// Where labels stand in a line: `Dialect::Influx` by default.
            #[must_use]
            pub fn dialect(
                mut self,
                dialect: impl $crate::choice::Choice<$crate::encode::Dialect>,
            ) -> Self {
                self.0.format.dialect = dialect.choice();
                self
            }

            /// What totals are sent as: `Types::Gauges` by default.
            #[must_use]
            pub fn types(
                mut self,
                types: impl $crate::choice::Choice<$crate::encode::Types>,
            ) -> Self {
                self.0.format.types = types.choice();
                self
            }
        }
    };
}

pub(in crate::destination) use statsd_settings;
