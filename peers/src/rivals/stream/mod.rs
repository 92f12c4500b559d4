//! The libraries that send by themselves while a program records, each in a file.

mod cadence;
mod dogstatsd;
pub(crate) mod ours;

pub(crate) use cadence::{Cadence, Sink};
pub(crate) use dogstatsd::Dogstatsd;

use crate::rounds::Operation;

/// What a library records that sends by itself.
pub(crate) trait Sending {
    /// An increment of a counter without labels.
    fn count(&self) -> Operation;

    /// A gauge set to one number after another.
    fn gauge(&self) -> Operation;

    /// An observation.
    fn observe(&self) -> Operation;

    /// A look-up by three texts, which are labels or tags, and an increment.
    fn look_up(&self) -> Operation;
}

/// What is looked up.
const LABELS: [&str; 3] = ["account-7", "host-1", "login"];

/// Counts up, from 0 on at each call.
fn numbered(record: impl Fn(u32) + Send + Sync + 'static) -> Operation {
    Box::new(move |repetitions| {
        for n in 0..repetitions {
            #[expect(clippy::cast_possible_truncation, reason = "then it begins again")]
            record(n as u32);
        }
    })
}
