//! The server that these tests stand on is as its options say.

use std::time::{Duration, Instant};

use crate::support::certificates::{Clients, Identity};
use crate::support::redis::{Client, Options, Reply, Server, Tls, User};

fn ok() -> Reply {
    Reply::Simple("OK".to_owned())
}

fn pong() -> Reply {
    Reply::Simple("PONG".to_owned())
}

#[track_caller]
fn ask(client: &mut Client, words: &[&str]) -> Reply {
    client.command(words).unwrap()
}

#[test]
fn it_keeps_values_and_counts_commands() {
    let server = Server::start(&Options::default());
    assert_eq!(server.url(), format!("redis://{}", server.address()));
    server.reset_counts();
    server.log_slower_than(Duration::ZERO);
    let mut client = server.client().unwrap();
    for (by, sum) in [("1.5", 1.5), ("2", 3.5)] {
        let reply = ask(&mut client, &["HINCRBYFLOAT", "jobs", "queue=\"a b\"", by]);
        assert_eq!(reply.number(), sum);
    }
    let script = "return redis.call('HGETALL', KEYS[1])";
    let all = ask(&mut client, &["EVAL", script, "1", "jobs"]);
    assert_eq!(all.map()["queue=\"a b\""], "3.5");
    assert_eq!(ask(&mut client, &["GET", "none"]), Reply::Nil);
    assert!(ask(&mut client, &["GET", "jobs"]).is_error("WRONGTYPE"));

    let counts = server.command_counts();
    assert_eq!((counts["hincrbyfloat"], counts["hgetall"]), (2, 1));
    assert_eq!(server.command_count("hset"), 0);
    let slow = server.slow_commands();
    let names: Vec<&str> = slow.iter().map(|slow| &*slow.words[0]).collect();
    let ours = ["HINCRBYFLOAT", "HINCRBYFLOAT", "HGETALL", "EVAL"];
    assert!(names.windows(4).any(|four| four == ours), "{names:?}");
    assert!(slow.iter().all(|slow| slow.took < Duration::from_secs(1)));
    server.log_slower_than(Duration::from_secs(1));
    assert!(server.slow_commands().is_empty());
}

#[test]
fn a_password_is_demanded() {
    let server = Server::start(&Options {
        password: Some("open sesame:1".to_owned()),
        ..Options::default()
    });
    let url = format!("redis://:open%20sesame%3A1@{}", server.address());
    assert_eq!(server.url(), url);
    let mut client = server.client().unwrap();
    assert!(ask(&mut client, &["PING"]).is_error("NOAUTH"));
    assert!(ask(&mut client, &["AUTH", "open sesame:2"]).is_error("WRONGPASS"));
    assert_eq!(ask(&mut client, &["AUTH", "open sesame:1"]), ok());
    assert_eq!(ask(&mut client, &["PING"]), pong());
}

#[test]
fn a_user_is_demanded_and_may_do_what_the_rules_say() {
    let server = Server::start(&Options {
        user: Some(User {
            name: "job@home".to_owned(),
            password: "open sesame:1".to_owned(),
            rules: "~ppc:* +@hash +ping".to_owned(),
        }),
        ..Options::default()
    });
    let url = format!("redis://job%40home:open%20sesame%3A1@{}", server.address());
    assert_eq!(server.url(), url);
    let mut client = server.client().unwrap();
    assert!(ask(&mut client, &["PING"]).is_error("NOAUTH"));
    assert!(ask(&mut client, &["AUTH", "open sesame:1"]).is_error("WRONGPASS"));
    assert_eq!(
        ask(&mut client, &["AUTH", "job@home", "open sesame:1"]),
        ok()
    );
    let set = ask(&mut client, &["HSET", "ppc:jobs", "a", "1"]);
    assert_eq!(set, Reply::Integer(1));
    assert!(ask(&mut client, &["HSET", "others", "a", "1"]).is_error("NOPERM"));
    assert!(ask(&mut client, &["DEL", "ppc:jobs"]).is_error("NOPERM"));
}

