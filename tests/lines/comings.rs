//! Receivers that come and go while the job runs: what it has at the end is there in the end.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind};
use std::net::TcpListener;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ppc::{Destination, Gauge, Push, Registry};

use crate::support::receiver::Folder;

/// A push that is due all the time.
fn push(url: &str, registry: &Registry) -> Push {
    let destination: Destination = url.parse().unwrap();
    let push = Push::new().environment(false).and_to(destination);
    push.registry(registry).period(0.02).job_metrics(false)
}

/// Waits for one of these lines at a socket that was just bound, which is gone afterwards.
#[track_caller]
fn see_once(path: &Path, is_stream: bool, line: &str) {
    let started = Instant::now();
    let is_late = || started.elapsed() > Duration::from_secs(20);
    let mut found = String::new();
    if is_stream {
        let listener = UnixListener::bind(path).unwrap();
        listener.set_nonblocking(true).unwrap();
        while !found.contains(line) {
            assert!(!is_late(), "{line:?} does not come");
            let Ok((stream, _)) = listener.accept() else {
                thread::sleep(Duration::from_millis(1));
                continue;
            };
            stream.set_nonblocking(false).unwrap();
            let mut reader = BufReader::new(stream);
            found.clear();
            while !found.contains(line) && reader.read_line(&mut found).unwrap() > 0 {}
        }
    } else {
        let socket = UnixDatagram::bind(path).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let mut buffer = [0; 1000];
        while !found.contains(line) {
            assert!(!is_late(), "{line:?} does not come");
            let length = socket.recv(&mut buffer).unwrap();
            found = String::from_utf8_lossy(&buffer[..length]).into_owned();
        }
    }
    fs::remove_file(path).unwrap();
}

#[test]
fn a_unix_socket_may_appear_and_vanish_and_be_of_another_type() {
    let folder = Folder::create("comings");
    let path = folder.path().join("s");
    for format in ["statsd", "influx"] {
        let registry = Registry::new();
        let stage = Gauge::builder("a_b").register(&registry).unwrap();
        let line = |n: i32| match format {
            "statsd" => format!("a_b:{n}|g"),
            _ => format!("a b={n}"),
        };
        stage.set(0);
        let url = format!("{format}+unix://{}", path.display());
        let guard = push(&url, &registry).start();
        // It is not there at first.
        thread::sleep(Duration::from_millis(100));
        for (n, is_stream) in (1..).zip([false, false, true, true, false, true]) {
            stage.set(n);
            see_once(&path, is_stream, &line(n));
            thread::sleep(Duration::from_millis(50));
        }
        stage.set(7);
        thread::scope(|scope| {
            scope.spawn(|| see_once(&path, true, &line(7)));
            guard.stop();
        });
    }
}

/// Reads so many lines of each connection and closes it, until told to stop.
fn close_after(lines: usize, listener: &TcpListener, all: &Mutex<Vec<String>>, stop: &AtomicBool) {
    listener.set_nonblocking(true).unwrap();
    loop {
        let is_last = stop.load(Ordering::Relaxed);
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false).unwrap();
                // One that is idle is not waited for longer than for the end.
                stream
                    .set_read_timeout(Some(Duration::from_millis(500)))
                    .unwrap();
                let reader = BufReader::new(stream);
                let lines = reader.lines().take(lines).map_while(Result::ok);
                lines.for_each(|line| all.lock().unwrap().push(line));
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                if is_last {
                    return;
                }
                thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

#[test]
fn a_server_may_close_the_connection_after_each_push() {
    for (format, gauges) in [
        ("statsd", 1),
        ("influx", 1),
        ("graphite", 1),
        ("statsd", 3),
        ("influx", 3),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("{format}+tcp://{}", listener.local_addr().unwrap());
        let (all, stop) = (Mutex::<Vec<String>>::default(), AtomicBool::new(false));
        let registry = Registry::new();
        let family = Gauge::builder("a_b").label_names(["n"]);
        let family = family.register(&registry).unwrap();
        let set = |value: i32| (0..gauges).for_each(|n| family.labels((n,)).unwrap().set(value));
        // Which of them have this value at the server.
        let count = |value: i32| {
            let ends = [
                format!(":{value}|g"),
                format!("={value} "),
                format!(" {value} "),
            ];
            let is_of = |n: i32, line: &String| {
                line.contains(&format!("n={n}")) && ends.iter().any(|end| line.contains(end))
            };
            let all = all.lock().unwrap();
            (0..gauges)
                .filter(|n| all.iter().any(|line| is_of(*n, line)))
                .count()
        };
        let lines = usize::try_from(gauges).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| close_after(lines, &listener, &all, &stop));
            set(100);
            let guard = push(&url, &registry).start();
            let started = Instant::now();
            for value in 101..120 {
                set(value);
                while count(value) < lines && started.elapsed() < Duration::from_secs(20) {
                    thread::sleep(Duration::from_millis(1));
                }
            }
            set(120);
            guard.stop();
            stop.store(true, Ordering::Relaxed);
        });
        for value in 101..=120 {
            assert_eq!(count(value), lines, "{url}: {value}");
        }
    }
}
