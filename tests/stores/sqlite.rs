//! The embedded store.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use ppc::{Counter, Destination, Push, Registry, Source, store};

use crate::support::counting::{Crowd, all_counts_exactly, what_is_killed_lacks_its_last_period};
use crate::support::meanwhile::Counting;
use crate::support::receiver::Folder;
use crate::support::stored::{self, value};

/// The URL of a store that is not there yet, in a folder of its own.
fn new_store() -> (Folder, String) {
    let folder = Folder::create("store");
    let url = format!("sqlite://{}/metrics.db", folder.path().display());
    (folder, url)
}

macro_rules! scenarios {
    ($($name:ident),*) => {$(
        #[test]
        fn $name() {
            let (_folder, url) = new_store();
            stored::$name(&url);
        }
    )*};
}

scenarios!(
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

#[test]
fn k25_many_processes_count_exactly() {
    let (_folder, url) = new_store();
    let crowd = Crowd {
        url: &url,
        read: &url,
        processes: 8,
        share: 250_000,
        period: Duration::from_millis(100),
        ends: 2,
    };
    all_counts_exactly(crowd, || {});
}

#[test]
fn k25_what_is_killed_lacks_its_last_period() {
    let (_folder, url) = new_store();
    let crowd = Crowd {
        url: &url,
        read: &url,
        processes: 8,
        share: 100_000_000,
        period: Duration::from_millis(100),
        ends: 3,
    };
    what_is_killed_lacks_its_last_period(crowd);
}

#[test]
fn f26_a_file_that_cannot_be_had_harms_no_job() {
    let (folder, _) = new_store();
    let path = folder.path().join("not yet").join("metrics.db");
    let url = format!(
        "sqlite://{}",
        path.display().to_string().replace(' ', "%20")
    );
    let mut job = Counting::start(&url);
    job.count();
    fs::create_dir(path.parent().unwrap()).unwrap();
    job.arrives(&url);
    job.count();
    job.ends(&url);
}

#[test]
fn f26_a_file_that_others_write_for_long_is_waited_for() {
    let (folder, url) = new_store();
    let mut job = Counting::start(&url);
    job.count();
    job.arrives(&url);
    let other = rusqlite::Connection::open(folder.path().join("metrics.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    job.count();
    assert_eq!(
        value(&url, "jobs_total"),
        Some(100.0),
        "readers do not wait"
    );
    thread::sleep(Duration::from_millis(500));
    other.execute_batch("ROLLBACK").unwrap();
    job.arrives(&url);
    job.ends(&url);
}

#[test]
fn a_file_of_something_else_is_left_alone() {
    for (content, reason) in [
        (Content::Database, "something else"),
        (Content::Garbage, "not a database"),
        (Content::Newer, "version 2"),
    ] {
        let (folder, url) = new_store();
        let path = folder.path().join("metrics.db");
        match content {
            Content::Garbage => fs::write(&path, "x".repeat(5000)).unwrap(),
            Content::Database => sql(
                &path,
                "CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)",
            ),
            Content::Newer => {
                let registry = Registry::new();
                Counter::builder("jobs").register(&registry).unwrap().inc();
                stored::push(&url, &registry);
                sql(
                    &path,
                    "PRAGMA user_version = 2; PRAGMA journal_mode = DELETE",
                );
            }
        }
        let before = fs::read(&path).unwrap();
        let registry = Registry::new();
        Counter::builder("jobs").register(&registry).unwrap().inc();
        let destination: Destination = url.parse().unwrap();
        let push = Push::to(destination)
            .registry(&registry)
            .flush_timeout("300ms");
        push.run(|| ());
        assert_eq!(fs::read(&path).unwrap(), before, "{reason}");
        let snapshot = store::open(&url).unwrap().gather();
        let faults: Vec<&str> = snapshot.faults().collect();
        assert_eq!(faults.len(), 1);
        assert!(faults[0].contains(reason), "{faults:?}");
    }
}

#[derive(Clone, Copy)]
enum Content {
    Database,
    Garbage,
    Newer,
}

fn sql(path: &Path, text: &str) {
    rusqlite::Connection::open(path)
        .unwrap()
        .execute_batch(text)
        .unwrap();
}

#[test]
fn who_only_reads_makes_no_file() {
    let (folder, url) = new_store();
    let snapshot = store::open(&url).unwrap().gather();
    assert_eq!(snapshot.faults().len(), 1);
    assert!(!folder.path().join("metrics.db").exists());
    // A path alone is such a file.
    let path = folder.path().join("metrics.db").display().to_string();
    assert_eq!(store::open(&path).unwrap().gather().faults().len(), 1);
    for (url, reason) in [
        ("mysql://x", "unknown scheme `mysql`"),
        ("sqlite://host/x", "on this machine"),
        ("redis://h:x", "port"),
        ("redis://h/x", "number of a database"),
        ("redis://h?ttl=soon", "`ttl`"),
        ("redis://h?no=1", "unknown parameter `no`"),
        ("sqlite:///x?ttl=0.5", "a second at the least"),
        ("redis+unix:///x?nodes=h:1", "further nodes"),
        ("redis://h?ca_file=/x", "`rediss`"),
    ] {
        let error = store::open(url).unwrap_err().to_string();
        assert!(error.contains(reason), "{url}: {error}");
    }
}
