//! When a client pushes, what it shares, and how it ends, against a recording socket.

use std::future::{Future, pending};
use std::os::unix::process::ExitStatusExt;
use std::pin::pin;
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use ppc::{Counter, Gauge, InfluxUdp, Push, Registry};

use crate::support::job::Job;
use crate::support::udp::Recorder;

const NEVER: Duration = Duration::from_hours(1);

fn gauge(registry: &Registry) -> Gauge {
    Gauge::builder("a_b").register(registry).unwrap()
}

fn push(recorder: &Recorder, registry: &Registry) -> Push {
    Push::to(InfluxUdp::new(recorder.address()))
        .registry(registry)
        .period(NEVER)
}

#[test]
fn k01_pushes_at_the_start_every_period_and_at_the_end() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let gauge = gauge(&registry);
    gauge.set(1);
    let guard = push(&recorder, &registry).period(0.05).start();
    recorder.wait_for(|lines| lines.iter().filter(|line| *line == "a b=1").count() >= 4);
    gauge.set(2);
    guard.stop();
    let lines = recorder.settled();
    assert_eq!(
        lines.iter().filter(|line| *line == "a b=2").count(),
        1,
        "{lines:?}"
    );
    assert_eq!(lines.last().unwrap(), "a b=2");
}

#[test]
fn k03_guard_run_and_their_async_forms_may_be_entered_again() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let gauge = gauge(&registry);
    let mut expected = Vec::new();
    for n in 0..3 {
        let base = n * 10;
        let guard = push(&recorder, &registry).start();
        gauge.set(base + 1);
        guard.stop();
        push(&recorder, &registry).run(|| gauge.set(base + 2));
        let result: Result<(), u8> = push(&recorder, &registry).try_run(|| {
            gauge.set(base + 3);
            Err(7)
        });
        assert_eq!(result, Err(7));
        futures_executor::block_on(async {
            let guard = push(&recorder, &registry).start();
            gauge.set(base + 4);
            guard.stop_async().await;
            push(&recorder, &registry)
                .run_async(async { gauge.set(base + 5) })
                .await;
            let result: Result<u8, ()> = push(&recorder, &registry)
                .try_run_async(async {
                    gauge.set(base + 6);
                    Ok(8)
                })
                .await;
            assert_eq!(result, Ok(8));
        });
        expected.extend((1..=6).map(|k| format!("a b={}", base + k)));
    }
    let lines = recorder.settled();
    for line in &expected {
        assert!(lines.contains(line), "{line} in {lines:?}");
    }
}

#[test]
fn k05_a_panic_goes_on_and_the_final_values_are_there_before_it_does() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let gauge = gauge(&registry);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        push(&recorder, &registry).run(|| {
            gauge.set(3);
            panic!("as asked");
        });
    }));
    assert_eq!(
        panicked.unwrap_err().downcast_ref::<&str>(),
        Some(&"as asked")
    );
    recorder.wait_for(|lines| lines.last().is_some_and(|line| line == "a b=3"));
}

#[test]
fn k05_a_dropped_future_hands_over_and_does_not_wait() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let family = Counter::builder("c")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    for n in 0..100 {
        family.labels((n,)).unwrap().inc();
    }
    // Two datagrams a second: the final push takes longer than anybody would wait.
    let slow = InfluxUdp::new(recorder.address())
        .datagram_size(1)
        .datagrams_per_second(50.0);
    let slow = Push::to(slow)
        .registry(&registry)
        .period(NEVER)
        .flush_timeout(3);
    let mut context = Context::from_waker(Waker::noop());
    let start = {
        let mut job = pin!(slow.run_async(pending::<()>()));
        assert!(job.as_mut().poll(&mut context).is_pending());
        Instant::now()
    };
    let dropped = start.elapsed();
    let all = |lines: &[String]| (0..100).all(|n| lines.contains(&format!("c,n={n} total=1")));
    recorder.wait_for(all);
    assert!(
        dropped < start.elapsed() / 4,
        "the drop did not wait: {dropped:?}"
    );
}

