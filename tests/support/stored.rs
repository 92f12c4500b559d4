//! What any shared store has to do, whichever it is.

use std::thread;
use std::time::{Duration, Instant};

use ppc::store::Migration;
use ppc::{
    Counter, Destination, Gauge, Histogram, Info, Merge, Push, Registry, Source, StateSet, Summary,
    expose, store,
};

use super::counts::dropped;

/// A test for each thing that any store has to do; the store is what is made for it, and its URL.
macro_rules! scenarios {
    ($new:expr) => {
        $crate::support::stored::scenarios!($new;
            every_kind_adds_up,
            gauges_merge_by_their_rule,
            f24_what_nobody_tells_of_goes,
            f27_what_is_removed_is_removed_for_all,
            f30_prefixes_do_not_collide,
            a_stream_is_there_at_once,
            what_disagrees_is_refused,
            series_are_migrated,
            what_is_dropped_comes_again_beside_what_is_new,
            what_is_kept_for_ages_is_there,
            f25_f28_f29_who_reads_declares_nothing,
            clients_have_labels_of_their_own
        );
    };
    ($new:expr; $($name:ident),*) => {$(
        #[test]
        fn $name() {
            let (_store, url) = $new();
            $crate::support::stored::$name(&url);
        }
    )*};
}

pub(crate) use scenarios;

/// Adds a parameter to the URL of a store.
pub(crate) fn with(url: &str, param: &str) -> String {
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}{param}")
}

/// Pushes what a registry has, once more at the end.
#[track_caller]
pub(crate) fn push(url: &str, registry: &Registry) {
    let destination: Destination = url.parse().unwrap();
    let guard = Push::to(destination)
        .registry(registry)
        .period("1h")
        .start();
    guard.stop();
}

/// What is stored, as text.
#[track_caller]
pub(crate) fn text(url: &str) -> String {
    let store = store::open(url).unwrap();
    let snapshot = store.gather();
    let faults: Vec<&str> = snapshot.faults().collect();
    assert!(faults.is_empty(), "{faults:?}");
    String::from_utf8(expose::generate_latest(&store)).unwrap()
}

/// The samples of it: no comments.
#[track_caller]
pub(crate) fn samples(url: &str) -> Vec<String> {
    let text = text(url);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// The value of one sample.
#[track_caller]
pub(crate) fn value(url: &str, name: &str) -> Option<f64> {
    let samples = samples(url);
    let found = samples
        .iter()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    found.map(|value| value.parse().unwrap())
}

/// Whether it can be read.
fn is_there(url: &str) -> bool {
    let store = store::open(url).unwrap();
    store.gather().faults().len() == 0
}

/// Waits until a sample has a value.
#[track_caller]
pub(crate) fn wait_for(url: &str, name: &str, expected: Option<f64>) {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let found = if is_there(url) {
            value(url, name)
        } else {
            None
        };
        if found == expected {
            return;
        }
        assert!(
            Instant::now() < until,
            "{name} is {found:?}, not {expected:?}"
        );
        thread::sleep(Duration::from_millis(20));
    }
}

