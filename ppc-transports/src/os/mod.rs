//! What only the operating system can do: the end of the process, forks, signals, threads, what a
//! socket still holds, the host's name. Beside ppc-core's cells the only place with `unsafe`.

mod aborting;
mod exit;
mod fork;
mod hostname;
#[cfg(test)]
#[cfg(all(
    unix,
    feature = "statsd",
    feature = "udp",
    feature = "http",
    feature = "sqlite"
))]
mod prefork;
#[cfg(feature = "signals")]
pub(crate) mod signals;
#[cfg(not(feature = "signals"))]
#[path = "no_signals.rs"]
pub(crate) mod signals;
mod threads;
#[cfg(any(feature = "tcp", feature = "unix"))]
mod unsent;

pub(crate) use aborting::Aborting;
pub(crate) use exit::at_exit;
pub(crate) use fork::PerProcess;
pub use hostname::hostname;
pub(crate) use threads::{ThreadId, spawn};
#[cfg(any(feature = "tcp", feature = "unix"))]
pub(crate) use unsent::unsent;
