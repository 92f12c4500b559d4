//! The settings of a push, as a builder.

use std::mem::take;
use std::process;
use std::thread;
use std::time::Duration;

use ppc_core::{LabelSet, LabelValue, Registry, Source, registry};

use super::client;
use super::destination::Destination;
use super::environment::Environment;
use super::guard::{Guard, OnDrop, Use};
use super::job::JobMetrics;
use super::outcome::Outcome;
use super::pushed::Pushed;
use super::settings::Settings;
use super::{end, task, thread as pushing_thread};
use crate::error::{Error, ErrorKind};
use crate::log::{self, Level};
use crate::os::signals;
use crate::seconds::Seconds;

const PERIOD: Duration = Duration::from_secs(15);
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// What to push where, and when.
///
/// A setting that is wrong does not stop the job: it is logged, and the job runs on without it;
/// [`try_start`](Self::try_start) returns it as an error instead.
///
/// # Examples
///
/// ```
/// use ppc_transports::{InfluxUdp, Push};
///
/// let answer = Push::to(InfluxUdp::new("127.0.0.1:8089"))
///     .period("1m30s")
///     .job("nightly-billing")
///     .label("instance", ppc_transports::hostname())
///     .run(|| 42);
/// assert_eq!(answer, 42);
/// ```
#[derive(Debug)]
#[must_use = "nothing is pushed until it is started"]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a builder's switches, each set by its name"
)]
pub struct Push {
    destinations: Vec<Destination>,
    source: Pushed,
    labels: LabelSet,
    job: Option<String>,
    job_metrics: bool,
    client_metrics: bool,
    period: Duration,
    flush_timeout: Duration,
    signals: bool,
    task: bool,
    enabled: bool,
    environment: bool,
    faults: Vec<Error>,
}

