//! Families of other registries, as they are told again and again.

use std::time::{Duration, Instant};

use crate::{
    Counter, Exemplar, FamilySnapshot, Gauge, Kind, Mirror, MirrorReading, Mirrored,
    MirroredBucket, Registry, Snapshot, Value,
};

fn gather(mirror: &Mirror) -> Snapshot {
    let mut snapshot = Snapshot::new();
    mirror.gather_into(&mut snapshot);
    snapshot
}

fn told(mirror: &mut Mirror, tell: impl FnOnce(&mut MirrorReading<'_>)) -> Snapshot {
    let mut reading = mirror.read();
    tell(&mut reading);
    reading.finish();
    gather(mirror)
}

/// Each series: the family's name, the labels, id, life and words.
type Seen = (String, Vec<(String, String)>, u64, u64, Vec<u64>);

fn seen(snapshot: &Snapshot) -> Vec<Seen> {
    let mut all = Vec::new();
    for family in snapshot.families() {
        let name = family.descriptor().names().family();
        for series in family.series() {
            let labels = series
                .labels()
                .map(|(name, value)| (name.into(), value.into()));
            let (id, life) = (series.id(), series.life());
            all.push((
                name.into(),
                labels.collect(),
                id,
                life,
                series.words().to_vec(),
            ));
        }
    }
    all
}

fn number(value: f64) -> Mirrored<'static> {
    Mirrored::Number(value, None)
}

#[test]
fn series_are_known_again_in_any_order_and_gone_when_they_are_not_told() {
    let mut mirror = Mirror::new();
    let tell = |queues: &'static [&'static str]| {
        move |reading: &mut MirrorReading<'_>| {
            reading.family(Kind::Counter, "jobs_total", "Jobs.", "");
            for queue in queues {
                reading.series(&[("queue", queue)], number(1.0));
            }
        }
    };
    let first = seen(&told(&mut mirror, tell(&["a", "b", "c"])));
    let ids: Vec<u64> = first.iter().map(|series| series.2).collect();
    assert!(ids.is_sorted_by(|a, b| a < b));
    let again = seen(&told(&mut mirror, tell(&["c", "a", "b"])));
    assert_eq!(again, first, "they stay in their order");
    let fewer = seen(&told(&mut mirror, tell(&["c", "a"])));
    assert_eq!(fewer, [first[0].clone(), first[2].clone()]);
    let back = seen(&told(&mut mirror, tell(&["b", "a"])));
    assert_eq!(back.len(), 2);
    assert!(back[1].2 > ids[2], "it is a new series");
    assert_eq!(seen(&told(&mut mirror, |_| {})), []);
}

#[test]
fn a_total_that_falls_begins_another_life() {
    let mut mirror = Mirror::new();
    let mut lives = |kind, values: &[f64]| {
        let tell = |value: f64| {
            move |reading: &mut MirrorReading<'_>| {
                reading.family(kind, "x", "", "");
                reading.series(&[], number(value));
            }
        };
        let lives = values
            .iter()
            .map(|value| seen(&told(&mut mirror, tell(*value)))[0].3);
        lives.collect::<Vec<_>>()
    };
    let counter = lives(Kind::Counter, &[1.0, 1.0, 2.0, 1.5, 3.0]);
    assert!(counter[0] == counter[1] && counter[1] == counter[2]);
    assert!(counter[3] > counter[2] && counter[4] == counter[3]);
    let gauge = lives(Kind::Gauge, &[1.0, -1.0]);
    assert_eq!(gauge[0], gauge[1]);

    let mut histogram = |counts: [u64; 2], sum| {
        let snapshot = told(&mut mirror, |reading| {
            reading.family(Kind::Histogram, "h", "", "");
            let bucket = |le, bound, count| MirroredBucket {
                le,
                bound,
                count,
                exemplar: None,
            };
            let buckets = [
                bucket("1", 1.0, counts[0]),
                bucket("+Inf", f64::INFINITY, counts[1]),
            ];
            reading.series(
                &[],
                Mirrored::Histogram {
                    buckets: &buckets,
                    sum,
                },
            );
        });
        seen(&snapshot)[0].3
    };
    let first = histogram([1, 1], 3.0);
    assert_eq!(histogram([1, 2], -3.0), first, "a sum may fall");
    assert!(histogram([0, 5], 9.0) > first);
}

