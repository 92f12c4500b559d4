//! The settings of a push, as a builder; `start` has what is done with them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ppc_core::{LabelSet, LabelValue, Registry, Source, registry};

use super::destination::Destination;
use super::keeping::Keeping;
use super::pushed::Pushed;
use super::stream_settings::Full;
use crate::byte_size::ByteSize;
use crate::choice::{Choice, chosen};
use crate::error::{Error, ErrorKind};
use crate::seconds::Seconds;
use crate::spool::Spool;

pub(super) const PERIOD: Duration = Duration::from_secs(15);
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
    pub(super) destinations: Vec<Destination>,
    pub(super) source: Pushed,
    pub(super) labels: LabelSet,
    pub(super) job: Option<String>,
    pub(super) job_metrics: bool,
    pub(super) client_metrics: bool,
    /// 15 seconds, where nothing is said.
    pub(super) period: Option<Duration>,
    /// With `Some(false)` it is switched off, and its other settings stand by.
    pub(super) stream: Option<bool>,
    pub(super) linger: Option<Duration>,
    pub(super) full: Option<Full>,
    pub(super) flush_timeout: Duration,
    pub(super) keeping: Keeping,
    pub(super) signals: bool,
    pub(super) task: bool,
    pub(super) enabled: bool,
    pub(super) environment: bool,
    pub(super) faults: Vec<Error>,
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
            period: None,
            stream: None,
            linger: None,
            full: None,
            flush_timeout: FLUSH_TIMEOUT,
            keeping: Keeping::default(),
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
    /// and 1 ms at the least. Together with [`stream`](Self::stream) it is refused, unless there is
    /// a destination that cannot be streamed to.
    pub fn period(mut self, period: impl Seconds) -> Self {
        match checked_period(&period) {
            Ok(period) => self.period = Some(period),
            Err(error) => self.faults.push(error),
        }
        self
    }

    /// Whether every change is sent, in place of all values each period; it is not by default.
    ///
    /// Each `inc`, `dec`, `set` and `observe` of the pushed registries becomes a line, in the order
    /// in which its thread made it, with the value after it (`StatsD` as
    /// [`Types::Native`](crate::Types::Native): the change itself); a histogram's those of the
    /// series that changed. Recording puts a change into memory and returns; a thread sends as soon
    /// as a datagram is full, or after [`linger`](Self::linger). [`full`](Self::full) says what
    /// happens when it falls behind. All values are sent at the start and at the end as well.
    /// Several streams, and others that push each period, can run at the same time.
    ///
    /// For destinations of lines: Influx, `StatsD` and Graphite over UDP, TCP and Unix sockets. Any
    /// other is pushed to every [`period`](Self::period) instead, which is logged. What no change
    /// tells, a summary's quantiles and what a source of one's own shows, is read once a minute.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Counter, registry};
    /// use ppc_transports::{InfluxUdp, Push};
    ///
    /// let jobs = Counter::builder("jobs").register(registry())?;
    /// Push::to(InfluxUdp::new("127.0.0.1:8089")).stream(true).run(|| jobs.inc());
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    pub fn stream(mut self, stream: bool) -> Self {
        self.stream = Some(stream);
        self
    }

    /// How long a stream lets a change wait for others to be sent with it: seconds, text such as
    /// `"50ms"`, or a `Duration`; 10 ms by default. Without [`stream`](Self::stream),
    /// `true` or `false`, it is refused.
    pub fn linger(mut self, linger: impl Seconds) -> Self {
        match linger.duration() {
            Ok(linger) => self.linger = Some(linger),
            Err(error) => self.faults.push(error),
        }
        self
    }

    /// What becomes of changes that come faster than a stream can send them, as a value or the word
    /// for it: `Full::DropNewest` by default. Without [`stream`](Self::stream),
    /// `true` or `false`, it is refused.
    pub fn full(mut self, full: impl Choice<Full>) -> Self {
        match chosen("full", &full.choice()) {
            Ok(full) => self.full = Some(full),
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

    /// How many bytes of what could not be delivered are kept in memory, for each destination: a
    /// number, or text such as `"16MiB"`, which is the default. 0 keeps nothing.
    ///
    /// A push that fails, or finds its receiver gone, is sent once the receiver is back, with the
    /// timestamps of its own: the oldest first, and between them what is new. At the end it goes
    /// behind the final values. What is too much, or older than [`buffer_age`](Self::buffer_age), is
    /// dropped, the oldest first, counted in `ppc_dropped_total` and logged. A push may arrive twice
    /// where its reply is lost; the samples are the same.
    ///
    /// That is for destinations whose samples carry timestamps: Influx, Graphite and OpenMetrics over
    /// HTTP, with `Timestamps::Client`. To others only the newest values are sent, and what counts
    /// differences (`StatsD` with native types, aggregation gateways, stores) sends with the next
    /// push what was not acknowledged. Streams have a buffer of their own, see [`full`](Self::full).
    pub fn buffer(mut self, bytes: impl ByteSize) -> Self {
        match bytes.byte_size() {
            Ok(bytes) => self.keeping.buffer.bytes = usize::try_from(bytes).unwrap_or(usize::MAX),
            Err(error) => self.faults.push(error),
        }
        self
    }

    /// How long something is kept in the [`buffer`](Self::buffer): seconds, text such as `"30m"`, or
    /// a `Duration`; an hour by default. Servers refuse what is too old for them.
    pub fn buffer_age(mut self, age: impl Seconds) -> Self {
        match age.duration() {
            Ok(age) => self.keeping.buffer.age = age,
            Err(error) => self.faults.push(error),
        }
        self
    }

    /// A folder in which everything is stored until it is delivered: so that it outlives this process,
    /// however that ends. There is none by default. Needs the feature `spool`.
    ///
    /// The values of each push are written there before they are sent, and marked once they arrived. What
    /// a process left that has ended, by SIGKILL, `_exit` or a power failure too, is sent by the next
    /// one that pushes to the same destination, whatever its job, or by one that runs; the oldest
    /// first, with the timestamps of its own. Any number of processes may share a folder. Each write is
    /// made to last (`fdatasync`) on a thread of its own; the marks are not, so that after a power
    /// failure, and after an end between a delivery and its mark, samples may be sent twice, with the
    /// same timestamps and values. Processes of other users need the right to write there, and a
    /// forked child that outlives its parent keeps what that left until it has ended itself.
    ///
    /// Which destinations it is for is said at [`buffer`](Self::buffer). Where the disk does not take
    /// anything, what is not delivered stays in that buffer, which is logged.
    pub fn spool(mut self, folder: impl AsRef<Path>) -> Self {
        if let Err(error) = self.set_spool(folder.as_ref().to_owned()) {
            self.faults.push(error);
        }
        self
    }

    pub(super) fn set_spool(&mut self, folder: PathBuf) -> Result<(), Error> {
        if !Spool::IS_ON {
            let (what, feature) = ("spool".to_owned(), "spool");
            return Err(ErrorKind::Feature { what, feature }.into());
        }
        self.keeping.spool = Some(folder);
        Ok(())
    }

    /// How many bytes the folder of the [`spool`](Self::spool) may have, for all processes together: a
    /// number, or text such as `"256MiB"`, which is the default. Beyond that the oldest is dropped,
    /// and counted in `ppc_dropped_total`.
    pub fn spool_size(mut self, bytes: impl ByteSize) -> Self {
        match bytes.byte_size() {
            Ok(bytes) => self.keeping.spool_size = bytes,
            Err(error) => self.faults.push(error),
        }
        self
    }

    /// How often the values are stored in the [`spool`](Self::spool) between pushes, for the case that
    /// the process is killed: seconds, text such as `"1s"`, or a `Duration`; at each push alone, by
    /// default. These are not sent, unless they are the last that is known of it.
    pub fn spool_period(mut self, period: impl Seconds) -> Self {
        match checked_period(&period) {
            Ok(period) => self.keeping.spool_period = Some(period),
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

    /// Whether SIGTERM, SIGINT and an abort push once more before they take effect; they do not by
    /// default. Needs the feature `signals`.
    ///
    /// SIGTERM and SIGINT only where their default effect would end the process: an application's
    /// own handler, before or after, stays in charge. A second one gives the push up at once.
    ///
    /// The thread that aborts, by SIGABRT, waits for the push, until a second beyond `flush_timeout`
    /// at the most. A handler that stood before runs after that; one that is installed later
    /// should call the one it found. Where SIGABRT is ignored, it stays so, and nothing is pushed. Runs
    /// under way count as `panic` where the thread that aborts panics, else as `cancelled`.
    ///
    /// A panic that aborts because of `panic = "abort"` needs none of this: a hook sees to it, as
    /// long as the application's own, if it sets one later, calls the hook that it found.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_transports::{InfluxUdp, Push};
    ///
    /// let push = Push::to(InfluxUdp::new("127.0.0.1:8089")).signals(true);
    /// ```
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
    /// `PPC_PERIOD` and `PPC_FLUSH_TIMEOUT` have times such as `1m30s`, `PPC_BUFFER` a number of bytes
    /// such as `16MiB`, `PPC_SPOOL` the folder of a spool, and `PPC_LABELS` has labels
    /// of every series, `a=1,b="x, y"`, over which those of the client and of the series win. What
    /// is wrong there is logged with its position and left out; the job runs.
    pub fn environment(mut self, read: bool) -> Self {
        self.environment = read;
        self
    }
}

/// A time that something may be repeated after.
fn checked_period(period: &impl Seconds) -> Result<Duration, Error> {
    match period.duration()? {
        Duration::ZERO => {
            let (found, reason) = ("0".to_owned(), "a period is longer than 0");
            Err(ErrorKind::Time { found, reason }.into())
        }
        period => Ok(period),
    }
}
