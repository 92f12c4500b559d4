//! Receivers that stop reading, vanish, or never were: the job goes on, and what is lost is counted.

use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixDatagram;
use std::thread;
use std::time::Duration;

use super::{FLOOD, Said, check_sum, listen, read_all, totals};
use crate::support::job::Job;
use crate::support::receiver::Folder;
use crate::support::udp::bare;

#[test]
fn block_waits_for_a_dead_receiver_no_longer_than_five_seconds() {
    let listener = listen();
    let address = listener.local_addr().unwrap();
    let url = format!("statsd+tcp://{address}?types=native");
    let settings = [("PPC_FLUSH_TIMEOUT", "1")];
    // Somebody takes the connection, and nothing from it.
    let job = Job::start_at(&url, "block", "streamed-observations", 0.0, &settings);
    let (stream, _) = listener.accept().unwrap();
    let said = Said::of(job.wait());
    let limit = Duration::from_secs(25);
    assert!(
        said.recorded > Duration::from_secs(5) && said.recorded < limit,
        "{:?}",
        said.recorded
    );
    let lines = read_all(stream).join().unwrap();
    assert!(said.dropped["feed_full"] > 0, "{:?}", said.dropped);
    check_sum(&lines, &said);
}

#[test]
fn a_peer_that_reads_nothing_holds_nothing_up() {
    let listener = listen();
    let address = listener.local_addr().unwrap();
    let url = format!("statsd+tcp://{address}?types=native");
    let settings = [("PPC_FLUSH_TIMEOUT", "1")];
    let job = Job::start_at(&url, "drop_newest", "streamed-observations", 0.0, &settings);
    let (stream, _) = listener.accept().unwrap();
    let said = Said::of(job.wait());
    let lines = read_all(stream).join().unwrap();
    check_sum(&lines, &said);
}

#[test]
fn a_unix_socket_that_nobody_reads_has_all_the_rest_counted() {
    let folder = Folder::create("floods");
    let path = folder.path().join("s");
    let socket = UnixDatagram::bind(&path).unwrap();
    let url = format!("statsd+unix://{}?types=native", path.display());
    let settings = [("PPC_FLUSH_TIMEOUT", "1")];
    let job = Job::start_at(&url, "", "streamed-observations", 0.0, &settings);
    let said = Said::of(job.wait());
    socket.set_nonblocking(true).unwrap();
    let mut buffer = vec![0; 70_000];
    let mut lines = Vec::new();
    while let Ok(length) = socket.recv(&mut buffer) {
        lines.extend(String::from_utf8_lossy(&buffer[..length]).lines().map(bare));
    }
    check_sum(&lines, &said);
}

#[test]
fn a_receiver_that_is_not_there_has_each_change_counted() {
    let folder = Folder::create("floods");
    let nothing = folder.path().join("nothing");
    let closed = listen().local_addr().unwrap();
    for place in [
        format!("tcp://{closed}"),
        format!("unix://{}", nothing.display()),
    ] {
        let url = format!("statsd+{place}?types=native");
        let settings = [("PPC_FLUSH_TIMEOUT", "1")];
        let job = Job::start_at(&url, "", "streamed-observations", 0.0, &settings);
        let said = Said::of(job.wait());
        assert_eq!(said.all_dropped(), FLOOD, "{place}: {:?}", said.dropped);
    }
}

#[test]
fn a_receiver_that_vanishes_is_sent_the_rest_when_it_is_there_again() {
    let listener = listen();
    let address = listener.local_addr().unwrap();
    let url = format!("influx+tcp://{address}");
    let settings = [("PPC_FLUSH_TIMEOUT", "20")];
    let reader = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut first = String::new();
        BufReader::new(&stream).read_line(&mut first).unwrap();
        drop(stream);
        let (stream, _) = listener.accept().unwrap();
        read_all(stream).join().unwrap()
    });
    let job = Job::start_at(&url, "coalesce", "streamed-counters", 0.0, &settings);
    let ended = job.wait();
    assert!(ended.status.success(), "{ended:?}");
    let totals = totals(&reader.join().unwrap());
    assert_eq!(totals.last(), Some(&(FLOOD + 1)), "{ended:?}");
}
