//! The endings, each with what is to become of it.

use std::time::Duration;

use super::known;
use crate::end::End::{self, Code, Signal};
use crate::victoria_metrics::{Server, Values};

/// What is to arrive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Delivered {
    /// Everything, counted as ended in the row's way.
    All,
    /// The last change, from each of two clients.
    Nested,
    /// All values, by the next run, which finds them in the spool.
    Stored,
    /// What there was before; nothing is asked of it.
    NothingMore,
}

/// One ending.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) title: &'static str,
    /// As `tests/job` calls it.
    pub(super) ending: &'static str,
    /// In a build whose panics abort.
    pub(super) panics_abort: bool,
    /// What is sent to it from outside.
    pub(super) signals: &'static [&'static str],
    pub(super) end: End,
    pub(super) within: Duration,
    pub(super) delivered: Delivered,
    /// How its run is counted.
    outcome: &'static str,
    pub(super) why: &'static str,
    to: To,
}

/// Where runs push to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum To {
    /// UDP, HTTP and TCP in turn, the last by address and by name.
    Any,
    /// UDP and TCP by address.
    Addresses,
    /// HTTP, and TCP by name.
    Others,
    /// UDP: the job knows by itself.
    Udp,
}

const fn row(title: &'static str, ending: &'static str, end: End, outcome: &'static str) -> Row {
    Row {
        title,
        ending,
        panics_abort: false,
        signals: &[],
        end,
        within: Duration::from_mins(1),
        delivered: Delivered::All,
        outcome,
        why: "",
        to: To::Any,
    }
}

impl Row {
    const fn signals(mut self, signals: &'static [&'static str]) -> Self {
        self.signals = signals;
        self
    }

    const fn panics_abort(mut self) -> Self {
        self.panics_abort = true;
        self
    }

    const fn to(mut self, to: To) -> Self {
        self.to = to;
        self
    }

    const fn within(mut self, seconds: u64) -> Self {
        self.within = Duration::from_secs(seconds);
        self
    }

    const fn nested(mut self) -> Self {
        self.delivered = Delivered::Nested;
        self
    }

    const fn stored(mut self) -> Self {
        self.delivered = Delivered::Stored;
        self
    }

    const fn nothing_more(mut self, why: &'static str) -> Self {
        (self.delivered, self.why) = (Delivered::NothingMore, why);
        self
    }

    /// Where the nth run pushes: by its argument, and by its environment, where further settings of
    /// an ending belong, too.
    pub(super) fn settings(
        &self,
        server: &Server,
        n: usize,
    ) -> (String, Vec<(&'static str, String)>) {
        let lines = server.influx;
        let way = match self.to {
            To::Any => n % 4,
            To::Addresses => n % 2 * 2,
            To::Others => n % 2 * 2 + 1,
            To::Udp => 0,
        };
        let mut settings = Vec::new();
        if self.delivered == Delivered::Stored {
            settings.push(("PPC_SPOOL", server.spool().display().to_string()));
        }
        let url = match way {
            0 => return (lines.to_string(), settings),
            1 => format!("influx+http://{}", server.http),
            2 => format!("influx+tcp://{lines}"),
            // The name is looked up meanwhile.
            _ => format!("influx+tcp://localhost:{}", lines.port()),
        };
        settings.push(("PPC_PUSH", url));
        ("127.0.0.1:9".to_owned(), settings)
    }

    /// What is missing of a run, if anything is.
    pub(super) fn lacks(&self, found: &Values, run: &str) -> Option<String> {
        match self.delivered {
            Delivered::Nested => known::lack_of_last(found, run)
                .or_else(|| known::lack_of_last(found, &format!("{run}-inner"))),
            Delivered::Stored => known::lack_without_job(found, run),
            _ => known::lack(found, run, self.outcome),
        }
    }
}

const ABORT: End = Signal(6);
const TERM: &[&str] = &["TERM"];

