//! What is told, and when it is told again.

use std::time::{Duration, Instant};

use ppc_core::{
    Counter, Gauge, Histogram, Kind, LabelSet, Merge, Mirror, Mirrored, MirroredBucket, Registry,
    Source, Summary, removals,
};

use super::*;
use crate::batch::remembered;

fn settings() -> BatchSettings {
    BatchSettings {
        ttl: Some(Duration::from_secs(90)),
        lease: Duration::from_secs(30),
        instance: "host:1".to_owned(),
        removals_after: removals::want(),
    }
}

fn encoder() -> Batches {
    Batches::new(settings(), "w".to_owned())
}

/// An encoding, some seconds after the epoch.
fn encode(encoder: &mut Batches, registry: &Registry, seconds: u64) -> String {
    let mut snapshot = Snapshot::new();
    snapshot.start(Duration::from_secs(seconds));
    Source::gather_into(registry, &mut snapshot);
    let mut out = Vec::new();
    let omitted = encoder.encode(&snapshot, &LabelSet::new(), &mut out);
    assert_eq!(omitted, Omitted::default());
    String::from_utf8(out).unwrap()
}

/// The lines that are none of heads.
fn lines(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

fn told(encoder: &mut Batches, registry: &Registry, seconds: u64) -> Vec<String> {
    let text = encode(encoder, registry, seconds);
    encoder.delivered(0..text.len());
    lines(&text).into_iter().map(str::to_owned).collect()
}

#[test]
fn what_came_on_top_is_told_and_nothing_else() {
    let registry = Registry::new();
    let jobs = Counter::builder("jobs")
        .label_names(["b", "a"])
        .register(&registry)
        .unwrap();
    let size = Summary::builder("size").register(&registry).unwrap();
    let time = Histogram::builder("time")
        .buckets([1.0, 2.5])
        .register(&registry)
        .unwrap();
    let mut encoder = encoder();
    jobs.labels(("y z", "")).unwrap().inc_by(3);
    size.observe(2);
    time.observe(0.5);
    // By the names of the labels, whatever their order is here.
    let first = told(&mut encoder, &registry, 1);
    assert_eq!(first, ["+3\t\\e\ty\\sz", "+2 1\t", "+0.5 1 0 0\t"]);
    jobs.labels(("y z", "")).unwrap().inc();
    time.observe(100);
    let second = told(&mut encoder, &registry, 2);
    assert_eq!(second, ["+1\t\\e\ty\\sz", "+100 0 0 1\t"]);
    assert!(told(&mut encoder, &registry, 3).is_empty());
}

#[test]
fn what_is_not_delivered_goes_again_as_it_was() {
    let registry = Registry::new();
    let jobs = Counter::builder("jobs").register(&registry).unwrap();
    let mut encoder = encoder();
    jobs.inc();
    let first = encode(&mut encoder, &registry, 1);
    assert!(
        first.starts_with("#1 0 0 90000 30000 w host:1 jobs counter;;;last "),
        "{first}"
    );
    jobs.inc_by(2);
    assert_eq!(encode(&mut encoder, &registry, 2), first);
    encoder.begin_last();
    let last = encode(&mut encoder, &registry, 3);
    assert!(last.starts_with(&first), "{last}");
    assert!(
        last[first.len()..].starts_with("#2 1 1 "),
        "behind the first: {last}"
    );
    encoder.delivered(0..first.len());
    let third = encode(&mut encoder, &registry, 3);
    // Nothing is known to be missing before it.
    assert!(third.starts_with("#2 0 1 "), "{third}");
    assert_eq!(lines(&third), ["+2\t"]);
    encoder.delivered(0..third.len());
    assert_eq!(encode(&mut encoder, &registry, 4), "");
    assert_eq!(encoder.kept, 0);
}

#[test]
fn a_part_that_arrived_is_not_told_again() {
    let registry = Registry::new();
    for name in ["a", "b"] {
        Counter::builder(name).register(&registry).unwrap().inc();
    }
    let mut encoder = encoder();
    let text = encode(&mut encoder, &registry, 1);
    let second = text.rfind('#').unwrap();
    encoder.delivered(second..text.len() - 1);
    let again = encode(&mut encoder, &registry, 2);
    assert_eq!(again, text[..second]);
}

#[test]
fn while_too_much_waits_nothing_is_added_and_nothing_is_lost() {
    let registry = Registry::new();
    let jobs = Counter::builder("jobs")
        .label_names(["id"])
        .register(&registry)
        .unwrap();
    let long = "x".repeat(1 << 20);
    for id in 0..12 {
        jobs.labels((format!("{long}{id}"),)).unwrap().inc();
    }
    let mut encoder = encoder();
    let first = encode(&mut encoder, &registry, 1);
    assert!(encoder.is_full());
    jobs.labels(("new",)).unwrap().inc();
    assert_eq!(encode(&mut encoder, &registry, 2), first);
    encoder.delivered(0..first.len());
    assert_eq!(told(&mut encoder, &registry, 3), ["+1\tnew"]);
}

#[test]
fn what_is_gone_before_it_could_be_told_is_counted() {
    let registry = Registry::new();
    let jobs = Counter::builder("jobs")
        .label_names(["id"])
        .register(&registry)
        .unwrap();
    jobs.labels(("x".repeat(MUCH + 1),)).unwrap().inc();
    let mut encoder = encoder();
    encode(&mut encoder, &registry, 1);
    jobs.labels(("brief",)).unwrap().inc();
    encode(&mut encoder, &registry, 2);
    jobs.remove(("brief",)).unwrap();
    let (mut snapshot, mut out) = (Snapshot::new(), Vec::new());
    snapshot.start(Duration::from_secs(3));
    Source::gather_into(&registry, &mut snapshot);
    let omitted = encoder.encode(&snapshot, &LabelSet::new(), &mut out);
    assert_eq!(omitted.outdated, 1);
}

#[test]
fn what_nothing_happens_to_is_told_to_be_there() {
    let registry = Registry::new();
    Counter::builder("jobs").register(&registry).unwrap().inc();
    Gauge::builder("level").register(&registry).unwrap().set(5);
    let mut encoder = encoder();
    assert_eq!(told(&mut encoder, &registry, 100), ["+1\t", "=5\t"]);
    assert!(told(&mut encoder, &registry, 129).is_empty());
    assert_eq!(told(&mut encoder, &registry, 130), ["~\t", "~\t"]);
    assert!(told(&mut encoder, &registry, 131).is_empty());
    // After all of its time it may be over there.
    assert_eq!(told(&mut encoder, &registry, 220), ["~\t", "~5\t"]);
    // A clock that was set back.
    assert_eq!(told(&mut encoder, &registry, 10), ["~\t", "~5\t"]);
}

#[test]
fn what_goes_with_the_process_is_told_again_and_taken_back() {
    let registry = Registry::new();
    let running = Gauge::builder("running")
        .merge(Merge::Sum)
        .live()
        .register(&registry)
        .unwrap();
    let peak = Gauge::builder("peak")
        .merge(Merge::Max)
        .register(&registry)
        .unwrap();
    running.set(2);
    peak.set(7);
    let mut encoder = encoder();
    assert_eq!(told(&mut encoder, &registry, 100), ["@2\t", "@7\t"]);
    assert!(told(&mut encoder, &registry, 109).is_empty());
    assert_eq!(
        told(&mut encoder, &registry, 110),
        ["@2\t"],
        "a third of the lease"
    );
    encoder.begin_last();
    assert_eq!(told(&mut encoder, &registry, 111), ["@\t"]);
    encoder.begin_again(settings());
    assert_eq!(told(&mut encoder, &registry, 112), ["@2\t"]);
}

#[test]
fn f27_what_is_removed_is_removed_there() {
    let registry = Registry::new();
    let jobs = Counter::builder("jobs")
        .label_names(["id"])
        .register(&registry)
        .unwrap();
    let mut encoder = encoder();
    for id in ["a", "b"] {
        jobs.labels((id,)).unwrap().inc_by(2);
    }
    told(&mut encoder, &registry, 1);
    jobs.remove(("a",)).unwrap();
    assert_eq!(told(&mut encoder, &registry, 2), ["-\ta"]);
    jobs.labels(("b",)).unwrap().inc();
    jobs.remove(("b",)).unwrap();
    jobs.labels(("b",)).unwrap().inc_by(5);
    assert_eq!(told(&mut encoder, &registry, 3), ["-\tb", "+5\tb"]);
    jobs.clear();
    assert_eq!(told(&mut encoder, &registry, 4), ["!\t"]);
}

#[test]
fn f12_a_forked_child_tells_nothing_that_other_registries_said_before() {
    let (mut mirror, mut encoder) = (Mirror::new(), encoder().inherits(true));
    let registry = Registry::new();
    // Ours begin from zero in a child, so what they say is the child's own.
    Counter::builder("own").register(&registry).unwrap().inc();
    let mut told = |seconds, jobs, level, version| {
        let mut reading = mirror.read();
        reading.family(Kind::Counter, "jobs_total", "", "");
        reading.series(&[], Mirrored::Number(jobs, None));
        reading.family(Kind::Gauge, "level", "", "");
        reading.series(&[], Mirrored::Number(level, None));
        reading.family(Kind::Info, "build", "", "");
        reading.series(&[("version", version)], Mirrored::Info);
        reading.finish();
        let (mut snapshot, mut out) = (Snapshot::new(), Vec::new());
        snapshot.start(Duration::from_secs(seconds));
        Source::gather_into(&registry, &mut snapshot);
        mirror.gather_into(&mut snapshot);
        encoder.encode(&snapshot, &LabelSet::new(), &mut out);
        encoder.delivered(0..out.len());
        let text = String::from_utf8(out).unwrap();
        lines(&text)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(told(1, 10.0, 5.0, "1"), ["+1\t"]);
    assert_eq!(told(2, 11.0, 5.0, "1"), ["+1\t"]);
    assert_eq!(told(3, 11.0, 6.0, "2"), ["=6\t", "=\tversion\t2"]);
}

#[test]
fn f27_what_was_removed_before_is_not_removed_there() {
    let registry = Registry::new();
    let jobs = Counter::builder("jobs")
        .label_names(["id"])
        .register(&registry)
        .unwrap();
    let mut encoder = encoder();
    jobs.labels(("a",)).unwrap().inc();
    told(&mut encoder, &registry, 1);
    jobs.remove(("a",)).unwrap();
    assert_eq!(told(&mut encoder, &registry, 2), ["-\ta"]);
    jobs.labels(("a",)).unwrap().inc_by(2);
    assert_eq!(told(&mut encoder, &registry, 3), ["+2\ta"]);
    // Of another place: others may count in there by now.
    let mut other = self::encoder();
    assert_eq!(told(&mut other, &registry, 4), ["+2\ta"]);
    jobs.remove(("a",)).unwrap();
    assert_eq!(told(&mut other, &registry, 5), ["-\ta"]);
}

#[test]
fn what_another_client_does_not_show_is_not_told_from_zero() {
    let (all, some) = (Registry::new(), Registry::new());
    let jobs = Counter::builder("jobs")
        .label_names(["id"])
        .register(&all)
        .unwrap();
    let mut encoder = encoder();
    jobs.labels(("a",)).unwrap().inc_by(5);
    jobs.labels(("b",)).unwrap().inc();
    told(&mut encoder, &all, 1);
    jobs.remove(("b",)).unwrap();
    assert_eq!(told(&mut encoder, &all, 2), ["-\tb"]);
    assert!(told(&mut encoder, &some, 3).is_empty());
    jobs.labels(("a",)).unwrap().inc();
    assert_eq!(told(&mut encoder, &all, 4), ["+1\ta"]);
}

#[test]
fn what_the_end_lets_the_store_forget_is_not_sent_again() {
    let Some(before) = Instant::now().checked_sub(remembered(true)) else {
        return; // the machine has just been started
    };
    let registry = Registry::new();
    let jobs = Counter::builder("jobs").register(&registry).unwrap();
    let mut encoder = encoder();
    jobs.inc();
    encode(&mut encoder, &registry, 1);
    encoder.begin_last();
    jobs.inc_by(2);
    encode(&mut encoder, &registry, 2);
    encoder.begin_again(settings());
    jobs.inc_by(4);
    for frozen in encoder.frozen.get_mut("jobs").unwrap() {
        frozen.since = before;
    }
    // Both may have been applied, and the store remembers neither.
    let (mut snapshot, mut out) = (Snapshot::new(), Vec::new());
    snapshot.start(Duration::from_secs(3));
    Source::gather_into(&registry, &mut snapshot);
    let omitted = encoder.encode(&snapshot, &LabelSet::new(), &mut out);
    assert_eq!(
        (String::from_utf8(out).unwrap(), omitted.outdated),
        (String::new(), 2)
    );
    assert_eq!(encoder.kept, 0);
    assert_eq!(told(&mut encoder, &registry, 4), ["+4\t"]);
}

#[test]
fn a_histogram_of_other_buckets_is_of_another_declaration() {
    let (mut mirror, mut encoder) = (Mirror::new(), encoder());
    let mut reading = mirror.read();
    reading.family(Kind::Histogram, "time", "", "");
    for (id, les) in [("a", &["1.0", "+Inf"][..]), ("b", &["1.0", "2.0", "+Inf"])] {
        let bucket = |le: &&'static str| MirroredBucket {
            le,
            bound: le.parse().unwrap(),
            count: 1,
            exemplar: None,
        };
        let buckets: Vec<_> = les.iter().map(bucket).collect();
        let (buckets, sum) = (&*buckets, 3.0);
        reading.series(&[("id", id)], Mirrored::Histogram { buckets, sum });
    }
    reading.finish();
    let (mut snapshot, mut out) = (Snapshot::new(), Vec::new());
    snapshot.start(Duration::from_secs(1));
    mirror.gather_into(&mut snapshot);
    encoder.encode(&snapshot, &LabelSet::new(), &mut out);
    let text = String::from_utf8(out).unwrap();
    for chunk in crate::batch::chunks(&text) {
        let buckets = chunk.declared().unwrap().own.len();
        for line in chunk.lines() {
            assert_eq!(line.value.split(' ').count(), buckets + 1, "{text}");
        }
    }
}
