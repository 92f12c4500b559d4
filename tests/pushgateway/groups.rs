//! What a client does to its group from start to end.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ppc::{Counter, Gauge, Push, Pushgateway, Registry};

use crate::support::pushgateway::Server;
use crate::support::script;

fn registry(families: usize) -> Registry {
    let registry = Registry::new();
    for n in 0..families {
        let counter = Counter::builder(&format!("c{n}"))
            .label_names(["l"])
            .register(&registry);
        counter.unwrap().labels(("x",)).unwrap().inc_by(n);
    }
    registry
}

fn gateway(server: &Server) -> Pushgateway {
    Pushgateway::new(server.address().to_string())
}

fn push(gateway: Pushgateway, registry: &Registry) -> Push {
    Push::to(gateway)
        .registry(registry)
        .job("j")
        .job_metrics(false)
}

#[test]
fn nothing_is_pushed_at_the_start_unless_it_is_asked_for() {
    let server = script::Server::answering(|_, _| 200.into());
    let (address, registry) = (server.address().to_string(), registry(1));
    let guard = push(Pushgateway::new(&address), &registry).start();
    let other = push(
        Pushgateway::new(&address).start(true).job("started"),
        &registry,
    )
    .start();
    server.wait_for(|requests| !requests.is_empty());
    other.stop();
    let started = server.requests();
    assert!(
        started
            .iter()
            .all(|request| request.target.ends_with("/started")),
        "{started:?}"
    );
    guard.stop();
    let requests = server.requests();
    assert_eq!(requests.len(), started.len() + 1);
    assert!(requests[started.len()].target.ends_with("/metrics/job/j"));
}

#[test]
fn delete_on_success_deletes_after_a_success_alone() {
    let (server, registry) = (Server::start(), registry(1));
    let gateway = || gateway(&server).start(true).delete_on_success(true);
    let failed: Result<(), ()> = push(gateway(), &registry).try_run(|| Err(()));
    assert_eq!((failed, server.groups().len()), (Err(()), 1));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        push(gateway(), &registry).run(|| panic!("as asked"));
    }));
    assert!(panicked.is_err() && server.groups().len() == 1);
    let done: Result<(), ()> = push(gateway(), &registry).try_run(|| Ok(()));
    assert_eq!(done, Ok(()));
    server.wait_for_groups(0);
}

#[test]
fn delete_on_exit_deletes_in_any_case() {
    let (server, registry) = (Server::start(), registry(1));
    for result in [Ok(()), Err(())] {
        push(gateway(&server), &registry).start().stop();
        assert_eq!(server.groups().len(), 1);
        let gateway = gateway(&server).delete_on_exit(true);
        let returned: Result<(), ()> = push(gateway, &registry).try_run(|| result);
        assert_eq!(returned, result);
        server.wait_for_groups(0);
    }
}

#[test]
fn k15_bodies_that_are_split_leave_the_whole_group() {
    let (server, many, few) = (Server::start(), registry(50), registry(3));
    for method in ["put", "post"] {
        push(gateway(&server).method(method).max_body(100), &many)
            .start()
            .stop();
        assert_eq!(server.metrics().len(), 50, "{method}");
        push(gateway(&server).method(method), &few).start().stop();
        let left = if method == "put" { 3 } else { 50 };
        assert_eq!(server.metrics().len(), left, "{method}");
        server.wipe();
    }
}

#[test]
fn labels_of_the_group_stay_out_of_the_body() {
    let (server, registry) = (Server::start(), registry(1));
    let gateway = gateway(&server).grouping("instance", "h");
    push(gateway, &registry)
        .label("instance", "x")
        .label("dc", "d")
        .start()
        .stop();
    let metrics = server.metrics();
    let key = r#"c0_total{dc="d",instance="h",job="j",l="x"}"#;
    assert_eq!(metrics.keys().collect::<Vec<_>>(), [key]);
}

#[test]
fn two_groups_are_apart() {
    let (server, registry) = (Server::start(), Registry::new());
    Gauge::builder("a_b").register(&registry).unwrap().set(1);
    let one = gateway(&server).grouping("instance", "1");
    let two = gateway(&server)
        .grouping("instance", "2")
        .delete_on_exit(true);
    push(one, &registry).and_to(two).run(|| ());
    assert_eq!(
        server.metrics().into_keys().collect::<Vec<_>>(),
        [r#"a_b{instance="1",job="j"}"#]
    );
}