#[test]
fn f03_a_stop_during_a_push_still_sends_the_final_state() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let gauge = Gauge::builder("a_b")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    let set_all = |value: u32| (0..100).for_each(|n| gauge.labels((n,)).unwrap().set(value));
    set_all(1);
    let slow = InfluxUdp::new(recorder.address())
        .datagram_size(1)
        .datagrams_per_second(40.0);
    let guard = Push::to(slow)
        .registry(&registry)
        .period(NEVER)
        .flush_timeout(1)
        .start();
    recorder.wait_for(|lines| lines.len() >= 3);
    set_all(2);
    guard.stop();
    let lines = recorder.settled();
    assert!(
        lines.iter().filter(|line| line.ends_with("b=1")).count() < 100,
        "it was given up"
    );
    for n in 0..100 {
        assert!(lines.contains(&format!("a,n={n} b=2")), "{n} is final");
    }
}

#[test]
fn f05_an_empty_registry_sends_nothing_and_is_no_error() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let guard = push(&recorder, &registry).period(0.02).start();
    thread::sleep(Duration::from_millis(100));
    guard.stop();
    assert!(recorder.settled().is_empty());
    let destination = format!("influx+udp://{}", recorder.address());
    for family in ppc::client_metrics().gather().families() {
        for series in family.series() {
            assert!(
                series.labels().all(|(_, value)| value != destination),
                "{series:?}"
            );
        }
    }
}

#[test]
fn f15_a_name_added_later_leaves_the_lines_after_it_alone() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    gauge(&registry).set(1);
    let guard = push(&recorder, &registry).start();
    recorder.wait_for(|lines| !lines.is_empty());
    Gauge::builder("temperature")
        .register(&registry)
        .unwrap()
        .set(2);
    Gauge::builder("c_d").register(&registry).unwrap().set(3);
    guard.stop();
    let lines = recorder.settled();
    assert_eq!(
        lines[lines.len() - 3..],
        ["a b=1", " temperature=2", "c d=3"]
    );
}

#[test]
fn uses_with_the_same_settings_share_a_client_and_the_last_one_out_pushes() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let gauge = gauge(&registry);
    gauge.set(1);
    let outer = push(&recorder, &registry).start();
    recorder.wait_for(|lines| lines.len() == 1);
    gauge.set(2);
    // The shortest period wins while it is there.
    let inner = push(&recorder, &registry).period(0.02).start();
    recorder.wait_for(|lines| lines.len() >= 3);
    inner.stop();
    thread::sleep(Duration::from_millis(30)); // a push that was under way
    let after_inner = recorder.settled().len();
    gauge.set(3);
    thread::sleep(Duration::from_millis(100));
    assert_eq!(
        recorder.lines().len(),
        after_inner,
        "the inner use neither pushed nor went on"
    );
    outer.stop();
    let lines = recorder.settled();
    assert_eq!(
        (lines.len(), lines[after_inner].as_str()),
        (after_inner + 1, "a b=3")
    );
}

#[test]
fn uses_with_other_settings_are_apart() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    gauge(&registry).set(1);
    let one = push(&recorder, &registry).label("n", 1).start();
    let two = push(&recorder, &registry).label("n", 2).start();
    recorder.wait_for(|lines| lines.len() == 2);
    one.stop();
    assert_eq!(recorder.settled().last().unwrap(), "a,n=1 b=1");
    two.stop();
    assert_eq!(recorder.settled().last().unwrap(), "a,n=2 b=1");
}

#[test]
fn successive_timestamps_differ_by_a_millisecond_at_least() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    gauge(&registry).set(1);
    for _ in 0..50 {
        push(&recorder, &registry).start().stop();
    }
    recorder.settled();
    let datagrams = recorder.datagrams();
    let stamps: Vec<u64> = datagrams
        .iter()
        .map(|datagram| datagram.rsplit(' ').next().unwrap().parse().unwrap())
        .collect();
    assert!(stamps.len() >= 50);
    assert!(
        stamps.windows(2).all(|pair| pair[1] >= pair[0] + 1_000_000),
        "{stamps:?}"
    );
}

