//! Pushing by hand: what PUT, POST and DELETE do to a group, wherever they are called from.

use std::collections::BTreeMap;

use ppc::{
    Gauge, Pushgateway, Registry, delete_from_gateway, delete_from_gateway_async, push_to_gateway,
    push_to_gateway_async, pushadd_to_gateway, pushadd_to_gateway_async,
};

use crate::support::pushgateway::Server;
use crate::support::script;

/// A registry with these gauges.
fn registry(gauges: &[(&str, i32)]) -> Registry {
    let registry = Registry::new();
    for (name, value) in gauges {
        Gauge::builder(name)
            .register(&registry)
            .unwrap()
            .set(*value);
    }
    registry
}

/// What the group of the job has, by bare names.
#[track_caller]
fn held(server: &Server) -> BTreeMap<String, f64> {
    let metrics = server.metrics().into_iter();
    let bare = |key: String| {
        key.strip_suffix(r#"{instance="",job="j"}"#)
            .unwrap()
            .to_owned()
    };
    metrics.map(|(key, value)| (bare(key), value)).collect()
}

fn gauges<const N: usize>(gauges: [(&str, f64); N]) -> BTreeMap<String, f64> {
    BTreeMap::from(gauges.map(|(name, value)| (name.to_owned(), value)))
}

#[test]
fn k15_push_replaces_the_group_and_pushadd_what_has_the_same_name() {
    let server = Server::start();
    let gateway = server.address().to_string();
    push_to_gateway(&gateway, "j", &registry(&[("a", 1), ("b", 1)])).unwrap();
    assert_eq!(held(&server), gauges([("a", 1.0), ("b", 1.0)]));
    pushadd_to_gateway(&gateway, "j", &registry(&[("b", 2), ("c", 2)])).unwrap();
    assert_eq!(held(&server), gauges([("a", 1.0), ("b", 2.0), ("c", 2.0)]));
    push_to_gateway(&gateway, "j", &registry(&[("c", 3)])).unwrap();
    assert_eq!(held(&server), gauges([("c", 3.0)]));
    delete_from_gateway(&gateway, "j").unwrap();
    server.wait_for_groups(0);
    // What is not there is as good as deleted.
    delete_from_gateway(&gateway, "j").unwrap();
}

async fn all_async(server: &Server) {
    let gateway = Pushgateway::new(server.address().to_string()).compression("gzip");
    push_to_gateway_async(&gateway, "j", &registry(&[("a", 1)]))
        .await
        .unwrap();
    pushadd_to_gateway_async(&gateway, "j", &registry(&[("b", 2)]))
        .await
        .unwrap();
    assert_eq!(held(server), gauges([("a", 1.0), ("b", 2.0)]));
    delete_from_gateway_async(&gateway, "j").await.unwrap();
    server.wait_for_groups(0);
}

fn all_blocking(server: &Server) {
    let gateway = server.address().to_string();
    push_to_gateway(&gateway, "j", &registry(&[("a", 1)])).unwrap();
    assert_eq!(held(server), gauges([("a", 1.0)]));
    delete_from_gateway(&gateway, "j").unwrap();
}

#[test]
fn k15_both_forms_work_under_any_executor_and_none() {
    let server = Server::start();
    all_blocking(&server);
    futures_executor::block_on(all_async(&server));
    // Without its drivers, which are the user's to enable.
    let mut bare = tokio::runtime::Builder::new_current_thread();
    let mut many = tokio::runtime::Builder::new_multi_thread();
    for runtime in [bare.build(), many.worker_threads(2).build()] {
        let runtime = runtime.unwrap();
        runtime.block_on(async {
            all_async(&server).await;
            all_blocking(&server);
        });
    }
}

#[test]
fn k15_the_requests_are_those_of_client_python() {
    let server = script::Server::answering(|_, _| 202.into());
    let gateway = format!("{}/", server.address());
    let registry = Registry::new();
    Gauge::builder("g")
        .help("help")
        .register(&registry)
        .unwrap();
    push_to_gateway(&gateway, "my_job", &registry).unwrap();
    pushadd_to_gateway(&gateway, "my_job", &registry).unwrap();
    delete_from_gateway(&gateway, "my_job").unwrap();
    let requests = server.requests();
    let methods: Vec<_> = requests.iter().map(|request| &*request.method).collect();
    assert_eq!(methods, ["PUT", "POST", "DELETE"]);
    for request in &requests {
        assert_eq!(request.target, "/metrics/job/my_job");
    }
    for request in &requests[..2] {
        assert_eq!(request.text(), "# HELP g help\n# TYPE g gauge\ng 0\n");
        let kind = "text/plain; version=0.0.4; charset=utf-8";
        assert_eq!(request.header("Content-Type"), Some(kind));
    }
    assert_eq!(
        (&*requests[2].body, requests[2].header("Content-Type")),
        (&b""[..], None)
    );
}

#[test]
fn k16_gzip_is_read_and_another_word_is_an_error_that_sends_nothing() {
    let server = Server::start();
    let gateway = Pushgateway::new(server.address().to_string());
    let registry = registry(&[("a", 1)]);
    let error = push_to_gateway(gateway.clone().compression("brotli"), "j", &registry).unwrap_err();
    let known = "\"none\", \"gzip\", \"snappy\" and \"zstd\"";
    assert!(
        error.is_setting() && error.to_string().contains(known),
        "{error}"
    );
    assert!(server.groups().is_empty());
    push_to_gateway(gateway.compression("gzip"), "j", &registry).unwrap();
    assert_eq!(held(&server), gauges([("a", 1.0)]));
}
