//! A job that counts on while something is wrong with its store.

use std::time::{Duration, Instant};

use ppc::{Counter, Destination, Guard, Histogram, Push, Registry};

use super::stored::{value, wait_for};

/// A job that pushes often to a store.
#[derive(Debug)]
pub(crate) struct Counting {
    jobs: Counter,
    time: Histogram,
    recorded: u32,
    guard: Guard,
}

impl Counting {
    pub(crate) fn start(url: &str) -> Self {
        let registry = Registry::new();
        let jobs = Counter::builder("jobs").register(&registry).unwrap();
        let time = Histogram::builder("time").register(&registry).unwrap();
        let destination: Destination = url.parse().unwrap();
        let push = Push::to(destination).registry(&registry).period("50ms");
        let guard = push.flush_timeout("20s").start();
        Self {
            jobs,
            time,
            recorded: 0,
            guard,
        }
    }

    /// Records for a while: what is wrong shows neither in its time nor in anything else.
    pub(crate) fn count(&mut self) {
        for _ in 0..100 {
            let start = Instant::now();
            self.jobs.inc();
            self.time.observe(0.5);
            assert!(start.elapsed() < Duration::from_secs(2), "it does not wait");
            self.recorded += 1;
            std::thread::sleep(Duration::from_millis(3));
        }
    }

    /// Everything arrives while it runs.
    pub(crate) fn arrives(&self, url: &str) {
        wait_for(url, "jobs_total", Some(f64::from(self.recorded)));
        wait_for(url, "time_count", Some(f64::from(self.recorded)));
    }

    /// It ends, and all is there.
    #[track_caller]
    pub(crate) fn ends(self, url: &str) {
        self.guard.stop();
        let recorded = Some(f64::from(self.recorded));
        assert_eq!(value(url, "jobs_total"), recorded);
        assert_eq!(value(url, "time_count"), recorded);
        assert_eq!(value(url, "time_sum"), recorded.map(|count| count / 2.0));
    }
}
