//! The end of a job whose server hangs, is slow, or is not there.

use std::time::{Duration, Instant};

use ppc::{Outcome, Push, Pushgateway, Registry};

use super::{NEVER, gauge, influx, push};
use crate::support::counts::dropped;
use crate::support::script::{Answer, Reply, Server};

#[test]
fn k01_a_push_over_http_is_at_the_start_every_period_and_at_the_end() {
    let server = Server::answering(|_, _| 204.into());
    let registry = Registry::new();
    let gauge = gauge(&registry);
    gauge.set(1);
    let guard = push(influx(&server), &registry).period(0.02).start();
    server.wait_for(|requests| requests.len() >= 4);
    gauge.set(2);
    guard.stop();
    let requests = server.requests();
    assert_eq!(requests.last().unwrap().text(), "a b=2\n");
    assert!(requests.iter().all(|request| request.method == "POST"));
}

#[test]
fn f04_a_server_that_hangs_holds_the_end_up_for_flush_timeout_and_no_longer() {
    let server = Server::answering(|_, _| Answer::Hang);
    let registry = Registry::new();
    gauge(&registry).set(1);
    let before = dropped("deadline");
    let guard = push(influx(&server).no_timeout(), &registry)
        .flush_timeout(0.2)
        .start();
    server.wait_for(|requests| requests.len() == 1);
    let stop = Instant::now();
    guard.stop();
    // Without the limit it would be for ever; a busy machine needs some time of its own.
    assert!(stop.elapsed() < Duration::from_secs(15));
    assert!(dropped("deadline") - before >= 1.0);
    assert_eq!(
        server.requests().len(),
        2,
        "the one that hangs makes way for the last"
    );
}

#[test]
fn f04_the_final_values_arrive_though_a_periodic_push_hangs() {
    let server = Server::answering(|_, nth| match nth {
        0 => Answer::Hang,
        _ => 204.into(),
    });
    let registry = Registry::new();
    let gauge = gauge(&registry);
    gauge.set(1);
    let guard = push(influx(&server), &registry).start();
    server.wait_for(|requests| requests.len() == 1);
    gauge.set(2);
    guard.stop();
    assert_eq!(server.requests()[1].text(), "a b=2\n");
}

#[test]
fn f04_a_slow_push_is_never_overlapped_and_its_tick_is_skipped() {
    let server =
        Server::answering(|_, _| Answer::Late(Duration::from_millis(100), Reply::status(204)));
    let registry = Registry::new();
    gauge(&registry).set(1);
    let guard = push(influx(&server), &registry).period(0.01).start();
    let requests = server.wait_for(|requests| requests.len() >= 3);
    guard.stop();
    let times = requests
        .windows(2)
        .map(|pair| pair[1].at.duration_since(pair[0].at));
    assert!(
        times
            .into_iter()
            .all(|time| time >= Duration::from_millis(90))
    );
}

#[test]
fn the_final_push_tries_again_until_its_time_is_over() {
    let server = Server::answering(|_, nth| match nth {
        0..=2 => 503.into(),
        _ => 204.into(),
    });
    let registry = Registry::new();
    gauge(&registry).set(7);
    Push::to(Pushgateway::new(server.address().to_string()))
        .registry(&registry)
        .job("j")
        .job_metrics(false)
        .flush_timeout(20)
        .run(|| ());
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    assert!(
        requests
            .iter()
            .all(|request| request.text().contains("a_b 7"))
    );
}

#[test]
fn a_gateway_gets_no_push_at_the_start_unless_it_is_wanted() {
    let server = Server::answering(|_, _| 200.into());
    let registry = Registry::new();
    let gauge = gauge(&registry);
    let gateway = Pushgateway::new(server.address().to_string());
    let push = |gateway: &Pushgateway| {
        let push = Push::to(gateway.clone())
            .registry(&registry)
            .job("j")
            .period(NEVER);
        push.job_metrics(false)
    };
    gauge.set(1);
    push(&gateway).run(|| gauge.set(2));
    assert_eq!(server.requests().len(), 1);
    assert!(server.requests()[0].text().contains("a_b 2"));
    let guard = push(&gateway.start(true)).start();
    server.wait_for(|requests| requests.len() == 2);
    guard.stop();
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_group_is_deleted_at_the_end_when_it_is_wanted() {
    let ends = |change: fn(Pushgateway) -> Pushgateway, outcome| {
        let server = Server::answering(|_, _| 202.into());
        let registry = Registry::new();
        gauge(&registry).set(1);
        let gateway = change(Pushgateway::new(server.address().to_string()));
        let push = Push::to(gateway).registry(&registry).job("j").period(NEVER);
        push.job_metrics(false).start().finish(outcome);
        let requests = server.requests();
        let last = requests.last().unwrap().clone();
        (requests.len(), last.method.clone(), last.text())
    };
    let (delete, post) = ("DELETE".to_owned(), "POST".to_owned());
    let body = "# TYPE a_b gauge\na_b 1\n".to_owned();
    let on_success: fn(Pushgateway) -> Pushgateway = |gateway| gateway.delete_on_success(true);
    let on_exit: fn(Pushgateway) -> Pushgateway = |gateway| gateway.delete_on_exit(true);
    assert_eq!(
        ends(on_success, Outcome::Ok),
        (1, delete.clone(), String::new())
    );
    assert_eq!(
        ends(on_success, Outcome::Error),
        (1, post.clone(), body.clone())
    );
    assert_eq!(
        ends(on_success, Outcome::Cancelled),
        (1, post.clone(), body.clone())
    );
    assert_eq!(ends(on_exit, Outcome::Panic), (1, delete, String::new()));
    assert_eq!(ends(|gateway| gateway, Outcome::Ok), (1, post, body));
}

#[test]
fn a_group_that_cannot_be_deleted_is_tried_again() {
    let server = Server::answering(|_, nth| match nth {
        0 => Answer::Close,
        _ => 202.into(),
    });
    let registry = Registry::new();
    let gateway = Pushgateway::new(server.address().to_string()).delete_on_exit(true);
    // Nothing was ever recorded; what an earlier run left is deleted all the same.
    Push::to(gateway)
        .registry(&registry)
        .job("j")
        .job_metrics(false)
        .run(|| ());
    let methods: Vec<_> = server.requests().iter().map(|r| r.method.clone()).collect();
    assert_eq!(methods, ["DELETE", "DELETE"]);
}
