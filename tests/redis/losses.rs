//! The proxy that these tests stand on loses replies, and only replies.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use crate::support::redis::{Client, Dropping, Loss, Options, Reply, Server};

const INCREMENT: [&str; 2] = ["INCR", "a"];

/// Nobody says when it is done.
#[track_caller]
fn wait_for(server: &Server, value: &str) {
    let started = Instant::now();
    loop {
        let found = server.command(&["GET", "a"]).text();
        if found == value {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{found}");
    }
}

#[test]
fn what_is_lost_was_done() {
    let server = Server::start(&Options::default());
    let proxy = Dropping::start(server.address(), Loss::Close, 0.1, 7);
    let (mut answered, mut broken) = (0, 0);
    let mut client = None;
    for _ in 0..500 {
        let connected = client.take();
        let mut asking = connected.unwrap_or_else(|| Client::tcp(proxy.address()).unwrap());
        match asking.command(&INCREMENT) {
            Ok(Reply::Integer(_)) => {
                answered += 1;
                client = Some(asking);
            }
            Ok(other) => panic!("{other:?}"),
            Err(_) => broken += 1,
        }
    }
    assert_eq!((proxy.passed(), proxy.dropped()), (answered, broken));
    assert!((20..=90).contains(&broken), "{broken} of 500");
    assert_eq!(server.command(&["GET", "a"]).text(), "500");
}

#[test]
fn what_is_lost_in_silence_was_done_and_so_is_what_follows() {
    let server = Server::start(&Options::default());
    let proxy = Dropping::start(server.address(), Loss::Silence, 0.0, 1);
    let mut client = Client::tcp(proxy.address()).unwrap();
    assert_eq!(client.command(&INCREMENT).unwrap(), Reply::Integer(1));
    proxy.drop_next(1);
    client.give_up_after(Duration::from_millis(100)).unwrap();
    for _ in 0..2 {
        let error = client.command(&INCREMENT).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
    }
    assert_eq!((proxy.passed(), proxy.dropped()), (1, 1));
    wait_for(&server, "3");
    let mut other = Client::tcp(proxy.address()).unwrap();
    assert_eq!(other.command(&INCREMENT).unwrap(), Reply::Integer(4));
    proxy.set_chance(1.0);
    other.give_up_after(Duration::from_millis(100)).unwrap();
    other.command(&INCREMENT).unwrap_err();
    wait_for(&server, "5");
}

#[test]
fn a_batch_is_one_reply_after_another() {
    let server = Server::start(&Options::default());
    let proxy = Dropping::start(server.address(), Loss::Close, 0.0, 1);
    let mut client = Client::tcp(proxy.address()).unwrap();
    let replies = client.batch(&[&INCREMENT, &["PING"], &INCREMENT]).unwrap();
    assert_eq!(replies[2], Reply::Integer(2));
    assert_eq!(proxy.passed(), 3);
}
