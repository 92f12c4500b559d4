//! Influx line protocol, over whichever transport of lines.

use super::Format;
use crate::choice::{Chosen, Words, chosen};
use crate::destination::url::{Params, Taken};
use crate::encode::{Influx, Names, Timestamps};
use crate::error::Error;
use crate::pack::Cut;
use crate::push::MakeEncoder;

/// How lines are written.
#[derive(Clone, Debug)]
pub(in crate::destination) struct InfluxLines {
    pub(in crate::destination) names: Chosen<Names>,
    pub(in crate::destination) timestamps: Chosen<Timestamps>,
}

impl Default for InfluxLines {
    fn default() -> Self {
        Self {
            names: Ok(Names::default()),
            timestamps: Ok(Timestamps::default()),
        }
    }
}

impl Format for InfluxLines {
    const NAME: &'static str = "influx";
    const PARAMS: &'static [&'static str] = &["names", "timestamps"];

    fn set(&mut self, name: &str, value: &str) -> Taken {
        match name {
            "names" => self.names = Words::of_word(value),
            "timestamps" => self.timestamps = Words::of_word(value),
            _ => return Taken::Unknown,
        }
        Taken::Yes
    }

    fn add(&self, params: &mut Params) {
        params.add_choice("names", &self.names);
        params.add_choice("timestamps", &self.timestamps);
    }

    fn make(&self, _: &str) -> Result<(Box<MakeEncoder>, Cut), Error> {
        let names = chosen("names", &self.names)?;
        let timestamps = chosen("timestamps", &self.timestamps)?;
        let make: Box<MakeEncoder> = Box::new(move |_| Box::new(Influx::new(names, timestamps)));
        Ok((make, Cut::Lines))
    }
}

/// The setters of Influx line protocol.
macro_rules! influx_settings {
    ($type:ident) => {
        impl $type {
            /// What becomes of a name without an inner `_`: `Names::Prometheus` by default.
            #[must_use]
            pub fn names(
                mut self,
                names: impl $crate::choice::Choice<$crate::encode::Names>,
            ) -> Self {
                self.0.format.names = names.choice();
                self
            }

            /// Whose clock stamps the samples: `Timestamps::Client` by default.
            #[must_use]
            pub fn timestamps(
                mut self,
                timestamps: impl $crate::choice::Choice<$crate::encode::Timestamps>,
            ) -> Self {
                self.0.format.timestamps = timestamps.choice();
                self
            }
        }
    };
}

pub(in crate::destination) use influx_settings;