#[test]
fn series_of_other_labels_and_bounds_stand_in_one_family() {
    let mut mirror = Mirror::new();
    let exemplar = Exemplar::new([("trace", "x")], 0.5, None).unwrap();
    let snapshot = told(&mut mirror, |reading| {
        reading.family(Kind::Histogram, "h", "Help.", "");
        for (labels, le, bound) in [
            (&[("a", "1")][..], "0.5", 0.5),
            (&[("b", "1")], "0.5", 0.5),
            (&[("a", "2")], "5e-1", 0.5),
            (&[("a", "2")], "0.5", 0.5),
        ] {
            let buckets = [
                MirroredBucket {
                    le,
                    bound,
                    count: 1,
                    exemplar: Some(&exemplar),
                },
                MirroredBucket {
                    le: "+Inf",
                    bound: f64::INFINITY,
                    count: 2,
                    exemplar: None,
                },
            ];
            reading.series(
                labels,
                Mirrored::Histogram {
                    buckets: &buckets,
                    sum: 4.0,
                },
            );
        }
    });
    assert_eq!(snapshot.faults().len(), 0);
    let shapes: Vec<usize> = snapshot
        .families()
        .map(|family| family.series().len())
        .collect();
    assert_eq!(shapes, [2, 1, 1]);
    for series in snapshot.families().flat_map(FamilySnapshot::series) {
        let Value::Histogram(histogram) = series.value() else {
            panic!("it is a histogram")
        };
        assert_eq!((histogram.count(), histogram.sum()), (3, 4.0));
        let exemplars: Vec<_> = histogram.exemplars().collect();
        assert_eq!(exemplars, [Some(&exemplar), None]);
        assert_eq!(exemplar.timestamp(), None);
    }
    let le = |family: usize| {
        let family = snapshot.families().nth(family).unwrap();
        family
            .descriptor()
            .buckets()
            .le()
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!((le(0), le(2)), ("0.5".to_owned(), "5e-1".to_owned()));
}

#[test]
fn names_are_kept_and_spelled_for_every_wire() {
    let mut mirror = Mirror::new();
    let snapshot = told(&mut mirror, |reading| {
        reading.family(Kind::Counter, "http.requests", "", "");
        reading.series(&[("url.path", "/"), ("ü", "")], number(1.0));
        reading.family(Kind::Counter, "plain", "", "");
        reading.series(&[], number(1.0));
        reading.family(Kind::Info, "9build_info", "", "");
        reading.series(&[("version", "1")], Mirrored::Info);
        reading.family(Kind::StateSet, "my.state", "", "");
        reading.series(&[], Mirrored::States(&[("on", true), ("off", false)]));
        reading.family(Kind::Summary, "s", "", "seconds");
        let quantiles = &[("0.5", 0.5, 7.0)][..];
        reading.series(
            &[],
            Mirrored::Summary {
                quantiles,
                count: 3,
                sum: f64::NAN,
            },
        );
    });
    assert_eq!(snapshot.faults().len(), 0);
    let names = |family: usize| {
        let descriptor = snapshot.families().nth(family).unwrap().descriptor();
        let spelled = descriptor.spelling().unwrap().names();
        (
            descriptor.names().family().to_owned(),
            descriptor.names().sample(0).to_owned(),
            spelled.family().to_owned(),
            spelled.sample(0).to_owned(),
        )
    };
    let of = |names: [&str; 4]| {
        let [one, two, three, four] = names.map(str::to_owned);
        (one, two, three, four)
    };
    let dotted = [
        "http_requests",
        "http_requests",
        "http.requests",
        "http.requests",
    ];
    assert_eq!(names(0), of(dotted));
    assert_eq!(names(1), of(["plain"; 4]));
    assert_eq!(
        names(2),
        of(["_build", "_build_info", "9build", "9build_info"])
    );
    assert_eq!(
        names(3),
        of(["my_state", "my_state", "my.state", "my.state"])
    );
    let labels: Vec<_> = snapshot
        .families()
        .next()
        .unwrap()
        .descriptor()
        .label_names()
        .collect();
    assert_eq!(labels, ["url_path", "_"]);
}

#[test]
fn what_cannot_be_shown_is_said() {
    let mut mirror = Mirror::new();
    let snapshot = told(&mut mirror, |reading| {
        reading.family(Kind::Counter, "a_total", "", "");
        reading.series(&[], number(1.0));
        reading.series(&[], number(2.0));
        reading.series(&[("x.y", "1"), ("x_y", "2")], number(1.0));
        reading.series(&[("x", "1")], number(-1.0));
        reading.series(&[("x", "2")], Mirrored::Info);
        reading.family(Kind::Gauge, "a.total", "", "");
        reading.series(&[], number(1.0));
        reading.family(Kind::Gauge, "", "", "");
        reading.series(&[], number(1.0));
        reading.family(Kind::Histogram, "h", "", "");
        reading.series(
            &[],
            Mirrored::Histogram {
                buckets: &[],
                sum: 0.0,
            },
        );
    });
    let expected = [
        "a series of `a_total` is there twice",
        "invalid label `x_y` of metric `a_total`: it stands there twice, or differs only in characters \
         that are replaced",
        "`a_total`: a counter is a number that is not negative",
        "`a_total`: its value is of another kind than the family",
        "`a.total` and `a_total` have a name in common",
        "invalid metric name ``: a name has at least one character",
        "`h`: the last bucket of a histogram is that of `+Inf`",
    ];
    assert_eq!(snapshot.faults().collect::<Vec<_>>(), expected);
    assert_eq!(snapshot.series_count(), 1);
}

#[test]
fn families_of_two_sources_are_one_only_once() {
    let mut mirror = Mirror::new();
    drop(told(&mut mirror, |reading| {
        reading.family(Kind::Gauge, "jobs", "", "");
        reading.series(&[], number(1.0));
        reading.series(&[("a", "b")], number(1.0));
    }));
    let registry = Registry::new();
    Counter::builder("jobs").register(&registry).unwrap().inc();
    let mut snapshot = registry.gather();
    mirror.gather_into(&mut snapshot);
    assert_eq!(snapshot.series_count(), 1);
    let left_out: Vec<_> = snapshot
        .left_out()
        .map(|left| left.names().family())
        .collect();
    assert_eq!(left_out, ["jobs"]);
    let mut snapshot = gather(&mirror);
    registry.gather_into(&mut snapshot);
    assert_eq!((snapshot.series_count(), snapshot.left_out().len()), (2, 1));
}

#[test]
fn what_open_metrics_calls_a_total_is_the_name_of_nothing_else() {
    let mut mirror = Mirror::new();
    let snapshot = told(&mut mirror, |reading| {
        reading.family(Kind::Counter, "jobs", "", "");
        reading.series(&[], number(1.0));
        reading.family(Kind::Gauge, "jobs_total", "", "");
        reading.series(&[], number(2.0));
    });
    assert_eq!((snapshot.series_count(), snapshot.faults().len()), (1, 1));

    let registry = Registry::new();
    Gauge::builder("jobs_total").register(&registry).unwrap();
    let mut snapshot = registry.gather();
    mirror.gather_into(&mut snapshot);
    assert_eq!((snapshot.series_count(), snapshot.left_out().len()), (1, 1));
}

#[test]
fn what_is_of_thousands_takes_no_square_of_the_time() {
    const MANY: usize = 20_000;
    let started = Instant::now();
    let names: Vec<String> = (0..MANY).map(|index| format!("x{index}")).collect();
    let mut mirror = Mirror::new();
    // As many families, of which a second reading says something else, with one source before them.
    for help in ["one", "other"] {
        let snapshot = told(&mut mirror, |reading| {
            for name in &names {
                reading.family(Kind::Gauge, name, help, "");
                reading.series(&[], number(1.0));
            }
        });
        assert_eq!(snapshot.series_count(), MANY);
    }
    let mut before = Mirror::new();
    let mut snapshot = told(&mut before, |reading| {
        for name in &names {
            reading.family(Kind::Gauge, &format!("before_{name}"), "", "");
            reading.series(&[], number(1.0));
        }
    });
    mirror.gather_into(&mut snapshot);
    assert_eq!(snapshot.series_count(), 2 * MANY);
    // As many label sets of one family, and as many labels of one series.
    let snapshot = told(&mut mirror, |reading| {
        reading.family(Kind::Gauge, "x", "", "");
        for name in names.iter().chain(&names[..1]) {
            reading.series(&[(name, "")], number(1.0));
        }
        let labels: Vec<(&str, &str)> = names.iter().map(|name| (&**name, "")).collect();
        for _ in 0..3 {
            reading.series(&labels, number(1.0));
        }
    });
    assert_eq!(snapshot.series_count(), MANY);
    assert_eq!(snapshot.faults().len(), 4);
    // It takes a second without optimisation; the square of it is minutes.
    assert!(started.elapsed() < Duration::from_mins(1));
}

#[test]
fn a_shape_is_found_again_when_those_before_it_are_gone() {
    let mut mirror = Mirror::new();
    let mut tell = |labels: &[&str]| {
        let snapshot = told(&mut mirror, |reading| {
            reading.family(Kind::Histogram, "h", "", "");
            for label in labels {
                let bucket = |le, bound| MirroredBucket {
                    le,
                    bound,
                    count: 1,
                    exemplar: None,
                };
                let buckets = [bucket("1.0", 1.0), bucket("+Inf", f64::INFINITY)];
                let (buckets, sum) = (&buckets[..], 1.0);
                reading.series(&[(label, "")], Mirrored::Histogram { buckets, sum });
            }
        });
        let ids = seen(&snapshot).into_iter().map(|series| series.2);
        ids.collect::<Vec<_>>()
    };
    let all = tell(&["a", "b", "c"]);
    assert_eq!(tell(&["c", "b"]), [all[1], all[2]]);
    assert_eq!(tell(&["b"]), [all[1]]);
    let back = tell(&["a", "b"]);
    assert!(back[0] == all[1] && back[1] > all[2], "{back:?}");
}

#[test]
fn what_could_not_be_read_is_not_gone() {
    let mut mirror = Mirror::new();
    let mut snapshot = Snapshot::new();
    mirror.gather_fault("not yet there", &mut snapshot);
    assert!(snapshot.is_complete() && snapshot.faults().len() == 1);
    told(&mut mirror, |reading| {
        reading.family(Kind::Counter, "jobs", "", "");
        reading.series(&[], number(1.0));
    });
    mirror.gather_fault("not this time", &mut snapshot);
    assert!(!snapshot.is_complete() && snapshot.series_count() == 0);
}

#[test]
fn series_whose_labels_are_the_same_on_the_wire_are_one() {
    let count = |all: &[[&str; 2]]| {
        let snapshot = told(&mut Mirror::new(), |reading| {
            reading.family(Kind::Gauge, "x", "", "");
            for [one, other] in all {
                reading.series(&[(one, "1"), (other, "1")], number(1.0));
            }
        });
        (snapshot.series_count(), snapshot.faults().len())
    };
    assert_eq!(count(&[["a.b", "c"], ["a_b", "c"]]), (1, 1));
    assert_eq!(count(&[["a_b", "c"], ["c", "a-b"]]), (1, 1));
    assert_eq!(count(&[["a.b", "c"], ["a.c", "c"]]), (2, 0));
}

#[test]
fn another_help_or_unit_is_no_other_life() {
    let mut mirror = Mirror::new();
    let mut tell = |help: &str, unit: &str| {
        told(&mut mirror, |reading| {
            reading.family(Kind::Counter, "jobs_total", help, unit);
            reading.series(&[("queue", "a")], number(5.0));
        })
    };
    let before = seen(&tell("Jobs.", ""));
    let after = tell("All jobs.", "jobs");
    assert_eq!(seen(&after), before);
    let family = after.families().next().unwrap().descriptor();
    assert_eq!((family.help(), family.unit()), ("All jobs.", "jobs"));
}
