//! The store in a cluster.

use ppc::{Counter, Registry};

use crate::support::meanwhile::Counting;
use crate::support::redis::{Cluster, Options, User};
use crate::support::stored::{self, samples, value};

#[test]
fn families_are_spread_over_the_nodes_and_read_from_all() {
    let cluster = Cluster::start(&Options::default());
    let url = cluster.nodes()[1].url();
    let registry = Registry::new();
    for n in 0..30 {
        let name = format!("jobs{n}");
        Counter::builder(&name)
            .register(&registry)
            .unwrap()
            .inc_by(n);
    }
    stored::push(&url, &registry);
    let expected: Vec<String> = (0..30).map(|n| format!("jobs{n}_total {n}")).collect();
    let mut found = samples(&url);
    found.sort_by_key(|line| line.rsplit_once(' ').unwrap().1.parse::<u32>().unwrap());
    assert_eq!(found, expected);
    for node in cluster.nodes() {
        let size = node.command(&["DBSIZE"]).number();
        assert!(size >= 3.0, "each has some: {size}");
    }
}

#[test]
fn a_slot_may_move_meanwhile() {
    let cluster = Cluster::start(&Options::default());
    let url = cluster.nodes()[0].url();
    let mut job = Counting::start(&url);
    job.count();
    job.arrives(&url);
    let key = "{ppc/jobs}/series";
    let owner = cluster.owner(key);
    cluster.move_slot(key, (owner + 1) % 3);
    job.count();
    job.arrives(&url);
    assert_ne!(cluster.owner(key), owner);
    job.ends(&url);
}

#[test]
fn a_node_that_may_not_be_asked_says_that_it_is_of_a_cluster_by_itself() {
    let cluster = Cluster::start(&Options {
        user: Some(User {
            name: "metrics".to_owned(),
            password: "secret".to_owned(),
            rules: "~* +@all -info".to_owned(),
        }),
        ..Options::default()
    });
    let url = cluster.nodes()[0].url();
    let registry = Registry::new();
    for name in ["a", "b", "c", "d", "e"] {
        Counter::builder(name).register(&registry).unwrap().inc();
    }
    stored::push(&url, &registry);
    assert_eq!(value(&url, "e_total"), Some(1.0));
    assert_eq!(samples(&url).len(), 5);
}
