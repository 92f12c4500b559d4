//! Graphite's plaintext protocol, over whichever transport of lines.

use super::Format;
use crate::choice::{Chosen, Words, chosen};
use crate::destination::url::{Params, Taken};
use crate::encode::{Graphite, Timestamps};
use crate::error::Error;
use crate::pack::Cut;
use crate::push::MakeEncoder;

/// How lines are written.
#[derive(Clone, Debug)]
pub(in crate::destination) struct GraphiteLines {
    pub(in crate::destination) timestamps: Chosen<Timestamps>,
}

impl Default for GraphiteLines {
    fn default() -> Self {
        let timestamps = Ok(Timestamps::default());
        Self { timestamps }
    }
}

impl Format for GraphiteLines {
    const NAME: &'static str = "graphite";
    const PARAMS: &'static [&'static str] = &["timestamps"];

    fn set(&mut self, name: &str, value: &str) -> Taken {
        match name {
            "timestamps" => self.timestamps = Words::of_word(value),
            _ => return Taken::Unknown,
        }
        Taken::Yes
    }

    fn add(&self, params: &mut Params) {
        params.add_choice("timestamps", &self.timestamps);
    }

    fn make(&self, _: &str) -> Result<(Box<MakeEncoder>, Cut), Error> {
        let timestamps = chosen("timestamps", &self.timestamps)?;
        let make: Box<MakeEncoder> = Box::new(move |_| Box::new(Graphite::new(timestamps)));
        Ok((make, Cut::Lines))
    }
}

/// The setters of Graphite's protocol.
macro_rules! graphite_settings {
    ($type:ident) => {
        impl $type {
            /// Whose clock stamps the samples: `Timestamps::Client` by default, in whole seconds,
            /// which is what the protocol has.
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

pub(in crate::destination) use graphite_settings;
