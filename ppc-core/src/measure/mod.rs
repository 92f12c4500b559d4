//! Functions, futures and streams that measure themselves: what `#[measure]` expands to, and
//! methods for the rest.

mod call;
mod function;
mod future;
mod parts;
#[cfg(feature = "futures")]
mod stream;

pub use call::{Call, Polled, Record};
pub use function::{Function, Handles};
pub use future::MeasureFuture;
pub use parts::{
    CountsCalls, MaybeMetric, MeasuresTime, Nothing, Parts, TracksCalls, WithoutError, outcome_if,
};
#[cfg(feature = "futures")]
pub use stream::MeasureStream;
