//! How a stream goes: how long it waits for more to send, and what becomes of changes when there
//! are more than it can send.

use std::time::Duration;

use crate::choice::choices;

/// What becomes of changes that come faster than a stream can send them, for so long that they
/// fill its memory: 8 MiB beside 4 KiB for each thread, half a million of them, and a million steps
/// of counters.
///
/// Whichever it is, the values that the job ends with are sent at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Full {
    /// New ones are not sent, which is counted (`ppc_dropped_total{reason="feed_full"}`) and
    /// logged; in words `drop_newest`. Totals are put right as soon as there is room again.
    #[default]
    DropNewest,
    /// Changes of a series become one, in words `coalesce`: its value is sent as soon as there is
    /// room, and only values in between are not. Observations that are sent one by one
    /// (`types = "native"`) cannot become one, and are counted as for `DropNewest`.
    Coalesce,
    /// Recording waits for room, in words `block`. Where nothing could be sent for five seconds, it
    /// no longer does, and changes are dropped and counted as for `DropNewest` until something can.
    /// A thread sends then in any case, also with [`Push::task`](crate::Push::task): the runtime's own
    /// may be the one that waits.
    Block,
}

choices! {
    Full: "drop_newest" => Full::DropNewest, "coalesce" => Full::Coalesce, "block" => Full::Block;
}

/// The settings of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreamSettings {
    /// How long a change waits for others to be sent with it.
    pub(crate) linger: Duration,
    pub(crate) full: Full,
}

impl Default for StreamSettings {
    fn default() -> Self {
        Self {
            linger: Duration::from_millis(10),
            full: Full::default(),
        }
    }
}
