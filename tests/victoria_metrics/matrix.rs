//! Every kind, text and number over each HTTP transport, as the server has them.

use std::collections::BTreeMap;
use std::time::UNIX_EPOCH;

use crate::support::matrix::{self, Pushed, Sample};
use crate::support::victoria_metrics::Server;

/// Of a third the server itself keeps 12 digits, of most numbers 15.
const DIGITS: f64 = 1e-11;

/// What it keeps: no NaN, no label that is empty, and nothing so near to 0.
fn kept(mut sample: Sample) -> Option<Sample> {
    if sample.value.abs() < 1e-307 {
        sample.value = 0.0;
    }
    (!sample.value.is_nan()).then(|| sample.without_empty_labels())
}

/// Pushes everything to a destination at the server, which takes each line, and reads it back.
#[track_caller]
fn push(scheme: &str, rest: &str) -> (BTreeMap<String, f64>, Pushed) {
    let server = Server::start();
    let url = format!("{scheme}://{}{rest}", server.http_address());
    let seconds = || i64::try_from(UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    let before = seconds();
    let pushed = matrix::push(&url);
    assert_eq!(server.all_invalid_rows(), 0, "{}", server.log());
    for (key, samples) in server.series() {
        let now = before * 1000..=(seconds() + 1) * 1000;
        let is_now = samples.iter().all(|(time, _)| now.contains(time));
        assert!(is_now, "{url}: {key} is {samples:?} within {now:?}");
    }
    (server.last_values(), pushed)
}

#[test]
fn influx_http_arrives_but_for_line_breaks_and_nan() {
    // The documented replacement, and numbers that are none, each of which is counted.
    let expected =
        matrix::expected(|sample| Some(kept(sample)?.map_texts(|text| text.replace('\n', "\\n"))));
    for rest in [
        "",
        "/api/v2/write",
        "?compression=gzip&method=put&max_body=100",
    ] {
        let (found, pushed) = push("influx+http", rest);
        matrix::assert_same(&found, &expected, DIGITS);
        let dropped = BTreeMap::from([("not_a_number".to_owned(), pushed.pushes)]);
        assert_eq!(pushed.dropped, dropped, "{rest}");
    }
}

#[test]
fn influx_http_says_its_precision() {
    let expected =
        matrix::expected(|sample| Some(kept(sample)?.map_texts(|text| text.replace('\n', "\\n"))));
    for precision in ["us", "ms", "s"] {
        let (found, _) = push("influx+http", &format!("?precision={precision}"));
        matrix::assert_same(&found, &expected, DIGITS);
    }
}

#[test]
fn openmetrics_http_arrives_as_text() {
    let expected = matrix::expected(kept);
    for rest in ["", "?compression=gzip&max_body=100", "?timestamps=server"] {
        let (found, pushed) = push("openmetrics+http", rest);
        matrix::assert_same(&found, &expected, DIGITS);
        assert_eq!(pushed.dropped, BTreeMap::new(), "{rest}");
    }
}

#[test]
fn openmetrics_http_arrives_as_openmetrics() {
    let expected = matrix::expected(kept);
    for rest in [
        "exemplars=false",
        "exemplars=false&compression=gzip&max_body=100",
    ] {
        let (found, pushed) = push("openmetrics+http", &format!("?format=openmetrics&{rest}"));
        matrix::assert_same(&found, &expected, DIGITS);
        assert_eq!(pushed.dropped, BTreeMap::new(), "{rest}");
    }
    let (found, _) = push("openmetrics+http", "?format=openmetrics");
    matrix::assert_same(&found, &expected, DIGITS);
    let (found, _) = push("openmetrics+http", "?format=openmetrics&timestamps=server");
    matrix::assert_same(&found, &expected, DIGITS);
}

#[test]
fn f05_an_empty_registry_sends_nothing() {
    let server = Server::start();
    for scheme in ["influx+http", "openmetrics+http"] {
        let url = format!("{scheme}://{}", server.http_address());
        let pushed = matrix::run(&url, "matrix-empty", &[]);
        assert_eq!((&*pushed.ended.stderr, pushed.dropped.len()), ("", 0));
    }
    assert_eq!(server.last_values(), BTreeMap::new());
}
