//! Every kind, text and number, as the gateway shows them to a scraper.

use std::collections::BTreeMap;

use crate::support::matrix;
use crate::support::pushgateway::Server;
use crate::support::text_format::Kind;

/// The label of the group, and the one that the gateway adds where it is missing.
const GROUP: [(&str, &str); 2] = [("job", "j"), ("instance", "")];

#[test]
fn f17_all_arrives_by_post_and_put_and_compressed() {
    let expected = matrix::expected(|mut sample| {
        let group = GROUP.map(|(name, value)| (name.to_owned(), value.to_owned()));
        sample.labels.extend(group);
        // It writes bounds in its own way.
        for name in ["le", "quantile"] {
            if let Some(bound) = sample.labels.get_mut(name) {
                *bound = bound.trim_end_matches(".0").to_owned();
            }
        }
        Some(sample)
    });
    let server = Server::start();
    for rest in [
        "",
        "&method=put",
        "&compression=gzip",
        "&method=put&max_body=100",
    ] {
        let url = format!("pushgateway+http://{}?job=j{rest}", server.address());
        let pushed = matrix::push(&url);
        assert_eq!(pushed.ended.stderr, "");
        assert_eq!(pushed.dropped, BTreeMap::new());
        matrix::assert_same(&server.metrics(), &expected, 0.0);
        let families = server.families();
        let kinds: BTreeMap<_, _> = families
            .iter()
            .map(|family| (&*family.name, family.kind))
            .collect();
        let expected = [
            ("matrix_build_info", Kind::Gauge),
            ("matrix_idle", Kind::Summary),
            ("matrix_jobs_total", Kind::Counter),
            ("matrix_large_total", Kind::Counter),
            ("matrix_latency_seconds", Kind::Histogram),
            ("matrix_numbers", Kind::Gauge),
            ("matrix_phase", Kind::Gauge),
            ("matrix_size_bytes", Kind::Summary),
            ("temperature", Kind::Gauge),
        ];
        assert_eq!(kinds, BTreeMap::from(expected));
        let jobs = families
            .iter()
            .find(|family| family.name == "matrix_jobs_total");
        let help = jobs.and_then(|family| family.help.as_deref());
        assert_eq!(help, Some("Jobs\nrun \\ \"all\"."));
        server.wipe();
    }
}

#[test]
fn f05_an_empty_registry_sends_nothing_and_is_no_error() {
    let server = Server::start();
    for rest in ["", "&method=put&start"] {
        let url = format!("pushgateway+http://{}?job=j{rest}", server.address());
        let pushed = matrix::run(&url, "matrix-empty", &[]);
        assert_eq!((&*pushed.ended.stderr, pushed.dropped.len()), ("", 0));
        assert_eq!(pushed.pushes, 0);
    }
    assert!(server.groups().is_empty());
}
