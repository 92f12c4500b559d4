//! What the user is told: through `tracing`, or on standard error where nobody listens there.
//!
//! Each cause at most once a minute, with the number of times it was held back.

use std::collections::HashMap;
use std::env;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use crate::lock::lock;
use crate::os::{PerProcess, ThreadId};

/// How long a cause stays silent after it was told.
const SILENCE: Duration = Duration::from_mins(1);

/// The thread on which nothing is said.
static SILENT: AtomicUsize = AtomicUsize::new(0);

static CAUSES: PerProcess<Mutex<Causes>> = PerProcess::new();

/// Says nothing on this thread from now on: it is exiting, its thread-locals are gone, and
/// `tracing` would panic.
pub(crate) fn silence_this_thread() {
    SILENT.store(ThreadId::current().number(), Ordering::Release);
}

/// True on a thread that is exiting.
pub(crate) fn is_silent_here() -> bool {
    SILENT.load(Ordering::Acquire) == ThreadId::current().number()
}

/// Causes remembered at most; beyond that the oldest is forgotten.
const MAX_CAUSES: usize = 256;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Level {
    Info,
    Warn,
}

#[derive(Debug, Default)]
struct Causes(HashMap<String, Told>);

#[derive(Debug)]
struct Told {
    at: Instant,
    held_back: u64,
}

impl Causes {
    /// Whether a cause may be told now, and how often it was held back before.
    fn admit(&mut self, cause: &str, now: Instant) -> Option<u64> {
        if let Some(told) = self.0.get_mut(cause) {
            if now.duration_since(told.at) < SILENCE {
                told.held_back += 1;
                return None;
            }
            told.at = now;
            return Some(std::mem::take(&mut told.held_back));
        }
        if self.0.len() >= MAX_CAUSES
            && let Some(oldest) = self.0.iter().min_by_key(|(_, told)| told.at)
        {
            let oldest = oldest.0.clone();
            self.0.remove(&oldest);
        }
        self.0.insert(
            cause.to_owned(),
            Told {
                at: now,
                held_back: 0,
            },
        );
        Some(0)
    }
}

/// Tells `message`, unless the same `cause` was told within the last minute.
pub(crate) fn tell(level: Level, cause: &str, message: impl fmt::Display) {
    if is_silent_here() {
        return;
    }
    let mut causes = lock(CAUSES.get());
    let Some(held_back) = causes.admit(cause, Instant::now()) else {
        return;
    };
    drop(causes);
    // A subscriber that panics is the application's, and no reason to stop pushing, or the job.
    let _ = catch_unwind(AssertUnwindSafe(|| {
        if held_back == 0 {
            write(level, format_args!("{message}"));
        } else {
            write(
                level,
                format_args!("{message} ({held_back} more since it was last said)"),
            );
        }
    }));
}

fn write(level: Level, message: fmt::Arguments<'_>) {
    if tracing::dispatcher::has_been_set() {
        match level {
            Level::Info => tracing::info!(target: "ppc", "{message}"),
            Level::Warn => tracing::warn!(target: "ppc", "{message}"),
        }
    } else if !silenced() {
        use std::io::Write;
        let name = match level {
            Level::Info => "info",
            Level::Warn => "warning",
        };
        // A closed or full standard error is no reason to fail.
        let _ = writeln!(std::io::stderr().lock(), "ppc: {name}: {message}");
    }
}

/// True where `PPC_LOG=off` was in the environment at the first line.
fn silenced() -> bool {
    static SILENCED: OnceLock<bool> = OnceLock::new();
    *SILENCED.get_or_init(|| env::var_os("PPC_LOG").is_some_and(|value| value == "off"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_told_once_a_minute_with_a_count() {
        let mut causes = Causes::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(causes.admit("a", at(0)), Some(0));
        assert_eq!(causes.admit("a", at(1)), None);
        assert_eq!(causes.admit("a", at(59)), None);
        assert_eq!(causes.admit("b", at(59)), Some(0));
        assert_eq!(causes.admit("a", at(60)), Some(2));
        assert_eq!(causes.admit("a", at(120)), Some(0));
    }

    #[test]
    fn the_memory_of_causes_is_bounded() {
        let mut causes = Causes::default();
        let start = Instant::now();
        for n in 0..10_000 {
            causes.admit(&n.to_string(), start + Duration::from_millis(n));
        }
        assert_eq!(causes.0.len(), MAX_CAUSES);
    }
}
