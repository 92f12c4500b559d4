//! Streams: every change is sent, and nothing else is.

mod ends;
mod exact;
mod floods;
mod kinds;
mod measured;
mod native;
mod processes;
mod series;
mod sockets;
mod statsd;
mod taken_over;
mod together;
mod ways;

use std::ops::RangeInclusive;

use ppc::{Destination, Push, Registry};

use crate::support::udp::Recorder;

/// A stream of this registry, and nothing beside.
fn stream(registry: &Registry, to: impl Into<Destination>) -> Push {
    Push::to(to)
        .registry(registry)
        .environment(false)
        .stream(true)
}

/// The values that the lines of a series have, in the order in which they came; its name and labels
/// are what stands before `number`.
fn values<'a>(lines: &'a [String], before: &str, behind: &str) -> Vec<&'a str> {
    let number = |line: &'a String| line.strip_prefix(before)?.strip_suffix(behind);
    lines.iter().filter_map(number).collect()
}

/// How changes are written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Format {
    Influx,
    /// StatsD, everything as gauges.
    Gauges,
    /// StatsD, counters and observations as they are.
    Native,
}

impl Format {
    const ALL: [Self; 3] = [Self::Influx, Self::Gauges, Self::Native];

    /// The destination of a place, such as `udp://127.0.0.1:8125`.
    fn to(self, place: &str) -> Destination {
        let url = match self {
            Self::Influx => format!("influx+{place}"),
            Self::Gauges => format!("statsd+{place}"),
            Self::Native => format!("statsd+{place}?types=native"),
        };
        url.parse().unwrap()
    }

    /// A stream of this registry to a socket that records.
    fn stream(self, registry: &Registry, to: &Recorder) -> Push {
        stream(registry, self.to(&format!("udp://{}", to.address())))
    }

    /// The values of a sample, whose name is split at its last `_`; its labels are `,name=value`.
    fn sample<'a>(self, lines: &'a [String], name: &str, labels: &str) -> Vec<&'a str> {
        let (measurement, field) = name.rsplit_once('_').unwrap();
        match self {
            Self::Influx => values(lines, &format!("{measurement}{labels} {field}="), ""),
            Self::Gauges => values(lines, &format!("{name}{labels}:"), "|g"),
            Self::Native => {
                let before = format!("{name}{labels}:");
                let found = ["|c", "|g", "|h"].map(|letter| values(lines, &before, letter));
                found.into_iter().flatten().collect()
            }
        }
    }

    /// What is sent of a counter that had a total, and is incremented so many times.
    fn increments(self, before: usize, times: usize) -> Vec<String> {
        if self == Self::Native {
            let each = std::iter::repeat_n("1".to_owned(), times);
            return std::iter::once(before.to_string()).chain(each).collect();
        }
        let mut expected = numbers(before..=before + times);
        expected.push((before + times).to_string());
        expected
    }
}

/// The numbers from a first to a last one.
fn numbers(numbers: RangeInclusive<usize>) -> Vec<String> {
    numbers.map(|number| number.to_string()).collect()
}

/// Says where two lists differ first, not what is in them.
#[track_caller]
fn assert_same(found: &[&str], expected: &[impl AsRef<str>]) {
    let expected: Vec<&str> = expected.iter().map(AsRef::as_ref).collect();
    let differ = found.iter().zip(&expected).position(|(a, b)| a != b);
    let at = differ.unwrap_or(found.len().min(expected.len()));
    assert_eq!(
        (found.get(at), found.len()),
        (expected.get(at), expected.len()),
        "at {at}"
    );
}
