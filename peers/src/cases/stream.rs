//! Recording while every change is sent: what the thread that records pays.

use std::net::UdpSocket;
use std::time::Duration;

use ppc::{Full, Guard, StatsdUdp};

use super::compare::cells;
use crate::effort::Effort;
use crate::raw::ring;
use crate::receiver::Receiver;
use crate::rivals::stream::ours::{self, once, to_nobody, twice, unwatched};
use crate::rivals::stream::{Cadence, Dogstatsd, Sending, Sink};
use crate::rounds::{Operation, Run, Summary, Work, interleave};
use crate::table::Table;

/// A round is a burst, and short: what is recorded in it finds room.
const BURST: Duration = Duration::from_micros(500);

/// By then a burst is sent: longer than a stream lingers.
const REST: Duration = Duration::from_millis(30);

/// One of the operations of a library.
type Choose = fn(&dyn Sending) -> Operation;

const OPERATIONS: [(&str, Choose); 4] = [
    ("counter inc", |library| library.count()),
    ("gauge set", |library| library.gauge()),
    ("histogram observe, 12 buckets", |library| library.observe()),
    ("look-up by 3 texts, and inc", |library| library.look_up()),
];

pub(super) fn run(effort: &Effort) -> Vec<Table> {
    let effort = Effort {
        round: BURST,
        ..*effort
    };
    let cases: Vec<(usize, &str, Choose)> = [1, 2]
        .into_iter()
        .flat_map(|threads| OPERATIONS.map(|(name, choose)| (threads, name, choose)))
        .collect();
    let receiver = Receiver::start();
    let to = &receiver.address;
    let start = |to, registry| ours::start(StatsdUdp::new(to), registry, Full::default());
    // Each stream is told what others watch as well, so there are no others meanwhile.
    let apart = |set: &dyn Sending, streams: Vec<Guard>| -> Vec<Summary> {
        let measure = |(threads, _, choose): &(usize, &str, Choose)| {
            let work = choose(set).into();
            interleave(&[work], run_of(*threads), &effort)[0]
        };
        let summaries = cases.iter().map(measure).collect();
        drop(streams);
        summaries
    };
    let dropped = ours::dropped();
    let nobody = nobody();
    let apart = [
        ("ppc, no streams", apart(&unwatched::Set, Vec::new())),
        (
            "ppc, two streams",
            apart(
                &twice::Set,
                vec![start(to, &twice::REGISTRY), {
                    // With the same settings it would be the same one.
                    let other = StatsdUdp::new(to).datagram_size(8_000);
                    ours::start(other, &twice::REGISTRY, Full::default())
                }],
            ),
        ),
        (
            "ppc, a stream to nobody",
            apart(&to_nobody::Set, vec![start(&nobody, &to_nobody::REGISTRY)]),
        ),
    ];
    let _stream = start(to, &once::REGISTRY);
    let libraries: [(&str, &dyn Sending); 7] = [
        ("ppc, a stream of another registry", &unwatched::Set),
        ("ppc, a stream", &once::Set),
        (
            "cadence, buffer, 512",
            &Cadence::start(to, Sink::Buffer, 512),
        ),
        (
            "cadence, buffer, 1432",
            &Cadence::start(to, Sink::Buffer, 1_432),
        ),
        ("cadence, queue, 512", &Cadence::start(to, Sink::Queue, 512)),
        (
            "cadence, queue, 1432",
            &Cadence::start(to, Sink::Queue, 1_432),
        ),
        ("metrics-exporter-dogstatsd", &Dogstatsd::start(to)),
    ];
    let mut tables = Vec::new();
    for (n, (threads, operation, choose)) in cases.iter().enumerate() {
        let title = format!(
            "{operation}, every change sent, threads: {threads}; ns, of {} interleaved bursts",
            effort.rounds
        );
        let mut table = Table::new(title, &["minimum", "median", "to raw"]);
        let rows = libraries.iter().map(|(_, library)| choose(*library).into());
        let works: Vec<Work> = std::iter::once(ring::push().into()).chain(rows).collect();
        let summaries = interleave(&works, run_of(*threads), &effort);
        table.row(
            "raw: a ring of the thread's own",
            cells(&summaries[0], &summaries[0]),
        );
        for (name, summaries_apart) in &apart {
            table.row(name, cells(&summaries_apart[n], &summaries[0]));
        }
        for ((name, _), summary) in libraries.iter().zip(&summaries[1..]) {
            table.row(name, cells(summary, &summaries[0]));
        }
        tables.push(table);
    }
    let note = format!(
        "Bursts of {BURST:?} after rests of {REST:?}. The first three rows of `ppc` are measured \
         before the others. `metrics-exporter-dogstatsd` adds up, and sends no change. No number: \
         the threads took turns. Changes that no stream had room for: {}.",
        ours::dropped() - dropped
    );
    let last = tables.pop().map(|table| table.note(&note));
    tables.extend(last);
    tables
}

fn run_of(threads: usize) -> Run {
    Run {
        rest: REST,
        ..Run::once(threads)
    }
}

/// An address at which nobody receives.
fn nobody() -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has a port");
    socket.local_addr().expect("it is bound").to_string()
}
