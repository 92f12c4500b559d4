//! What the gateway refuses, or would silently change, is told by name.

use ppc::{Counter, Gauge, Info, Pushgateway, Registry, Source, push_to_gateway};

use crate::support::matrix;
use crate::support::pushgateway::Server;
use crate::support::script;

#[test]
fn a_label_of_the_group_is_found_before_anything_is_sent() {
    let server = script::Server::answering(|_, _| 200.into());
    let gateway = Pushgateway::new(server.address().to_string()).grouping("host", "h");
    let labelled = |label: &str| {
        let registry = Registry::new();
        let family = Gauge::builder("a_b")
            .label_names([label])
            .register(&registry);
        family.unwrap().labels(("x",)).unwrap().set(1);
        registry
    };
    let facts = Registry::new();
    Info::builder("build")
        .register(&facts)
        .unwrap()
        .set([("host", "x")]);
    for (registry, metric, label) in [
        (labelled("host"), "`a_b`", "`host`"),
        (labelled("job"), "`a_b`", "`job`"),
        (facts, "`build`", "`host`"),
    ] {
        let error = push_to_gateway(&gateway, "j", &registry).unwrap_err();
        let told = error.to_string();
        assert!(
            error.is_push() && told.contains(metric) && told.contains(label),
            "{told}"
        );
        assert_eq!(error.status(), None);
    }
    assert!(server.requests().is_empty());
    push_to_gateway(&gateway, "j", &labelled("instance")).unwrap();
}

#[test]
fn a_metric_of_the_gateways_own_is_found_before_anything_is_sent() {
    let server = script::Server::answering(|_, _| 200.into());
    let registry = Registry::new();
    let gauge = Gauge::builder("push_time").unit("seconds");
    gauge.register(&registry).unwrap().set(1);
    let error = push_to_gateway(server.address().to_string(), "j", &registry).unwrap_err();
    assert!(error.to_string().contains("`push_time_seconds`"), "{error}");
    assert!(server.requests().is_empty());
}

#[test]
fn two_metrics_of_one_name_are_found_before_anything_is_sent() {
    let server = script::Server::answering(|_, _| 200.into());
    let (one, two) = (Registry::new(), Registry::new());
    Gauge::builder("a_b")
        .help("one")
        .register(&one)
        .unwrap()
        .set(1);
    Counter::builder("c").register(&one).unwrap().inc();
    Gauge::builder("a_b")
        .help("two")
        .register(&two)
        .unwrap()
        .set(1);
    let both: [&dyn Source; 2] = [&one, &two];
    let error = push_to_gateway(server.address().to_string(), "j", &both).unwrap_err();
    assert!(
        error.is_push() && error.to_string().contains("`a_b`"),
        "{error}"
    );
    assert!(server.requests().is_empty());
}

#[test]
fn f20_the_gateways_own_words_are_in_the_error() {
    let (server, registry) = (Server::start(), Registry::new());
    // A gauge of the gateway's own.
    Counter::builder("ok").register(&registry).unwrap().inc();
    let goroutines = Info::builder("go").register(&registry).unwrap();
    goroutines.set([("version", "x")]);
    Counter::builder("go_memstats_frees")
        .register(&registry)
        .unwrap();
    Gauge::builder("go_memstats_mallocs_total")
        .register(&registry)
        .unwrap()
        .set(1);
    let address = server.address().to_string();
    let error = push_to_gateway(&address, "j", &registry).unwrap_err();
    let told = error.to_string();
    assert_eq!(error.status(), Some(400), "{told}");
    assert!(error.is_push() && !error.is_setting() && !error.is_timeout());
    for part in [&*address, "400 Bad Request", "go_memstats_mallocs_total"] {
        assert!(told.contains(part), "{told}");
    }
    assert!(server.metrics().is_empty());
}

#[test]
fn f20_a_periodic_push_logs_them_once() {
    let server = script::Server::answering(|_, _| {
        script::Reply::status(400)
            .body("text format parsing error in line 7: bad\nmore")
            .into()
    });
    let url = format!("pushgateway+http://{}?job=j", server.address());
    let pushed = matrix::run(&url, "matrix-one", &[]);
    let told = &pushed.ended.stderr;
    assert!(
        told.contains("400 Bad Request: text format parsing error in line 7: bad"),
        "{told}"
    );
    assert_eq!(
        (told.lines().count(), pushed.dropped["rejected"]),
        (1, 1),
        "{told}"
    );
}

#[test]
fn a_label_of_the_group_is_counted_and_logged_by_a_client() {
    let server = Server::start();
    let url = format!(
        "pushgateway+http://{}?job=j&grouping.text=t",
        server.address()
    );
    let pushed = matrix::push(&url);
    let told = &pushed.ended.stderr;
    let named = told.contains("`matrix_jobs`") && told.contains("label `text`");
    assert!(named && told.lines().count() == 1, "{told}");
    let samples = matrix::samples();
    let taken = samples
        .iter()
        .filter(|sample| sample.labels.contains_key("text"))
        .count();
    assert_eq!(pushed.dropped["label_taken"], taken as u64, "{told}");
    assert_eq!(server.metrics().len(), samples.len() - taken);
}
