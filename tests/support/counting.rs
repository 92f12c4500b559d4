//! Many processes that count together in one store, are ended at random and started again, and what the
//! store must say in the end.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::job::Job;
use super::receiver::Folder;
use super::stored::samples;

/// Threads of a process, as `tests/job/counting.rs` has them.
const THREADS: u64 = 4;

/// How many count, and how much.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crowd<'a> {
    /// The store, as it is written.
    pub(crate) url: &'a str,
    /// The same, as it is read.
    pub(crate) read: &'a str,
    pub(crate) processes: usize,
    /// Recordings of each thread.
    pub(crate) share: u64,
    pub(crate) period: Duration,
    /// How often each process is ended before it is done.
    pub(crate) ends: usize,
}

/// What one run of a process has to do with the store.
struct Run {
    job: Job,
    progress: PathBuf,
    name: String,
}

impl Run {
    fn start(crowd: Crowd<'_>, folder: &Path, process: usize, run: usize, by_run: bool) -> Self {
        let progress = folder.join(format!("process{process}"));
        let name = format!("p{process}r{run}");
        let _ = fs::remove_file(progress.with_extension("pause"));
        let path = progress.display().to_string();
        let mut environment = vec![("COUNTING_PROGRESS", &*path)];
        if by_run {
            environment.push(("COUNTING_RUNS", "1"));
        }
        let ending = format!("counting-{}", crowd.share);
        let job = Job::start_at(
            crowd.url,
            &name,
            &ending,
            crowd.period.as_secs_f64(),
            &environment,
        );
        Self {
            job,
            progress,
            name,
        }
    }

    /// Numbers of the progress file from this place on.
    fn numbers(&self, from: u64) -> Vec<u64> {
        let file = File::open(&self.progress).unwrap();
        let number = |place: u64| {
            let mut bytes = [0; 8];
            let read = file.read_exact_at(&mut bytes, place * 8);
            read.map_or(0, |()| u64::from_ne_bytes(bytes))
        };
        (from..from + THREADS).map(number).collect()
    }

    fn recorded(&self) -> u64 {
        self.numbers(0).iter().sum()
    }