impl Push {
    /// A push with no destination yet.
    #[expect(
        clippy::new_without_default,
        reason = "a push to nowhere is no sensible default"
    )]
    pub fn new() -> Self {
        Self {
            destinations: Vec::new(),
            source: Pushed::new(registry()),
            labels: LabelSet::new(),
            job: None,
            job_metrics: true,
            client_metrics: false,
            period: PERIOD,
            flush_timeout: FLUSH_TIMEOUT,
            signals: false,
            task: false,
            enabled: true,
            environment: true,
            faults: Vec::new(),
        }
    }

    /// A push to this destination.
    pub fn to(destination: impl Into<Destination>) -> Self {
        Self::new().and_to(destination)
    }

    /// Adds a destination; all are served, independently of each other.
    pub fn and_to(mut self, destination: impl Into<Destination>) -> Self {
        self.destinations.push(destination.into());
        self
    }

    /// The time between pushes: seconds, text such as `"1m30s"`, or a `Duration`; 15 s by default,
    /// and 1 ms at the least.
    pub fn period(mut self, period: impl Seconds) -> Self {
        match period.duration() {
            Ok(Duration::ZERO) => {
                let (found, reason) = ("0".to_owned(), "a period is longer than 0");
                self.faults.push(ErrorKind::Time { found, reason }.into());
            }
            Ok(period) => self.period = period,
            Err(error) => self.faults.push(error),
        }
        self
    }

    /// The time that the final push may take, for all destinations together. 5 s by default.
    pub fn flush_timeout(mut self, timeout: impl Seconds) -> Self {
        match timeout.duration() {
            // A deadline must be a point in time; a century is as good as for ever.
            Ok(timeout) => self.flush_timeout = timeout.min(Duration::from_hours(876_000)),
            Err(error) => self.faults.push(error),
        }
        self
    }

    /// The registry to push; the default one by default.
    pub fn registry(mut self, registry: &Registry) -> Self {
        self.source = Pushed::new(registry.clone());
        self
    }

    /// What to push, in place of a registry: a view of one, several, or a source of one's own. A
    /// family that has a name of one before it is left out, which is logged and counted.
    ///
    /// Uses share a client where their sources are known to be the same: the same registry, the
    /// same choice by names or prefix of the same source, the same list of the same sources, and
    /// otherwise clones of one `Arc` or of one view. The source is read where the client pushes;
    /// its panic is logged, and what it gave before is pushed.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Registry, Source};
    /// use ppc_transports::{InfluxUdp, Push};
    ///
    /// static BILLING: Registry = Registry::new();
    ///
    /// let chosen = [BILLING.only_prefix("acme_"), BILLING.only_names(["invoices"])];
    /// Push::to(InfluxUdp::new("127.0.0.1:8089")).source(chosen).run(|| ());
    /// ```
    pub fn source(mut self, source: impl Source + 'static) -> Self {
        self.source = Pushed::new(source);
        self
    }

    /// Adds a label to every series; a series' own label of that name wins.
    pub fn label(mut self, name: &str, value: impl LabelValue) -> Self {
        if let Err(error) = self.labels.insert(name, value) {
            self.faults.push(ErrorKind::Label(error).into());
        }
        self
    }

    /// The job's name: it becomes the label `job` of every series, and the job's own metrics are
    /// pushed along: `job_runs_total{outcome="ok|error|panic|cancelled"}`, `job_duration_seconds`,
    /// `job_last_success_timestamp_seconds` and `job_in_progress`.
    pub fn job(mut self, name: impl AsRef<str>) -> Self {
        self.job = Some(name.as_ref().to_owned());
        self
    }

    /// Whether the job's own metrics are pushed along; they are by default, where there is a
    /// [`job`](Self::job).
    pub fn job_metrics(mut self, push: bool) -> Self {
        self.job_metrics = push;
        self
    }

    /// Whether the clients' own metrics are pushed along, see
    /// [`client_metrics`](crate::client_metrics); they are not by default.
    pub fn client_metrics(mut self, push: bool) -> Self {
        self.client_metrics = push;
        self
    }

    /// Whether SIGTERM and SIGINT push once more before they take effect; they do not by
    /// default. Only where their default effect would end the process: an application's own
    /// handler, before or after, stays in charge. Needs the feature `signals`.
    pub fn signals(mut self, watch: bool) -> Self {
        self.signals = watch;
        self
    }

    /// Whether a task of the current tokio runtime pushes, in place of a thread; it does not by
    /// default. The final push is made by a thread in any case. Needs the feature `tokio`, and a
    /// runtime with its timers enabled.
    pub fn task(mut self, task: bool) -> Self {
        self.task = task;
        self
    }

    /// Whether anything is pushed at all; it is by default.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Whether the environment overrides these settings; it does by default.
    ///
    /// `PPC_PUSH` has the URL forms of destinations, with white space between them, or `off`;
    /// `PPC_PERIOD` and `PPC_FLUSH_TIMEOUT` have times such as `1m30s`, and `PPC_LABELS` has labels
    /// of every series, `a=1,b="x, y"`, over which those of the client and of the series win. What
    /// is wrong there is logged with its position and left out; the job runs.
    pub fn environment(mut self, read: bool) -> Self {
        self.environment = read;
        self
    }

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
        self.apply_environment();
        if let Some(fault) = self.take_faults().into_iter().next() {
            return Err(fault);
        }
        let (guard, fault) = self.launch(OnDrop::Returned);
        fault.map_or(Ok(guard), Err)
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
        self.apply_environment();
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
        self.period = environment.period.unwrap_or(self.period);
        self.flush_timeout = environment.flush_timeout.unwrap_or(self.flush_timeout);
        let own = std::mem::replace(&mut self.labels, environment.labels);
        for (name, value) in own.iter() {
            // It was checked when it came.
            let _ = self.labels.insert(name, value);
        }
    }

    /// Everything that is wrong with the settings; a destination that is wrong is left out.
    fn take_faults(&mut self) -> Vec<Error> {
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
        if !self.enabled {
            faults.clear();
        }
        faults
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
        let period = self.period;
        let settings = self.into_settings();
        let job = settings.job.as_ref().map(JobMetrics::start);
        let watch_signals = settings.signals;
        let as_task = settings.task;
        end::watch_exit();
        let (client, new) = client::join(settings, period);
        let mut fault = None;
        if new {
            if watch_signals {
                client.watch(signals::watch(end::last_push));
            }
            if as_task {
                fault = task::start(&client).err();
            }
            if !as_task || fault.is_some() {
                fault = pushing_thread::start(&client).err().or(fault);
            }
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
        Settings {
            destinations: self.destinations,
            source: self.source,
            labels: self.labels,
            job: job.filter(|_| self.job_metrics),
            client_metrics: self.client_metrics,
            flush_timeout: self.flush_timeout,
            signals: self.signals,
            task: self.task,
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
