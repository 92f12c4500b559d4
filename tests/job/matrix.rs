//! A job that pushes metrics of all kinds with every awkward text and number in them, to a
//! destination by its URL form; then it says what was counted.

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use ppc::{Counter, Destination, Gauge, Histogram, Info, Push, Registry, StateSet, Summary};

use crate::awkward::{NUMBERS, TEXTS};
use crate::{Ask, announce, faulty, known, unknown};

/// Pushes what is asked for to `ADDRESS`, a URL, or to nowhere where that is `-`, with the label
/// `run`; the environment may know better.
pub(crate) fn run(ask: &Ask, how: &str) -> ExitCode {
    let registry = Registry::new();
    match how {
        "all" => fill(&registry),
        "one" => one(&registry),
        "many" | "once" => many(&registry),
        "often" => often(&registry, 0),
        "empty" => {}
        "twice" => {
            one(&registry);
            let nan = Gauge::builder("two_value").register(&registry);
            nan.expect("a valid metric").set(f64::NAN);
        }
        other => unknown(other),
    }
    announce();
    push(ask, &registry).run(|| {
        thread::sleep(ask.lasts);
        if how == "many" {
            known::wait_until(|| known::pushes() >= 2.0);
        }
        if how == "often" {
            known::wait_until(|| known::pushes() >= 99.0);
            often(&registry, 1);
        }
    });
    if how == "twice" {
        // What the first has counted is there for the second.
        push(ask, &registry).client_metrics(true).run(|| ());
    }
    // What is lost at a deadline is counted a moment later than the job goes on.
    let start = Instant::now();
    while is_pushing() && start.elapsed() < Duration::from_secs(10) {
        thread::sleep(Duration::from_millis(1));
    }
    faulty::print_counters();
    ExitCode::SUCCESS
}

/// Whether there is a pushing thread.
pub(crate) fn is_pushing() -> bool {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten();
    let mut names =
        threads.filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("comm")).ok());
    names.any(|name| name.trim() == "ppc-push")
}

fn push(ask: &Ask, registry: &Registry) -> Push {
    let mut push = Push::new().registry(registry);
    if ask.address != "-" {
        let destination = ask.address.parse::<Destination>();
        push = push.and_to(destination.unwrap_or_else(|error| panic!("{error}")));
    }
    if !ask.run.is_empty() {
        push = push.label("run", &ask.run);
    }
    push
}

/// A hundred thousand series whose lines have about 100 bytes.
fn many(registry: &Registry) {
    let family = Counter::builder("many_series").label_names(["account", "host", "event_type"]);
    let family = family.register(registry).expect("a valid metric");
    for n in 0..100_000 {
        let labels = (n, format!("host-{:04}.example.org", n % 1000), "login");
        family.labels(labels).expect("three labels").inc_by(n);
    }
}

/// A thousand series, with their own number and what came on top.
fn often(registry: &Registry, more: u64) {
    let family = Counter::builder("often").label_names(["n"]);
    let family = family.register(registry).expect("a valid metric");
    for n in 0..1000 {
        let by = if more == 0 { n } else { more };
        family.labels((n,)).expect("one label").inc_by(by);
    }
}

fn one(registry: &Registry) {
    let gauge = Gauge::builder("one_value").register(registry);
    gauge.expect("a valid metric").set(1);
}

/// What `tests/support/matrix.rs` expects.
fn fill(registry: &Registry) {
    let jobs = Counter::builder("matrix_jobs").help("Jobs\nrun \\ \"all\".");
    let jobs = jobs.label_names(["text"]).register(registry);
    let jobs = jobs.expect("a valid metric");
    for (n, text) in TEXTS.into_iter().enumerate() {
        jobs.labels((text,)).expect("one label").inc_by(n);
    }
    let numbers = Gauge::builder("matrix_numbers").label_names(["number"]);
    let numbers = numbers.register(registry).expect("a valid metric");
    for (name, number) in NUMBERS {
        numbers.labels((name,)).expect("one label").set(number);
    }
    let temperature = Gauge::builder("temperature").register(registry);
    temperature.expect("a valid metric").set(-3);
    let total = Counter::builder("matrix_large").register(registry);
    total.expect("a valid metric").inc_by(u64::MAX);
    let latency = Histogram::builder("matrix_latency").unit("seconds");
    let latency = latency.buckets([0.1, 1.0, 1e6]).label_names(["text"]);
    let latency = latency.register(registry).expect("a valid metric");
    let latency = latency.labels(("a b,\"c\"\n",)).expect("one label");
    for seconds in [0.05, 0.5, 5.0, 1e7] {
        latency.observe_with_exemplar(seconds, [("trace_id", "\"4bf\"92f\n")]);
    }
    let size = Summary::builder("matrix_size")
        .unit("bytes")
        .quantiles([0.0, 1.0]);
    let size = size.register(registry).expect("a valid metric");
    size.observe(7);
    size.observe(8);
    let idle = Summary::builder("matrix_idle")
        .quantiles([0.5])
        .register(registry);
    idle.expect("a valid metric");
    let build = Info::builder("matrix_build").register(registry);
    build
        .expect("a valid metric")
        .set([("version", "1 \"2\""), ("commit", "")]);
    let phase = StateSet::builder("matrix_phase").states(["in flight", "a,b=\"c\""]);
    phase
        .register(registry)
        .expect("a valid metric")
        .set("in flight");
}
