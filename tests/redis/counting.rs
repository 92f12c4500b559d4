//! Many processes that count together in Redis, whatever becomes of them, of the way there, and of
//! the server.

use std::thread;
use std::time::Duration;

use crate::support::counting::{Crowd, all_counts_exactly, what_is_killed_lacks_its_last_period};
use crate::support::redis::{Cluster, Dropping, Loss, Options, Server};

fn crowd(url: &str) -> Crowd<'_> {
    Crowd {
        url,
        read: url,
        processes: 8,
        share: 250_000,
        period: Duration::from_millis(100),
        ends: 2,
    }
}

#[test]
fn k25_many_processes_count_exactly() {
    let server = Server::start(&Options::default());
    all_counts_exactly(crowd(&server.url()), || {});
}

#[test]
fn k25_what_is_killed_lacks_its_last_period() {
    let server = Server::start(&Options::default());
    what_is_killed_lacks_its_last_period(Crowd {
        share: 100_000_000,
        ends: 3,
        ..crowd(&server.url())
    });
}

#[test]
fn k25_what_arrived_without_an_answer_counts_once() {
    let server = Server::start(&Options::default());
    let proxy = Dropping::start(server.address(), Loss::Close, 0.1, 8);
    let url = format!("redis://{}", proxy.address());
    let crowd = Crowd {
        read: &server.url(),
        processes: 4,
        share: 100_000,
        period: Duration::from_millis(20),
        ..crowd(&url)
    };
    all_counts_exactly(crowd, || {});
    assert!(
        proxy.dropped() > 20,
        "{} of {}",
        proxy.dropped(),
        proxy.passed()
    );
}

#[test]
fn k25_what_is_answered_too_late_counts_once() {
    let server = Server::start(&Options::default());
    let proxy = Dropping::start(server.address(), Loss::Silence, 0.05, 9);
    let url = format!("redis://{}?timeout=300ms", proxy.address());
    let crowd = Crowd {
        read: &server.url(),
        processes: 2,
        share: 50_000,
        period: Duration::from_millis(20),
        ..crowd(&url)
    };
    all_counts_exactly(crowd, || {});
    assert!(
        proxy.dropped() > 2,
        "{} of {}",
        proxy.dropped(),
        proxy.passed()
    );
}

#[test]
fn k25_a_cluster_counts_exactly_while_a_node_is_gone() {
    let mut cluster = Cluster::start(&Options::default());
    let nodes = cluster.nodes();
    let url = format!(
        "{}?nodes={},{}",
        nodes[0].url(),
        nodes[1].address(),
        nodes[2].address()
    );
    all_counts_exactly(crowd(&url), || {
        for nth in 0..3 {
            thread::sleep(Duration::from_millis(700));
            cluster.stop(nth);
            thread::sleep(Duration::from_millis(500));
            cluster.start_again(nth);
        }
    });
}

#[test]
fn k25_what_is_killed_lacks_its_last_period_in_a_cluster() {
    let cluster = Cluster::start(&Options::default());
    what_is_killed_lacks_its_last_period(Crowd {
        share: 100_000_000,
        ..crowd(&cluster.nodes()[0].url())
    });
}
