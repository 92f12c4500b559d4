//! Families of another registry, with names and labels as odd as they may be.

use ppc::{Exemplar, Kind, Mirror, MirrorReading, Mirrored, MirroredBucket, Snapshot, Source};

/// A source of what was mirrored once.
pub(crate) struct Odd(pub(crate) Mirror);

impl Source for Odd {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        self.0.gather_into(snapshot);
    }
}

/// Quotes in an exemplar in pairs: an odd number is more than the parser can read.
fn histogram(
    reading: &mut MirrorReading<'_>,
    labels: &[(&str, &str)],
    le: &str,
    bound: f64,
    sum: f64,
) {
    let exemplar = Exemplar::new([("trace_id", "\"x\"")], 0.25, None).unwrap();
    let buckets = [
        MirroredBucket {
            le,
            bound,
            count: 2,
            exemplar: Some(&exemplar),
        },
        MirroredBucket {
            le: "+Inf",
            bound: f64::INFINITY,
            count: 1,
            exemplar: None,
        },
    ];
    reading.series(
        labels,
        Mirrored::Histogram {
            buckets: &buckets,
            sum,
        },
    );
}

/// Every kind, under names that are legal nowhere but in quotes.
pub(crate) fn odd() -> Odd {
    let mut mirror = Mirror::new();
    let mut reading = mirror.read();
    let value = "\\x\n\"";
    reading.family(
        Kind::Counter,
        "dotted.counter_total",
        "It \\ \"counts\".\n",
        "",
    );
    let exemplar =
        Exemplar::new([("a", "b")], 1.0, std::time::Duration::from_millis(123_456)).unwrap();
    reading.series(&[], Mirrored::Number(1.0, Some(&exemplar)));
    reading.series(
        &[("http.path", value), ("plain", "")],
        Mirrored::Number(2.5, None),
    );
    reading.family(Kind::Counter, "without suffix", "", "");
    reading.series(&[("a ü", "ü")], Mirrored::Number(3.0, None));
    reading.family(Kind::Gauge, "9 \"lives\"", "", "");
    reading.series(&[], Mirrored::Number(f64::NEG_INFINITY, None));
    reading.family(Kind::Unknown, "un.known", "", "");
    reading.series(&[("le", "1")], Mirrored::Number(-1.5, None));
    reading.family(Kind::Histogram, "req.duration_seconds", "Time.", "seconds");
    histogram(&mut reading, &[("a.b", "1")], "0.5", 0.5, 2.0);
    histogram(&mut reading, &[("c", "1")], "0.5", 0.5, 3.0);
    histogram(&mut reading, &[("c", "2")], "2.0", 2.0, f64::NAN);
    reading.family(Kind::Summary, "sum.mary", "", "");
    let quantiles = [("0.5", 0.5, 0.1), ("0.9", 0.9, f64::NAN)];
    reading.series(
        &[],
        Mirrored::Summary {
            quantiles: &quantiles,
            count: 7,
            sum: 1.5,
        },
    );
    reading.family(Kind::Info, "build.x_info", "", "");
    reading.series(&[("version.number", "1")], Mirrored::Info);
    reading.family(Kind::StateSet, "my.state", "", "");
    reading.series(&[], Mirrored::States(&[("on", true), ("off", false)]));
    reading.finish();
    let odd = Odd(mirror);
    assert_eq!(odd.gather().faults().collect::<Vec<_>>(), [""; 0]);
    odd
}
