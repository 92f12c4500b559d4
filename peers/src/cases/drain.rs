//! Every change sent, end to end: what a receiver that only reads gets of it.

use std::any::Any;
use std::hint::spin_loop;
use std::thread;
use std::time::{Duration, Instant};

use ppc::{Destination, Full, InfluxUdp, StatsdUdp, Types};

use crate::effort::Effort;
use crate::raw::lines;
use crate::receiver::{Receiver, time_of_others};
use crate::rivals::stream::ours::{self, once};
use crate::rivals::stream::{Cadence, Dogstatsd, Sending, Sink};
use crate::rounds::{Operation, Summary};
use crate::table::Table;

/// Events a second that are to be sent without a loss.
const PACE: f64 = 5e6;

/// Events between two looks at the clock.
pub(super) const RUN: u64 = 1_000;

/// Something that records, and what sends meanwhile.
type Sender = (Operation, Box<dyn Any>);

/// How a row begins to send to an address.
type Start = Box<dyn Fn(&str) -> Sender>;

struct Row {
    name: &'static str,
    /// Events a second, where it is not as many as go.
    pace: Option<f64>,
    start: Start,
}

impl Row {
    fn new(
        name: &'static str,
        pace: Option<f64>,
        start: impl Fn(&str) -> Sender + 'static,
    ) -> Self {
        Self {
            name,
            pace,
            start: Box::new(start),
        }
    }
}

fn rows() -> Vec<Row> {
    let raw = |name, record: fn(&str, usize) -> Operation, size| {
        Row::new(name, None, move |to| (record(to, size), Box::new(()) as _))
    };
    let cadence = |name, sink, size| {
        Row::new(name, None, move |to| {
            let cadence = Cadence::start(to, sink, size);
            (cadence.gauge(), Box::new(cadence))
        })
    };
    let mut rows = vec![
        raw("raw: sends of 8192 bytes", lines::prepared, 8_192),
        raw("raw: sends of 1432 bytes", lines::prepared, 1_432),
        raw("raw: itoa, sends of 8192 bytes", lines::formatted, 8_192),
        raw("raw: itoa, sends of 1432 bytes", lines::formatted, 1_432),
    ];
    rows.extend(streams());
    rows.extend([
        cadence("cadence, gauge, buffer, 512", Sink::Buffer, 512),
        cadence("cadence, gauge, buffer, 1432", Sink::Buffer, 1_432),
        cadence("cadence, gauge, queue, 512", Sink::Queue, 512),
        cadence("cadence, gauge, queue, 1432", Sink::Queue, 1_432),
        Row::new("metrics-exporter-dogstatsd, gauge", None, |to| {
            let dogstatsd = Dogstatsd::start(to);
            (dogstatsd.gauge(), Box::new(dogstatsd))
        }),
    ]);
    rows
}

/// Where lines go.
type Place = fn(&str) -> Destination;

/// The names of a stream's rows, with a pace and without, where it goes and what it sends.
type Stream = (&'static str, &'static str, Place, fn() -> Operation);

/// Ours, to each place and at each pace.
fn streams() -> impl Iterator<Item = Row> {
    let places: [Stream; 4] = [
        (
            "ppc, Influx, gauge, 5 M/s",
            "ppc, Influx, gauge, block",
            influx,
            gauge,
        ),
        (
            "ppc, StatsD, gauge, 5 M/s",
            "ppc, StatsD, gauge, block",
            statsd,
            gauge,
        ),
        (
            "ppc, StatsD, counter, 5 M/s",
            "ppc, StatsD, counter, block",
            statsd,
            count,
        ),
        (
            "ppc, native, counter, 5 M/s",
            "ppc, native, counter, block",
            native,
            count,
        ),
    ];
    places.into_iter().flat_map(|(paced, full, place, record)| {
        let row = move |name, pace, when_full| {
            Row::new(name, pace, move |to| {
                let guard = ours::start(place(to), &once::REGISTRY, when_full);
                (record(), Box::new(guard))
            })
        };
        [
            row(paced, Some(PACE), Full::DropNewest),
            row(full, None, Full::Block),
        ]
    })
}

