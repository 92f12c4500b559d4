//! Whatever is wrong with the server, the job goes on, and what it counts arrives when it is right
//! again.

use std::thread;
use std::time::{Duration, Instant};

use ppc::{Counter, Push, Redis, Registry, Source, store};

use crate::support::certificates::{Clients, Identity};
use crate::support::counts::dropped;
use crate::support::meanwhile::Counting;
use crate::support::redis::{Options, Server, Tls, User};
use crate::support::stored::{self, samples, value, wait_for, with};

fn durable() -> Options {
    Options {
        durable: true,
        ..Options::default()
    }
}

#[test]
fn f26_a_server_that_is_down_harms_no_job() {
    let mut server = Server::start(&durable());
    let url = server.url();
    let mut job = Counting::start(&url);
    job.count();
    server.stop();
    job.count();
    server.start_again();
    job.count();
    job.arrives(&url);
    job.count();
    job.ends(&url);
}

#[test]
fn f26_a_server_that_was_never_there_ends_no_job_and_is_waited_for_no_longer_than_said() {
    let registry = Registry::new();
    Counter::builder("jobs").register(&registry).unwrap().inc();
    let before = dropped("deadline");
    let start = Instant::now();
    let push = Push::to(Redis::new("redis://127.0.0.1:1")).registry(&registry);
    let result = push.flush_timeout("300ms").run(|| Err::<(), _>("its own"));
    assert_eq!(result, Err("its own"));
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(dropped("deadline") > before);
}

#[test]
fn f26_a_server_that_hangs_harms_no_job() {
    let mut server = Server::start(&Options::default());
    let url = with(&server.url(), "timeout=500ms");
    let mut job = Counting::start(&url);
    job.count();
    server.freeze();
    job.count();
    thread::sleep(Duration::from_secs(1));
    job.count();
    server.thaw();
    job.arrives(&server.url());
    job.ends(&server.url());
}

#[test]
fn f26_a_server_that_is_full_is_waited_for() {
    let server = Server::start(&Options {
        max_memory: Some(1),
        ..Options::default()
    });
    let url = server.url();
    let mut job = Counting::start(&url);
    job.count();
    assert_eq!(value(&url, "jobs_total"), None);
    server.set("maxmemory", "0");
    job.arrives(&url);
    server.set("maxmemory", "1");
    job.count();
    server.set("maxmemory", "0");
    job.count();
    job.ends(&url);
}

#[test]
fn f26_a_replica_is_written_once_it_is_the_master() {
    let master = Server::start(&Options::default());
    let server = Server::start(&Options {
        replica_of: Some(master.address()),
        ..Options::default()
    });
    let url = server.url();
    let mut job = Counting::start(&url);
    job.count();
    // It can be read meanwhile.
    assert!(samples(&url).is_empty());
    server.command(&["REPLICAOF", "NO", "ONE"]);
    job.count();
    job.arrives(&url);
    job.ends(&url);
}

#[test]
fn f26_a_server_of_another_password_is_waited_for_and_told_of_without_it() {
    let server = Server::start(&Options {
        password: Some("open sesame".to_owned()),
        ..Options::default()
    });
    let url = server.url();
    let wrong = url.replace("sesame", "barley");
    let mut job = Counting::start(&wrong);
    job.count();
    let store = store::open(&wrong).unwrap();
    let snapshot = store.gather();
    let faults: Vec<&str> = snapshot.faults().collect();
    assert!(
        faults.len() == 1 && faults[0].contains("authentication"),
        "{faults:?}"
    );
    assert!(!faults[0].contains("barley") && !format!("{store:?}").contains("barley"));
    server.set("requirepass", "open barley");
    job.count();
    job.arrives(&wrong);
    job.ends(&wrong);
}

#[test]
fn what_is_stored_in_another_version_is_left_alone() {
    let server = Server::start(&Options::default());
    let url = server.url();
    let key = "{ppc/jobs}/declared";
    server.command(&["HSET", key, "schema", "2"]);
    let mut job = Counting::start(&url);
    job.count();
    let store = store::open(&url).unwrap();
    let shows = |line: &str| {
        let text = String::from_utf8(ppc::expose::generate_latest(&store)).unwrap();
        text.lines().any(|found| found == line)
    };
    let until = Instant::now() + Duration::from_secs(20);
    while !shows("time_count 100") {
        assert!(Instant::now() < until, "other families are written");
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(server.command(&["HGETALL", key]).list().len(), 2);
    let snapshot = store.gather();
    let fault: Vec<&str> = snapshot.faults().collect();
    assert!(
        fault.len() == 1 && fault[0].contains("version 2"),
        "{fault:?}"
    );
    assert!(fault[0].contains("version 1"), "{fault:?}");
    server.command(&["DEL", key]);
    job.arrives(&url);
    job.ends(&url);
}

#[test]
fn a_server_that_forgets_the_script_or_everything_is_told_again() {
    let server = Server::start(&Options::default());
    let url = server.url();
    let mut job = Counting::start(&url);
    job.count();
    job.arrives(&url);
    server.command(&["SCRIPT", "FLUSH"]);
    job.count();
    job.arrives(&url);
    server.command(&["FLUSHALL"]);
    job.count();
    // What was counted before is lost, with all that was there; what comes is there, and is listed.
    wait_for(&url, "jobs_total", Some(100.0));
}

#[test]
fn by_whatever_way_it_is_reached() {
    let user = User {
        name: "metrics".to_owned(),
        password: "p/w:d".to_owned(),
        rules: "~ppc/* ~{ppc/* +@hash +@sortedset +eval +evalsha +script|load +info +time +unlink \
                +pexpireat +persist +multi +exec"
            .to_owned(),
    };
    let tls = Tls {
        identity: Identity::Server,
        clients: Clients::Anyone,
    };
    let server = Server::start(&Options {
        user: Some(user.clone()),
        tls: Some(tls),
        unix_socket: true,
        ..Options::default()
    });
    let registry = Registry::new();
    let jobs = Counter::builder("jobs").register(&registry).unwrap();
    jobs.inc();
    let files = server.files();
    let over_tls = Redis::new(format!("rediss://{}", server.address()))
        .user(&user.name)
        .password(&*user.password)
        .ca_file(files.authority());
    Push::to(over_tls.clone())
        .registry(&registry)
        .run(|| jobs.inc());
    let socket = server.unix_socket().display();
    let unix = format!("redis+unix://{socket}?user=metrics&pass=p%2Fw%3Ad");
    assert_eq!(value(&unix, "jobs_total"), Some(2.0));
    let by_socket = Redis::new(&unix);
    Push::to(by_socket).registry(&registry).run(|| jobs.inc());
    let text = String::from_utf8(ppc::expose::generate_latest(&over_tls.open().unwrap())).unwrap();
    // Another place, as far as can be known: it is told everything.
    assert!(text.contains("jobs_total 5"), "{text}");
    let untrusted = Redis::new(format!("rediss://{}", server.address()))
        .open()
        .unwrap();
    assert_eq!(untrusted.gather().faults().len(), 1);
}

#[test]
fn a_database_and_a_cluster_of_nodes_are_found() {
    let server = Server::start(&Options::default());
    let registry = Registry::new();
    Counter::builder("jobs").register(&registry).unwrap().inc();
    let url = format!("{}/3", server.url());
    stored::push(&url, &registry);
    assert_eq!(value(&url, "jobs_total"), Some(1.0));
    assert!(samples(&server.url()).is_empty());
}