/// Every kind of two processes becomes one, and needs no declaration to be read.
#[track_caller]
pub(crate) fn every_kind_adds_up(url: &str) {
    let processes: Vec<Registry> = (0..2).map(|_| Registry::new()).collect();
    for registry in &processes {
        let jobs = Counter::builder("jobs")
            .help("Jobs \"run\".\nAll.")
            .label_names(["queue", "a b".split(' ').next().unwrap()])
            .register(registry)
            .unwrap();
        jobs.labels(("x\ty \\ z\n", "")).unwrap().inc_by(1.5);
        jobs.labels(("ü", "1,2;3")).unwrap().inc_by(2);
        let time = Histogram::builder("time")
            .unit("seconds")
            .buckets([10.0, 2.5, 0.5])
            .register(registry);
        assert!(time.is_err(), "bounds have to rise");
        let time = Histogram::builder("time")
            .unit("seconds")
            .buckets([0.5, 2.5, 10.0])
            .register(registry)
            .unwrap();
        for value in [0.25, 2.0, 3.0, 100.0] {
            time.observe(value);
        }
        let size = Summary::builder("size")
            .quantiles([0.5])
            .register(registry)
            .unwrap();
        size.observe(3);
        Gauge::builder("level")
            .register(registry)
            .unwrap()
            .set(f64::NEG_INFINITY);
        let build = Info::builder("build").register(registry).unwrap();
        build.set([("version", "1.0 beta"), ("tag", "a=b")]);
        let mode = StateSet::builder("mode")
            .states(["on", "off", "half way"])
            .register(registry)
            .unwrap();
        mode.set("half way");
    }
    for registry in &processes {
        push(url, registry);
    }
    let expected = "\
# HELP build_info \n";
    let text = text(url);
    assert!(!text.contains(expected), "no help was given");
    for line in [
        "# HELP jobs_total Jobs \"run\".\\nAll.",
        "# TYPE jobs_total counter",
        "jobs_total{a=\"\",queue=\"x\ty \\\\ z\\n\"} 3",
        "jobs_total{a=\"1,2;3\",queue=\"ü\"} 4",
        "# TYPE time_seconds histogram",
        "# TYPE size summary",
        "size_sum 6",
        "size_count 2",
        "level -Inf",
        "build_info{version=\"1.0 beta\",tag=\"a=b\"} 1",
        "mode{mode=\"half way\"} 1",
        "mode{mode=\"on\"} 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
    let buckets: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("time_seconds"))
        .collect();
    assert_eq!(
        buckets,
        [
            "time_seconds_bucket{le=\"0.5\"} 2",
            "time_seconds_bucket{le=\"2.5\"} 4",
            "time_seconds_bucket{le=\"10.0\"} 6",
            "time_seconds_bucket{le=\"+Inf\"} 8",
            "time_seconds_count 8",
            "time_seconds_sum 210.5",
        ]
    );
    assert!(!text.contains("quantile"), "cannot be added");
    // Once more, and what came on top is all that is added.
    push(url, &processes[0]);
    assert_eq!(samples(url), {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(str::to_owned).collect::<Vec<_>>()
    });
}

/// Gauges become one by the rule that they are declared with.
#[track_caller]
pub(crate) fn gauges_merge_by_their_rule(url: &str) {
    let rules = [
        ("last", Merge::Last, false, 5.0),
        ("sum", Merge::Sum, false, 8.0),
        ("least", Merge::Min, false, 1.0),
        ("greatest", Merge::Max, false, 5.0),
        ("live_sum", Merge::Sum, true, 8.0),
        ("live_last", Merge::Last, true, 5.0),
        ("average", Merge::Average, true, 8.0 / 3.0),
    ];
    let mut guards = Vec::new();
    for (process, value) in [("p1", 2.0), ("p2", 1.0), ("p3", 5.0)] {
        let registry = Registry::new();
        for (name, merge, is_live, _) in rules {
            let gauge = Gauge::builder(name).merge(merge);
            let gauge = if is_live { gauge.live() } else { gauge };
            gauge.register(&registry).unwrap().set(value);
        }
        let each = Gauge::builder("each")
            .merge(Merge::PerInstance)
            .label_names(["k"]);
        each.register(&registry)
            .unwrap()
            .labels(("v",))
            .unwrap()
            .set(value);
        let destination: Destination = with(url, &format!("instance={process}")).parse().unwrap();
        guards.push(
            Push::to(destination)
                .registry(&registry)
                .period("50ms")
                .start(),
        );
        // In this order.
        wait_for(
            url,
            &format!("each{{k=\"v\",instance=\"{process}\"}}"),
            Some(value),
        );
    }
    for (name, _, _, expected) in rules {
        assert_eq!(value(url, name), Some(expected), "{name}");
    }
    assert_eq!(value(url, "each{k=\"v\",instance=\"p2\"}"), Some(1.0));
    // The second one ends.
    drop(guards.remove(1));
    assert_eq!(value(url, "live_sum"), Some(7.0));
    assert_eq!(value(url, "average"), Some(3.5));
    assert_eq!(value(url, "sum"), Some(8.0), "also of those that ended");
    assert_eq!(value(url, "least"), Some(1.0));
    drop(guards);
    assert_eq!(value(url, "live_sum"), None);
    assert_eq!(value(url, "live_last"), None);
    assert_eq!(value(url, "last"), Some(5.0));
}

