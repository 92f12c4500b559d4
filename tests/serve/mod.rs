//! `/metrics`: what a client is answered, what it cannot do, and how a server comes and goes.

mod answers;
mod jobs;
mod lifecycle;
mod limits;
mod model;
mod mounted;
mod sources;
mod tls;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use ppc::expose::{Server, ServerHandle};
use ppc::{Counter, Gauge, Registry};

/// No test waits longer for what it expects, on a machine that is busy with others.
const WITHIN: Duration = Duration::from_secs(30);

/// A counter, and nothing else.
fn jobs() -> Registry {
    let registry = Registry::new();
    let jobs = Counter::builder("jobs").label_names(["queue"]);
    let jobs = jobs.register(&registry).unwrap();
    jobs.labels(("a",)).unwrap().inc_by(2);
    registry
}

const JOBS: &str = "# TYPE jobs_total counter\njobs_total{queue=\"a\"} 2\n";

/// A page that no socket takes as a whole.
fn large() -> Registry {
    let registry = Registry::new();
    let gauge = Gauge::builder("large").label_names(["text"]);
    let gauge = gauge.register(&registry).unwrap();
    for number in 0..400 {
        let text = format!("{number}{}", "x".repeat(50_000));
        gauge.labels((text,)).unwrap().set(number);
    }
    registry
}

/// On loopback, at a port that is free.
fn local() -> Server {
    Server::new("127.0.0.1:0")
}

fn serve(registry: Registry) -> ServerHandle {
    local().source(registry).start().unwrap()
}

/// A connection that has sent this.
#[track_caller]
fn sent(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(WITHIN)).unwrap();
    stream.set_write_timeout(Some(WITHIN)).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    stream
}

/// Everything up to the end of a connection, which may be a hard one.
#[track_caller]
fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut piece = [0; 16_384];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => bytes.extend_from_slice(&piece[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
            Err(error) => panic!("the connection stays open: {error}"),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Waits until it is so.
#[track_caller]
fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < WITHIN, "never: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}