#[test]
fn the_clients_own_metrics_can_be_pushed_along() {
    let recorder = Recorder::start();
    let url = format!("influx+udp://{}", recorder.address());
    // A process of its own: destinations beyond 64 share their series.
    Job::start_at(&url, "", "matrix-twice", 0.0, &[]).wait();
    let tag = format!("destination={url}");
    let of_ours = |lines: &[String], name: &str| {
        lines
            .iter()
            .any(|line| line.starts_with(name) && line.contains(&tag))
    };
    let lines = recorder.settled();
    for name in ["ppc_pushes,", "ppc_push_bytes,", "ppc_push_seconds,"] {
        assert!(of_ours(&lines, name), "{name} in {lines:#?}");
    }
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("ppc_dropped,reason=not_a_number"))
    );
}

#[test]
fn what_is_off_or_has_no_destination_does_nothing() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    gauge(&registry).set(1);
    assert_eq!(push(&recorder, &registry).enabled(false).run(|| 5), 5);
    assert_eq!(Push::new().registry(&registry).run(|| 6), 6);
    assert!(recorder.settled().is_empty());
}

#[test]
fn what_is_wrong_with_the_settings_is_an_error_for_those_who_ask() {
    let registry = Registry::new();
    let good = || Push::to(InfluxUdp::new("127.0.0.1:9")).registry(&registry);
    for (wrong, expected) in [
        (
            good().period(0),
            "invalid time 0: a period is longer than 0",
        ),
        (
            good().period("1 hour"),
            "invalid time \"1 hour\": times read like \"1m30s\"",
        ),
        (
            good().flush_timeout(-1),
            "invalid time -1: a time is a finite number of seconds",
        ),
        (good().label("a b", 1), "invalid label of the client"),
        (
            good().linger(-1).stream(true),
            "invalid time -1: a time is a finite number of seconds",
        ),
        (
            good().full("wait").stream(true),
            "invalid full \"wait\": known are \"drop_newest\"",
        ),
        (
            good().linger("50ms"),
            "invalid linger: it needs a stream: add `stream(true)`, or leave it out",
        ),
        (
            good().full("block"),
            "invalid full: it needs a stream: add `stream(true)`, or leave it out",
        ),
        (
            good().stream(true).period(5),
            "invalid period: a stream sends each change at once: leave out `period`, or `stream`",
        ),
        (
            good().and_to(InfluxUdp::new("x")),
            "invalid address \"x\": an address is `host:port`",
        ),
        (Push::new(), "there is no destination to push to"),
    ] {
        let error = wrong.try_start().unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    // Otherwise they are logged, and the job runs.
    assert_eq!(good().period(0).run(|| 5), 5);
    let task = good().task(true).try_start().unwrap_err();
    assert!(task.is_system(), "no runtime here: {task}");
}

#[test]
fn what_may_have_a_meaning_for_a_stream_is_no_fault() {
    let registry = Registry::new();
    let good = || Push::to(InfluxUdp::new("127.0.0.1:9")).registry(&registry);
    for full in ["drop_newest", "coalesce", "block"] {
        let push = good().stream(true).linger("50ms").full(full);
        assert!(push.try_start().is_ok(), "{full}");
    }
    // Switched off, it leaves its settings as they are, and the period has its meaning.
    let off = good().stream(false).linger(0).full(ppc::Full::Block);
    assert!(off.period(5).try_start().is_ok());
    // Nobody streams to a gateway: the period is for it.
    let gateway = ppc::Pushgateway::new("127.0.0.1:9").job("j");
    let both = good().and_to(gateway).stream(true).period(5).try_start();
    let told = both
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(!told.contains("period"), "{told}");
    let disabled = good().linger(5).enabled(false).try_start();
    assert!(disabled.is_ok());
}

#[test]
fn f08_a_second_signal_ends_a_slow_final_push_at_once() {
    let recorder = Recorder::start();
    let job = Job::start_at(
        &recorder.address(),
        "run",
        "sync-signal_while_slow",
        0.0,
        &[],
    );
    job.signal("TERM");
    // The final push has begun once the newest values come.
    recorder.wait_for(|lines| lines.len() >= 2);
    job.signal("TERM");
    let ended = job.wait();
    assert_eq!(ended.status.signal(), Some(15), "{ended:?}");
    assert!(
        ended.took < Duration::from_secs(25),
        "flush_timeout is 30 s: {ended:?}"
    );
}