/// What nobody tells of goes, whatever kind it is, and reading does not keep it.
#[track_caller]
pub(crate) fn f24_what_nobody_tells_of_goes(url: &str) {
    let url = &with(url, "ttl=1");
    let registry = Registry::new();
    let jobs = Counter::builder("jobs").register(&registry).unwrap();
    jobs.inc_by(5);
    Gauge::builder("level").register(&registry).unwrap().set(1);
    Gauge::builder("peak")
        .merge(Merge::Max)
        .register(&registry)
        .unwrap()
        .set(1);
    Histogram::builder("time")
        .register(&registry)
        .unwrap()
        .observe(1);
    let destination: Destination = url.parse().unwrap();
    let guard = Push::to(destination)
        .registry(&registry)
        .period("100ms")
        .start();
    wait_for(url, "jobs_total", Some(5.0));
    // For as long as somebody has it, it stays.
    let until = Instant::now() + Duration::from_millis(2500);
    while Instant::now() < until {
        assert_eq!(value(url, "jobs_total"), Some(5.0));
        assert_eq!(value(url, "peak"), Some(1.0));
        thread::sleep(Duration::from_millis(50));
    }
    guard.stop();
    assert_eq!(value(url, "level"), Some(1.0));
    let until = Instant::now() + Duration::from_secs(20);
    while !samples(url).is_empty() {
        assert!(Instant::now() < until, "{:?}", samples(url));
        thread::sleep(Duration::from_millis(50));
    }
    // What comes then begins anew: what was counted before is over.
    jobs.inc();
    push(url, &registry);
    assert_eq!(value(url, "jobs_total"), Some(1.0));
    assert_eq!(value(url, "level"), Some(1.0), "it still has it");
    // Once nothing is left of them, they can be declared anew.
    let until = Instant::now() + Duration::from_secs(20);
    while !samples(url).is_empty() {
        assert!(Instant::now() < until, "{:?}", samples(url));
        thread::sleep(Duration::from_millis(50));
    }
    let other = Registry::new();
    Counter::builder("level").register(&other).unwrap().inc();
    let peak = Gauge::builder("peak")
        .label_names(["k"])
        .register(&other)
        .unwrap();
    peak.labels(("v",)).unwrap().set(3);
    push(url, &other);
    assert_eq!(value(url, "level_total"), Some(1.0));
    assert_eq!(value(url, "peak{k=\"v\"}"), Some(3.0));
}

