//! What is tried again, when, and with what.

use std::time::Duration;

use ppc::{Counter, Registry, client_metrics};

use super::{NEVER, gauge, influx, push};
use crate::support::counts::dropped;
use crate::support::script::{Answer, Greeting, Reply, Script, Server};

#[test]
fn f17_a_server_that_is_busy_or_broken_is_asked_again() {
    for status in [408, 425, 429, 500, 502, 503, 504] {
        let server = Server::answering(move |_, nth| match nth {
            0 | 1 => status.into(),
            _ => 204.into(),
        });
        let registry = Registry::new();
        gauge(&registry).set(1);
        let guard = push(influx(&server), &registry).start();
        let requests = server.wait_for(|requests| requests.len() == 3);
        let bodies: Vec<_> = requests
            .iter()
            .map(crate::support::script::Request::text)
            .collect();
        assert_eq!(bodies, ["a b=1\n"; 3], "{status}");
        guard.stop();
    }
}

#[test]
fn f17_a_connection_that_fails_is_tried_again() {
    let script = Script::answering(|_, nth| match nth {
        0 => Answer::Close,
        _ => 204.into(),
    });
    let server = Server::start(script.on_connection(|nth| match nth {
        0 => Greeting::Close,
        _ => Greeting::Serve,
    }));
    let registry = Registry::new();
    gauge(&registry).set(1);
    let guard = push(influx(&server), &registry).start();
    server.wait_for(|requests| requests.len() == 2);
    guard.stop();
}

#[test]
fn f20_what_is_refused_is_not_tried_again_and_the_answer_is_told() {
    for (status, others_go) in [
        (400, true),
        (422, true),
        (401, false),
        (403, false),
        (404, false),
    ] {
        let server = Server::answering(move |request, _| {
            // In whatever order they come.
            if !others_go || request.text().contains("n=0") {
                Reply::status(status).body("wrong tenant\nmore").into()
            } else {
                204.into()
            }
        });
        let registry = Registry::new();
        let family = Counter::builder("c")
            .label_names(["n"])
            .register(&registry)
            .unwrap();
        for n in 0..3 {
            family.labels((n,)).unwrap().inc();
        }
        let before = dropped("rejected");
        let guard = push(influx(&server).max_body(1), &registry).start();
        let expected = if others_go { 3 } else { 1 };
        server.wait_for(|requests| requests.len() == expected);
        guard.stop();
        // The final push meets the same.
        assert_eq!(server.requests().len(), 2 * expected, "{status}");
        // The first one may have made way for the last before its answer was there.
        let lost = if others_go { 1.0 } else { 3.0 };
        assert!(dropped("rejected") - before >= lost, "{status}");
    }
}

#[test]
fn retry_after_is_obeyed_also_by_the_newer_values() {
    // A second is the shortest that can be asked for.
    let server = Server::answering(|_, nth| match nth {
        0 => Reply::status(503).header("Retry-After", "1").into(),
        _ => 204.into(),
    });
    let registry = Registry::new();
    let gauge = gauge(&registry);
    gauge.set(1);
    let guard = push(influx(&server), &registry).period(0.05).start();
    server.wait_for(|requests| !requests.is_empty());
    // Long after the first of the newer values.
    std::thread::sleep(Duration::from_millis(300));
    gauge.set(2);
    let requests = server.wait_for(|requests| requests.len() >= 2);
    assert_eq!(requests[1].text(), "a b=2\n", "the newest values go first");
    let waited = requests[1].at.duration_since(requests[0].at);
    assert!(waited >= Duration::from_millis(900), "{waited:?}");
    guard.stop();
}

#[test]
fn the_final_push_does_not_wait_for_what_an_earlier_one_was_asked_to() {
    let server = Server::answering(|_, nth| match nth {
        0 => Reply::status(429).header("Retry-After", "3600").into(),
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
fn a_body_that_is_too_large_is_halved_and_stays_so() {
    let server = Server::answering(|request, _| {
        if request.body.len() > 100 {
            413.into()
        } else {
            204.into()
        }
    });
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    for n in 0..100 {
        family.labels((n,)).unwrap().inc();
    }
    let guard = push(influx(&server), &registry).period(NEVER).start();
    let arrived = |requests: &[crate::support::script::Request]| -> Vec<String> {
        let small = requests.iter().filter(|request| request.body.len() <= 100);
        small
            .flat_map(|request| {
                request
                    .text()
                    .lines()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .collect()
    };
    let requests = server.wait_for(|requests| arrived(requests).len() >= 100);
    let mut lines = arrived(&requests);
    lines.sort();
    let mut expected: Vec<String> = (0..100).map(|n| format!("c,n={n} total=1")).collect();
    expected.sort();
    assert_eq!(lines, expected, "each once");
    let refused = requests
        .iter()
        .filter(|request| request.body.len() > 100)
        .count();
    guard.stop();
    let refused_later = server
        .requests()
        .iter()
        .filter(|r| r.body.len() > 100)
        .count();
    assert_eq!(refused, refused_later, "what was learned is kept");
}

#[test]
fn a_single_line_that_is_too_large_is_lost_alone() {
    let server = Server::answering(|request, _| {
        if request.text().contains("long") {
            413.into()
        } else {
            204.into()
        }
    });
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    for n in ["a", "long", "z"] {
        family.labels((n,)).unwrap().inc();
    }
    let before = dropped("too_large");
    let guard = push(influx(&server), &registry).start();
    let both = |requests: &[crate::support::script::Request]| {
        ["n=a", "n=z"].iter().all(|line| {
            let mut requests = requests.iter();
            requests.any(|r| r.text().contains(line) && !r.text().contains("long"))
        })
    };
    server.wait_for(both);
    guard.stop();
    assert!(dropped("too_large") - before >= 1.0);
}

#[test]
fn one_connection_is_kept_from_push_to_push() {
    let server = Server::answering(|_, _| 204.into());
    let registry = Registry::new();
    gauge(&registry).set(1);
    let guard = push(influx(&server), &registry).period(0.01).start();
    let requests = server.wait_for(|requests| requests.len() >= 20).len();
    guard.stop();
    // One may be opened while the other is about to be free again.
    assert!(
        server.connections() <= requests / 2,
        "{}",
        server.connections()
    );
}

#[test]
fn f05_an_empty_registry_sends_nothing_and_is_no_error() {
    let server = Server::answering(|_, _| 204.into());
    let registry = Registry::new();
    let place = format!("influx+http://{}", server.address());
    let guard = push(influx(&server), &registry).period(0.01).start();
    std::thread::sleep(Duration::from_millis(50));
    guard.stop();
    assert!(server.requests().is_empty());
    let snapshot = ppc::Source::gather(client_metrics());
    let mut series = snapshot.families().flat_map(ppc::FamilySnapshot::series);
    assert!(!series.any(|series| series.labels().any(|(_, value)| value.starts_with(&place))));
}

#[test]
fn f20_a_secret_that_is_cut_off_is_not_told_in_part() {
    let server = Server::answering(|request, _| {
        let credentials = request.header("authorization").unwrap_or_default();
        let reply = Reply::status(401).body(format!("unknown: {credentials}"));
        reply.into()
    });
    // Longer than what is told of an answer, as tokens are.
    let token = "hunter2.".repeat(50);
    let gateway = ppc::Pushgateway::new(server.address().to_string()).bearer_token(&token);
    let error = ppc::push_to_gateway(&gateway, "j", &Registry::new()).unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("***") && !error.contains("hunter2"),
        "{error}"
    );
}
