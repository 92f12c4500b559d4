//! Every kind, text and number in the dialects that the server reads, as it has them.

use crate::support::documented::{self, is_total, statsd_rules};
use crate::support::matrix::{self, Sample};
use crate::support::statsd_lines::Reader;
use crate::support::statsd_server::{Names, Server};

/// The name and the labels in the order of the line, one written behind the other.
fn joined(sample: &Sample, before: char, between: char) -> String {
    let mut labels: Vec<_> = sample.labels.iter().collect();
    // A bucket's own label comes last.
    labels.sort_by_key(|(name, _)| *name == "le");
    let labels = labels
        .iter()
        .map(|(name, value)| format!("{name}{between}{value}"));
    let parts: Vec<String> = [sample.name.clone()].into_iter().chain(labels).collect();
    parts.join(&before.to_string())
}

/// Pushes everything, and compares what is there by what a line's key becomes.
#[track_caller]
fn check(reader: Reader, dialect: &str, key: impl Fn(&Sample) -> String) {
    for transport in ["udp", "tcp"] {
        for types in ["gauges", "native"] {
            let is_native = types == "native";
            let documented = documented::kept(statsd_rules(reader, is_native));
            // Over TCP the server takes each byte for a letter of seven bits.
            let letters = |text: &str| text.bytes().map(|byte| char::from(byte & 0x7F)).collect();
            let key = |sample: &Sample| match transport {
                "tcp" => key(&sample.clone().map_texts(letters)),
                _ => key(sample),
            };
            let (mut totals, mut levels) = (documented.values(key), documented.values(key));
            for sample in &documented.samples {
                let is_counter = is_native && is_total(&sample.name);
                let other = if is_counter { &mut levels } else { &mut totals };
                other.remove(&key(sample));
            }
            let server = Server::start_with(Names::AsSent);
            let address = server.address();
            let url = format!("statsd+{transport}://{address}?dialect={dialect}&types={types}");
            let pushed = matrix::push(&url);
            super::wait_for(&server, |server| server.gauges().len(), &levels.len());
            super::wait_for(&server, |server| server.counters().len(), &totals.len());
            matrix::assert_same(&server.counters(), &totals, 0.0);
            matrix::assert_same(&server.gauges(), &levels, 0.0);
            assert_eq!(pushed.dropped, documented.dropped(pushed.pushes), "{url}");
        }
    }
}

#[test]
fn k07_influx_tags_arrive_in_the_name() {
    check(Reader::Influx, "influx", |sample| joined(sample, ',', '='));
}

#[test]
fn f14_tags_of_datadog_arrive_as_tags() {
    check(Reader::DogStatsd, "dogstatsd", |sample| {
        // What those letters become in tags.
        let read = |text: &str| text.replace(';', "_").replace(',', ";");
        let sample = &sample.clone().map_texts(read);
        joined(sample, ';', '=')
    });
}

#[test]
fn f14_labels_arrive_as_parts_of_a_path() {
    check(Reader::Graphite, "graphite", |sample| {
        joined(sample, '.', '.')
    });
}

#[test]
fn f14_names_alone_arrive() {
    check(Reader::Plain, "plain", |sample| sample.name.clone());
}
