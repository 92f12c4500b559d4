//! Every kind, text and number as Graphite's lines over each transport, read as carbon reads them.

use std::collections::BTreeMap;

use super::{SIZE, push};
use crate::support::documented::{self, graphite_rules};
use crate::support::graphite_lines::read;
use crate::support::matrix;
use crate::support::series;
use crate::support::socket::Kind;

/// What a server has after these payloads.
#[track_caller]
fn values(payloads: &[Vec<u8>], is_stamped: bool) -> BTreeMap<String, f64> {
    let mut values = BTreeMap::new();
    for payload in payloads {
        let text = std::str::from_utf8(payload).expect("it is text");
        for line in text.split_terminator('\n') {
            let found = read(line).unwrap_or_else(|fault| panic!("{fault}: {line:?}"));
            assert_eq!(found.timestamp > 1e9, is_stamped, "{line:?}");
            values.insert(series::key(&found.name, &found.labels), found.value);
        }
    }
    values
}

#[test]
fn f14_graphite_arrives_as_documented_over_each_transport() {
    let documented = documented::kept(graphite_rules());
    let expected = documented.values(|sample| series::key(&sample.name, &sample.labels));
    for (kind, parameters) in [
        (Kind::Udp, "datagram_size=600"),
        (Kind::Udp, "datagram_size=600&timestamps=server"),
        (Kind::Tcp, ""),
        (Kind::Tcp, "timestamps=server"),
    ] {
        let (payloads, pushed) = push("graphite", kind, parameters, SIZE);
        let is_stamped = !parameters.contains("server");
        matrix::assert_same(&values(&payloads, is_stamped), &expected, 0.0);
        let dropped = documented.dropped(pushed.pushes);
        assert_eq!(pushed.dropped, dropped, "{kind:?} {parameters}");
    }
}
