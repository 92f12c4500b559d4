//! Every kind, text and number as lines over UDP and TCP, as the server has them.

use std::thread;
use std::time::{Duration, Instant, UNIX_EPOCH};

use crate::support::documented::{self, Documented, Rules, graphite_rules};
use crate::support::matrix;
use crate::support::series;
use crate::support::victoria_metrics::Server;

/// As in `matrix.rs`.
const DIGITS: f64 = 1e-11;

/// The server keeps nothing so near to 0.
fn kept(rules: Rules) -> Documented {
    let mut kept = documented::kept(rules);
    for sample in &mut kept.samples {
        if sample.value.abs() < 1e-307 {
            sample.value = 0.0;
        }
    }
    kept
}

/// Pushes everything to `URL` with the server's address, and compares what is there.
#[track_caller]
fn check(scheme: &str, documented: &Documented, rest: &str) {
    let server = Server::start();
    let address = match scheme.split_once('+') {
        Some(("graphite", _)) => server.graphite_address(),
        _ => server.influx_address(),
    };
    let seconds = || i64::try_from(UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    let before = seconds();
    let pushed = matrix::push(&format!("{scheme}://{address}{rest}"));
    let expected = documented.values(|sample| series::key(&sample.name, &sample.labels));
    let started = Instant::now();
    // What was sent is stored a moment later.
    while server.last_values().len() < expected.len() && started.elapsed() < Duration::from_secs(10)
    {
        thread::sleep(Duration::from_millis(20));
    }
    matrix::assert_same(&server.last_values(), &expected, DIGITS);
    assert_eq!(server.all_invalid_rows(), 0, "{}", server.log());
    for (key, samples) in server.series() {
        // The clock by which the server stamps goes in whole seconds, and may be one behind.
        let now = (before - 1) * 1000..=(seconds() + 1) * 1000;
        let is_now = samples.iter().all(|(time, _)| now.contains(time));
        assert!(is_now, "{scheme}: {key} is {samples:?} within {now:?}");
    }
    assert_eq!(
        pushed.dropped,
        documented.dropped(pushed.pushes),
        "{scheme}"
    );
}

#[test]
fn f14_influx_lines_arrive_but_for_line_breaks_and_nan() {
    let documented = kept(Rules {
        value: Some(|value| value.replace('\n', "\\n")),
        has_infinities: true,
        adds_up: false,
    });
    check("influx+udp", &documented, "");
    check("influx+udp", &documented, "?datagram_size=600");
    check("influx+tcp", &documented, "");
    check("influx+tcp", &documented, "?timestamps=server");
}

#[test]
fn f14_graphite_lines_arrive_as_documented() {
    let documented = kept(graphite_rules());
    check("graphite+udp", &documented, "");
    check("graphite+udp", &documented, "?datagram_size=600");
    check("graphite+tcp", &documented, "");
    check("graphite+tcp", &documented, "?timestamps=server");
}
