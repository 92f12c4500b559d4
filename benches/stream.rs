//! Streams: changes into lines, and all the way to a receiver, beside writing as many lines
//! without a library. What recording costs meanwhile is among the `peers`.

#[path = "harness/changes.rs"]
mod changes;
#[path = "harness/datagrams.rs"]
mod datagrams;
mod harness;
#[path = "harness/receiver.rs"]
mod receiver;

use std::hint::black_box;
use std::time::{Duration, Instant};

use changes::Learned;
use datagrams::Datagrams;
use harness::{Table, repeat};
use ppc::{
    Destination, Dialect, Gauge, InfluxUdp, Names, Push, Registry, StatsdUdp, Timestamps, Types,
};
use ppc_transports::{Encoder, Influx, Statsd};
use receiver::{Receiver, time_of_others};

/// Changes that are encoded in a row.
const RUN: u64 = 10_000;

/// Changes that are sent in a row: fewer than a stream has room for, once it has sent any.
const SENT: u64 = 50_000;

/// The size of datagrams to a receiver on the same machine.
const SIZE: usize = 8_192;

fn main() {
    encode();
    send();
}

fn encode() {
    let table = Table::new("stream, changes into lines", "a change");
    let encoders: [(&str, Box<dyn Encoder>); 3] = [
        (
            "Influx",
            Box::new(Influx::new(Names::Prometheus, Timestamps::Client)),
        ),
        (
            "StatsD",
            Box::new(Statsd::new(Dialect::Influx, Types::Gauges)),
        ),
        (
            "StatsD native",
            Box::new(Statsd::new(Dialect::Influx, Types::Native)),
        ),
    ];
    for (format, mut encoder) in encoders {
        for (kind, change) in [
            ("gauge", changes::set as fn(u64) -> _),
            ("counter", changes::added),
        ] {
            let mut learned = Learned::new(&mut *encoder, change, RUN);
            let mut lines = Vec::new();
            table.batch(
                &format!("{format}, a {kind} | itoa"),
                RUN,
                repeat(|| learned.encode()),
                repeat(|| {
                    lines.clear();
                    for number in 0..RUN {
                        lines.extend_from_slice(b"level:");
                        let mut text = itoa::Buffer::new();
                        lines.extend_from_slice(text.format(black_box(number)).as_bytes());
                        lines.extend_from_slice(b"|g\n");
                    }
                    lines.len()
                }),
            );
        }
    }
}

/// Where lines go.
type Place = fn(&str) -> Destination;

/// Processor time of the thread that sends.
fn send() {
    let table = Table::new(
        "stream, to a receiver",
        "a change, of the thread that sends",
    );
    let places: [(&str, Place); 3] = [
        ("Influx", |to| InfluxUdp::new(to).into()),
        ("StatsD", |to| StatsdUdp::new(to).into()),
        ("StatsD native", |to| {
            StatsdUdp::new(to).types(Types::Native).into()
        }),
    ];
    for (format, place) in places {
        let receiver = Receiver::start();
        let registry = Registry::new();
        let level = Gauge::builder("level")
            .register(&registry)
            .expect("a valid metric");
        let push = Push::to(place(&receiver.address)).registry(&registry);
        let _guard = push.environment(false).stream(true).start();
        receiver.settle();
        let mut datagrams = Datagrams::to(&receiver.address, SIZE);
        let ours = |repetitions| {
            let before = time_of_others();
            for _ in 0..repetitions {
                (0..SENT).for_each(|number| level.set(number as f64));
                receiver.settle();
            }
            time_of_others().saturating_sub(before)
        };
        let raw = |repetitions| {
            let mut time = Duration::ZERO;
            for _ in 0..repetitions {
                let start = Instant::now();
                (0..SENT).for_each(|number| datagrams.push(black_box(number)));
                time += start.elapsed();
            }
            time
        };
        table.batch(&format!("{format}, a gauge | itoa, send"), SENT, ours, raw);
    }
}
