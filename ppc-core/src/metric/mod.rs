//! The six kinds of metric and their methods.

mod counter;
mod gauge;
mod held;
mod histogram;
mod info;
mod state_set;
mod summary;
mod timer;

pub use counter::Counter;
pub use gauge::{Gauge, InProgress};
pub use histogram::Histogram;
pub use info::Info;
pub use state_set::StateSet;
pub use summary::Summary;
pub use timer::{Timed, Timer};
