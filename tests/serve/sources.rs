//! What is served: one source or several, one that panics, values that are never old.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ppc::{Counter, Gauge, Registry, Snapshot, Source};

use super::{JOBS, eventually, jobs, local, serve};
use crate::support::http::get;

#[test]
fn labels_are_added_to_every_series() {
    let server = local()
        .source(jobs())
        .label("site", "n")
        .label("queue", "x");
    let server = server.start().unwrap();
    let body = get(server.local_addr(), "/").unwrap().text();
    let expected = "# TYPE jobs_total counter\njobs_total{queue=\"a\",site=\"n\"} 2\n";
    let other = "# TYPE jobs_total counter\njobs_total{site=\"n\",queue=\"a\"} 2\n";
    assert!(body == expected || body == other, "{body}");
    let error = local().label("a-b", "c").start().unwrap_err();
    assert!(error.is_setting(), "{error}");
}

#[test]
fn several_sources_are_one_page() {
    let other = Registry::new();
    Gauge::builder("heat").register(&other).unwrap().set(3);
    let server = local().source(jobs()).source(other).start().unwrap();
    let body = get(server.local_addr(), "/").unwrap().text();
    assert_eq!(body, format!("{JOBS}# TYPE heat gauge\nheat 3\n"));
}

#[test]
fn a_metric_of_two_sources_is_refused_with_both_named() {
    let other = Registry::new();
    Gauge::builder("jobs").register(&other).unwrap().set(3);
    let error = local().source(jobs()).source(other).start().unwrap_err();
    let text = error.to_string();
    assert!(error.is_setting(), "{text}");
    let both = text.contains("source 1") && text.contains("source 2");
    assert!(both && text.contains("`jobs`"), "{text}");
}

#[test]
fn a_source_that_panics_is_an_error_of_that_scrape() {
    static PANICS: AtomicBool = AtomicBool::new(true);
    struct Moody(Registry);
    impl Source for Moody {
        fn gather_into(&self, snapshot: &mut Snapshot) {
            assert!(!PANICS.load(Ordering::Relaxed), "as told");
            self.0.gather_into(snapshot);
        }
    }
    let server = local().source(Moody(jobs())).start().unwrap();
    for _ in 0..3 {
        let answer = get(server.local_addr(), "/").unwrap();
        assert_eq!(answer.status, 500);
    }
    eventually("so many scrapes", || server.scrapes() == 0);
    PANICS.store(false, Ordering::Relaxed);
    assert_eq!(get(server.local_addr(), "/").unwrap().text(), JOBS);
    eventually("so many scrapes", || server.scrapes() == 1);
}

#[test]
fn nobody_gets_values_of_before_they_asked() {
    let registry = Registry::new();
    let counter = Counter::builder("asked").register(&registry).unwrap();
    let server = serve(registry);
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                for own in 1..=50_u32 {
                    counter.inc();
                    let body = get(server.local_addr(), "/").unwrap().text();
                    let value = body.lines().last().and_then(|line| line.split_once(' '));
                    let value: u32 = value.unwrap().1.parse().unwrap();
                    assert!(value >= own, "{value} after {own} of its own");
                }
            });
        }
    });
    let body = get(server.local_addr(), "/").unwrap().text();
    assert!(body.ends_with("asked_total 300\n"), "{body}");
    eventually("so many scrapes", || server.scrapes() == 301);
}
