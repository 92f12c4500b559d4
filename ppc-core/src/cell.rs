//! The cells that hold the numbers, and the map that finds them: the only atomics of recording.
//!
//! A counter, histogram or summary that several threads record has words of each thread's own
//! ([`block`]), found by a number ([`numbers`]); what all threads share is written with atomics.
//! [`place`] decides which. Series are found by their label values in a [`table`] without locks
//! for those who look up ([`section`]). A [`feed`] can be told of every recording.
//!
//! Everything outside sees a cell through its few methods and through [`Cell::read`], which
//! appends the words of one consistent reading. Floats are words by their bits.

mod barrier;
mod block;
mod counter;
mod facts;
mod feed;
mod gauge;
mod ids;
mod inherit;
mod kept;
mod limbo;
#[cfg(test)]
mod models;
mod numbers;
mod observations;
mod pinned;
mod place;
mod process;
mod section;
mod series;
mod slots;
mod table;
mod tried;
mod value;
mod window;
mod word;

#[cfg(test)]
pub(crate) use block::block_count;
pub(crate) use counter::CounterCell;
pub(crate) use facts::{InfoCell, StateSetCell};
pub(crate) use feed::Interest;
pub(crate) use feed::Subscription;
pub use feed::{Change, Feed, Real};
pub(crate) use gauge::GaugeCell;
pub(crate) use ids::{FamilyTag, next_id};
#[cfg(all(test, unix, not(miri)))]
pub(crate) use inherit::child::in_child;
pub(crate) use kept::{Found, Kept};
pub(crate) use numbers::Totals;
pub(crate) use observations::{HistogramCell, SummaryCell};
pub(crate) use pinned::Pinned;
pub use process::generation;
pub(crate) use section::Section;
pub(crate) use series::{BASED, HIDDEN, RENOUNCED, Series};
pub(crate) use table::Table;
pub(crate) use value::Cell;