/// A removal is for all, and so is a reset.
#[track_caller]
pub(crate) fn f27_what_is_removed_is_removed_for_all(url: &str) {
    let processes: Vec<Registry> = (0..2).map(|_| Registry::new()).collect();
    let families: Vec<_> = processes
        .iter()
        .map(|registry| {
            let jobs = Counter::builder("jobs")
                .label_names(["id"])
                .register(registry)
                .unwrap();
            let peak = Gauge::builder("peak").merge(Merge::Max).label_names(["id"]);
            let peak = peak.register(registry).unwrap();
            for id in ["a", "b"] {
                jobs.labels((id,)).unwrap().inc_by(3);
                peak.labels((id,)).unwrap().set(4);
            }
            push(url, registry);
            (jobs, peak)
        })
        .collect();
    assert_eq!(value(url, "jobs_total{id=\"a\"}"), Some(6.0));
    families[0].0.remove(("a",)).unwrap();
    families[0].1.remove(("a",)).unwrap();
    push(url, &processes[0]);
    let left = ["jobs_total{id=\"b\"} 6", "peak{id=\"b\"} 4"];
    assert_eq!(samples(url), left);
    // Another one counts on, from zero.
    families[1].0.labels(("a",)).unwrap().inc();
    push(url, &processes[1]);
    assert_eq!(value(url, "jobs_total{id=\"a\"}"), Some(1.0));
    families[1].0.clear();
    push(url, &processes[1]);
    assert_eq!(samples(url), ["peak{id=\"b\"} 4"]);
    store::open(url).unwrap().reset().unwrap();
    assert!(samples(url).is_empty());
}

/// Applications have nothing in common but the place.
#[track_caller]
pub(crate) fn f30_prefixes_do_not_collide(url: &str) {
    let (one, other) = (Registry::new(), Registry::new());
    Counter::builder("c").register(&one).unwrap().inc();
    Counter::builder("b_c").register(&other).unwrap().inc_by(2);
    let (one_url, other_url) = (with(url, "prefix=a_b"), with(url, "prefix=a"));
    push(&one_url, &one);
    push(&other_url, &other);
    assert_eq!(samples(&one_url), ["c_total 1"]);
    assert_eq!(samples(&other_url), ["b_c_total 2"]);
    store::open(&one_url).unwrap().reset().unwrap();
    assert!(samples(&one_url).is_empty());
    assert_eq!(samples(&other_url), ["b_c_total 2"]);
    for prefix in ["", "a/b", "a b", "{a}"] {
        let refused = ppc::Sqlite::new("/nowhere/x.db").prefix(prefix).open();
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("prefix"), "{refused}");
    }
}

/// With a stream, what changes is there at once.
#[track_caller]
pub(crate) fn a_stream_is_there_at_once(url: &str) {
    let registry = Registry::new();
    let jobs = Counter::builder("jobs").register(&registry).unwrap();
    let destination: Destination = url.parse().unwrap();
    let guard = Push::to(destination)
        .registry(&registry)
        .stream(true)
        .start();
    for count in 1..=5 {
        jobs.inc();
        wait_for(url, "jobs_total", Some(f64::from(count)));
    }
    jobs.inc();
    guard.stop();
    assert_eq!(value(url, "jobs_total"), Some(6.0));
}

/// Two declarations of one name: the second is refused, counted, and harms nothing else.
#[track_caller]
pub(crate) fn what_disagrees_is_refused(url: &str) {
    let (one, other) = (Registry::new(), Registry::new());
    let jobs = Counter::builder("jobs")
        .label_names(["queue"])
        .register(&one)
        .unwrap();
    jobs.labels(("a",)).unwrap().inc();
    Histogram::builder("time")
        .buckets([1.0])
        .register(&one)
        .unwrap()
        .observe(1);
    push(url, &one);
    let before = dropped("declared");
    let jobs = Counter::builder("jobs")
        .label_names(["shard"])
        .register(&other)
        .unwrap();
    jobs.labels(("b",)).unwrap().inc();
    Histogram::builder("time")
        .buckets([2.0])
        .register(&other)
        .unwrap()
        .observe(1);
    Counter::builder("fine").register(&other).unwrap().inc();
    push(url, &other);
    assert!(dropped("declared") >= before + 2.0);
    assert_eq!(value(url, "jobs_total{queue=\"a\"}"), Some(1.0));
    assert_eq!(value(url, "time_count"), Some(1.0));
    assert_eq!(value(url, "fine_total"), Some(1.0));
    assert!(!text(url).contains("shard"));
    // The same declaration in another order is the same.
    let third = Registry::new();
    let fine = Counter::builder("both")
        .label_names(["a", "b"])
        .register(&third)
        .unwrap();
    fine.labels(("1", "2")).unwrap().inc();
    push(url, &third);
    let fourth = Registry::new();
    let fine = Counter::builder("both")
        .label_names(["b", "a"])
        .help("New.")
        .register(&fourth)
        .unwrap();
    fine.labels(("2", "1")).unwrap().inc();
    push(url, &fourth);
    assert_eq!(value(url, "both_total{a=\"1\",b=\"2\"}"), Some(2.0));
    assert!(
        text(url).contains("# HELP both_total New.\n"),
        "the latest help"
    );
    // What is dropped can be declared anew.
    let store = store::open(url).unwrap();
    assert!(store.drop_family("jobs").unwrap() && !store.drop_family("jobs").unwrap());
    jobs.labels(("b",)).unwrap().inc();
    push(url, &other);
    assert_eq!(value(url, "jobs_total{shard=\"b\"}"), Some(1.0));
}

