//! The metrics of a job: how often it ran and ended how, how long it took, when it last went
//! well, how many runs of it are under way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use ppc_core::{Counter, Family, Gauge, Merge, Outcome, Registry, unix_time};

use crate::lock::{lock, lock_at_end};
use crate::os::PerProcess;

/// The metrics of one job, for as long as the process runs: its counts rise over all its runs.
pub(crate) struct JobMetrics {
    registry: Registry,
    runs: Option<Family<Counter>>,
    in_progress: Option<Gauge>,
    /// Runs that have neither ended nor been given up.
    running: Mutex<u64>,
}

/// From so many jobs on, those that nobody runs are forgotten; their counts then start at 0 again.
const MANY_JOBS: usize = 256;

type Jobs = Mutex<HashMap<String, Arc<JobMetrics>>>;

impl JobMetrics {
    /// The metrics of the job `name`. They carry no label for it: the client that pushes them
    /// adds `job` to every series.
    pub(crate) fn of(name: &str) -> Arc<Self> {
        static JOBS: PerProcess<Jobs> = PerProcess::new();
        let mut jobs = lock(JOBS.get());
        if jobs.len() >= MANY_JOBS && !jobs.contains_key(name) {
            // Names made up anew for each run must not fill the memory.
            jobs.retain(|_, job| Arc::strong_count(job) > 1);
        }
        Arc::clone(
            jobs.entry(name.to_owned())
                .or_insert_with(|| Arc::new(Self::new())),
        )
    }

    /// Nothing here can be refused, the registry being empty.
    fn new() -> Self {
        let registry = Registry::new();
        let runs = Counter::builder("job_runs")
            .help("Runs of the job, by how they ended.")
            .label_names(["outcome"])
            .register(&registry)
            .ok();
        // All of them from the start, so that each count has a zero to rise from.
        for outcome in Outcome::ALL {
            let _ = runs.as_ref().map(|runs| runs.labels([outcome.name()]));
        }
        let in_progress = Gauge::builder("job_in_progress")
            .merge(Merge::Sum)
            .live()
            .help("Runs of the job that are under way.")
            .register(&registry)
            .ok();
        Self {
            registry,
            runs,
            in_progress,
            running: Mutex::new(0),
        }
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// A run begins.
    pub(crate) fn start(self: &Arc<Self>) -> JobRun {
        let mut running = lock(&self.running);
        *running += 1;
        self.show_running(*running);
        drop(running);
        JobRun {
            job: Arc::clone(self),
            start: Instant::now(),
        }
    }

    /// Counts all runs under way as ended by `outcome`: the process ends.
    pub(crate) fn give_up(&self, outcome: Outcome) {
        let Some(mut running) = lock_at_end(&self.running) else {
            return;
        };
        self.count(outcome, std::mem::take(&mut running));
        self.show_running(0);
    }

    fn count(&self, outcome: Outcome, runs: u64) {
        let family = self.runs.as_ref();
        if let Some(counter) = family.and_then(|runs| runs.labels([outcome.name()]).ok()) {
            counter.inc_by(runs);
        }
    }

    fn show_running(&self, running: u64) {
        if let Some(gauge) = &self.in_progress {
            gauge.set(running);
        }
    }

    /// Sets a gauge that has no value before a run has ended: a 0 would be taken for one.
    fn set(&self, name: &str, unit: &str, help: &str, seconds: f64) {
        let gauge = Gauge::builder(name)
            .unit(unit)
            .help(help)
            .register(&self.registry);
        if let Ok(gauge) = gauge {
            gauge.set(seconds);
        }
    }
}

/// One run of a job.
pub(crate) struct JobRun {
    job: Arc<JobMetrics>,
    start: Instant,
}

impl JobRun {
    /// The run has ended, unless it was given up before.
    pub(crate) fn finish(self, outcome: Outcome) {
        // Held to the end: a run that is no longer under way has been counted.
        let mut running = lock(&self.job.running);
        let Some(left) = running.checked_sub(1) else {
            return;
        };
        *running = left;
        self.job.show_running(left);
        self.job.count(outcome, 1);
        let took = self.start.elapsed().as_secs_f64();
        self.job.set(
            "job_duration",
            "seconds",
            "How long the last run took.",
            took,
        );
        if outcome == Outcome::Ok {
            let now = unix_time().as_secs_f64();
            let help = "When a run last ended well, in seconds since the Unix epoch.";
            self.job
                .set("job_last_success_timestamp", "seconds", help, now);
        }
    }
}
