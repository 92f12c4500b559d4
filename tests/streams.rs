//! Connections of lines against receivers that do their worst: what is added up there is never
//! more than what was counted, and what is missing is known.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use ppc::{Counter, Push, Registry, StatsdTcp};

use crate::support::counts::dropped;

/// More lines than the buffers of both sides hold.
const MANY: usize = 60_000;

const NEVER: u32 = 86_400;

/// Many counters, each of them 1.
fn counters() -> Registry {
    let registry = Registry::new();
    let family = Counter::builder("c").label_names(["long", "n"]);
    let family = family.register(&registry).unwrap();
    let long = "x".repeat(150);
    for n in 0..MANY {
        family.labels((&long, n)).unwrap().inc();
    }
    registry
}

fn push(to: &TcpListener, registry: &Registry) -> Push {
    let address = to.local_addr().unwrap().to_string();
    Push::to(StatsdTcp::new(address).types("native"))
        .registry(registry)
        .job_metrics(false)
        .period(NEVER)
}

/// What a server adds up of these lines, the last of which may be cut.
fn add_up(lines: impl Read, sums: &mut HashMap<String, u64>) {
    let mut lines = BufReader::new(lines);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|len| len > 0) {
        if line.pop() == Some(b'\n') {
            let text = String::from_utf8(std::mem::take(&mut line)).unwrap();
            let (name, number) = text.split_once(':').unwrap();
            let number = number.strip_suffix("|c").unwrap();
            *sums.entry(name.to_owned()).or_default() += number.parse::<u64>().unwrap();
        }
        line.clear();
    }
}

/// Waits until the kernel takes no more of what is pushed.
fn wait_until_full(stream: &TcpStream) {
    let (mut last, mut since) = (0, Instant::now());
    let mut buffer = vec![0; 32 << 20];
    while since.elapsed() < Duration::from_millis(500) {
        let len = stream.peek(&mut buffer).unwrap();
        if len > last {
            (last, since) = (len, Instant::now());
        }
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn f11_a_push_that_gives_way_to_the_last_one_is_not_told_twice() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let registry = counters();
    let guard = push(&listener, &registry).flush_timeout(20).start();
    let (stream, _) = listener.accept().unwrap();
    wait_until_full(&stream);
    let reader = thread::spawn(move || {
        // The last push has begun by then.
        thread::sleep(Duration::from_millis(300));
        let mut sums = HashMap::new();
        add_up(stream, &mut sums);
        sums
    });
    guard.stop();
    let sums = reader.join().unwrap();
    assert_eq!(sums.len(), MANY);
    let twice = sums.values().filter(|sum| **sum > 1).count();
    assert_eq!(twice, 0, "of {MANY}");
}

#[test]
fn f11_what_broke_in_the_middle_of_a_payload_is_not_told_twice() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let registry = counters();
    let before = dropped("unacknowledged");
    let guard = push(&listener, &registry).flush_timeout(20).start();
    let (stream, _) = listener.accept().unwrap();
    wait_until_full(&stream);
    let mut sums = HashMap::new();
    // The driver sleeps meanwhile: all that has come ends within a payload.
    let mut buffer = vec![0; 32 << 20];
    stream.set_nonblocking(true).unwrap();
    let mut read = 0;
    while let Ok(len) = (&stream).read(&mut buffer[read..]) {
        read += len;
    }
    drop(stream);
    add_up(&buffer[..read], &mut sums);
    let reader = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        add_up(stream, &mut sums);
        sums
    });
    thread::sleep(Duration::from_millis(1500));
    guard.stop();
    let sums = reader.join().unwrap();
    let twice = sums.values().filter(|sum| **sum > 1).count();
    assert_eq!(twice, 0, "of {}", sums.len());
    let missing = (MANY - sums.len()) as u64;
    assert!(dropped("unacknowledged") - before >= missing as f64);
}
