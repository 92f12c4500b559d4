//! Every kind, text and number in each dialect of StatsD and over each transport: a parser that is
//! not ours reads what is documented, and what cannot be said is counted.

use std::collections::BTreeMap;

use super::{SIZE, push};
use crate::support::documented::{self, is_total, statsd_rules};
use crate::support::matrix;
use crate::support::series;
use crate::support::socket::Kind;
use crate::support::statsd_lines::{Reader, read};

/// What a server has after these payloads. A gauge is never less than zero for a moment: where it
/// is negative, zero is before it in the same payload.
#[track_caller]
fn values(reader: Reader, is_native: bool, payloads: &[Vec<u8>]) -> BTreeMap<String, f64> {
    let mut values = BTreeMap::<String, f64>::new();
    for payload in payloads {
        let text = std::str::from_utf8(payload).expect("it is text");
        let mut before = None;
        for line in text.split_terminator('\n') {
            let found = read(reader, line).unwrap_or_else(|fault| panic!("{fault}: {line:?}"));
            let expected = if is_native && is_total(&found.name) {
                "c"
            } else {
                "g"
            };
            assert_eq!(found.letter, expected, "{line:?}");
            let key = series::key(&found.name, &found.labels);
            let value = values.entry(key.clone()).or_default();
            if found.letter == "c" {
                *value += found.value;
            } else if found.is_relative {
                assert_eq!(before, Some((key.clone(), 0.0)), "{line:?} behind its zero");
                *value += found.value;
            } else {
                *value = found.value;
            }
            before = Some((key, found.value));
        }
    }
    values
}

#[track_caller]
fn check(reader: Reader, dialect: &str) {
    for types in ["gauges", "native"] {
        let is_native = types == "native";
        let documented = documented::kept(statsd_rules(reader, is_native));
        let expected = documented.values(|sample| series::key(&sample.name, &sample.labels));
        for (kind, rest, size) in [
            (Kind::Udp, "", 8192),
            (Kind::Udp, "&datagram_size=600", SIZE),
            (Kind::UnixDatagram, "&datagram_size=600", SIZE),
            (Kind::UnixDatagram, "&socket=datagram", 8192),
            (Kind::UnixStream, "", SIZE),
            (Kind::UnixStream, "&socket=stream", SIZE),
            (Kind::Tcp, "", SIZE),
        ] {
            let parameters = format!("dialect={dialect}&types={types}{rest}");
            let (payloads, pushed) = push("statsd", kind, &parameters, size);
            let found = values(reader, is_native, &payloads);
            matrix::assert_same(&found, &expected, 0.0);
            let dropped = documented.dropped(pushed.pushes);
            assert_eq!(pushed.dropped, dropped, "{kind:?} {parameters}");
            if size == SIZE && kind.is_datagram() && reader != Reader::Plain {
                assert!(payloads.len() > 5, "{kind:?} {parameters}");
            }
        }
    }
}

#[test]
fn k07_statsd_of_influx_arrives_as_documented() {
    check(Reader::Influx, "influx");
}

#[test]
fn f14_statsd_of_datadog_arrives_as_documented() {
    check(Reader::DogStatsd, "dogstatsd");
}

#[test]
fn f14_statsd_of_librato_arrives_as_documented() {
    check(Reader::Librato, "librato");
}

#[test]
fn f14_statsd_of_signalfx_arrives_as_documented() {
    check(Reader::SignalFx, "signalfx");
}

#[test]
fn f14_statsd_of_graphite_arrives_as_documented() {
    check(Reader::Graphite, "graphite");
}

#[test]
fn f14_statsd_without_labels_arrives_as_documented() {
    check(Reader::Plain, "plain");
}
