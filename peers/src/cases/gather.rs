//! Gathering very many series while two threads record by look-up, and what that does to them.

use std::hint::black_box;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::SNAPSHOTS;
use crate::effort::Effort;
use crate::labels::{Triple, triples, visits};
use crate::rivals;
use crate::rounds::Summary;
use crate::table::{Table, number};

/// How often each row's turn comes.
const ROUNDS: usize = 3;
const RECORDERS: usize = 2;
/// Look-ups between two pauses of a recorder. It pauses so that the gather has a processor of its
/// own also where there are only two: what is seen is then waiting for it, and not for its turn.
const BURST: usize = 500;
const PAUSE: Duration = Duration::from_millis(1);
/// What the bare loop spins for in place of a look-up, so that it is interrupted as often.
const LOOK_UP: Duration = Duration::from_nanos(200);

pub(super) fn run(effort: &Effort) -> Vec<Table> {
    let counts = effort.gathered.iter();
    counts.map(|&count| compare(count, effort)).collect()
}

fn compare(count: usize, effort: &Effort) -> Table {
    let known = triples(count);
    let visits = visits(&known);
    let mut rows = vec![Row::new(
        "raw: loads; a bare loop",
        Box::new(Raw::new(count)),
    )];
    for library in &rivals::all() {
        let events = library.events(count);
        events.inc_all(&known);
        rows.push(Row::new(library.name(), Box::new(events)));
    }
    for _ in 0..ROUNDS {
        for row in &mut rows {
            row.measure(&visits, effort.phase);
        }
    }
    let title = format!("gather of {count} counters of 3 texts while 2 threads look up");
    let columns = [
        "ns a series",
        "99.99 % of look-ups, us",
        "without gather",
        "worst, us",
        "without gather",
    ];
    let mut table = Table::new(title, &columns);
    for row in rows {
        table.row(row.name, row.cells(count));
    }
    table
        .note(SNAPSHOTS)
        .note("The bare loop spins for 200 ns in place of a look-up: its worst is the machine's.")
}

/// What is recorded into, and gathered.
trait Subject: Sync {
    fn record(&self, triple: &Triple);
    fn gather(&self);
}

impl Subject for Arc<dyn rivals::Events> {
    fn record(&self, triple: &Triple) {
        self.inc(triple);
    }

    fn gather(&self) {
        black_box(rivals::Events::gather(&**self));
    }
}

/// Loads that are copied, and look-ups that only take their time.
struct Raw {
    words: Vec<AtomicU64>,
    copy: Mutex<Vec<u64>>,
}

impl Raw {
    fn new(count: usize) -> Self {
        Self {
            words: (0..count as u64).map(AtomicU64::new).collect(),
            copy: Mutex::default(),
        }
    }
}

impl Subject for Raw {
    fn record(&self, _: &Triple) {
        let start = Instant::now();
        while start.elapsed() < LOOK_UP {}
    }

    fn gather(&self) {
        let mut copy = self.copy.lock().unwrap_or_else(PoisonError::into_inner);
        copy.clear();
        copy.extend(self.words.iter().map(|word| word.load(Relaxed)));
    }
}

/// One subject and what was seen of it.
struct Row {
    name: &'static str,
    subject: Box<dyn Subject>,
    /// In seconds.
    gathers: Vec<f64>,
    /// Of look-ups during gathers, and of those without; in nanoseconds.
    during: Vec<u32>,
    without: Vec<u32>,
}

impl Row {
    fn new(name: &'static str, subject: Box<dyn Subject>) -> Self {
        Self {
            name,
            subject,
            gathers: Vec::new(),
            during: Vec::new(),
            without: Vec::new(),
        }
    }

    fn measure(&mut self, visits: &[Triple], phase: Duration) {
        let subject = &*self.subject;
        let without = recorded(subject, visits, || thread::sleep(phase));
        let during = recorded(subject, visits, || {
            let start = Instant::now();
            while start.elapsed() < phase {
                let begin = Instant::now();
                subject.gather();
                self.gathers.push(begin.elapsed().as_secs_f64());
            }
        });
        self.without.extend(without);
        self.during.extend(during);
    }

    fn cells(mut self, count: usize) -> [String; 5] {
        let gather = Summary::of(self.gathers).median * 1e9 / count as f64;
        let [during, without] = [&mut *self.during, &mut self.without].map(Tail::of);
        let micros = |nanos: u32| format!("{:.1}", f64::from(nanos) / 1e3);
        [
            number(gather),
            micros(during.high),
            micros(without.high),
            micros(during.worst),
            micros(without.worst),
        ]
    }
}

/// The slowest of many times.
struct Tail {
    /// One in ten thousand is slower.
    high: u32,
    worst: u32,
}

impl Tail {
    fn of(times: &mut [u32]) -> Self {
        times.sort_unstable();
        let slower = times.len().div_ceil(10_000);
        let high = times.get(times.len() - slower);
        Self {
            high: high.copied().unwrap_or_default(),
            worst: times.last().copied().unwrap_or_default(),
        }
    }
}

/// How long each look-up took that two threads did while something ran.
fn recorded(subject: &dyn Subject, visits: &[Triple], run: impl FnOnce()) -> Vec<u32> {
    let done = AtomicBool::new(false);
    let record = |recorder: usize| {
        // Each begins elsewhere.
        let begin = recorder * visits.len() / BURST / RECORDERS;
        let mut bursts = visits.chunks(BURST).cycle().skip(begin);
        let mut times = Vec::new();
        while !done.load(Relaxed) {
            times.reserve(BURST); // not within the times
            let mut last = Instant::now();
            for triple in bursts.next().into_iter().flatten() {
                subject.record(triple);
                let now = Instant::now();
                let nanos = now.duration_since(last).as_nanos();
                times.push(u32::try_from(nanos).unwrap_or(u32::MAX));
                last = now;
            }
            thread::sleep(PAUSE);
        }
        times
    };
    thread::scope(|scope| {
        let recorders = std::array::from_fn::<_, RECORDERS, _>(|n| scope.spawn(move || record(n)));
        run();
        done.store(true, Relaxed);
        let times = recorders.map(|recorder| recorder.join().expect("a look-up panicked"));
        times.into_iter().flatten().collect()
    })
}
