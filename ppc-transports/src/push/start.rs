//! From settings to a running client: what the environment overrides, what is wrong, and who drives.

use std::mem::take;
use std::process;
use std::thread;
use std::time::Duration;

use ppc_core::Outcome;

use super::builder::{PERIOD, Push};
use super::client;
use super::destination::{Destination, Streams};
use super::environment::Environment;
use super::guard::{Guard, OnDrop, Use};
use super::job::JobMetrics;
use super::settings::Settings;
use super::stream_settings::{Full, StreamSettings};
use super::{end, task, thread as pushing_thread};
use crate::error::{Error, ErrorKind};
use crate::log::{self, Level};
use crate::os::signals;

/// # Starting
impl Push {
    /// Starts pushing. What is wrong with the settings is logged, and the job goes on.
    pub fn start(self) -> Guard {
        self.start_with(OnDrop::Returned)
    }

    /// Starts pushing, unless something is wrong with the settings.
    ///
    /// # Errors
    ///
    /// When a setting is invalid, there is no destination, or the system has no thread to give.
    pub fn try_start(mut self) -> Result<Guard, Error> {
        if let Some(fault) = self.take_faults().into_iter().next() {
            return Err(fault);
        }
        let (guard, fault) = self.launch(OnDrop::Returned);
        let Some(fault) = fault else {
            return Ok(guard);
        };
        // Nobody is to wait for a job that is not begun to be read.
        guard.cut_linger();
        Err(fault)
    }

    /// Pushes while `f` runs, and once more when it has returned or panicked.
    pub fn run<R>(self, f: impl FnOnce() -> R) -> R {
        let guard = self.start();
        let value = f();
        guard.stop();
        value
    }

    /// As [`run`](Self::run); an `Err` counts as a run that ended in an error.
    ///
    /// # Errors
    ///
    /// Those of `f`.
    pub fn try_run<T, E>(self, f: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let guard = self.start();
        let result = f();
        guard.finish(Outcome::of(&result));
        result
    }

    /// Pushes while `future` runs, and once more when it has returned, panicked or was dropped.
    pub async fn run_async<F: Future>(self, future: F) -> F::Output {
        let guard = self.start_with(OnDrop::Cancelled);
        let value = future.await;
        guard.stop_async().await;
        value
    }

    /// As [`run_async`](Self::run_async); an `Err` counts as a run that ended in an error.
    ///
    /// # Errors
    ///
    /// Those of the future.
    pub async fn try_run_async<T, E, F>(self, future: F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        let guard = self.start_with(OnDrop::Cancelled);
        let result = future.await;
        guard.finish_async(Outcome::of(&result)).await;
        result
    }

    pub(crate) fn start_with(mut self, on_drop: OnDrop) -> Guard {
        let faults = self.take_faults();
        let (guard, fault) = self.launch(on_drop);
        for fault in faults.into_iter().chain(fault) {
            tell(&fault);
        }
        guard
    }

    /// Has the environment override what is set. What is wrong there is no fault of the program's.
    fn apply_environment(&mut self) {
        if !self.environment || !self.enabled {
            return;
        }
        let environment = Environment::read();
        environment.faults.iter().for_each(tell);
        self.enabled = !environment.off;
        self.destinations = environment
            .destinations
            .unwrap_or_else(|| take(&mut self.destinations));
        self.period = environment.period.or(self.period);
        self.flush_timeout = environment.flush_timeout.unwrap_or(self.flush_timeout);
        if let Some(bytes) = environment.buffer {
            self.keeping.buffer.bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        }
        if let Some(folder) = environment.spool {
            self.set_spool(folder).unwrap_or_else(|fault| tell(&fault));
        }
        let own = std::mem::replace(&mut self.labels, environment.labels);
        for (name, value) in own.iter() {
            // It was checked when it came.
            let _ = self.labels.insert(name, value);
        }
    }

    /// Everything that is wrong with the settings, those of the environment among them; a
    /// destination that is wrong is left out.
    fn take_faults(&mut self) -> Vec<Error> {
        let has_period = self.period.is_some();
        self.apply_environment();
        let mut faults = take(&mut self.faults);
        let job = self.job.as_deref();
        self.destinations
            .retain_mut(|destination| match destination.settle(job) {
                Ok(()) => true,
                Err(error) => {
                    faults.push(error);
                    false
                }
            });
        self.check_stream(has_period, &mut faults);
        if !self.enabled {
            faults.clear();
        }
        faults
    }

