//! Its commands: what is stored is shown, listed, dropped, reset, migrated.

use ppc::Sqlite;

use super::{store, text, write, write_kinds};
use crate::support::ppc_serve::{run, run_with};
use crate::support::receiver::Folder;

#[test]
fn a_store_is_shown_and_listed() {
    let folder = Folder::create("ppc-serve-shown");
    let path = store(&folder);
    write(Sqlite::new(&path), 2);
    write_kinds(Sqlite::new(&path));
    let shown = run(&["show", text(&path)]);
    assert!(
        shown
            .said()
            .contains("\njobs_total{queue=\"a\",site=\"north\"} 2\n"),
        "{shown:?}"
    );
    assert!(!shown.stdout.contains("ppc_store"), "{shown:?}");
    let listed = run_with(&["list"], &[("PPC_STORE", text(&path))]);
    let expected = [
        "FAMILY           KIND       SERIES  LABELS",
        "build            info            1  version",
        "heat             gauge           1",
        "jobs             counter         2  queue,site",
        "latency_seconds  histogram       1",
        "light            state set       1",
        "size             summary         1",
    ];
    assert_eq!(listed.said().lines().collect::<Vec<_>>(), expected);
}

#[test]
fn families_are_dropped_and_a_store_is_reset() {
    let folder = Folder::create("ppc-serve-dropped");
    let path = store(&folder);
    write(Sqlite::new(&path), 2);
    write_kinds(Sqlite::new(&path));
    let dropped = run(&["drop", text(&path), "jobs", "jobs_total", "heat"]);
    assert_eq!(
        (dropped.code, &*dropped.stdout),
        (Some(1), "dropped jobs\ndropped heat\n")
    );
    assert!(
        dropped.stderr.contains("no family `jobs_total`"),
        "{dropped:?}"
    );
    let shown = run(&["show", text(&path)]);
    assert!(
        !shown.said().contains("jobs") && shown.stdout.contains("size_sum"),
        "{shown:?}"
    );

    let reset = run(&["reset", text(&path)]);
    assert_eq!(reset.code, Some(2), "{reset:?}");
    assert!(run(&["show", text(&path)]).said().contains("size_sum"));
    run(&["reset", text(&path), "--yes"]).said();
    assert_eq!(run(&["show", text(&path)]).said(), "");
    // It can be written as before.
    write(Sqlite::new(&path), 7);
    assert!(run(&["show", text(&path)]).said().contains(" 7\n"));
}

#[test]
fn one_prefix_is_reset_and_no_other() {
    let folder = Folder::create("ppc-serve-prefixes");
    let path = store(&folder);
    write(Sqlite::new(&path), 2);
    write(Sqlite::new(&path).prefix("billing"), 3);
    run(&["reset", "--prefix", "billing", text(&path), "--yes"]).said();
    assert_eq!(run(&["show", text(&path), "--prefix=billing"]).said(), "");
    assert!(run(&["show", text(&path)]).said().contains(" 2\n"));
}

#[test]
fn a_family_is_migrated() {
    let folder = Folder::create("ppc-serve-migrated");
    let path = store(&folder);
    write(Sqlite::new(&path), 2);
    write_kinds(Sqlite::new(&path));
    let changes = [
        "--remove-label",
        "queue",
        "--rename-label",
        "site=place",
        "--add-label",
        "a=b=c",
    ];
    let migrated = run(&[&["migrate", text(&path), "jobs"], &changes[..]].concat());
    assert!(migrated.said().contains("jobs"), "{migrated:?}");
    run(&[
        "migrate",
        text(&path),
        "latency_seconds",
        "--buckets",
        "2.5,100",
    ])
    .said();
    let shown = run(&["show", text(&path)]);
    let shown = shown.said();
    assert!(
        shown.contains("\njobs_total{a=\"b=c\",place=\"north\"} 3\n"),
        "{shown}"
    );
    let buckets = "latency_seconds_bucket{le=\"2.5\"} 1\nlatency_seconds_bucket{le=\"100.0\"} 2\n";
    assert!(shown.contains(buckets), "{shown}");
    for (arguments, expected) in [
        (
            ["jobs", "--remove-label", "queue"],
            "there is no label `queue`",
        ),
        (["jbos", "--remove-label", "place"], "there is no `jbos`"),
        (["heat", "--buckets", "1"], "only a histogram has buckets"),
    ] {
        let failed = run(&[&["migrate", text(&path)], &arguments[..]].concat());
        assert_eq!((failed.code, &*failed.stdout), (Some(1), ""), "{failed:?}");
        assert!(failed.stderr.contains(expected), "{failed:?}");
    }
}
