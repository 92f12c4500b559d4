//! Every kind, text and number as Influx lines over each transport, read by the rules that
//! `VictoriaMetrics` publishes.

use std::collections::BTreeMap;

use super::{SIZE, push};
use crate::support::documented::{self, Rules};
use crate::support::matrix;
use crate::support::series::{self, Labels};
use crate::support::socket::Kind;

const RULES: Rules = Rules {
    value: Some(|value| value.replace('\n', "\\n")),
    has_infinities: true,
    adds_up: false,
};

/// Splits at each of these characters that has no backslash before it.
fn split(text: &str, at: char) -> Vec<&str> {
    let (mut parts, mut start, mut is_escaped) = (Vec::new(), 0, false);
    for (index, character) in text.char_indices() {
        if character == at && !is_escaped {
            parts.push(&text[start..index]);
            start = index + 1;
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    parts.push(&text[start..]);
    parts
}

fn unescaped(text: &str) -> String {
    let (mut out, mut characters) = (String::new(), text.chars().peekable());
    while let Some(character) = characters.next() {
        let is_escape =
            character == '\\' && characters.peek().is_some_and(|c| " ,=\\".contains(*c));
        out.extend(if is_escape {
            characters.next()
        } else {
            Some(character)
        });
    }
    out
}

/// What a server has after these payloads.
#[track_caller]
fn values(payloads: &[Vec<u8>]) -> BTreeMap<String, f64> {
    let mut values = BTreeMap::new();
    for payload in payloads {
        let text = std::str::from_utf8(payload).expect("it is text");
        for line in text.split_terminator('\n') {
            let [place, field, time] = split(line, ' ')[..] else {
                panic!("not three parts: {line:?}");
            };
            assert!(time.parse::<i64>().is_ok_and(|time| time > 0), "{line:?}");
            let tags = split(place, ',');
            let labels: Labels = tags[1..]
                .iter()
                .map(|tag| match split(tag, '=')[..] {
                    [name, value] => (unescaped(name), unescaped(value)),
                    _ => panic!("no tag: {tag:?}"),
                })
                .collect();
            let (field, value) = field.split_once('=').expect("a field");
            let name = match tags[0] {
                "" => field.to_owned(),
                measurement => format!("{measurement}_{field}"),
            };
            values.insert(
                series::key(&name, &labels),
                value.parse().expect("a number"),
            );
        }
    }
    values
}

#[test]
fn f14_influx_arrives_as_documented_over_each_transport() {
    let documented = documented::kept(RULES);
    let expected = documented.values(|sample| series::key(&sample.name, &sample.labels));
    for (kind, parameters, size) in [
        (Kind::Udp, "datagram_size=600", SIZE),
        (Kind::UnixDatagram, "datagram_size=600", SIZE),
        (Kind::UnixDatagram, "socket=datagram", 8192),
        (Kind::UnixStream, "socket=stream", SIZE),
        (Kind::UnixStream, "", SIZE),
        (Kind::Tcp, "", SIZE),
    ] {
        let (payloads, pushed) = push("influx", kind, parameters, size);
        matrix::assert_same(&values(&payloads), &expected, 0.0);
        let dropped = documented.dropped(pushed.pushes);
        assert_eq!(pushed.dropped, dropped, "{kind:?} {parameters}");
    }
}