    /// Refuses what has no meaning with a stream, or without; `has_period` is about the program
    /// alone, because `PPC_PERIOD` is said to all jobs of a machine.
    fn check_stream(&self, has_period: bool, faults: &mut Vec<Error>) {
        let mut refuse = |what: &str, reason: &str| {
            let (what, reason) = (what.to_owned(), reason.to_owned());
            faults.push(ErrorKind::Setting { what, reason }.into());
        };
        if self.stream.is_none() {
            let reason = "it needs a stream: add `stream(true)`, or leave it out";
            if self.linger.is_some() {
                refuse("linger", reason);
            }
            if self.full.is_some() {
                refuse("full", reason);
            }
        }
        // What cannot be streamed to is pushed to every period.
        let mut parts = self.destinations.iter().filter_map(Destination::parts);
        if self.stream == Some(true)
            && has_period
            && parts.all(|parts| parts.streams != Streams::Never)
        {
            let reason = "a stream sends each change at once: leave out `period`, or `stream`";
            refuse("period", reason);
        }
    }

    /// Starts the use, with a guard in any case, and says what could not be done for it.
    fn launch(self, on_drop: OnDrop) -> (Guard, Option<Error>) {
        if !self.enabled {
            return (Guard::new(None, on_drop), None);
        }
        if self.destinations.is_empty() {
            return (
                Guard::new(None, on_drop),
                Some(ErrorKind::NoDestination.into()),
            );
        }
        let period = self.period.unwrap_or(PERIOD);
        let settings = self.into_settings();
        let job = settings.job.as_ref().map(JobMetrics::start);
        let (watch_signals, flush_timeout) = (settings.signals, settings.flush_timeout);
        let waits = |stream: StreamSettings| stream.full == Full::Block;
        let as_task = settings.task && !settings.stream.is_some_and(waits);
        end::watch_exit();
        end::watch_panics();
        let (client, new) = client::join(settings, period);
        let mut fault = None;
        if new {
            tell_of_periods(client.settings(), period);
            client.watch_changes();
            let mut faults = client.serve().into_iter();
            fault = faults.next();
            faults.for_each(|fault| tell(&fault));
            if watch_signals {
                client.watch(signals::watch(end::last_push, flush_timeout));
            }
            let mut driving = Ok(());
            if as_task {
                driving = task::start(&client);
            }
            if !as_task || driving.is_err() {
                let thread = pushing_thread::start(&client);
                driving = thread.and(driving);
            }
            fault = driving.err().or(fault);
        }
        let (process, in_panic) = (process::id(), thread::panicking());
        let running = Use {
            client,
            period,
            job,
            process,
            in_panic,
        };
        (Guard::new(Some(running), on_drop), fault)
    }

    fn into_settings(mut self) -> Settings {
        let job = self.job.map(|job| {
            // A label of that name was checked when it was named in the source.
            let _ = self.labels.insert("job", job.as_str());
            JobMetrics::of(&job)
        });
        let stream = (self.stream == Some(true)).then(|| {
            let usual = StreamSettings::default();
            StreamSettings {
                linger: self.linger.unwrap_or(usual.linger),
                full: self.full.unwrap_or(usual.full),
            }
        });
        Settings {
            stream,
            destinations: self.destinations,
            source: self.source,
            labels: self.labels,
            job: job.filter(|_| self.job_metrics),
            client_metrics: self.client_metrics,
            flush_timeout: self.flush_timeout,
            keeping: self.keeping,
            signals: self.signals,
            task: self.task,
        }
    }
}

/// Says which destinations of a stream are pushed to each period instead.
fn tell_of_periods(settings: &Settings, period: Duration) {
    let parts = settings.destinations.iter().filter_map(Destination::parts);
    for parts in parts.filter(|parts| settings.streams_to(parts).is_none()) {
        if settings.stream.is_some() && !settings.follows(parts) {
            let why = if parts.streams == Streams::Never {
                "single changes cannot be sent there"
            } else {
                "the source does not tell of changes"
            };
            let name = &parts.name;
            let text = format_args!("push to {name}: {why}; all values are, every {period:?}");
            log::tell(Level::Warn, &format!("{name} period"), text);
        }
    }
}

/// Starts pushing for a function that returns or panics.
#[doc(hidden)]
pub fn enter(push: Push) -> Guard {
    push.start_with(OnDrop::Returned)
}

/// Starts pushing for a future that may be dropped.
#[doc(hidden)]
pub fn enter_async(push: Push) -> Guard {
    push.start_with(OnDrop::Cancelled)
}

/// Logs what is wrong with the settings; that there is no destination is no fault of theirs.
fn tell(fault: &Error) {
    let level = if fault.is_no_destination() {
        Level::Info
    } else {
        Level::Warn
    };
    let message = match std::error::Error::source(fault) {
        Some(source) => format!("{fault}: {source}"),
        None => fault.to_string(),
    };
    log::tell(level, &message, format_args!("{message}; the job runs on"));
}
