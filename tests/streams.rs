//! Connections of lines against receivers that do their worst: what is added up there is never
//! more than what was counted, and what is missing is known.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use ppc::{Counter, Destination, Push, Registry, StatsdTcp, StatsdUdp};

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
    let address = listener.local_addr().unwrap();
    let reader = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        add_up(stream, &mut sums);
        sums
    });
    thread::sleep(Duration::from_millis(1500));
    guard.stop();
    // There may have been nothing left to be sent.
    drop(TcpStream::connect(address));
    let sums = reader.join().unwrap();
    let twice = sums.values().filter(|sum| **sum > 1).count();
    assert_eq!(twice, 0, "of {}", sums.len());
    let missing = (MANY - sums.len()) as u64;
    assert!(dropped("unacknowledged") - before >= missing as f64);
}

/// A Unix socket that a whole queue of others waits for.
fn crowded(path: &Path) -> (UnixListener, Vec<UnixStream>) {
    let listener = UnixListener::bind(path).unwrap();
    let (told, waiting) = mpsc::channel();
    let path = path.to_owned();
    thread::spawn(move || {
        while let Ok(stream) = UnixStream::connect(&path) {
            if told.send(stream).is_err() {
                break;
            }
        }
    });
    let more = || waiting.recv_timeout(Duration::from_millis(200)).ok();
    let streams = std::iter::from_fn(more).collect();
    (listener, streams)
}

#[test]
fn f01_the_end_is_in_time_whatever_the_receiver_does() {
    let registry = counters();
    let folder = std::env::temp_dir().join(format!("ppc-streams-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (full, mute) = (folder.join("full"), folder.join("mute"));
    let _crowd = crowded(&full);
    let _mute = UnixDatagram::bind(&mute).unwrap();
    let never_reads = TcpListener::bind("127.0.0.1:0").unwrap();
    let closes = TcpListener::bind("127.0.0.1:0").unwrap();
    let (never, at_once) = (never_reads.local_addr(), closes.local_addr());
    thread::spawn(move || {
        while let Ok(stream) = closes.accept() {
            drop(stream);
        }
    });
    let destinations = [
        // A network for documentation, RFC 5737: nobody answers, or there is no way there.
        "influx+tcp://192.0.2.1:8089".to_owned(),
        "influx+tcp://no.such.host.invalid:8089".to_owned(),
        format!("statsd+tcp://{}", never.unwrap()),
        format!("graphite+tcp://{}", at_once.unwrap()),
        format!("statsd+unix://{}", full.display()),
        format!("statsd+unix://{}?types=native", mute.display()),
        format!("influx+unix://{}", folder.join("nothing").display()),
    ];
    for url in &destinations {
        let destination: Destination = url.parse().unwrap();
        let guard = Push::to(destination)
            .registry(&registry)
            .period(0.05)
            .flush_timeout(1)
            .start();
        thread::sleep(Duration::from_millis(300));
        let start = Instant::now();
        guard.stop();
        let took = start.elapsed();
        assert!(took < Duration::from_millis(1500), "{took:?} for {url}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn two_destinations_at_one_place_do_not_wait_for_each_other_at_the_end() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    let one = StatsdUdp::new(receiver.local_addr().unwrap().to_string()).types("native");
    let guard = Push::to(one.clone())
        .and_to(one.clone().datagram_size(1000))
        .and_to(one)
        .registry(&registry)
        .job_metrics(false)
        .period(NEVER)
        .start();
    let mut buffer = [0; 100];
    let mut receive = || {
        let len = receiver.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..len].to_vec()).unwrap()
    };
    assert_eq!(receive(), "c_total:0|c");
    counter.inc();
    let start = Instant::now();
    guard.stop();
    let took = start.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert_eq!(receive(), "c_total:1|c");
    receiver.set_nonblocking(true).unwrap();
    assert!(receiver.recv(&mut [0]).is_err(), "once");
}
