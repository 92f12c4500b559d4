//! `#[push_metrics]`: what its settings are evaluated to, and when.

use std::cell::Cell;
use std::time::Duration;

use ppc::{InfluxUdp, Registry, metric, push_metrics};

use crate::support::udp::Recorder;

static REGISTRY: Registry = Registry::new();

metric! {
    /// Runs.
    static RUNS: Counter { name: "settings_runs", registry: REGISTRY }
}

#[test]
fn settings_are_expressions_over_borrowed_arguments() {
    #[push_metrics(
        influx_udp = address,
        timestamps = "server",
        names = "prometheus",
        period = Duration::from_mins(1),
        flush_timeout = 2.5,
        job = name,
        labels(instance = instance.to_owned(), "shard" = shard, r#type = 'c'),
        registry = registry,
        enabled = !name.is_empty(),
        signals = false,
    )]
    fn run(
        address: String,
        name: String,
        instance: &str,
        shard: u8,
        registry: &Registry,
    ) -> String {
        // What the settings borrowed is here to be used, and to be moved.
        drop(address);
        RUNS.inc();
        format!(
            "{name}{instance}{shard}{}",
            registry.gather().series_count()
        )
    }

    let receiver = Recorder::start();
    let value = run(
        receiver.address(),
        "settings".to_owned(),
        "i1",
        7,
        &REGISTRY,
    );
    assert_eq!(value, "settingsi171");
    receiver.expect(&[
        "settings_runs,",
        "instance=i1",
        "shard=7",
        "type=c",
        "job=settings",
        "total=1",
    ]);
}

#[test]
fn settings_are_evaluated_once_a_call_before_the_body() {
    #[push_metrics(
        influx_udp = { order.set(order.get() * 10 + 1); "127.0.0.1:9" },
        labels(a = { order.set(order.get() * 10 + 2); 1 }),
        registry = Registry::new(),
    )]
    fn run(order: &Cell<u32>) {
        order.set(order.get() * 10 + 3);
    }

    let order = Cell::new(0);
    run(&order);
    assert_eq!(order.get(), 123);
    run(&order);
    assert_eq!(order.get(), 123_123);
}

#[test]
fn a_destination_can_be_made_before() {
    #[push_metrics(influx_udp = destination, job = "settings-made", registry = Registry::new(), period = "1h")]
    fn run(destination: &InfluxUdp) {}

    let receiver = Recorder::start();
    run(&InfluxUdp::new(receiver.address()).datagram_size(8192));
    receiver.expect(&["job_runs,", "job=settings-made", "outcome=ok", "total=1"]);
}

#[test]
fn nothing_is_pushed_where_it_is_disabled() {
    #[push_metrics(influx_udp = receiver.address(), enabled = false, job = "settings-disabled")]
    fn run(receiver: &Recorder) -> u32 {
        5
    }

    let receiver = Recorder::start();
    assert_eq!(run(&receiver), 5);
    assert!(receiver.is_silent());
}

#[test]
fn streams_and_periodic_pushes_stand_above_each_other() {
    #[push_metrics(
        influx_udp = to[0],
        stream,
        linger = Duration::from_millis(1),
        full = full,
        job = "settings-streamed",
        registry = registry,
    )]
    #[push_metrics(
        influx_udp = to[1],
        period = "1h",
        stream = to.is_empty(),
        linger = 5,
        job = "settings-pushed",
        registry = registry
    )]
    fn run(to: &[String; 2], registry: &Registry, full: &str) -> usize {
        full.len()
    }

    let receivers = [Recorder::start(), Recorder::start()];
    let to = receivers.each_ref().map(Recorder::address);
    for (full, len) in [("drop_newest", 11), ("coalesce", 8), ("block", 5)] {
        assert_eq!(run(&to, &Registry::new(), full), len);
        for (receiver, job) in receivers.iter().zip(["streamed", "pushed"]) {
            let job = format!("job=settings-{job}");
            receiver.expect(&["job_runs,", &job, "outcome=ok", "total="]);
        }
    }
}

mod renamed {
    pub(super) use ppc as metrics;
}

#[test]
fn a_renamed_facade_works() {
    #[push_metrics(crate = renamed::metrics, enabled = false)]
    fn run() -> Result<u32, String> {
        Ok(5)
    }
    #[push_metrics(crate = renamed::metrics, enabled = false)]
    async fn run_async() -> u32 {
        5
    }
    assert_eq!(run(), Ok(5));
    assert_eq!(futures_executor::block_on(run_async()), 5);
}
