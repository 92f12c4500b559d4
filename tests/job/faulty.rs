//! Jobs whose pushing goes wrong: they say how long they took and what was counted.

use std::fmt;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Instant;

use ppc::{Snapshot, Source, Value, metric, push_metrics};
use tracing::field::{Field, Visit};
use tracing::span;

use crate::{Ask, announce, unknown};

metric! {
    /// Work done.
    static WORK: Counter { labels: [what] }
}

#[push_metrics(influx_udp = ask.address, period = 0.2, flush_timeout = 1, enabled = enabled)]
fn job(ask: &Ask, enabled: bool) -> u8 {
    announce();
    let start = Instant::now();
    WORK.what("some").inc();
    thread::sleep(ask.lasts);
    println!("job {}", start.elapsed().as_millis());
    21
}

/// The same as an async function, whose end nobody's timer bounds.
#[push_metrics(influx_udp = ask.address, period = 0.2, flush_timeout = 1)]
async fn async_job(ask: &Ask) -> u8 {
    announce();
    let start = Instant::now();
    WORK.what("some").inc();
    thread::sleep(ask.lasts);
    println!("job {}", start.elapsed().as_millis());
    21
}

/// A stream, with a period of its own that has no meaning or without.
fn streaming(ask: &Ask, period: Option<u32>) -> u8 {
    let mut push = ppc::Push::to(ppc::InfluxUdp::new(&ask.address)).stream(true);
    if let Some(period) = period {
        push = push.period(period);
    }
    push.run(|| {
        announce();
        WORK.what("some").inc();
        21
    })
}

pub(crate) fn run(ask: &Ask, how: &str) -> ExitCode {
    let start = Instant::now();
    let status = match how {
        "plain" => job(ask, true),
        "disabled" => job(ask, false),
        "long_label" => {
            WORK.what("x".repeat(2_000_000)).inc();
            job(ask, true)
        }
        "subscriber" => {
            tracing::subscriber::set_global_default(Subscriber::Prints).expect("the first one");
            job(ask, true)
        }
        "scoped_subscriber" => {
            tracing::subscriber::with_default(Subscriber::Prints, || job(ask, true))
        }
        "panicking_subscriber" => {
            tracing::subscriber::set_global_default(Subscriber::Panics).expect("the first one");
            job(ask, true)
        }
        "hung_subscriber" => {
            tracing::subscriber::set_global_default(Subscriber::Hangs).expect("the first one");
            job(ask, true)
        }
        "async_hung_subscriber" => {
            tracing::subscriber::set_global_default(Subscriber::Hangs).expect("the first one");
            futures_executor::block_on(async_job(ask))
        }
        "period" => streaming(ask, Some(5)),
        "stream" => streaming(ask, None),
        "exiting_source" => {
            let source = Arc::new(Exits(AtomicU32::new(0)));
            announce();
            // Its second reading ends the process.
            let _guard = ppc::Push::new().source(source).period(0.05).start();
            thread::sleep(ask.lasts);
            99
        }
        other => unknown(other),
    };
    println!("all {}", start.elapsed().as_millis());
    print_counters();
    ExitCode::from(status)
}

/// Ends the process on the thread that pushes, when it is read for the second time.
struct Exits(AtomicU32);

impl Source for Exits {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        if self.0.fetch_add(1, Ordering::Relaxed) == 1 {
            WORK.what("some").inc_by(100);
            std::process::exit(13);
        }
        WORK.what("some").inc();
        ppc::registry().gather_into(snapshot);
    }
}

/// Says what the clients counted: `ppc_dropped REASON COUNT`.
pub(crate) fn print_counters() {
    for family in ppc::client_metrics().gather().families() {
        for series in family.series() {
            if let Value::Counter(value) = series.value() {
                let labels: Vec<_> = series.labels().map(|(_, value)| value).collect();
                println!(
                    "{} {} {value}",
                    family.descriptor().names().family(),
                    labels.join(" ")
                );
            }
        }
    }
}

/// An application's subscriber.
enum Subscriber {
    /// Prints events to standard output, as it would write them somewhere.
    Prints,
    Panics,
    Hangs,
}

impl tracing::Subscriber for Subscriber {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Message<'a>(&'a tracing::Metadata<'a>);
        impl Visit for Message<'_> {
            fn record_debug(&mut self, _: &Field, value: &dyn fmt::Debug) {
                println!("event {} {} {value:?}", self.0.target(), self.0.level());
            }
        }
        match self {
            Self::Prints => event.record(&mut Message(event.metadata())),
            Self::Panics => panic!("the subscriber's own"),
            Self::Hangs => loop {
                thread::park();
            },
        }
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}
