//! Streams: the final values are exact, and the changes before them are there as well.

use std::thread;
use std::time::Duration;

use ppc::{Counter, Destination, Gauge, Histogram, Push, Registry};

use crate::support::victoria_metrics::Server;

const EACH: usize = 500;

fn check(scheme: &str) {
    let (server, registry) = (Server::start(), Registry::new());
    let url = format!("{scheme}://{}", server.influx_address());
    let jobs = Counter::builder("stream_jobs").label_names(["q"]);
    let jobs = jobs.register(&registry).unwrap();
    let level = Gauge::builder("stream_level").register(&registry).unwrap();
    let sizes = Histogram::builder("stream_size").buckets([1, 2]);
    let sizes = sizes.register(&registry).unwrap();
    let totals = [jobs.labels(("a",)).unwrap(), jobs.labels(("b",)).unwrap()];
    let push = Push::to(url.parse::<Destination>().unwrap()).registry(&registry);
    push.environment(false).stream(true).run(|| {
        thread::scope(|scope| {
            for total in &totals {
                scope.spawn(|| {
                    for n in 0..EACH {
                        total.inc();
                        sizes.observe(n % 3);
                        level.inc();
                        // The server keeps milliseconds.
                        thread::sleep(Duration::from_micros(500));
                    }
                });
            }
        });
    });
    // Each change, the values at the start and those at the end: of two counters, a gauge and the
    // five series of a histogram, of which an observation changes its buckets, count and sum.
    let [zeros, ones, twos] = [EACH.div_ceil(3), (EACH + 1) / 3, EACH / 3].map(|part| 2 * part);
    let of_buckets = 3 * (zeros + ones) + 2 * twos;
    let rows = 2 * EACH * (1 + 1 + 2) + of_buckets + 2 * 8;
    server.wait_for_rows(rows as u64, Duration::from_secs(20));
    assert_eq!(
        (server.invalid_rows(), server.inserted_rows()),
        (0, rows as u64)
    );
    let series = server.series();
    let sum: usize = (0..EACH).map(|n| 2 * (n % 3)).sum();
    for (key, last) in [
        (r#"stream_jobs_total{q="a"}"#, EACH),
        (r#"stream_jobs_total{q="b"}"#, EACH),
        ("stream_level", 2 * EACH),
        (r#"stream_size_bucket{le="1.0"}"#, zeros + ones),
        (r#"stream_size_bucket{le="2.0"}"#, 2 * EACH),
        (r#"stream_size_bucket{le="+Inf"}"#, 2 * EACH),
        ("stream_size_count", 2 * EACH),
        ("stream_size_sum", sum),
    ] {
        let values: Vec<f64> = series[key].iter().map(|(_, value)| *value).collect();
        assert_eq!(values.last(), Some(&(last as f64)), "{key}");
        // Those within a millisecond are one there.
        assert!(
            values.len() > EACH / 10,
            "{key} has {} values",
            values.len()
        );
        // In no order.
        let mut samples = series[key].clone();
        samples.sort_by(|a, b| a.partial_cmp(b).unwrap());
        let falls = samples.windows(2).find(|pair| pair[0].1 > pair[1].1);
        assert_eq!(falls, None, "{key} never falls");
    }
}

#[test]
fn k02_changes_over_udp_are_there_and_the_final_values_exact() {
    check("influx+udp");
}

#[test]
fn k02_changes_over_tcp_are_there_and_the_final_values_exact() {
    check("influx+tcp");
}
