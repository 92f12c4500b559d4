//! A real netdata on loopback, started for one test and gone after it: a server of `StatsD` that is
//! not the reference.
//!
//! It shows rates, interpolated to whole seconds. What it has collected is exact, and is what is
//! read here: the total of a counter since the start, of which it knows whole numbers only (the
//! fraction and exponent of an increment are cut off), and gauges with three decimal places.
//! Everything is up to date once a second. It drops tags, and cuts datagrams at 9,000 bytes.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::http;
use super::receiver::{self, Process};

/// In the form for Prometheus, as collected: `name{chart="..",family="..",dimension=".."} value`.
const VALUES: &str =
    "/api/v1/allmetrics?format=prometheus&source=as-collected&timestamps=no&help=no&names=no";

/// How many parts a gauge's one is made of, to be stored as a whole number.
const PARTS: f64 = 1000.0;

const POLL: Duration = Duration::from_millis(20);

/// A server without data.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    http: SocketAddr,
    process: Process,
}

impl Server {
    /// Starts a server without data.
    ///
    /// # Panics
    ///
    /// When the program is not there, or does not become ready.
    #[track_caller]
    pub(crate) fn start() -> Self {
        receiver::start("netdata", Self::try_start)
    }

    /// Where it takes lines of `StatsD`, over UDP and TCP.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The sums of counters since the start. In their names, all that is odd is `_`.
    #[track_caller]
    pub(crate) fn counters(&self) -> BTreeMap<String, f64> {
        self.values("counters", "counter")
    }

    /// The values of gauges.
    #[track_caller]
    pub(crate) fn gauges(&self) -> BTreeMap<String, f64> {
        let mut gauges = self.values("gauges", "gauge");
        for value in gauges.values_mut() {
            *value /= PARTS;
        }
        gauges
    }

    /// Waits until a counter has at least this total since the start.
    ///
    /// # Panics
    ///
    /// When the time is over, with what came instead.
    #[track_caller]
    pub(crate) fn wait_for_counter(&self, name: &str, total: f64, timeout: Duration) {
        let started = Instant::now();
        loop {
            let counters = self.counters();
            if counters.get(name).is_some_and(|found| *found >= total) {
                return;
            }
            assert!(
                started.elapsed() < timeout,
                "expected {name} to be {total} within {timeout:?}, found {counters:?}; \
                 the server's log:\n{}",
                self.log()
            );
            thread::sleep(POLL);
        }
    }

    /// What it has written to stderr, with what it could not read in a value.
    pub(crate) fn log(&self) -> String {
        self.process.log()
    }

    fn try_start() -> Result<Self, String> {
        let [address, http] = receiver::free_addresses()?;
        let mut process = Process::start("netdata", |data| {
            fs::create_dir_all(data).expect("the folder is ours");
            let file = data.join("netdata.conf");
            fs::write(&file, configuration(address, http, data)).expect("the folder is ours");
            vec!["-D".to_owned(), "-c".to_owned(), file.display().to_string()]
        })?;
        // Said by this process once it listens; another one's answer proves nothing.
        let listens =
            ["udp", "tcp"].map(|transport| format!("listening on '{transport}:{address}'"));
        process.wait_until(|process| {
            let log = process.log();
            listens.iter().all(|line| log.contains(line))
                && http::get(http, VALUES).is_ok_and(|answer| answer.status == 200)
        })?;
        Ok(Self {
            address,
            http,
            process,
        })
    }

    /// What it has collected in charts of such a family.
    #[track_caller]
    fn values(&self, family: &str, kind: &str) -> BTreeMap<String, f64> {
        let answer = match http::get(self.http, VALUES) {
            Ok(answer) if answer.status == 200 => answer.text(),
            other => panic!("{other:?}; the server's log:\n{}", self.log()),
        };
        let lines = answer.lines();
        lines
            .filter_map(|line| collected(line, family, kind))
            .collect()
    }
}