    /// Has all threads stop where they are; whether they did before they were done.
    fn park(&self, share: u64) -> bool {
        fs::write(self.progress.with_extension("pause"), "").unwrap();
        let until = Instant::now() + Duration::from_mins(2);
        loop {
            let parked = self.numbers(THREADS);
            let recorded = self.numbers(0);
            let mut threads = parked.iter().zip(&recorded);
            if threads.all(|(parked, recorded)| *parked == 1 || *recorded == share) {
                let file = File::options().write(true).open(&self.progress).unwrap();
                for place in THREADS..2 * THREADS {
                    file.write_all_at(&[0; 8], place * 8).unwrap();
                }
                return recorded.iter().any(|recorded| *recorded < share);
            }
            assert!(Instant::now() < until, "{}: {parked:?}", self.name);
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Waits until two pushes have begun, as this log of them says: on a busy machine that takes its time.
fn wait_for_pushes(log: &Path) {
    let until = Instant::now() + Duration::from_mins(1);
    let begun = || fs::read_to_string(log).is_ok_and(|log| log.lines().count() >= 2);
    while !begun() {
        assert!(Instant::now() < until, "{} of two pushes", log.display());
        thread::sleep(Duration::from_millis(5));
    }
}

fn random(most: Duration) -> Duration {
    most.mul_f64(fastrand::f64())
}

/// The sum of the samples of one name, of one run or of all.
fn total(samples: &[String], name: &str, run: Option<&str>) -> f64 {
    let of_run = run.map(|run| format!("run=\"{run}\""));
    let values = samples.iter().filter_map(|line| {
        let (series, value) = line.rsplit_once(' ')?;
        let (found, labels) = series.split_once('{')?;
        let is_of_run = of_run.as_ref().is_none_or(|run| labels.contains(&**run));
        (found == name && is_of_run).then(|| value.parse::<f64>().unwrap())
    });
    values.sum()
}

/// Each process is ended by SIGTERM at random moments, and started again: the totals are exact.
///
/// What was recorded before the signal is known because all threads stop first; the signal comes at any
/// moment of a push's period.
#[track_caller]
pub(crate) fn all_counts_exactly(crowd: Crowd<'_>, meanwhile: impl FnOnce() + Send) {
    let folder = Folder::create("counting");
    thread::scope(|scope| {
        for process in 0..crowd.processes {
            let folder = folder.path();
            scope.spawn(move || {
                for end in 0..crowd.ends {
                    let run = Run::start(crowd, folder, process, end, false);
                    thread::sleep(random(Duration::from_millis(1500)));
                    if run.park(crowd.share) {
                        thread::sleep(random(crowd.period * 2));
                        run.job.signal("TERM");
                    }
                    let ended = run.job.wait();
                    assert!(!ended.stderr.contains("lost"), "{}", ended.stderr);
                }
                let run = Run::start(crowd, folder, process, crowd.ends, false);
                let ended = run.job.wait();
                assert_eq!(ended.status.code(), Some(0), "{ended:?}");
            });
        }
        meanwhile();
    });
    let samples = samples(crowd.read);
    let each = crowd.processes as u64 * THREADS;
    let expected = each * crowd.share;
    assert_eq!(total(&samples, "counted_total", None), expected as f64);
    assert_eq!(total(&samples, "observed_count", None), expected as f64);
    // Of sixteen observations in a row the values rise by a quarter.
    let sum: u64 = (0..crowd.share).map(|number| number % 16).sum();
    assert_eq!(
        total(&samples, "observed_sum", None),
        (each * sum) as f64 * 0.25
    );
    for (le, of_sixteen) in [("0.5", 3), ("1.0", 5), ("2.5", 11), ("+Inf", 16)] {
        let count = (0..crowd.share)
            .filter(|number| number % 16 < of_sixteen)
            .count() as u64;
        let end = format!("le=\"{le}\"}}");
        let found: f64 = samples
            .iter()
            .filter_map(|line| line.strip_prefix("observed_bucket{")?.rsplit_once(' '))
            .filter(|(labels, _)| labels.ends_with(&end))
            .map(|(_, value)| value.parse::<f64>().unwrap())
            .sum();
        assert_eq!(found, (each * count) as f64, "{le}");
    }
    let series = samples
        .iter()
        .filter(|line| line.starts_with("counted_total"))
        .count();
    assert_eq!(series, 50);
}

/// Each process is ended by SIGKILL while it records: of each run there is what one of its last two
/// pushes has read, and nothing of it twice.
///
/// What a push has read is known because the source of the job writes down what was recorded before it
/// is gathered, and after it. A push begins when the one before is through: so when the process ends, all
/// but the last are stored.
#[track_caller]
pub(crate) fn what_is_killed_lacks_its_last_period(crowd: Crowd<'_>) {
    let folder = Folder::create("killed");
    let runs: Vec<(String, PathBuf)> = thread::scope(|scope| {
        let processes: Vec<_> = (0..crowd.processes)
            .map(|process| {
                let folder = folder.path();
                scope.spawn(move || {
                    let mut runs = Vec::new();
                    for end in 0..crowd.ends {
                        let run = Run::start(crowd, folder, process, end, true);
                        thread::sleep(crowd.period * 3 + random(Duration::from_millis(800)));
                        let log = run.progress.with_extension(&run.name);
                        wait_for_pushes(&log);
                        run.job.signal("KILL");
                        assert!(run.recorded() < THREADS * crowd.share, "it was done before");
                        run.job.wait();
                        runs.push((run.name, log));
                    }
                    runs
                })
            })
            .collect();
        let runs = processes.into_iter().map(|process| process.join().unwrap());
        runs.flatten().collect()
    });
    let samples = samples(crowd.read);
    for (name, log) in runs {
        let log = fs::read_to_string(log).unwrap();
        let gathers: Vec<(u64, u64)> = log
            .lines()
            .filter_map(|line| {
                let (before, after) = line.split_once(' ')?;
                Some((before.parse().ok()?, after.parse().ok()?))
            })
            .collect();
        let last: Vec<(u64, u64)> = gathers.iter().rev().take(2).copied().collect();
        assert_eq!(last.len(), 2, "{name}: {log}");
        for metric in ["counted_total", "observed_count"] {
            let found = total(&samples, metric, Some(&name));
            let is_one = |(before, after): &(u64, u64)| {
                // A thread may have recorded without having said so yet.
                found >= *before as f64 && found <= (*after + THREADS) as f64
            };
            assert!(
                last.iter().any(is_one),
                "{name} {metric}: {found} of {last:?}"
            );
        }
    }
}
