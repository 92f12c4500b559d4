//! When to push, and what happens at the end: joins encoders and senders, and knows none of them
//! by name.
//!
//! A [`Push`] holds settings. Started, it joins the [`client`] of those settings, whose engine
//! runs on a thread or a task and sends at the start, every period, and once more at the end.

mod backlog;
mod builder;
mod client;
mod count_samples;
mod current;
mod destination;
mod end;
mod end_of;
mod engine;
mod environment;
mod feed;
mod guard;
mod job;
mod keeping;
mod lane;
mod orders;
mod pushed;
mod schedule;
mod served;
mod settings;
mod soon;
mod stamp;
mod start;
mod stream;
mod stream_settings;
mod sudden;
mod thread;

#[cfg(feature = "tokio")]
mod task;
#[cfg(not(feature = "tokio"))]
#[path = "no_task.rs"]
mod task;

pub use builder::Push;
pub use destination::Destination;
pub(crate) use destination::{Made, MakeEncoder, MakeSender, Parts, Pushing, Streams};
pub use end_of::{Awaited, EndOf, EndOfAny, EndOfSend, Waited, end_of, end_of_output};
#[cfg(fuzzing)]
pub(crate) use environment::fuzz_environment;
pub use guard::{Guard, call};
pub(crate) use served::{Served, Serving};
pub use start::{enter, enter_async};
pub use stream_settings::Full;
