//! The store in Redis does what any store has to do.

use crate::support::redis::{Options, Server};
use crate::support::stored;

macro_rules! scenarios {
    ($($name:ident),*) => {$(
        #[test]
        fn $name() {
            let server = Server::start(&Options::default());
            stored::$name(&server.url());
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