/// Series of an old declaration become such of a new one, with all that they have counted.
#[track_caller]
pub(crate) fn series_are_migrated(url: &str) {
    let (old, new) = (Registry::new(), Registry::new());
    let labels = ["method", "shard"];
    let jobs = Counter::builder("jobs")
        .label_names(labels)
        .register(&old)
        .unwrap();
    let time = Histogram::builder("time").buckets([1.0, 2.0, 4.0]);
    let time = time.label_names(["shard"]).register(&old).unwrap();
    for (shard, count) in [("1", 3), ("2", 4)] {
        jobs.labels(("GET", shard)).unwrap().inc_by(count);
        for value in [0.5, 1.5, 3.0, 9.0] {
            time.labels((shard,)).unwrap().observe(value);
        }
    }
    push(url, &old);
    let store = store::open(url).unwrap();
    let wrong = store
        .migrate("jobs", &Migration::new().remove_label("host"))
        .unwrap_err();
    assert!(
        wrong.to_string().contains("`host`") && wrong.to_string().contains("`shard`"),
        "{wrong}"
    );
    let wrong = store
        .migrate("time", &Migration::new().buckets([3.0]))
        .unwrap_err();
    assert!(wrong.to_string().contains("1.0, 2.0, 4.0"), "{wrong}");
    assert!(store.migrate("none", &Migration::new()).is_err());

    let migration = Migration::new()
        .remove_label("shard")
        .rename_label("method", "verb")
        .add_label("region", "eu west");
    assert_eq!(store.migrate("jobs", &migration).unwrap(), 2);
    let migration = Migration::new().remove_label("shard").buckets([2.0]);
    assert_eq!(store.migrate("time", &migration).unwrap(), 2);
    assert_eq!(
        value(url, "jobs_total{region=\"eu west\",verb=\"GET\"}"),
        Some(7.0)
    );
    for (le, count) in [("2.0", 4.0), ("+Inf", 8.0)] {
        assert_eq!(
            value(url, &format!("time_bucket{{le=\"{le}\"}}")),
            Some(count)
        );
    }
    assert_eq!(value(url, "time_sum"), Some(28.0));
    // Who declares it as it is now counts on, and who declares it as it was does not.
    let jobs_now = Counter::builder("jobs")
        .label_names(["verb", "region"])
        .register(&new)
        .unwrap();
    jobs_now.labels(("GET", "eu west")).unwrap().inc();
    push(url, &new);
    jobs.labels(("GET", "1")).unwrap().inc();
    push(url, &old);
    assert_eq!(
        value(url, "jobs_total{region=\"eu west\",verb=\"GET\"}"),
        Some(8.0)
    );
    assert_eq!(
        samples(url)
            .iter()
            .filter(|line| line.starts_with("jobs"))
            .count(),
        1
    );
}

