//! What the threads record, and what is known of it in the end.

use std::fmt::Write as _;
use std::time::Duration;

use ppc::metric;

use super::{THREADS, sleep};

metric! {
    /// Of each thread, and of all.
    static EVENTS: Counter { name: "soak_events", labels: [lane] }

    /// The same with distributions: whole numbers, whose sums are exact.
    static AMOUNTS: Histogram {
        name: "soak_amounts", labels: [lane], buckets: [1, 2, 4, 8],
    }

    /// Each is recorded for a moment, and expires.
    static COMINGS: Counter { name: "soak_comings", labels: [id], expire: "10s", max_series: 10_000 }

    /// Each is removed by hand by whoever records it.
    static REMOVED: Counter { name: "soak_removed", labels: [lane] }

    /// One thread clears what others record.
    static CLEARED: Histogram { name: "soak_cleared", labels: [lane], buckets: [1, 2, 4, 8] }
}

/// The lane that all threads record.
const ALL: &str = "all";

/// Between two rounds of a thread.
const PAUSE: Duration = Duration::from_millis(20);

/// Recordings of a round.
const ROUND: u64 = 10;

/// A round of so many: a burst, of more recordings.
const BURST_EVERY: u64 = 200;
const BURST: u64 = 1_000;

/// So many rounds have a label set of their own.
const COMING_EVERY: u64 = 25;

/// What the threads counted in the end.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    lanes: Vec<Lane>,
}

/// What one thread recorded, in its own lane and in that of all.
#[derive(Debug, Default)]
struct Lane {
    events: u64,
    /// How often each amount was observed.
    amounts: [u64; 10],
    /// Label sets of its own.
    comings: u64,
}

/// What a label set that is recorded for a moment comes to.
fn coming(id: u64) -> u64 {
    id % 7 + 1
}

/// Records until all is over.
pub(super) fn run(thread: usize) -> Recorded {
    let mut lane = Lane::default();
    let name = thread.to_string();
    let (own, all) = (EVENTS.lane(&name).handle(), EVENTS.lane(ALL).handle());
    for round in 0_u64.. {
        // Threads burst one after the other.
        let bursts = (round + thread as u64 * 7).is_multiple_of(BURST_EVERY);
        for n in 0..if bursts { BURST } else { ROUND } {
            let amount = (round + n) % 10;
            lane.events += 1;
            lane.amounts[usize::try_from(amount).expect("it is small")] += 1;
            // By a handle and by text, in turn.
            if n.is_multiple_of(2) {
                own.inc();
                all.inc();
            } else {
                EVENTS.lane(&name).inc();
                EVENTS.lane(ALL).inc();
            }
            AMOUNTS.lane(&name).observe(amount);
            AMOUNTS.lane(ALL).observe(amount);
        }
        if round.is_multiple_of(COMING_EVERY) {
            let id = lane.comings * THREADS as u64 + thread as u64;
            COMINGS.id(id).inc_by(coming(id));
            lane.comings += 1;
        }
        REMOVED.lane(&name).inc();
        CLEARED.lane(&name).observe(round % 10);
        if round % 40 == 39 {
            REMOVED.lane(&name).remove();
        }
        if thread == 0 && round % 150 == 149 {
            CLEARED.clear();
        }
        if !sleep(PAUSE) {
            break;
        }
    }
    Recorded { lanes: vec![lane] }
}

impl FromIterator<Self> for Recorded {
    fn from_iter<I: IntoIterator<Item = Self>>(all: I) -> Self {
        let lanes = all.into_iter().flat_map(|recorded| recorded.lanes);
        Self {
            lanes: lanes.collect(),
        }
    }
}

impl Recorded {
    /// Has the series that come and go end in a life whose values are known.
    pub(super) fn end(&mut self) {
        CLEARED.clear();
        for lane in 0..self.lanes.len() {
            REMOVED.lane(lane).remove();
            REMOVED.lane(lane).inc_by(lane + 1);
            CLEARED.lane(lane).observe(lane % 10);
        }
    }

    /// A line a series: its name, its labels, its value.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let (mut events, mut amounts) = (0, [0; 10]);
        for (n, lane) in self.lanes.iter().enumerate() {
            let name = n.to_string();
            events += lane.events;
            for (all, own) in amounts.iter_mut().zip(lane.amounts) {
                *all += own;
            }
            write_line(&mut text, "soak_events_total", &name, "", lane.events);
            write_histogram(&mut text, "soak_amounts", &name, &lane.amounts);
            write_line(&mut text, "soak_removed_total", &name, "", n as u64 + 1);
            let mut once = [0; 10];
            once[n % 10] = 1;
            write_histogram(&mut text, "soak_cleared", &name, &once);
            for coming_ in 0..lane.comings {
                let id = coming_ * THREADS as u64 + n as u64;
                let value = coming(id);
                writeln!(text, "soak_comings_total id=\"{id}\" {value}").expect("it grows");
            }
        }
        write_line(&mut text, "soak_events_total", ALL, "", events);
        write_histogram(&mut text, "soak_amounts", ALL, &amounts);
        text
    }
}

fn write_line(text: &mut String, name: &str, lane: &str, le: &str, value: u64) {
    writeln!(text, "{name} {le}lane=\"{lane}\" {value}").expect("it grows");
}

fn write_histogram(text: &mut String, name: &str, lane: &str, amounts: &[u64; 10]) {
    for bound in [1, 2, 4, 8] {
        let le = format!("le=\"{bound}.0\",");
        let count = amounts[..=bound].iter().sum();
        write_line(text, &format!("{name}_bucket"), lane, &le, count);
    }
    let count = amounts.iter().sum();
    write_line(text, &format!("{name}_bucket"), lane, "le=\"+Inf\",", count);
    write_line(text, &format!("{name}_count"), lane, "", count);
    let sum = (0..).zip(amounts).map(|(amount, count)| amount * count);
    write_line(text, &format!("{name}_sum"), lane, "", sum.sum());
}
