//! The cluster that these tests stand on is one.

use crate::support::redis::{Cluster, Options, Reply};

fn ok() -> Reply {
    Reply::Simple("OK".to_owned())
}

#[test]
fn a_foreign_slot_is_elsewhere() {
    let cluster = Cluster::start(&Options::default());
    let keys = [0, 1, 2].map(|nth| cluster.key_of(nth, "a"));
    for (nth, key) in keys.iter().enumerate() {
        for (other, node) in cluster.nodes().iter().enumerate() {
            let reply = node.command(&["SET", key, "1"]);
            if nth == other {
                assert_eq!(reply, ok());
            } else {
                let Reply::Error(moved) = reply else {
                    panic!("{reply:?}")
                };
                let owner = cluster.nodes()[nth].address().to_string();
                assert!(
                    moved.starts_with("MOVED ") && moved.ends_with(&owner),
                    "{moved}"
                );
            }
        }
    }
    // A slot takes its keys along.
    cluster.move_slot(&keys[0], 2);
    assert_eq!(cluster.owner(&keys[0]), 2);
    let [first, _, last] = cluster.nodes() else {
        panic!("three nodes")
    };
    assert!(first.command(&["GET", &keys[0]]).is_error("MOVED"));
    assert_eq!(last.command(&["GET", &keys[0]]).text(), "1");
}

#[test]
fn a_node_that_is_gone_comes_back_with_what_it_had() {
    let mut cluster = Cluster::start(&Options {
        password: Some("open sesame:1".to_owned()),
        ..Options::default()
    });
    let keys = [0, 1, 2].map(|nth| cluster.key_of(nth, "b"));
    for (node, key) in cluster.nodes().iter().zip(&keys) {
        assert_eq!(node.command(&["SET", key, "1"]), ok());
    }
    cluster.stop(1);
    for nth in [0, 2] {
        let reply = cluster.nodes()[nth].command(&["INCR", &keys[nth]]);
        assert_eq!(reply, Reply::Integer(2));
    }
    cluster.start_again(1);
    for (nth, expected) in [(0, 3), (1, 2), (2, 3)] {
        let reply = cluster.nodes()[nth].command(&["INCR", &keys[nth]]);
        assert_eq!(reply, Reply::Integer(expected));
    }
}
