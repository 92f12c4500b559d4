//! A parent that records in several threads and forks children, each of which records and pushes by
//! a client of its own: whoever adds up has the sum of what each counted itself.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use ppc_core::{Counter, Histogram, Outcome, Registry, Source, Value};

use super::fork::tests::in_child;
use crate::{AggregationGateway, Destination, Push, StatsdUdp, generated, open_store};

const CHILDREN: u64 = 4;

/// What each child records before it has a client, and once more while it has one.
const OWN: u64 = 100;

type Sums = BTreeMap<String, f64>;

/// The parent and its children push to the destination, and `sums` comes to what they recorded.
#[track_caller]
fn check(to: &(dyn Fn() -> Destination + Sync), names: [&str; 3], sums: &dyn Fn() -> Sums) {
    let registry = Registry::new();
    let served = Counter::builder("served").register(&registry).unwrap();
    let took = Histogram::builder("took").buckets([1.0]);
    let took = took.register(&registry).unwrap();
    let paths = Counter::builder("paths").label_names(["path"]);
    let paths = paths.register(&registry).unwrap();
    let push = || Push::to(to()).registry(&registry).period(0.02);
    let record = |times: u64| {
        for n in 0..times {
            served.inc();
            took.observe(0.5);
            paths.labels((n % 5,)).unwrap().inc();
        }
    };
    let (recorded, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let guard = push().start();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    record(10);
                    recorded.fetch_add(10, Ordering::Relaxed);
                    thread::sleep(Duration::from_micros(50));
                }
            });
        }
        for child in 0..CHILDREN {
            let before = recorded.load(Ordering::Relaxed);
            while recorded.load(Ordering::Relaxed) < before + 500 {
                thread::yield_now();
            }
            let status = in_child(|| {
                record(OWN);
                if child % 2 == 0 {
                    push().run(|| record(OWN));
                } else {
                    annotated(push(), || record(OWN));
                }
                0
            });
            assert_eq!(status, Some(0), "the child ended by itself");
        }
        stop.store(true, Ordering::Relaxed);
    });
    guard.stop();
    let all = (recorded.into_inner() + CHILDREN * 2 * OWN) as f64;
    let [served, observed, path] = names;
    let parts = |sums: &Sums| {
        let of = |name: &str| sums.get(name).copied().unwrap_or_default();
        let paths = sums.iter().filter(|(name, _)| name.starts_with(path));
        (
            of(served),
            of(observed),
            paths.map(|(_, sum)| sum).sum::<f64>(),
        )
    };
    let began = Instant::now();
    while parts(&sums()) != (all, all, all) && began.elapsed() < Duration::from_secs(10) {
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(parts(&sums()), (all, all, all), "{:?}", sums());
}

/// What `#[push_metrics]` makes of a function.
fn annotated(push: Push, body: impl FnOnce()) {
    let guard = generated::enter(push);
    generated::call(body);
    guard.finish(Outcome::Ok);
}

fn add(sums: &Mutex<Sums>, name: &str, value: &str) {
    let value: f64 = value.parse().unwrap();
    *sums.lock().unwrap().entry(name.to_owned()).or_default() += value;
}

#[test]
fn f12_a_statsd_server_has_what_each_child_counted_once() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = receiver.local_addr().unwrap().to_string();
    let sums = Arc::new(Mutex::new(Sums::new()));
    let adding = Arc::clone(&sums);
    thread::spawn(move || {
        let mut buffer = [0; 2000];
        while let Ok(len) = receiver.recv(&mut buffer) {
            for line in std::str::from_utf8(&buffer[..len]).unwrap().lines() {
                let (name, rest) = line.split_once(':').unwrap();
                if let (value, "c") = rest.split_once('|').unwrap() {
                    add(&adding, name, value);
                }
            }
        }
    });
    let to = || StatsdUdp::new(&address).types("native").into();
    let names = ["served_total", "took_count", "paths_total"];
    check(&to, names, &|| sums.lock().unwrap().clone());
}

/// Adds what a request has to the sums, and says that all is well.
fn answer(connection: TcpStream, sums: &Mutex<Sums>) -> Option<()> {
    let mut reader = BufReader::new(connection);
    loop {
        let (mut len, mut line) = (0, String::new());
        loop {
            line.clear();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let header = line.trim_end().to_ascii_lowercase();
            if let Some(value) = header.strip_prefix("content-length:") {
                len = value.trim().parse().ok()?;
            }
            if header.is_empty() {
                break;
            }
        }
        let mut body = vec![0; len];
        reader.read_exact(&mut body).ok()?;
        for line in std::str::from_utf8(&body).ok()?.lines() {
            if let Some((name, value)) = line.rsplit_once(' ').filter(|_| !line.starts_with('#')) {
                add(sums, name, value);
            }
        }
        let reply = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
        reader.get_mut().write_all(reply).ok()?;
    }
}

#[test]
fn f12_a_gateway_that_adds_up_has_what_each_child_counted_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let sums = Arc::new(Mutex::new(Sums::new()));
    let adding = Arc::clone(&sums);
    thread::spawn(move || {
        for connection in listener.incoming() {
            let adding = Arc::clone(&adding);
            thread::spawn(move || answer(connection.unwrap(), &adding));
        }
    });
    let to = || AggregationGateway::new(&url).job("prefork").into();
    let names = ["served_total", "took_count", "paths_total"];
    check(&to, names, &|| sums.lock().unwrap().clone());
}

#[test]
fn f12_a_shared_store_has_what_each_child_counted_once() {
    let file = std::env::temp_dir().join(format!("ppc-prefork-{}.db", std::process::id()));
    let url = format!("sqlite://{}", file.display());
    let sums = || {
        let mut sums = Sums::new();
        for family in open_store(&url).unwrap().gather().families() {
            for series in family.series() {
                let name = family.descriptor().names().family();
                let labels: String = series.labels().map(|(_, value)| value).collect();
                let value = match series.value() {
                    Value::Counter(total) => total,
                    Value::Histogram(histogram) => histogram.count() as f64,
                    _ => continue,
                };
                sums.insert(format!("{name} {labels}"), value);
            }
        }
        sums
    };
    check(
        &|| url.parse().unwrap(),
        ["served ", "took ", "paths "],
        &sums,
    );
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", file.display()));
    }
}
