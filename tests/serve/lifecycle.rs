//! How a server comes, lingers and goes.

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use ppc::expose::{Server, start_http_server};
use ppc::{Push, Secret};

use super::{JOBS, WITHIN, eventually, jobs, large, local, rest, sent, serve};
use crate::support::access::Access;
use crate::support::http::{get, request};
use crate::support::receiver::free_address;

#[test]
fn k20_without_a_host_every_address_listens() {
    let server = start_http_server(":0", jobs()).unwrap();
    let address = server.local_addr();
    assert!(address.ip().is_unspecified() && address.port() != 0);
    let loopback = ([127, 0, 0, 1], address.port()).into();
    assert_eq!(get(loopback, "/metrics").unwrap().text(), JOBS);
}

#[test]
fn an_address_that_is_taken_is_an_error_that_names_it() {
    let server = serve(jobs());
    let address = server.local_addr();
    let error = Server::new(address).start().unwrap_err();
    assert!(
        error.is_system() && error.to_string().contains(&address.to_string()),
        "{error}"
    );
    assert!(std::error::Error::source(&error).is_some());
    drop(server);
    // Its port is free as soon as it has stopped.
    let again = Server::new(address).source(jobs()).start().unwrap();
    assert_eq!(get(again.local_addr(), "/").unwrap().text(), JOBS);
}

#[test]
fn a_setting_that_is_wrong_is_an_error() {
    assert!(
        local()
            .idle_timeout("soon")
            .start()
            .unwrap_err()
            .is_setting()
    );
    assert!(Server::new("no port").start().unwrap_err().is_setting());
    // `a:b` with `c` would be `a` with `b:c`.
    assert!(
        local()
            .basic_auth("a:b", "c")
            .start()
            .unwrap_err()
            .is_setting()
    );
    let error = local()
        .tls("/no/such/file", "/no/such/key")
        .start()
        .unwrap_err();
    assert!(
        error.is_setting() && error.to_string().contains("/no/such/file"),
        "{error}"
    );
    assert!(
        local()
            .client_auth_required(true)
            .start()
            .unwrap_err()
            .is_setting()
    );
    assert!(
        local()
            .client_cafile("/no/such/file")
            .start()
            .unwrap_err()
            .is_setting()
    );
}

#[test]
fn it_runs_inside_a_runtime_that_is_blocked() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let server = serve(jobs());
        assert_eq!(get(server.local_addr(), "/").unwrap().text(), JOBS);
        // An error is one there as well.
        let error = Server::new(server.local_addr()).start().unwrap_err();
        assert!(error.is_system(), "{error}");
    });
}

#[test]
fn what_is_under_way_at_the_stop_is_answered() {
    let server = local().source(large()).stop_timeout(30).start().unwrap();
    let idle = sent(server.local_addr(), "");
    let half = sent(server.local_addr(), "GET / HT");
    let request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    let mut stream = sent(server.local_addr(), request);
    let mut first = [0; 1000];
    stream.read_exact(&mut first).unwrap();
    thread::scope(|scope| {
        let stopping = scope.spawn(|| server.stop());
        // Nobody else is let in, or waited for.
        eventually("closed", || {
            TcpStream::connect(server.local_addr()).is_err()
        });
        assert_eq!(rest(idle) + &rest(half), "");
        let answer = String::from_utf8_lossy(&first).into_owned() + &rest(stream);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let length = format!("content-length: {}", body.len());
        assert!(head.contains(&length), "{} bytes of\n{head}", body.len());
        stopping.join().unwrap();
    });
    assert_eq!(server.scrapes(), 1);
    // Once more is no more.
    server.stop();
}

#[test]
fn a_stop_does_not_wait_for_ever() {
    let server = local().source(large()).stop_timeout(0.1).start().unwrap();
    let mut stream = sent(server.local_addr(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    stream.read_exact(&mut [0; 1000]).unwrap();
    let started = Instant::now();
    server.stop();
    assert!(started.elapsed() < WITHIN);
    assert_eq!(server.scrapes(), 0);
    assert!(!server.linger(WITHIN), "there is nobody to scrape");
    rest(stream);
}

#[test]
fn lingering_ends_with_a_scrape_that_began_in_it() {
    let server = serve(jobs());
    get(server.local_addr(), "/").unwrap();
    eventually("a scrape", || server.scrapes() == 1);
    // What was before does not count.
    assert!(!server.linger(Duration::from_millis(20)));
    thread::scope(|scope| {
        let lingering = scope.spawn(|| server.linger(WITHIN * 4));
        // None of these is a scrape.
        for (method, target) in [("GET", "/-/healthy"), ("OPTIONS", "/"), ("POST", "/")] {
            request(server.local_addr(), method, target, &[], b"").unwrap();
        }
        let head = "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        rest(sent(server.local_addr(), head));
        assert!(!lingering.is_finished());
        while !lingering.is_finished() {
            get(server.local_addr(), "/").unwrap();
        }
        assert!(lingering.join().unwrap());
    });
}

#[test]
fn lingering_is_cut_from_another_thread() {
    let server = serve(jobs());
    let started = Instant::now();
    thread::scope(|scope| {
        let lingering = scope.spawn(|| server.linger_until(Instant::now() + WITHIN * 4));
        server.cut_linger();
        assert!(!lingering.join().unwrap());
    });
    assert!(!server.linger(Duration::MAX));
    assert!(started.elapsed() < WITHIN);
}

#[test]
fn a_password_is_asked_for() {
    let server = local()
        .source(jobs())
        .basic_auth("job", Secret::from("open:1"));
    let server = server.start().unwrap();
    let plain = Access::plain(server.local_addr());
    let refused = plain.get("/metrics").unwrap();
    assert_eq!(refused.status, 401);
    let challenge = refused.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Basic realm="), "{challenge}");
    let wrong = plain.clone().password("job", "open:2");
    assert_eq!(wrong.get("/metrics").unwrap().status, 401);
    assert_eq!(plain.get("/-/healthy").unwrap().status, 200);
    assert_eq!(server.scrapes(), 0);
    let right = plain.password("job", "open:1");
    assert_eq!(right.get("/metrics").unwrap().text(), JOBS);
    eventually("a scrape", || server.scrapes() == 1);
}

#[test]
fn no_time_is_too_long_for_a_job_or_a_server() {
    let server = local().stop_timeout(Duration::MAX).linger(Duration::MAX);
    let handle = server.clone().source(jobs()).start().unwrap();
    handle.stop();
    let address = free_address().unwrap();
    let push = Push::to(
        Server::new(address)
            .linger(Duration::MAX)
            .stop_timeout(Duration::MAX),
    )
    .source(jobs())
    .environment(false);
    let job = thread::spawn(|| push.run(|| 7));
    eventually("a scrape ends the job", || {
        let _ = get(address, "/metrics");
        job.is_finished()
    });
    assert_eq!(job.join().unwrap(), 7);
}

#[test]
fn a_push_that_cannot_start_does_not_linger() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap();
    let started = Instant::now();
    let push = Push::to(local().linger(25))
        .and_to(Server::new(taken))
        .source(jobs());
    let error = push.environment(false).try_start().unwrap_err();
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}: {error}",
        started.elapsed()
    );
}
