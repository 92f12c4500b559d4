//! What goes out, judged by Prometheus's own tool.

mod scrape;
mod shared;

use std::time::UNIX_EPOCH;

use crate::support::matrix;
use crate::support::odd::odd;
use crate::support::prometheus::{Verdict, check_metrics, create_blocks};
use crate::support::sent::{self, Sent};

#[test]
fn k23_check_metrics_takes_the_text_format() {
    for place in sent::TEXT {
        let text = Sent::by(place).text;
        match check_metrics(&text) {
            Verdict::Good => panic!("{place}: most metrics of it have no help"),
            Verdict::Lint(lines) => {
                let other = lines.iter().find(|line| !line.contains("no help text"));
                // Its own names are not those of a good job.
                let known =
                    |line: &&String| line.contains("matrix_large") || line.contains("abbreviated");
                assert!(other.is_none_or(|line| known(&line)), "{place}: {lines:#?}");
            }
            Verdict::Bad(why) => panic!("{place}: {why}"),
        }
    }
}

#[test]
fn k23_blocks_are_created_from_openmetrics() {
    // Prometheus has no label that is empty.
    let expected = matrix::expected(|sample| Some(sample.without_empty_labels()));
    for place in sent::OPENMETRICS {
        let before = UNIX_EPOCH.elapsed().unwrap().as_millis();
        let text = Sent::by(place).text;
        let after = UNIX_EPOCH.elapsed().unwrap().as_millis();
        if place.contains("timestamps=server") {
            assert!(create_blocks(&text).is_err(), "it wants timestamps");
            continue;
        }
        let blocks = create_blocks(&text).unwrap_or_else(|why| panic!("{place}: {why}"));
        let mut values = std::collections::BTreeMap::new();
        for (key, samples) in blocks {
            let [(time, value)] = samples[..] else {
                panic!("{key}: {samples:?}")
            };
            assert!(
                (before..=after).contains(&u128::try_from(time).unwrap()),
                "{key} at {time}"
            );
            values.insert(key, value);
        }
        matrix::assert_same(&values, &expected, 0.0);
    }
}

#[test]
fn k19_check_metrics_takes_odd_names_that_were_escaped() {
    for escaping in ["underscores", "dots", "values"] {
        let accept = format!("text/plain; version=1.0.0; escaping={escaping}");
        let (encoder, _) = ppc::expose::choose_encoder(&accept);
        let text = String::from_utf8(encoder.generate(&odd())).unwrap();
        if let Verdict::Bad(why) = check_metrics(&text) {
            panic!("{escaping}: {why}:\n{text}");
        }
    }
}
