//! One run of the job, and what it says of itself.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::support::job::{Ended, Job};
use crate::support::receiver::Folder;

/// How the job is started.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) url: String,
    /// What the job takes away from itself.
    pub(super) lack: String,
    /// Programs that start it.
    pub(super) way: Vec<String>,
    pub(super) settings: Vec<(&'static str, String)>,
}

/// A job that runs, and where it writes what was read of it.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) name: String,
    job: Job,
    folder: Folder,
}

/// What a run came to.
#[derive(Debug)]
pub(super) struct Came {
    pub(super) name: String,
    /// What its work gave.
    pub(super) result: String,
    /// How long its work took.
    pub(super) own: Duration,
    /// From the end of the work to that of the process.
    pub(super) end: Duration,
    /// The most it had, in KiB.
    pub(super) memory: u64,
    /// What was read of it, by its timestamp.
    pub(super) read: Vec<(i64, f64)>,
    pub(super) ended: Ended,
}

impl Plan {
    /// What the log has to name: the server, or the file.
    pub(super) fn place(&self) -> &str {
        let (_, place) = self.url.split_once("://").expect("it is a URL");
        let end = if place.starts_with('/') { "?" } else { "/" };
        place.split(end).next().unwrap_or(place)
    }

    /// Starts a run with some settings more.
    #[track_caller]
    pub(super) fn start(&self, seconds: f64, more: &[(&'static str, &str)]) -> Run {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("fault{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let folder = Folder::create("fault");
        let log = folder.path().join("log").display().to_string();
        let mut settings: Vec<(&str, &str)> = vec![("PPC_PERIOD", "0.1"), ("OUTAGE_LOG", &log)];
        let own = self.settings.iter();
        settings.extend(own.map(|(name, value)| (*name, value.as_str())));
        settings.extend(more);
        let way: Vec<&str> = self.way.iter().map(String::as_str).collect();
        let ending = format!("fault-{}", self.lack);
        let arguments = [&self.url, &name, &ending, &*seconds.to_string()];
        let job = Job::start_by(&way, &arguments, &settings);
        Run { name, job, folder }
    }
}

impl Run {
    /// Waits for its end.
    #[track_caller]
    pub(super) fn wait(mut self) -> Came {
        let line = self.job.line("done ");
        let start = Instant::now();
        let ended = self.job.wait();
        let end = start.elapsed();
        assert!(ended.status.success(), "{ended:?}");
        let mut words = line.split_whitespace().skip(1);
        let result = words.next().expect("what it gave").to_owned();
        let own = words.next().and_then(|micros| micros.parse().ok());
        let memory = ended.stdout.lines().find_map(|line| {
            let number = line.strip_prefix("memory ")?;
            number.parse().ok()
        });
        Came {
            name: self.name,
            result,
            own: Duration::from_micros(own.expect("how long it took")),
            end,
            memory: memory.expect("it says it"),
            read: read(&self.folder.path().join("log")),
            ended,
        }
    }
}

/// What a job read.
fn read(log: &PathBuf) -> Vec<(i64, f64)> {
    let log = fs::read_to_string(log).unwrap_or_default();
    let lines = log.lines().filter_map(|line| {
        let (time, value) = line.split_once(' ')?;
        Some((time.parse().ok()?, value.parse().ok()?))
    });
    lines.collect()
}

impl Came {
    /// The steps of its work.
    pub(super) fn steps(&self) -> &str {
        let line = self.ended.stdout.lines();
        let mut said = line.filter_map(|line| line.strip_prefix("steps "));
        said.next().expect("it says it")
    }

    /// What its clients counted as lost.
    pub(super) fn dropped(&self) -> f64 {
        let lines = self.ended.stdout.lines();
        let numbers = lines.filter_map(|line| {
            let words = line.strip_prefix("ppc_dropped ")?;
            words.rsplit(' ').next()?.parse::<f64>().ok()
        });
        numbers.sum()
    }
}