pub(super) const ROWS: &[Row] = &[
    row("return", "sync-return", Code(0), "ok"),
    row("an error is returned", "sync-error", Code(3), "error"),
    row("panic", "sync-panic", Code(101), "panic"),
    row("`exit` in the job", "sync-exit", Code(7), "cancelled"),
    row(
        "`exit` on another thread",
        "sync-exit_elsewhere",
        Code(8),
        "cancelled",
    ),
    row(
        "`main` returns while the job runs",
        "sync-main_returns",
        Code(9),
        "cancelled",
    ),
    row("`async`: return", "async-return", Code(0), "ok"),
    row("`async`: error", "async-error", Code(3), "error"),
    row("`async`: panic", "async-panic", Code(101), "panic"),
    row(
        "`async`: the future is dropped",
        "async-cancelled",
        Code(5),
        "cancelled",
    ),
    row(
        "`async`: the task is aborted",
        "async-aborted",
        Code(5),
        "cancelled",
    ),
    row(
        "`async`: the runtime is dropped",
        "async-runtime_dropped",
        Code(6),
        "cancelled",
    ),
    row(
        "`async`: `shutdown_background`",
        "async-shutdown_background",
        Code(6),
        "cancelled",
    ),
    row("`async`: `exit`", "async-exit", Code(7), "cancelled"),
    row("`task`: return", "task-return", Code(0), "ok"),
    row("`task`: panic", "task-panic", Code(101), "panic"),
    row(
        "`task`: the runtime is dropped",
        "task-runtime_dropped",
        Code(6),
        "cancelled",
    ),
    row("`task`: `exit`", "task-exit", Code(7), "cancelled"),
    row("SIGTERM", "sync-signal", Signal(15), "cancelled").signals(TERM),
    row("SIGINT", "sync-signal", Signal(2), "cancelled").signals(&["INT"]),
    row(
        "the application's own handler exits",
        "sync-handler_before",
        Code(12),
        "cancelled",
    )
    .signals(TERM),
    row(
        "SIGTERM, while the last push goes to a slow server",
        "sudden-while_draining",
        Signal(15),
        "ok",
    )
    .signals(TERM)
    .to(To::Udp),
    row(
        "SIGTERM, while the end is still served",
        "sudden-while_lingering",
        Signal(15),
        "ok",
    )
    .signals(TERM)
    .to(To::Udp)
    .within(20),
    row(
        "a second SIGTERM during a last push of 30 s",
        "sync-signal_while_slow",
        Signal(15),
        "",
    )
    .signals(&["TERM", "TERM"])
    .to(To::Udp)
    .within(20)
    .nothing_more("by design: it gives up at once"),
    row("`abort`", "sudden-abort", ABORT, "cancelled"),
    row(
        "`abort` on another thread",
        "sudden-abort_elsewhere",
        ABORT,
        "cancelled",
    ),
    row(
        "`abort` on eight threads at once",
        "sudden-abort_on_many_threads",
        ABORT,
        "cancelled",
    ),
    row(
        "`abort` on the pushing thread",
        "sudden-abort_on_the_pushing_thread",
        ABORT,
        "cancelled",
    )
    .to(To::Udp),
    row("SIGABRT from outside", "sudden-stay", ABORT, "cancelled").signals(&["ABRT"]),
    row(
        "a panic in a panic",
        "sudden-panic_in_a_panic",
        ABORT,
        "panic",
    ),
    row(
        "a panic in `extern \"C\"`",
        "sudden-panic_that_cannot_unwind",
        ABORT,
        "panic",
    ),
    row(
        "stack overflow",
        "sudden-stack_overflow",
        ABORT,
        "cancelled",
    ),
    row("`panic = \"abort\"`: panic", "sync-panic", ABORT, "panic").panics_abort(),
    row(
        "`panic = \"abort\"`: panic, `async`",
        "async-panic",
        ABORT,
        "panic",
    )
    .panics_abort(),
    row(
        "`panic = \"abort\"`: panic, `task`",
        "task-panic",
        ABORT,
        "panic",
    )
    .panics_abort(),
    row(
        "`panic = \"abort\"`: panic, with `signals`",
        "sudden-panic",
        ABORT,
        "panic",
    )
    .panics_abort(),
    row("`panic = \"abort\"`: return", "sync-return", Code(0), "ok").panics_abort(),
    row(
        "`panic = \"abort\"`: `exit`",
        "sync-exit",
        Code(7),
        "cancelled",
    )
    .panics_abort(),
    row(
        "`panic = \"abort\"`: SIGTERM",
        "sync-signal",
        Signal(15),
        "cancelled",
    )
    .panics_abort()
    .signals(TERM),
    row(
        "before the first push: return",
        "sudden-early_return",
        Code(0),
        "ok",
    ),
    row(
        "before the first push: panic",
        "sudden-early_panic",
        Code(101),
        "panic",
    ),
    row(
        "before the first push: `exit`",
        "sudden-early_exit",
        Code(7),
        "cancelled",
    ),
    row(
        "before the first push: `abort`",
        "sudden-early_abort",
        ABORT,
        "cancelled",
    ),
    row(
        "before the first push: SIGTERM",
        "sudden-early_stay",
        Signal(15),
        "cancelled",
    )
    .signals(TERM),
    row(
        "no descriptors until the end: return",
        "exhausted-descriptors_until_the_end",
        Code(0),
        "ok",
    ),
    row(
        "no descriptors until SIGTERM",
        "exhausted-descriptors_until_a_signal",
        Signal(15),
        "cancelled",
    )
    .signals(TERM),
    row(
        "no descriptors once it runs: return",
        "exhausted-descriptors_once_it_runs",
        Code(0),
        "ok",
    ),
    row(
        "no descriptors at any time: return",
        "exhausted-descriptors_throughout",
        Code(0),
        "ok",
    )
    .nothing_more("as there is nothing to send by"),
    row(
        "no memory for threads at any time: return, to an address",
        "exhausted-threads_throughout",
        Code(0),
        "ok",
    )
    .to(To::Addresses),
    row(
        "no memory for threads at any time, `async`: return, to an address",
        "exhausted-threads_at_the_end_of_a_future",
        Code(0),
        "ok",
    )
    .to(To::Addresses),
    row(
        "no memory for threads at any time: return, over HTTP or to a name",
        "exhausted-threads_throughout",
        Code(0),
        "ok",
    )
    .to(To::Others)
    .nothing_more("as each needs a thread of its own"),
    row(
        "no memory for threads once it runs: return",
        "exhausted-threads_once_it_runs",
        Code(0),
        "ok",
    ),
    row(
        "no memory for threads once it runs: `exit`",
        "exhausted-threads_at_exit",
        Code(7),
        "cancelled",
    ),
    row(
        "no memory for threads once it runs: `abort`",
        "exhausted-threads_at_abort",
        ABORT,
        "cancelled",
    ),
    row(
        "three nested functions, two clients: return",
        "nested-return",
        Code(0),
        "",
    )
    .nested(),
    row("nested: error", "nested-error", Code(3), "").nested(),
    row("nested: panic", "nested-panic", Code(101), "").nested(),
    row("nested: `exit`", "nested-exit", Code(7), "").nested(),
    row("nested: `abort`", "nested-abort", ABORT, "").nested(),
    row("nested: SIGTERM", "nested-signal", Signal(15), "")
        .nested()
        .signals(TERM),
    row("SIGKILL", "sudden-stay", Signal(9), "cancelled")
        .signals(&["KILL"])
        .nothing_more("as no code of the process runs"),
    row("`exec`, or `_exit`", "sudden-exec", Code(0), "cancelled")
        .nothing_more("as no code of the process runs"),
    row(
        "SIGKILL, with a `spool`; then the next run",
        "sudden-stay_stored",
        Signal(9),
        "",
    )
    .signals(&["KILL"])
    .stored(),
    row(
        "`exec`, or `_exit`, with a `spool`; then the next run",
        "sudden-exec_stored",
        Code(0),
        "",
    )
    .stored(),
];
