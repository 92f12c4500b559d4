//! One run of the example: how far the jobs are, how long they may take, and at what pace.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// After this no further directory is listed.
const LISTING_UNTIL: Duration = Duration::from_secs(6);
/// After this nothing more is read.
const READING_UNTIL: Duration = Duration::from_secs(20);
/// After this a job hangs: in a read that never returns, on a network that is gone.
const PATIENCE: Duration = Duration::from_secs(24);

/// What the jobs and those who watch them share.
pub(crate) struct Run {
    pub(crate) list: Progress,
    pub(crate) read: Progress,
    bytes: AtomicU64,
    start: Instant,
    reading_since: OnceLock<Instant>,
    pace: Pace,
    is_interrupted: AtomicBool,
}

/// How long the jobs take at least: a small tree is read in no time, and one wants to see it.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    listing: Duration,
    reading: Duration,
}

/// How far a job is.
#[derive(Default)]
pub(crate) struct Progress {
    done: AtomicUsize,
    total: AtomicUsize,
    is_over: AtomicBool,
}

impl Pace {
    /// For somebody who watches: about six seconds.
    pub(crate) const WATCHED: Self = Self {
        listing: Duration::from_secs(1),
        reading: Duration::from_secs(5),
    };
    /// For nobody: two seconds, which is still several pushes.
    pub(crate) const UNWATCHED: Self = Self {
        listing: Duration::from_millis(300),
        reading: Duration::from_millis(1700),
    };
}

impl Run {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            list: Progress::default(),
            read: Progress::default(),
            bytes: AtomicU64::new(0),
            start: Instant::now(),
            reading_since: OnceLock::new(),
            pace,
            is_interrupted: AtomicBool::new(false),
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Ends the jobs early. Returns false where that was asked for before.
    pub(crate) fn interrupt(&self) -> bool {
        !self.is_interrupted.swap(true, Ordering::Relaxed)
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        self.is_interrupted.load(Ordering::Relaxed)
    }

    pub(crate) fn is_listing_over(&self) -> bool {
        self.is_interrupted() || self.elapsed() >= LISTING_UNTIL
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_interrupted() || self.elapsed() >= READING_UNTIL
    }

    /// A job has not ended although its time has passed.
    pub(crate) fn is_hanging(&self) -> bool {
        self.elapsed() >= PATIENCE
    }

    /// The files are known now.
    pub(crate) fn start_reading(&self, files: usize) {
        self.read.set(0, files);
        self.reading_since.get_or_init(Instant::now);
    }

    pub(crate) fn add_bytes(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Bytes read so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Spreads the first directories over the time that listing takes at least; how many there
    /// are is not known yet.
    pub(crate) fn pace_listing(&self) {
        let (done, _) = self.list.done_and_total();
        let each = Duration::from_millis(10);
        let due = each.saturating_mul(u32::try_from(done).unwrap_or(u32::MAX));
        self.sleep_until(self.start + due.min(self.pace.listing));
    }

    /// Spreads the files over the time that reading takes at least.
    ///
    /// This blocks the executor, as jobs do now and then; pushing goes on, on its own thread.
    pub(crate) fn pace_reading(&self) {
        let since = *self.reading_since.get_or_init(Instant::now);
        self.sleep_until(since + self.pace.reading.mul_f64(self.read.share()));
    }

    fn sleep_until(&self, due: Instant) {
        let step = Duration::from_millis(20);
        while !self.is_interrupted()
            && let Some(rest) = due.checked_duration_since(Instant::now())
        {
            thread::sleep(rest.min(step));
        }
    }
}

impl Progress {
    pub(crate) fn set(&self, done: usize, total: usize) {
        self.done.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    pub(crate) fn advance(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// The job has returned.
    pub(crate) fn finish(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    pub(crate) fn done_and_total(&self) -> (usize, usize) {
        (
            self.done.load(Ordering::Relaxed),
            self.total.load(Ordering::Relaxed),
        )
    }

    /// From 0 to 1; nothing to do is all done.
    pub(crate) fn share(&self) -> f64 {
        match self.done_and_total() {
            (_, 0) => 1.0,
            (done, total) => (done as f64 / total as f64).min(1.0),
        }
    }
}
