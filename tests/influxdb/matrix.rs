//! Every kind, text and number over HTTP, as the server has them.

use std::collections::BTreeMap;
use std::time::UNIX_EPOCH;

use ppc::{Gauge, InfluxHttp, Push, Registry};

use crate::support::influxdb::{DATABASE, Server};
use crate::support::matrix::{self, Sample};

/// What is documented of `names = "influxdb"`.
fn kept(mut sample: Sample) -> Option<Sample> {
    if !sample.value.is_finite() {
        return None;
    }
    if sample.name == "temperature" {
        sample.name += "_value";
    }
    Some(sample.without_empty_labels().map_texts(text))
}

/// A text as `Names::InfluxDb` says that it arrives.
fn text(value: &str) -> String {
    let mut out = String::new();
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\n', _) => out += "\\n",
            ('\t', _) => out += "\\t",
            ('\r', _) => out += "\\r",
            ('\u{c}', _) => out += "\\f",
            ('\\', None) => out.push('/'),
            ('\\', Some(' ' | ',' | '=' | '\\' | '\n' | '\t' | '\r' | '\u{c}')) => out += "\\\\",
            (c, _) => out.push(c),
        }
    }
    out
}

#[test]
fn influx_http_arrives_as_documented() {
    let expected = matrix::expected(kept);
    for rest in ["", "&compression=gzip", "&max_body=100&timestamps=server"] {
        let server = Server::start();
        let address = server.http_address();
        let url = format!("influx+http://{address}?db={DATABASE}&names=influxdb{rest}");
        let pushed = matrix::push(&url);
        assert_eq!(
            pushed.ended.stderr.lines().count(),
            2,
            "{}",
            pushed.ended.stderr
        );
        matrix::assert_same(&server.last_values(), &expected, 0.0);
        let dropped = [
            ("infinite", 2 * pushed.pushes),
            ("not_a_number", pushed.pushes),
        ];
        let dropped = dropped.map(|(reason, count)| (reason.to_owned(), count));
        assert_eq!(
            pushed.dropped,
            BTreeMap::from(dropped),
            "{}",
            pushed.ended.stderr
        );
    }
}

#[test]
fn every_precision_is_the_servers() {
    let registry = Registry::new();
    Gauge::builder("a_b").register(&registry).unwrap().set(1);
    for (precision, unit) in [
        ("ns", 1),
        ("us", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
    ] {
        let server = Server::start();
        let now = || i64::try_from(UNIX_EPOCH.elapsed().unwrap().as_nanos()).unwrap();
        let before = now();
        let destination = InfluxHttp::new(server.http_address().to_string());
        let destination = destination.db(DATABASE).precision(precision);
        Push::to(destination).registry(&registry).start().stop();
        let series = server.series();
        let samples = &series["a_b"];
        for (time, value) in samples {
            assert_eq!((time % unit, *value), (0, 1.0), "{precision}");
            let is_now = before - unit <= *time && *time <= now();
            assert!(is_now, "{precision}: {time} is not about {before}");
        }
        assert!(!samples.is_empty());
    }
}

#[test]
fn f20_a_database_that_is_not_there_is_named_by_the_server() {
    let server = Server::start();
    let url = format!("influx+http://{}?db=other", server.http_address());
    let pushed = matrix::run(&url, "matrix-one", &[]);
    let told = &pushed.ended.stderr;
    assert!(
        told.contains("404 Not Found") && told.contains("database not found"),
        "{told}"
    );
    assert!(pushed.dropped["rejected"] >= 1, "{pushed:?}");
}
