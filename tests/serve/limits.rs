//! What a client cannot do: take all connections, memory or time.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use super::{JOBS, WITHIN, eventually, jobs, large, local, rest, sent};
use crate::support::http::get;
use crate::support::job::Job;

const GARBAGE: &[&[u8]] = &[
    b"",
    b"\0\x01\x02\xff\xfe",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET",
    b"GET / HTTP/9.9\r\n\r\n",
    b"\r\n\r\n\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
];

/// A scrape that has to come through.
#[track_caller]
fn scrape(address: SocketAddr) {
    let started = Instant::now();
    let answer = get(address, "/metrics").unwrap();
    assert_eq!(answer.status, 200);
    assert!(started.elapsed() < WITHIN / 2, "{:?}", started.elapsed());
}

#[test]
fn garbage_leaves_the_server_and_its_memory_as_they_were() {
    let job = Job::start_at("127.0.0.1:0", "garbage", "served-plain", 600.0, &[]);
    let address: SocketAddr = job.said().trim().parse().unwrap();
    let send = |count: usize, held: &mut Vec<TcpStream>| {
        for number in 0..count {
            let mut stream = TcpStream::connect(address).unwrap();
            // The server may have closed it by now.
            let _ = stream.write_all(GARBAGE[number % GARBAGE.len()]);
            if number % 100 == 0 {
                let long = "x".repeat(40_000);
                let _ = write!(stream, "GET /{long} HTTP/1.1\r\n");
            }
            // Every tenth stays half-open, for as long as the server has it so.
            if number % 10 == 1 {
                held.push(stream);
                if held.len() > 400 {
                    held.clear();
                }
            }
            if number % 500 == 0 {
                scrape(address);
            }
        }
    };
    let mut held = Vec::new();
    send(1_000, &mut held);
    let before = job.resident_pages();
    send(9_000, &mut held);
    scrape(address);
    let after = job.resident_pages();
    // Of 4 KiB each.
    assert!(
        after < before + 1_000,
        "{before} pages before, {after} after"
    );
    job.signal("KILL");
    job.wait();
}

#[test]
fn a_head_that_is_too_long_is_refused() {
    let server = local()
        .source(jobs())
        .max_header_size(10_000)
        .max_headers(20)
        .start()
        .unwrap();
    let long = format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "x".repeat(20_000));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(30));
    for head in [long, many] {
        let answer = rest(sent(server.local_addr(), &head));
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    }
    scrape(server.local_addr());
}

#[test]
fn who_is_slow_with_a_head_is_cut_off() {
    let server = local().source(jobs()).header_timeout(0.2).start().unwrap();
    // One that says nothing.
    let silent = sent(server.local_addr(), "");
    let mut slow = sent(server.local_addr(), "GET / HTTP/1.1\r\n");
    eventually("cut off, however busy it looks", || {
        slow.write_all(b"a: b\r\n").is_err()
    });
    assert_eq!(rest(silent), "");
    // The second head on a connection as well.
    let mut second = sent(server.local_addr(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    let mut seen = Vec::new();
    while !seen.ends_with(JOBS.as_bytes()) {
        let mut piece = [0; 1000];
        let length = second.read(&mut piece).unwrap();
        assert_ne!(length, 0, "idle time is more than this");
        seen.extend_from_slice(&piece[..length]);
    }
    second.write_all(b"G").unwrap();
    assert_eq!(rest(second), "");
}

#[test]
fn an_idle_connection_is_closed() {
    let server = local().source(jobs()).idle_timeout(0.1).start().unwrap();
    let stream = sent(server.local_addr(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(rest(stream).ends_with(JOBS));
}

#[test]
fn who_does_not_read_is_cut_off() {
    let server = local().source(large()).answer_timeout(0.2).start().unwrap();
    let mut stream = sent(server.local_addr(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    eventually("closed by the server", || {
        stream.write_all(b"\r\n").is_err()
    });
    let answer = rest(stream);
    assert!(answer.len() < 400 * 50_000, "it was given all of it");
    assert_eq!(server.scrapes(), 0);
}

#[test]
fn connections_that_wait_make_room_for_requests() {
    let server = local().source(jobs()).max_connections(2).start().unwrap();
    let waiting: Vec<_> = (0..5).map(|_| sent(server.local_addr(), "GET ")).collect();
    for _ in 0..20 {
        scrape(server.local_addr());
    }
    for stream in waiting.into_iter().take(3) {
        assert_eq!(rest(stream), "");
    }
}

#[test]
fn where_all_connections_are_at_work_others_are_told_so() {
    let server = local().source(large()).max_connections(1).start().unwrap();
    let mut stream = sent(server.local_addr(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    stream.read_exact(&mut [0; 1000]).unwrap();
    let refused = rest(sent(server.local_addr(), ""));
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    drop(stream);
    eventually("room again", || {
        let healthy = get(server.local_addr(), "/-/healthy");
        healthy.is_ok_and(|answer| answer.status == 200)
    });
}
