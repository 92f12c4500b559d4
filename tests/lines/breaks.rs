//! Differences over connections that break, or are full when the job ends: a sum is never too high,
//! and what may be missing is counted.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use crate::support::job::{Ended, Job};
use crate::support::receiver::Folder;
use crate::support::statsd_lines::{Reader, read};

/// As the job has them; the account of each is its total.
const SERIES: u64 = 100_000;

/// A connection of either kind.
trait Connection: Read + Send {}

impl Connection for TcpStream {}
impl Connection for UnixStream {}

/// Where connections come from, one after the other; nothing where there is none at the moment.
type Accept = Box<dyn Fn() -> Option<Box<dyn Connection>> + Send + Sync>;

fn tcp() -> (String, Accept) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    // Else the kernel may take everything for a receiver that is late, and nothing breaks.
    socket.set_recv_buffer_size(PART / 8).unwrap();
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    socket.bind(&any_port.into()).unwrap();
    socket.listen(8).unwrap();
    let listener = TcpListener::from(socket);
    listener.set_nonblocking(true).unwrap();
    let place = format!("tcp://{}", listener.local_addr().unwrap());
    let accept = move || {
        let (stream, _) = listener.accept().ok()?;
        stream.set_nonblocking(true).unwrap();
        Some(Box::new(stream) as Box<dyn Connection>)
    };
    (place, Box::new(accept))
}

fn unix(folder: &Folder) -> (String, Accept) {
    let path = folder.path().join("s");
    let listener = UnixListener::bind(&path).unwrap();
    listener.set_nonblocking(true).unwrap();
    let accept = move || {
        let (stream, _) = listener.accept().ok()?;
        stream.set_nonblocking(true).unwrap();
        Some(Box::new(stream) as Box<dyn Connection>)
    };
    (format!("unix://{}", path.display()), Box::new(accept))
}

/// Reads what is there, some of it where there is much; true at the end of it all.
fn read_some(stream: &mut dyn Connection, into: &mut Vec<u8>) -> bool {
    let mut buffer = vec![0; 1 << 16];
    for _ in 0..64 {
        match stream.read(&mut buffer) {
            Ok(0) => return true,
            Ok(length) => into.extend_from_slice(&buffer[..length]),
            Err(error) => return error.kind() != ErrorKind::WouldBlock,
        }
    }
    false
}

/// What comes of the first connection, and how it goes on with it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum First {
    /// It reads nothing for so long, then everything.
    Waits(Duration),
    /// It reads a part, and closes the connection.
    Breaks,
}

/// Far less than is sent, and more than goes at once.
const PART: usize = 1 << 20;