/// The name of a metric and its value, where the line is of that family.
///
/// The chart of a counter `a.b` is `statsd_a.b_counter`, that of a counter `a` is
/// `statsd_a.counter`.
fn collected(line: &str, family: &str, kind: &str) -> Option<(String, f64)> {
    let (_, chart) = line.split_once(r#"{chart="statsd_"#)?;
    let (chart, rest) = chart.split_once(r#"",family=""#)?;
    let rest = rest.strip_prefix(family)?.strip_prefix('"')?;
    let name = chart.strip_suffix(kind)?.strip_suffix(['_', '.'])?;
    let (_, value) = rest.rsplit_once(' ')?;
    Some((name.to_owned(), value.parse().ok()?))
}

fn configuration(address: SocketAddr, http: SocketAddr, data: &Path) -> String {
    let folders = [
        "config",
        "stock config",
        "cache",
        "lib",
        "lock",
        "log",
        "home",
        "plugins",
        "registry",
        "health config",
        "stock health config",
        "web",
    ];
    let folders = folders.map(|folder| format!("    {folder} = {}\n", data.display()));
    let folders = folders.concat();
    // Root would become someone who may not write to our folder, and all would have no priority.
    format!(
        "[global]
    run as user = root
    process scheduling policy = keep
    OOM score = keep
[directories]
{folders}[db]
    mode = ram
    retention = 60
[logs]
    error = stderr
    access = none
    health = none
[web]
    bind to = {http}
[plugins]
    proc = no
    diskspace = no
    cgroups = no
    tc = no
    idlejitter = no
    timex = no
    netdata monitoring = no
    enable running new plugins = no
[statsd]
    bind to = udp:{address} tcp:{address}
    create private charts for metrics matching = *
    max private charts hard limit = 100000
[registry]
    enabled = no
[cloud]
    enabled = no
[ml]
    enabled = no
[health]
    enabled = no
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::io::Write;
    use std::net::{Ipv4Addr, TcpStream, UdpSocket};

    const SOON: Duration = Duration::from_secs(10);

    fn send(server: &Server, datagram: &str) {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket
            .send_to(datagram.as_bytes(), server.address())
            .unwrap();
    }

    #[test]
    fn totals_are_exact_over_many_flushes() {
        let server = Server::start();
        let started = Instant::now();
        let mut total = 0;
        let mut stream = TcpStream::connect(server.address()).unwrap();
        while started.elapsed() < Duration::from_millis(2500) {
            total += 7;
            send(&server, "a.b.total:5|c\nother:1|c|@0.1|#k:v\na.b.total:2|c");
            thread::sleep(Duration::from_millis(10));
        }
        stream.write_all(b"a.b.total:1000000007|c\n").unwrap();
        let total = f64::from(total) + 1_000_000_007.0;
        server.wait_for_counter("a.b.total", total, SOON);
        assert_eq!(server.counters()["a.b.total"], total);
    }

    #[test]
    fn gauges_and_rates_are_read_and_fractions_of_counters_are_not() {
        let server = Server::start();
        send(&server, "g.a:3|g\nh:-2.125|g\ng.a:-1.5|g");
        send(
            &server,
            "rate:1|c|@0.1|#k:v\nodd name/x:2|c\nfraction:3.75|c\nlast:1|c",
        );
        server.wait_for_counter("last", 1.0, SOON);
        let counters = server.counters();
        for (name, expected) in [("rate", 10.0), ("odd_name_x", 2.0), ("fraction", 3.0)] {
            assert_eq!(counters[name], expected, "{counters:?}");
        }
        // What has a sign is added.
        let gauges = server.gauges();
        assert_eq!((gauges["g.a"], gauges["h"]), (1.5, -2.125));
        assert!(
            server.log().contains("excess data '.75'"),
            "{}",
            server.log()
        );
    }

    #[test]
    #[should_panic(expected = "expected x to be 1 within 0ns, found {}")]
    fn totals_that_do_not_come_are_reported() {
        Server::start().wait_for_counter("x", 1.0, Duration::ZERO);
    }

    #[test]
    fn many_run_beside_each_other_and_leave_nothing() {
        let servers: Vec<Server> = (0..3).map(|_| Server::start()).collect();
        send(&servers[1], "x:1|c");
        servers[1].wait_for_counter("x", 1.0, SOON);
        let counts: Vec<usize> = servers.iter().map(|s| s.counters().len()).collect();
        assert_eq!(counts, [0, 1, 0]);
        let left: Vec<_> = servers
            .iter()
            .map(|s| (s.address(), s.process.folder().to_owned()))
            .collect();
        drop(servers);
        for (address, folder) in left {
            assert!(TcpStream::connect(address).is_err());
            assert!(!folder.exists());
        }
    }
}
