//! Rounds that visit every row in turn, so that all rows see the same machine.

use std::fs;
use std::hint::{black_box, spin_loop};
use std::sync::Barrier;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use crate::effort::Effort;

/// Does something as many times as it is told, on the thread that calls it.
pub(crate) type Operation = Box<dyn Fn(u64) + Send + Sync>;

/// Repeats one recording.
pub(crate) fn repeat(record: impl Fn() + Send + Sync + 'static) -> Operation {
    Box::new(move |repetitions| {
        for _ in 0..repetitions {
            record();
        }
    })
}

/// Repeats a recording for each of the inputs, which the compiler cannot see.
pub(crate) fn over<T: Send + Sync + 'static>(
    inputs: Vec<T>,
    record: impl Fn(&T) + Send + Sync + 'static,
) -> Operation {
    repeat(move || {
        for input in &inputs {
            record(black_box(input));
        }
    })
}

/// What is measured for a row.
pub(crate) struct Work {
    pub(crate) operation: Operation,
    /// Called again and again on another thread meanwhile.
    pub(crate) beside: Option<Box<dyn Fn() + Sync>>,
}

impl From<Operation> for Work {
    fn from(operation: Operation) -> Self {
        Self {
            operation,
            beside: None,
        }
    }
}

/// How the operations of a case are run.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    /// How many threads do the same at once.
    pub(crate) threads: usize,
    /// How many recordings one repetition of an operation is.
    pub(crate) size: usize,
    /// How long nothing is recorded before a round: what is sent meanwhile is none of its.
    pub(crate) rest: Duration,
}

impl Run {
    /// One recording a repetition.
    pub(crate) fn once(threads: usize) -> Self {
        Self {
            threads,
            size: 1,
            rest: Duration::ZERO,
        }
    }

    /// Rests, and keeps the processor awake.
    fn rest(self) {
        let start = Instant::now();
        while start.elapsed() < self.rest {
            spin_loop();
        }
    }
}

/// The times of a row, in the unit they were given in; NaN where there are none.
#[derive(Clone, Copy)]
pub(crate) struct Summary {
    pub(crate) minimum: f64,
    pub(crate) median: f64,
}

impl Summary {
    pub(crate) fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        let at = |index: usize| times.get(index).copied().unwrap_or(f64::NAN);
        Self {
            minimum: at(0),
            median: at(times.len() / 2),
        }
    }
}

/// Measures all rows, one round of each after another.
pub(crate) fn interleave(rows: &[Work], run: Run, effort: &Effort) -> Vec<Summary> {
    let repetitions: Vec<u64> = rows
        .iter()
        .map(|work| calibrate(work, run.threads, effort.round))
        .collect();
    let mut times = vec![Vec::new(); rows.len()];
    for _ in 0..effort.rounds {
        for (n, work) in rows.iter().enumerate() {
            let recordings = repetitions[n] as f64 * run.size as f64;
            let elapsed = fair(work, run, repetitions[n]);
            times[n].extend(elapsed.map(|elapsed| elapsed.as_secs_f64() * 1e9 / recordings));
        }
    }
    let left_out: usize = times.iter().map(|times| effort.rounds - times.len()).sum();
    if left_out > 0 {
        eprintln!("peers: the machine is busy: {left_out} rounds were disturbed and are left out");
    }
    times.into_iter().map(Summary::of).collect()
}

/// How many repetitions fill a round.
fn calibrate(work: &Work, threads: usize, round_time: Duration) -> u64 {
    let mut repetitions = 1;
    loop {
        let elapsed = Round::run(work, threads, repetitions).longest;
        if elapsed >= round_time / 2 {
            let more = round_time.as_secs_f64() / elapsed.as_secs_f64();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "small and positive"
            )]
            return ((repetitions as f64 * more) as u64).max(1);
        }
        repetitions *= 2;
    }
}

/// The time of a round that was fair, for as long as there is hope for one.
fn fair(work: &Work, run: Run, repetitions: u64) -> Option<Duration> {
    const ATTEMPTS: u32 = 10;
    for attempt in 0..ATTEMPTS {
        // Whoever has slept comes before others.
        thread::sleep(attempt * Duration::from_millis(1));
        run.rest();
        let round = Round::run(work, run.threads, repetitions);
        if round.is_fair() {
            return Some(round.longest);
        }
    }
    None
}

struct Round {
    /// The time of the thread that took longest.
    longest: Duration,
    /// The time in which all were at it.
    overlap: Duration,
    /// The longest time that one waited for a processor.
    waited: Duration,
}

impl Round {
    /// Each thread does the work once before all start together, so that what a thread does only
    /// at its first recording is not measured; then each times its own loop.
    fn run(work: &Work, threads: usize, repetitions: u64) -> Self {
        let start = Barrier::new(threads + usize::from(work.beside.is_some()));
        let done = AtomicBool::new(false);
        let record = || {
            (work.operation)(1);
            start.wait();
            Lap::of(|| (work.operation)(repetitions))
        };
        thread::scope(|scope| {
            if let Some(beside) = &work.beside {
                let (start, done) = (&start, &done);
                scope.spawn(move || {
                    start.wait();
                    while !done.load(Relaxed) {
                        beside();
                    }
                });
            }
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(record)).collect();
            let mut laps = vec![record()];
            for other in others {
                laps.push(other.join().expect("a recording panicked"));
            }
            done.store(true, Relaxed);
            Self::of(&laps)
        })
    }

    fn of(laps: &[Lap]) -> Self {
        let longest = laps.iter().map(|lap| lap.end - lap.begin).max();
        let begin = laps.iter().map(|lap| lap.begin).max();
        let end = laps.iter().map(|lap| lap.end).min();
        let overlap = begin
            .zip(end)
            .map(|(begin, end)| end.saturating_duration_since(begin));
        let waited = laps.iter().map(|lap| lap.waited).max();
        Self {
            longest: longest.unwrap_or_default(),
            overlap: overlap.unwrap_or_default(),
            waited: waited.unwrap_or_default(),
        }
    }

    /// Whether the threads ran at once, and did not take turns, with each other or with others:
    /// threads that take turns meet nobody, and look too fast.
    fn is_fair(&self) -> bool {
        self.overlap > self.longest.mul_f64(0.9) && self.waited < self.longest.mul_f64(0.05)
    }
}

/// One thread's part in a round.
struct Lap {
    begin: Instant,
    end: Instant,
    waited: Duration,
}

impl Lap {
    fn of(run: impl FnOnce()) -> Self {
        let before = waited();
        let begin = Instant::now();
        run();
        let end = Instant::now();
        let waited = waited().saturating_sub(before);
        Self { begin, end, waited }
    }
}

/// How long this thread has waited for a processor since it began; 0 where the system does not
/// tell.
fn waited() -> Duration {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = statistics.split_whitespace().nth(1);
    Duration::from_nanos(nanos.and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}