#[test]
fn its_port_speaks_tls_alone() {
    let tls = |identity, clients| Options {
        tls: Some(Tls { identity, clients }),
        ..Options::default()
    };
    let server = Server::start(&tls(Identity::Server, Clients::Anyone));
    assert_eq!(server.url(), format!("rediss://{}", server.address()));
    assert_eq!(server.command(&["PING"]), pong());
    let mut plain = Client::tcp(server.address()).unwrap();
    plain.command(&["PING"]).unwrap_err();

    let server = Server::start(&tls(Identity::Expired, Clients::Anyone));
    let mut client = Client::tls(server.address(), server.files(), None).unwrap();
    let error = client.command(&["PING"]).unwrap_err().to_string();
    assert!(error.contains("expired"), "{error}");

    let server = Server::start(&tls(Identity::Server, Clients::WithCertificate));
    assert_eq!(server.command(&["PING"]), pong());
    let mut client = Client::tls(server.address(), server.files(), None).unwrap();
    client.command(&["PING"]).unwrap_err();
}

#[test]
fn a_unix_socket_is_the_same_server() {
    let server = Server::start(&Options {
        unix_socket: true,
        password: Some("x".to_owned()),
        ..Options::default()
    });
    let path = server.unix_socket().to_owned();
    let mut client = Client::unix(&path).unwrap();
    assert!(ask(&mut client, &["PING"]).is_error("NOAUTH"));
    assert_eq!(ask(&mut client, &["AUTH", "x"]), ok());
    assert_eq!(ask(&mut client, &["SET", "a", "1"]), ok());
    assert_eq!(server.command(&["GET", "a"]).text(), "1");
    drop(server);
    assert!(!path.exists());
}

#[test]
fn a_full_server_refuses_what_needs_memory() {
    let server = Server::start(&Options {
        max_memory: Some(1),
        ..Options::default()
    });
    assert!(server.used_memory() > 1);
    let increment = ["HINCRBYFLOAT", "jobs", "a", "1"];
    assert!(server.command(&increment).is_error("OOM"));
    assert_eq!(server.command(&["HGETALL", "jobs"]), Reply::Array(vec![]));
    server.set("maxmemory", "0");
    assert_eq!(server.command(&increment).number(), 1.0);
    server.set("maxmemory", "1");
    assert!(server.command(&increment).is_error("OOM"));
}

#[test]
fn a_replica_is_read_only() {
    let master = Server::start(&Options::default());
    assert_eq!(master.command(&["SET", "a", "1"]), ok());
    let replica = Server::start(&Options {
        replica_of: Some(master.address()),
        ..Options::default()
    });
    assert_eq!(replica.command(&["GET", "a"]).text(), "1");
    assert!(replica.command(&["SET", "a", "2"]).is_error("READONLY"));
}

#[test]
fn a_stop_keeps_only_what_is_durable() {
    for durable in [true, false] {
        let mut server = Server::start(&Options {
            durable,
            ..Options::default()
        });
        let address = server.address();
        assert_eq!(server.command(&["SET", "a", "1"]), ok());
        server.stop();
        assert!(server.client().is_err());
        server.start_again();
        assert_eq!(server.address(), address);
        let kept = server.command(&["GET", "a"]);
        assert_eq!(kept != Reply::Nil, durable, "{kept:?}");
    }
}

#[test]
fn a_paused_server_answers_late() {
    let mut server = Server::start(&Options::default());
    let pause = Duration::from_millis(800);
    let started = Instant::now();
    server.pause(pause);
    assert!(started.elapsed() < pause, "it returns at once");
    assert_eq!(server.command(&["PING"]), pong());
    assert!(started.elapsed() >= pause, "{:?}", started.elapsed());

    let mut client = server.client().unwrap();
    server.freeze();
    client.give_up_after(pause).unwrap();
    client.command(&["SET", "a", "1"]).unwrap_err();
    server.thaw();
    // What was sent while it stood still is done now.
    let started = Instant::now();
    while server.command(&["GET", "a"]) == Reply::Nil {
        assert!(started.elapsed() < Duration::from_secs(20));
    }
}
