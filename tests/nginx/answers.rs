//! What nginx answers by itself: try later, go elsewhere, too large.

use std::time::Duration;

use ppc::{Counter, OpenMetricsHttp, Push, Pushgateway, Registry, push_to_gateway};

use crate::support::access::{PASSWORD, USER};
use crate::support::nginx::{Options, Server};
use crate::support::{matrix, script};

fn upstream() -> script::Server {
    script::Server::answering(|_, _| 200.into())
}

fn registry(families: usize) -> Registry {
    let registry = Registry::new();
    for n in 0..families {
        Counter::builder(&format!("c{n}"))
            .register(&registry)
            .unwrap();
    }
    registry
}

#[test]
fn f19_a_redirect_on_the_same_server_keeps_method_body_and_credentials() {
    let upstream = upstream();
    let options = Options {
        password: true,
        ..Options::default()
    };
    let server = Server::start(upstream.address(), &options);
    let gateway = Pushgateway::new(format!("http://{}/moved", server.address()));
    let gateway = gateway.basic_auth(USER, PASSWORD).grouping("k", "a/b");
    push_to_gateway(gateway, "j", &registry(1)).unwrap();
    let requests = upstream.requests();
    let [request] = &requests[..] else {
        panic!("{requests:?}")
    };
    assert_eq!(
        (&*request.method, &*request.target),
        ("PUT", "/metrics/job/j/k@base64/YS9i")
    );
    assert_eq!(request.text(), "# TYPE c0_total counter\nc0_total 0\n");
    assert!(request.header("Authorization").is_some());
}

#[test]
fn f19_a_redirect_elsewhere_gets_no_credentials() {
    let (upstream, elsewhere) = (upstream(), upstream());
    let options = Options {
        elsewhere: Some(elsewhere.address()),
        ..Options::default()
    };
    let server = Server::start(upstream.address(), &options);
    let gateway = Pushgateway::new(format!("http://{}/elsewhere", server.address()));
    let gateway = gateway
        .basic_auth(USER, PASSWORD)
        .header("X-Api-Key", "k")
        .header("X-Run", "7");
    push_to_gateway(gateway, "j", &registry(1)).unwrap();
    let requests = elsewhere.requests();
    let [request] = &requests[..] else {
        panic!("{requests:?}")
    };
    assert_eq!(
        (&*request.method, &*request.target),
        ("PUT", "/metrics/job/j")
    );
    assert_eq!(request.header("X-Run"), Some("7"));
    assert_eq!(
        (request.header("Authorization"), request.header("X-Api-Key")),
        (None, None)
    );
    assert!(upstream.requests().is_empty());
}

#[test]
fn a_server_that_is_not_available_is_asked_again_when_it_wants() {
    let upstream = upstream();
    let server = Server::start(upstream.address(), &Options::default());
    let gateway = Pushgateway::new(format!("http://{}/unavailable", server.address()));
    let error = push_to_gateway(gateway, "j", &registry(1)).unwrap_err();
    assert_eq!(error.status(), Some(503));
    let told = error.to_string();
    assert!(told.contains("503") && told.contains("try again"), "{told}");
    let url = format!("openmetrics+http://{}/unavailable/x", server.address());
    let environment = [("PPC_FLUSH_TIMEOUT", "2")];
    let ended = matrix::run(&url, "matrix-one", &environment).ended;
    assert!(
        ended.stderr.contains("; trying again in 1.0s"),
        "{}",
        ended.stderr
    );
    assert!(upstream.requests().is_empty());
}

#[test]
fn a_body_that_is_too_large_is_halved_until_it_fits() {
    let upstream = upstream();
    let options = Options {
        largest_body: Some(400),
        ..Options::default()
    };
    let server = Server::start(upstream.address(), &options);
    let address = server.address().to_string();
    let registry = registry(100);
    // At once, with no push before it.
    let push = |destination: ppc::Destination| {
        let push = Push::to(destination)
            .registry(&registry)
            .job("j")
            .job_metrics(false);
        push.flush_timeout(Duration::from_secs(20)).start().stop();
    };
    push(Pushgateway::new(&address).method("put").into());
    let requests = upstream.requests();
    let methods: Vec<_> = requests.iter().map(|request| &*request.method).collect();
    assert!(methods[0] == "PUT" && methods[1..].iter().all(|method| *method == "POST"));
    let mut found = String::new();
    for request in &requests {
        assert!(request.body.len() <= 400, "{request:?}");
        found += &request.text();
    }
    let families: Vec<_> = (0..100)
        .map(|n| format!("# TYPE c{n}_total counter\nc{n}_total 0\n"))
        .collect();
    assert_eq!(found, families.concat());
    push(
        OpenMetricsHttp::new(&address)
            .timestamps("server")
            .compression("gzip")
            .into(),
    );
    let later = upstream.requests().split_off(requests.len());
    assert!(later.iter().all(|request| request.body.len() <= 400));
}