fn influx(to: &str) -> Destination {
    InfluxUdp::new(to).into()
}

fn statsd(to: &str) -> Destination {
    StatsdUdp::new(to).into()
}

fn native(to: &str) -> Destination {
    StatsdUdp::new(to).types(Types::Native).into()
}

fn gauge() -> Operation {
    once::Set.gauge()
}

fn count() -> Operation {
    once::Set.count()
}

/// What became of events.
struct Outcome {
    /// Events a second, recorded and arrived.
    recorded: f64,
    arrived: f64,
    /// Parts of all events: those that arrived, and those that were dropped, as is told.
    part: f64,
    dropped: f64,
    /// Time of the recording thread and processor time of those that send, ns an event.
    recording: f64,
    sending: f64,
}

fn measure(row: &Row, receiver: &Receiver, span: Duration) -> Outcome {
    let (record, sender) = (row.start)(&receiver.address);
    // What a first recording does, and a start.
    record(1);
    thread::sleep(Duration::from_millis(50));
    receiver.settle();
    let (lines, dropped, time) = (receiver.lines(), ours::dropped(), time_of_others());
    let start = Instant::now();
    let mut events = 0;
    while start.elapsed() < span {
        record(RUN);
        events += RUN;
        let due = row.pace.map_or(0.0, |pace| events as f64 / pace);
        while start.elapsed().as_secs_f64() < due {
            spin_loop();
        }
    }
    let recorded_in = start.elapsed().as_secs_f64();
    let sent_in = (receiver.settle() - start).as_secs_f64();
    let sending = time_of_others().saturating_sub(time);
    drop(sender);
    let events = events as f64;
    let arrived = (receiver.lines() - lines) as f64;
    Outcome {
        recorded: events / recorded_in,
        arrived: arrived / sent_in,
        part: arrived / events,
        dropped: (ours::dropped() - dropped) / events,
        recording: recorded_in * 1e9 / events,
        sending: sending.as_secs_f64() * 1e9 / events,
    }
}

pub(super) fn run(effort: &Effort) -> Vec<Table> {
    let rows = rows();
    // One each: some never stop sending.
    let receivers: Vec<Receiver> = rows.iter().map(|_| Receiver::start()).collect();
    let mut outcomes: Vec<Vec<Outcome>> = rows.iter().map(|_| Vec::new()).collect();
    for _ in 0..effort.drains {
        for ((row, receiver), outcomes) in rows.iter().zip(&receivers).zip(&mut outcomes) {
            outcomes.push(measure(row, receiver, effort.drain));
        }
    }
    let title = format!(
        "every change sent to a receiver that only reads, for {:?}: medians of {} interleaved rounds",
        effort.drain, effort.drains
    );
    let columns = [
        "recorded, M/s",
        "arrived, M/s",
        "arrived",
        "told to be dropped, worst",
        "ns recording",
        "ns sending",
    ];
    let mut table = Table::new(title, &columns);
    for (row, outcomes) in rows.iter().zip(&outcomes) {
        let median =
            |of: fn(&Outcome) -> f64| Summary::of(outcomes.iter().map(of).collect()).median;
        let dropped = outcomes.iter().map(|outcome| outcome.dropped);
        let dropped = dropped.fold(0.0, f64::max);
        table.row(
            row.name,
            [
                format!("{:.2}", median(|outcome| outcome.recorded) / 1e6),
                format!("{:.2}", median(|outcome| outcome.arrived) / 1e6),
                format!("{:.3} %", median(|outcome| outcome.part) * 100.0),
                format!("{:.3} %", dropped * 100.0),
                format!("{:.1}", median(|outcome| outcome.recording)),
                format!("{:.1}", median(|outcome| outcome.sending)),
            ],
        );
    }
    vec![table.note(
        "Recording is the time of the thread that records, with its waits; sending is processor \
         time of the threads that send. Rows without a pace record as fast as they can; `block` \
         waits for room. The raw rows and the buffer of `cadence` send on the thread that records. \
         What is neither here nor there was dropped by the kernel, at a receiver's full queue, and \
         nobody tells. `metrics-exporter-dogstatsd` adds up, and sends a line an interval.",
    )]
}
