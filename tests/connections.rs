//! Requests share what can be shared: a connection serves one after the other.

use ppc::{Gauge, OpenMetricsHttp, Push, Registry};

use crate::support::script::Server;

#[test]
fn a_connection_is_kept_from_push_to_push_and_from_body_to_body() {
    let server = Server::answering(|_, _| 204.into());
    let registry = Registry::new();
    let family = Gauge::builder("a_b").label_names(["n"]).register(&registry);
    let family = family.unwrap();
    for n in 0..20 {
        family.labels((n,)).unwrap().set(n);
    }
    let destination = OpenMetricsHttp::new(server.address().to_string()).max_body(100);
    let guard = Push::to(destination)
        .registry(&registry)
        .period(0.05)
        .start();
    server.wait_for(|requests| requests.len() >= 60);
    // What is under way at the stop is given up, and its connection with it.
    let connections = server.connections();
    guard.stop();
    assert!(connections < 5, "{connections} for 60 requests");
}
