//! A gateway that adds up: what its sums are, whatever is lost on the way.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Waker};
use std::time::Duration;

use ppc::{
    AggregationGateway, Counter, Histogram, HttpRequest, HttpResponse, Push, Registry, Snapshot,
    Source, Sources, Value,
};

use super::{NEVER, gauge};
use crate::support::aggregation_gateway::{Fault, Server};
use crate::support::counts::dropped;
use crate::support::job::Job;
use crate::support::script::{self, Answer, Reply};

fn gateway(server: &Server) -> AggregationGateway {
    AggregationGateway::new(server.address().to_string())
}

fn push(gateway: AggregationGateway, registry: &Registry) -> Push {
    Push::to(gateway)
        .registry(registry)
        .job("j")
        .job_metrics(false)
        .period(NEVER)
}

#[test]
fn f11_nothing_is_counted_twice_however_often_it_is_pushed() {
    let server = Server::start();
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    let histogram = Histogram::builder("h")
        .buckets([1.0])
        .register(&registry)
        .unwrap();
    // Runs of one process, and as many pushes as it takes.
    for run in 1..=3_u32 {
        let guard = push(gateway(&server), &registry).period(0.005).start();
        let before = server.requests().len();
        while server.requests().len() < before + 3 {
            counter.inc();
            histogram.observe(0.5);
            std::thread::sleep(Duration::from_millis(1));
        }
        guard.stop();
        let total = total(&registry);
        let sums = server.sums();
        assert_eq!(sums[r#"c_total{job="j"}"#], total, "run {run}");
        assert_eq!(sums[r#"h_bucket{job="j",le="1.0"}"#], total);
        assert_eq!(sums[r#"h_bucket{job="j",le="+Inf"}"#], total);
        assert_eq!(sums[r#"h_count{job="j"}"#], total);
        assert_eq!(sums[r#"h_sum{job="j"}"#], total / 2.0);
    }
}

/// What the counter says.
fn total(registry: &Registry) -> f64 {
    let snapshot = Source::gather(registry);
    let series = snapshot.families().flat_map(ppc::FamilySnapshot::series);
    let mut values = series.filter_map(|series| match series.value() {
        Value::Counter(value) => Some(value),
        _ => None,
    });
    values.next().unwrap()
}

#[test]
fn f11_gauges_are_there_while_a_job_runs_and_taken_back_by_its_end() {
    let server = Server::start();
    let registry = Registry::new();
    let gauge = gauge(&registry);
    gauge.set(3);
    let key = r#"a_b{job="j"}"#;
    let others = Registry::new();
    super::gauge(&others).set(10);
    let other = push(gateway(&server).start(true), &others).start();
    server.wait_for_sum(key, 10.0);
    for _ in 0..2 {
        let guard = push(gateway(&server).start(true), &registry).start();
        server.wait_for_sum(key, 13.0);
        gauge.set(5);
        guard.stop();
        assert_eq!(server.sums()[key], 10.0);
        gauge.set(3);
    }
    other.stop();
    assert_eq!(server.sums()[key], 0.0);
}

#[test]
fn f11_gauges_are_left_out_where_that_is_wanted() {
    let server = Server::start();
    let registry = Registry::new();
    gauge(&registry).set(3);
    Counter::builder("c").register(&registry).unwrap().inc();
    push(gateway(&server).gauges("skip"), &registry)
        .start()
        .stop();
    assert_eq!(
        server.sums().into_keys().collect::<Vec<_>>(),
        [r#"c_total{job="j"}"#]
    );
}

/// A fifth of the requests meet this, at random but the same in each run.
fn a_fifth(nth: usize, fault: Fault) -> Fault {
    if fastrand::Rng::with_seed(nth as u64).u8(..5) == 0 {
        fault
    } else {
        Fault::Nothing
    }
}

/// Counts to a million over sixty pushes while every fifth request meets a fault. Returns the sum
/// at the gateway, and how many samples were counted as not acknowledged.
fn count_to_a_million(delivery: &str, fault: Fault) -> (f64, f64) {
    let server = Server::start_with(move |_, nth| a_fifth(nth, fault));
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    let before = dropped("unacknowledged");
    let guard = push(gateway(&server).delivery(delivery), &registry)
        .period(0.002)
        .flush_timeout(20)
        .start();
    let mut left = 1_000_000_u32;
    while left > 0 {
        let step = left.min(17_000);
        // Before it is counted: afterwards it may have been pushed already.
        let seen = server.requests().len();
        for _ in 0..step {
            counter.inc();
        }
        left -= step;
        // One push at least for each step.
        server.wait_for(|requests| requests.len() > seen);
    }
    guard.stop();
    assert!(server.requests().len() >= 59);
    (
        server.sums()[r#"c_total{job="j"}"#],
        dropped("unacknowledged") - before,
    )
}

#[test]
fn f11_lost_answers_are_not_added_again_unless_that_is_wanted() {
    let (sum, unacknowledged) = count_to_a_million("at_most_once", Fault::LostAnswer);
    // Every request was applied, and none is repeated.
    assert_eq!(sum, 1e6);
    assert!(unacknowledged >= 1.0, "but nobody knows");
    let (sum, _) = count_to_a_million("at_least_once", Fault::LostAnswer);
    assert!(sum > 1e6, "what was applied is applied again: {sum}");
}

#[test]
fn f11_lost_requests_are_lost_unless_they_may_be_added_again() {
    // That the server closed before it read cannot be told from an answer that was lost.
    let (sum, unacknowledged) = count_to_a_million("at_most_once", Fault::LostRequest);
    assert!(
        sum < 1e6 && unacknowledged >= 1.0,
        "{sum}, {unacknowledged}"
    );
    let (sum, _) = count_to_a_million("at_least_once", Fault::LostRequest);
    assert_eq!(sum, 1e6);
}

#[test]
fn f11_what_the_server_refuses_for_now_is_exact_in_either_way() {
    for delivery in ["at_most_once", "at_least_once"] {
        let (sum, _) = count_to_a_million(delivery, Fault::Unavailable);
        assert_eq!(sum, 1e6, "{delivery}");
    }
}

#[test]
fn f11_what_was_acknowledged_has_arrived_however_slow_the_rest_of_the_answer_is() {
    let slow = script::Server::answering(|_, _| {
        let reply = Reply::status(202).body("x".repeat(10_000));
        Answer::Slowly(Duration::from_millis(1), reply)
    });
    let registry = Registry::new();
    Counter::builder("c").register(&registry).unwrap().inc();
    let before = dropped("unacknowledged");
    let gateway = AggregationGateway::new(slow.address().to_string()).timeout(5);
    push(gateway, &registry).flush_timeout(30).start().stop();
    assert_eq!(slow.requests().len(), 1);
    assert_eq!(dropped("unacknowledged"), before);
}

#[test]
fn f11_a_total_that_is_less_by_a_rounding_is_not_counted_twice() {
    let (n, m, r) = (386.0_f64, 376_171.0_f64, 0.293_931_795_313_261_1_f64);
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    let server = Server::start();
    let key = r#"c_total{job="j"}"#;
    let guard = push(gateway(&server), &registry).period(0.01).start();
    // Three threads have words of their own.
    let step = Arc::new(std::sync::Barrier::new(4));
    let amounts = [(n, 1e-30), (r, 0.0), (m, 0.0)];
    let threads: Vec<_> = amounts
        .into_iter()
        .map(|(first, second)| {
            let (step, counter) = (Arc::clone(&step), counter.clone());
            std::thread::spawn(move || {
                for _ in 0..200 {
                    counter.inc_by(0);
                    std::thread::yield_now();
                }
                step.wait();
                for _ in 0..200 {
                    counter.inc_by(0);
                }
                counter.inc_by(first);
                step.wait();
                step.wait();
                if second > 0.0 {
                    counter.inc_by(second);
                }
                step.wait();
                step.wait();
            })
        })
        .collect();
    step.wait();
    step.wait();
    server.wait_for_sum(key, n + m + r);
    let before = server.sums()[key];
    step.wait();
    step.wait();
    std::thread::sleep(Duration::from_millis(300));
    let sum = server.sums()[key];
    step.wait();
    for t in threads {
        t.join().unwrap();
    }
    guard.stop();
    assert!((sum - before).abs() < 1.0, "{before} -> {sum}");
}

/// Panics when it is told to.
struct Panics(Arc<AtomicBool>);

impl Source for Panics {
    fn gather_into(&self, _: &mut Snapshot) {
        assert!(!self.0.load(Ordering::Relaxed), "as asked");
    }
}

#[test]
fn f11_what_a_source_that_panics_does_not_show_is_not_counted_twice() {
    let server = Server::start();
    let (shown, hidden) = (Registry::new(), Registry::new());
    let ticks = Counter::builder("ticks").register(&shown).unwrap();
    Counter::builder("c").register(&hidden).unwrap().inc_by(5);
    gauge(&hidden).set(3);
    let panics = Arc::new(AtomicBool::new(false));
    let source = Sources::new().add(shown).add(Panics(Arc::clone(&panics)));
    let guard = Push::to(gateway(&server))
        .source(source.add(hidden))
        .job("j")
        .job_metrics(false)
        .period(0.01)
        .start();
    server.wait_for_sum(r#"c_total{job="j"}"#, 5.0);
    panics.store(true, Ordering::Relaxed);
    for tick in 1..=3_u32 {
        ticks.inc();
        server.wait_for_sum(r#"ticks_total{job="j"}"#, tick.into());
        assert_eq!(server.sums()[r#"a_b{job="j"}"#], 3.0);
    }
    panics.store(false, Ordering::Relaxed);
    guard.stop();
    assert_eq!(server.sums()[r#"c_total{job="j"}"#], 5.0);
    assert_eq!(server.sums()[r#"a_b{job="j"}"#], 0.0);
}

#[test]
fn f11_runs_with_other_settings_go_on_where_the_last_one_ended() {
    let server = Server::start();
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    let gauge = gauge(&registry);
    gauge.set(3);
    for run in 1..=6_u32 {
        counter.inc();
        let gateway = gateway(&server)
            .timeout(run)
            .bearer_token(format!("token {run}"))
            .gauges(if run % 2 == 0 { "skip" } else { "delta" })
            .delivery(if run % 3 == 0 {
                "at_least_once"
            } else {
                "at_most_once"
            });
        push(gateway, &registry).start().stop();
        assert_eq!(server.sums()[r#"c_total{job="j"}"#], f64::from(run));
        assert_eq!(server.sums()[r#"a_b{job="j"}"#], 0.0);
    }
}

#[test]
fn f11_runs_with_a_handler_of_their_own_go_on_where_the_last_one_ended() {
    let bodies = Arc::new(Mutex::new(String::new()));
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    for _ in 0..3 {
        counter.inc();
        let kept = Arc::clone(&bodies);
        let handler = move |request: &HttpRequest<'_>| {
            let body = std::str::from_utf8(request.body())?;
            kept.lock().unwrap().push_str(body);
            Ok(HttpResponse::new(202))
        };
        let gateway = AggregationGateway::new("gateway.invalid").handler(handler);
        push(gateway, &registry).start().stop();
    }
    let one = "# TYPE c_total counter\nc_total 1\n";
    assert_eq!(*bodies.lock().unwrap(), one.repeat(3));
}

#[test]
fn f11_a_run_that_ends_within_the_last_push_of_the_one_before_loses_nothing() {
    let (release, held) = mpsc::channel();
    let held = Mutex::new(held);
    let server = Server::start_with(move |request, nth| {
        // Once the body is there.
        if nth == 0 && request.is_whole {
            let _ = held.lock().unwrap().recv_timeout(Duration::from_secs(20));
        }
        Fault::Nothing
    });
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    let run = || push(gateway(&server), &registry).flush_timeout(20);
    counter.inc();
    // A future that is dropped does not wait for its final push.
    let mut job = Box::pin(run().run_async(std::future::pending::<()>()));
    let mut context = Context::from_waker(Waker::noop());
    assert!(job.as_mut().poll(&mut context).is_pending());
    drop(job);
    server.wait_for(|requests| !requests.is_empty());
    let guard = run().start();
    counter.inc_by(10);
    let releasing = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        let _ = release.send(());
    });
    guard.stop();
    releasing.join().unwrap();
    assert_eq!(server.sums()[r#"c_total{job="j"}"#], 11.0);
}

#[test]
fn f11_an_exit_on_the_pushing_thread_loses_nothing() {
    let server = Server::start();
    let url = format!("aggregation+http://{}/?job=j&start", server.address());
    let environment = [("PPC_PUSH", url.as_str())];
    let job = Job::start_at("", "", "faulty-exiting_source", 60.0, &environment);
    let ended = job.wait();
    assert_eq!(ended.status.code(), Some(13), "{}", ended.stderr);
    // One of the first reading, a hundred of the second, one of the last.
    let sums = server.sums();
    assert_eq!(
        sums[r#"work_total{job="j",what="some"}"#], 102.0,
        "{}",
        ended.stderr
    );
}

#[test]
fn f11_another_time_limit_or_spelling_counts_nothing_twice() {
    let server = Server::start();
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    let url = format!("HTTP://{}/", server.address());
    for gateway in [
        gateway(&server),
        gateway(&server).timeout(7).max_body(1000),
        AggregationGateway::new(url),
    ] {
        push(gateway, &registry).run(|| counter.inc());
        assert_eq!(server.sums()[r#"c_total{job="j"}"#], total(&registry));
    }
}