/// What came over each connection, until `stop`.
fn receive(accept: &Accept, first: First, stop: &AtomicBool) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    let mut streams: Vec<Option<Box<dyn Connection>>> = Vec::new();
    loop {
        let is_last = stop.load(Ordering::Relaxed);
        if let Some(mut stream) = accept() {
            let mut part = Vec::new();
            let stays = match first {
                _ if !parts.is_empty() => true,
                First::Waits(time) => {
                    thread::sleep(time);
                    true
                }
                First::Breaks => {
                    while part.len() < PART && !read_some(&mut *stream, &mut part) {
                        thread::sleep(Duration::from_millis(1));
                    }
                    false
                }
            };
            parts.push(part);
            streams.push(stays.then_some(stream));
        }
        for (stream, part) in streams.iter_mut().zip(&mut parts) {
            if stream
                .as_mut()
                .is_some_and(|stream| read_some(&mut **stream, part))
            {
                *stream = None;
            }
        }
        if is_last {
            return parts;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Pushes all counters to such a receiver; returns what it has added up, and how the job ended.
fn push(place: &str, accept: &Accept, first: First, lasts: f64) -> (BTreeMap<u64, f64>, Ended) {
    let url = format!("statsd+{place}?types=native");
    let stop = AtomicBool::new(false);
    let (parts, ended) = thread::scope(|scope| {
        let receiving = scope.spawn(|| receive(accept, first, &stop));
        let settings = [("PPC_FLUSH_TIMEOUT", "30")];
        let ended = Job::start_at(&url, "", "matrix-once", lasts, &settings).wait();
        stop.store(true, Ordering::Relaxed);
        (receiving.join().unwrap(), ended)
    });
    assert!(ended.status.success(), "{ended:?}");
    (sums(&parts), ended)
}

/// What a server has added up.
#[track_caller]
fn sums(parts: &[Vec<u8>]) -> BTreeMap<u64, f64> {
    let mut sums = BTreeMap::new();
    for part in parts {
        let text = std::str::from_utf8(part).unwrap();
        // What is not a whole line is none to a server.
        for line in text
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
        {
            let found = read(Reader::Influx, line.trim_end()).unwrap();
            assert_eq!(found.letter, "c", "{line}");
            let account = found.labels["account"].parse().unwrap();
            *sums.entry(account).or_default() += found.value;
        }
    }
    sums
}

/// How many samples were counted for this reason.
fn dropped(ended: &Ended, reason: &str) -> u64 {
    let lines = ended.stdout.lines();
    let mut counts = lines.filter_map(|line| {
        let (found, count) = line.strip_prefix("ppc_dropped ")?.split_once(' ')?;
        (found == reason).then(|| count.parse().unwrap())
    });
    counts.next().unwrap_or(0)
}

/// No sum is too high, and the lines that are not there were counted.
#[track_caller]
fn check(sums: &BTreeMap<u64, f64>, ended: &Ended) -> u64 {
    let too_high = sums
        .iter()
        .filter(|(account, sum)| **sum > **account as f64);
    let too_high: Vec<_> = too_high.take(5).collect();
    assert!(too_high.is_empty(), "{too_high:?}, {ended:?}");
    let counted = dropped(ended, "unacknowledged");
    let arrived = sums.len() as u64;
    assert!(
        arrived + counted >= SERIES,
        "{arrived} and {counted}: {ended:?}"
    );
    arrived
}

#[test]
fn f11_a_connection_that_is_full_at_the_end_has_every_total_once() {
    let folder = Folder::create("breaks");
    for (place, accept) in [tcp(), unix(&folder)] {
        // The end comes while the push at the start waits for room.
        let first = First::Waits(Duration::from_secs(2));
        let (sums, ended) = push(&place, &accept, first, 0.7);
        assert_eq!(check(&sums, &ended), SERIES, "{place}");
        assert_eq!(dropped(&ended, "unacknowledged"), 0, "{place} {ended:?}");
    }
}

#[test]
fn f11_a_connection_that_breaks_in_the_middle_has_no_total_twice() {
    for _ in 0..2 {
        let folder = Folder::create("breaks");
        for (place, accept) in [tcp(), unix(&folder)] {
            let (sums, ended) = push(&place, &accept, First::Breaks, 1.5);
            check(&sums, &ended);
            // On this machine's own sockets it is known what was read.
            let is_told = ended.stderr.contains("may be lost");
            assert!(is_told || place.starts_with("unix"), "{place}: {ended:?}");
        }
    }
}

#[test]
fn f11_a_receiver_that_reads_too_late_is_told_nothing_twice() {
    let folder = Folder::create("breaks");
    for (place, accept) in [tcp(), unix(&folder)] {
        let url = format!("statsd+{place}?types=native");
        let settings = [("PPC_FLUSH_TIMEOUT", "5")];
        let ended = Job::start_at(&url, "", "matrix-once", 0.5, &settings).wait();
        assert!(ended.status.success());
        let mut part = Vec::new();
        let mut stream = accept().unwrap();
        while !read_some(&mut *stream, &mut part) {}
        let sums = sums(&[part]);
        let counted = dropped(&ended, "unacknowledged") + dropped(&ended, "deadline");
        let too_high = sums.iter().find(|(account, sum)| **sum > **account as f64);
        assert_eq!(too_high, None, "{place}: {ended:?}");
        let arrived = sums.len() as u64;
        assert!(arrived + counted >= SERIES, "{place}: {arrived}, {ended:?}");
    }
}