/// A family that was dropped, while another process goes on counting in it, is there again with what is
/// counted from then on; also where that process tells of another family as well.
#[track_caller]
pub(crate) fn what_is_dropped_comes_again_beside_what_is_new(url: &str) {
    let registry = Registry::new();
    let jobs = Counter::builder("jobs").register(&registry).unwrap();
    jobs.inc();
    let destination: Destination = url.parse().unwrap();
    let push = Push::to(destination).registry(&registry).period("1s");
    let guard = push.start();
    wait_for(url, "jobs_total", Some(1.0));
    assert!(store::open(url).unwrap().drop_family("jobs").unwrap());
    let others = Counter::builder("others").register(&registry).unwrap();
    others.inc();
    jobs.inc();
    guard.stop();
    for name in ["others_total", "jobs_total"] {
        assert_eq!(value(url, name), Some(1.0), "{name}");
    }
}

/// However long a series is kept, it is there.
#[track_caller]
pub(crate) fn what_is_kept_for_ages_is_there(url: &str) {
    let url = with(url, "ttl=9000000000000000000");
    let registry = Registry::new();
    let jobs = Counter::builder("jobs").register(&registry).unwrap();
    for _ in 0..2 {
        jobs.inc();
        push(&url, &registry);
    }
    assert_eq!(value(&url, "jobs_total"), Some(2.0));
}

/// The program that reads has no declaration of its own, and shows buckets in their order, infos and
/// state sets beside the rest; and what it has itself.
#[track_caller]
pub(crate) fn f25_f28_f29_who_reads_declares_nothing(url: &str) {
    let writer = Registry::new();
    let time = Histogram::builder("time")
        .buckets([2.5, 10.0, 100.0])
        .register(&writer)
        .unwrap();
    time.observe(3);
    Info::builder("build")
        .register(&writer)
        .unwrap()
        .set([("version", "2")]);
    let mode = StateSet::builder("mode")
        .states(["b", "a"])
        .register(&writer)
        .unwrap();
    mode.set("a");
    push(url, &writer);
    let own = Registry::new();
    Counter::builder("own").register(&own).unwrap().inc();
    let both = (store::open(url).unwrap(), own);
    let text = String::from_utf8(expose::generate_latest(&both)).unwrap();
    let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let expected = [
        "build_info{version=\"2\"} 1",
        "mode{mode=\"b\"} 0",
        "mode{mode=\"a\"} 1",
        "time_bucket{le=\"2.5\"} 0",
        "time_bucket{le=\"10.0\"} 1",
        "time_bucket{le=\"100.0\"} 1",
        "time_bucket{le=\"+Inf\"} 1",
        "time_count 1",
        "time_sum 3",
        "own_total 1",
    ];
    assert_eq!(samples, expected);
}

/// Labels of the client belong to a series, and clients of other labels share the family.
#[track_caller]
pub(crate) fn clients_have_labels_of_their_own(url: &str) {
    // What is counted of a job is counted for all of the process.
    let job = |host: &str| format!("{}-{host}", &url[..6]);
    for (host, count) in [("x y", 1), ("z", 2)] {
        let registry = Registry::new();
        let jobs = Counter::builder("jobs")
            .label_names(["queue"])
            .register(&registry)
            .unwrap();
        jobs.labels(("q",)).unwrap().inc_by(count);
        let destination: Destination = url.parse().unwrap();
        let push = Push::to(destination)
            .registry(&registry)
            .label("host", host);
        push.job(job(host)).run(|| ());
    }
    for (host, count) in [("x y", 1.0), ("z", 2.0)] {
        let job = job(host);
        let name = format!("jobs_total{{queue=\"q\",host=\"{host}\",job=\"{job}\"}}");
        assert_eq!(value(url, &name), Some(count), "{:?}", samples(url));
        let runs = format!("job_runs_total{{outcome=\"ok\",host=\"{host}\",job=\"{job}\"}}");
        assert_eq!(value(url, &runs), Some(1.0));
    }
}
