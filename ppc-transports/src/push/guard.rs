//! A use of a client: from the job's start to its end, however that comes.

use std::fmt;
use std::future::poll_fn;
use std::process;
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use ppc_core::Outcome;

use super::client::Client;
use super::end;
use super::job::JobRun;
use crate::os;

/// Pushes until it is stopped or dropped, and once more then.
///
/// Dropping it waits for the final push, within `flush_timeout`, as [`stop`](Self::stop) does.
/// In an `async` function use [`stop_async`](Self::stop_async), or
/// [`Push::run_async`](crate::Push::run_async), which also tells a cancelled job from one that returned.
///
/// # Examples
///
/// ```
/// use ppc_transports::{InfluxUdp, Push};
///
/// let guard = Push::to(InfluxUdp::new("127.0.0.1:8089")).start();
/// // ... the job ...
/// guard.stop();
/// ```
#[must_use = "pushing ends when the guard is dropped"]
pub struct Guard {
    running: Option<Use>,
    on_drop: OnDrop,
}

/// What a drop without `finish` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnDrop {
    /// The job has returned; the drop waits.
    Returned,
    /// The job's future was dropped; the drop hands over to the pushing thread.
    Cancelled,
}

pub(crate) struct Use {
    pub(crate) client: Arc<Client>,
    pub(crate) period: Duration,
    pub(crate) job: Option<JobRun>,
    pub(crate) process: u32,
    /// The thread was unwinding already when the job began: in a destructor.
    pub(crate) in_panic: bool,
}

impl Guard {
    pub(crate) fn new(running: Option<Use>, on_drop: OnDrop) -> Self {
        Self { running, on_drop }
    }

    /// Ends the use and waits for the final push, within `flush_timeout`. Where another use with
    /// the same settings goes on, there is nothing to wait for.
    pub fn stop(self) {
        self.finish(Outcome::Ok);
    }

    /// As [`stop`](Self::stop), without blocking the thread.
    pub async fn stop_async(self) {
        self.finish_async(Outcome::Ok).await;
    }

    /// As [`stop`](Self::stop), with how the job ended.
    pub fn finish(mut self, outcome: Outcome) {
        if let Some(client) = self.leave(outcome) {
            client.wait_until_done();
        }
    }

    /// As [`stop_async`](Self::stop_async), with how the job ended.
    pub async fn finish_async(mut self, outcome: Outcome) {
        let left = self.leave(outcome);
        drop(self);
        if let Some(client) = left {
            // No executor's timer is known here, so the deadline is a thread's.
            let watched = Arc::clone(&client);
            if os::spawn("ppc-deadline", move || watched.wait_until_done()).is_err() {
                // Better to block than never to return.
                client.wait_until_done();
            }
            poll_fn(|context| {
                if client.is_done_or_wake(context.waker()) {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
        }
    }

    /// Whoever serves the client's metrics stops at its end, read or not.
    pub(super) fn cut_linger(&self) {
        if let Some(running) = &self.running {
            running.client.cut_linger();
        }
    }

    /// Ends the use. Where it was the client's last, the final push is on its way.
    fn leave(&mut self, outcome: Outcome) -> Option<Arc<Client>> {
        let running = self.running.take()?;
        // A forked child has a copy of its parent's guard, and no part in its parent's client.
        if running.process != process::id() {
            std::mem::forget(running);
            return None;
        }
        if let Some(job) = running.job {
            job.finish(outcome);
        }
        let last = running.client.leave(running.period, outcome == Outcome::Ok);
        last.then(|| {
            end::see_to_final_push(&running.client);
            running.client
        })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Some(running) = &self.running else { return };
        let panicked = thread::panicking() && !running.in_panic;
        let outcome = match self.on_drop {
            _ if panicked => Outcome::Panic,
            OnDrop::Returned => Outcome::Ok,
            OnDrop::Cancelled => Outcome::Cancelled,
        };
        if let Some(client) = self.leave(outcome)
            && outcome != Outcome::Cancelled
        {
            client.wait_until_done();
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("pushes", &self.running.is_some())
            .finish_non_exhaustive()
    }
}

/// Calls a closure as `FnOnce`, whatever else it could be: so it may move what it captures into
/// what it returns.
#[doc(hidden)]
#[inline]
pub fn call<R>(f: impl FnOnce() -> R) -> R {
    f()
}
