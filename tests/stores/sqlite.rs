//! The embedded store.

use std::time::Duration;

use crate::support::counting::{Crowd, all_counts_exactly, what_is_killed_lacks_its_last_period};
use crate::support::receiver::Folder;
use crate::support::stored;

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
    a_stream_is_there_at_once
);

#[test]
fn k25_many_processes_count_exactly() {
    let (_folder, url) = new_store();
    let crowd = Crowd {
        url: &url,
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
        processes: 8,
        share: 100_000_000,
        period: Duration::from_millis(100),
        ends: 3,
    };
    what_is_killed_lacks_its_last_period(crowd);
}
