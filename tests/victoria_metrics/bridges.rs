//! What bridges push, as the server reads it back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ppc::{InfluxUdp, PrometheusClient, Push, Source};

use crate::bridges;
use crate::support::text_format;
use crate::support::victoria_metrics::Server;

/// Pushes as lines what stands in `text`, and compares what the server then holds.
#[track_caller]
fn check(source: impl Source + 'static, text: &str) {
    let expected = text_format::values(text).unwrap().into_iter();
    // The server drops labels without a value, and lines have no way to say a line's end.
    let name = |name: &str| name.replace("{queue=\"\"}", "").replace("\\n", "\\\\n");
    let expected = expected.map(|(key, value)| (name(&key), value));
    let expected: BTreeMap<String, f64> = expected.collect();
    let server = Server::start();
    let influx = InfluxUdp::new(server.influx_address().to_string());
    Push::to(influx).source(source).start().stop();
    let deadline = Duration::from_secs(10);
    server.wait_for_rows(expected.len() as u64, deadline);
    assert_eq!(server.invalid_rows(), 0, "{}", server.log());
    assert_eq!(server.last_values(), expected);
}

#[test]
fn a_registry_of_prometheus_client_arrives() {
    let theirs = Arc::new(bridges::prometheus_client::theirs());
    let text = bridges::exposed::text(PrometheusClient::new(Arc::clone(&theirs)));
    check(PrometheusClient::new(theirs), &text);
}

#[test]
fn what_the_facade_metrics_recorded_arrives() {
    let recorder = bridges::metrics::library();
    let text = bridges::exposed::text(recorder.clone());
    check(recorder, &text);
}
