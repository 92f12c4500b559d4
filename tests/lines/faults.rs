//! Connections that are not there, or hang: the job is its own, the cause is named once, and what
//! is lost is counted. The same of UDP is in `failure.rs`.

use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::thread;

use crate::support::job::{Ended, Job};
use crate::support::receiver::Folder;

/// The formats with the transports that have connections.
const TCP: [&str; 3] = ["influx+tcp", "statsd+tcp", "graphite+tcp"];

/// What was counted as lost, for whatever reason.
fn lost(ended: &Ended) -> u64 {
    let lines = ended.stdout.lines();
    let counts = lines.filter_map(|line| line.strip_prefix("ppc_dropped "));
    let counts = counts.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok());
    counts.sum()
}

/// A number that the job printed behind `name`.
#[track_caller]
fn printed(ended: &Ended, name: &str) -> u64 {
    let mut lines = ended.stdout.lines();
    let number = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
    number.unwrap_or_else(|| panic!("no `{name}` in {ended:?}"))
}

/// Runs a job of a second whose final push may take another; it tells each cause once.
#[track_caller]
fn check(url: &str, causes: &[&str]) -> Ended {
    let settings = [("PPC_PUSH", url)];
    let ended = Job::start_at("127.0.0.1:9", "run", "faulty-plain", 1.0, &settings).wait();
    assert_eq!(ended.status.code(), Some(21), "the job's own: {ended:?}");
    // For ever, if it were not bounded; a busy machine needs some time of its own.
    let end = printed(&ended, "all") - printed(&ended, "job");
    assert!(end < 15_000, "{url}: the end took {end} ms");
    assert!(printed(&ended, "job") < 15_000, "{url}: {ended:?}");
    let told: Vec<&str> = ended.stderr.lines().collect();
    for cause in causes {
        let naming = told.iter().filter(|line| line.contains(cause));
        assert_eq!(naming.count(), 1, "{url}: {cause:?} once in {told:#?}");
    }
    let is_ours = |line: &&str| line.starts_with(&format!("ppc: warning: push to {url}: "));
    assert!(told.iter().all(is_ours), "{told:#?}");
    assert!(told.len() <= 2, "{told:#?}");
    ended
}

#[test]
fn k04_a_port_where_nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for scheme in TCP {
        let url = format!("{scheme}://{address}");
        let ended = check(&url, &["trying again in", "within its flush_timeout"]);
        assert!(ended.stderr.contains("refused"), "{ended:?}");
        assert!(printed(&ended, "ppc_dropped deadline") >= 1);
        assert!(printed(&ended, &format!("ppc_pushes {url} error")) >= 2);
    }
}

#[test]
fn k04_a_name_that_does_not_resolve() {
    for scheme in TCP {
        let url = format!("{scheme}://no-such-host.invalid:8125");
        let ended = check(&url, &["trying again in", "within its flush_timeout"]);
        assert!(printed(&ended, "ppc_dropped deadline") >= 1);
    }
}

#[test]
fn k04_a_unix_socket_that_is_not_there() {
    let folder = Folder::create("faults");
    let path = folder.path().join("none.sock");
    for format in ["influx", "statsd"] {
        for rest in ["", "?socket=stream", "?socket=datagram"] {
            let url = format!("{format}+unix://{}{rest}", path.display());
            let ended = check(&url, &["trying again in", "within its flush_timeout"]);
            assert!(printed(&ended, "ppc_dropped deadline") >= 1);
        }
    }
}

/// A hundred thousand lines, to whoever never reads; returns how many were counted as lost.
#[track_caller]
fn push_many(url: &str) -> u64 {
    let settings = [("PPC_FLUSH_TIMEOUT", "10")];
    let ended = Job::start_at(url, "", "matrix-once", 0.5, &settings).wait();
    assert!(ended.status.success(), "{ended:?}");
    let told = ended.stderr.matches("within its flush_timeout").count();
    assert_eq!(told, 1, "{url}: {}", ended.stderr);
    lost(&ended)
}

#[test]
fn f04_whoever_never_reads_does_not_hold_the_end_up() {
    let folder = Folder::create("faults");
    let path = folder.path().join("s");
    let unix = UnixListener::bind(&path).unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = tcp.local_addr().unwrap();
    let places = [
        format!("tcp://{address}"),
        format!("unix://{}", path.display()),
    ];
    thread::scope(|scope| {
        for place in &places {
            scope.spawn(move || {
                // Nobody has read anything, and a connection's buffers are small beside it. Values
                // with timestamps are lost of both pushes, of gauges only the last ones matter.
                for (format, all) in [("influx", 200_000), ("statsd", 100_000)] {
                    let url = format!("{format}+{place}");
                    let lost = push_many(&url);
                    assert!((all - 50_000..=all).contains(&lost), "{url}: {lost}");
                }
            });
        }
    });
    drop((unix, tcp));
}
