//! A real `VictoriaMetrics` on loopback, started for one test and gone after it.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::http;
use super::receiver::{self, Process};
use super::series::{self, Labels};

/// How often a port is chosen until one is free for UDP and TCP alike.
const TRIES: usize = 5;

const POLL: Duration = Duration::from_millis(5);

/// A server with no data in it yet.
#[derive(Debug)]
pub(crate) struct Server {
    http: SocketAddr,
    influx: SocketAddr,
    process: Process,
}

impl Server {
    /// Starts a server with an empty storage, on ports that were free.
    ///
    /// # Panics
    ///
    /// When the program is not there, or does not become ready.
    #[track_caller]
    pub(crate) fn start() -> Self {
        receiver::start("VictoriaMetrics", Self::try_start)
    }

    /// Where it takes Influx lines, over UDP and TCP.
    pub(crate) fn influx_address(&self) -> SocketAddr {
        self.influx
    }

    /// Where it answers HTTP.
    pub(crate) fn http_address(&self) -> SocketAddr {
        self.http
    }

    /// All that is stored: `name{label="value",...}`, labels sorted, with timestamps (ms) and values.
    #[track_caller]
    pub(crate) fn series(&self) -> BTreeMap<String, Vec<(i64, f64)>> {
        self.get("/internal/force_flush");
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("it is after 1970")
            .as_secs();
        // Without an end, it answers only when all that may still be in flight is visible.
        let end = now + 60;
        let matcher = http::percent(r#"{__name__!=""}"#);
        let export = self.get(&format!("/api/v1/export?end={end}&match%5B%5D={matcher}"));
        let mut series: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for line in export.lines() {
            let (key, samples) = exported(line).unwrap_or_else(|| panic!("cannot read {line}"));
            // A series may come in several blocks.
            series.entry(key).or_default().extend(samples);
        }
        for samples in series.values_mut() {
            samples.sort_by_key(|(timestamp, _)| *timestamp);
        }
        series
    }

    /// The value of the latest timestamp of each series.
    #[track_caller]
    pub(crate) fn last_values(&self) -> BTreeMap<String, f64> {
        let series = self.series().into_iter();
        series
            .filter_map(|(key, samples)| Some((key, samples.last()?.1)))
            .collect()
    }

    /// Influx lines that it could not read, over all transports.
    #[track_caller]
    pub(crate) fn invalid_rows(&self) -> u64 {
        self.own_metric(r#"vm_rows_invalid_total{type="influx"}"#)
    }

    /// Lines of any format that it could not read, or left out, for whatever reason it counts.
    #[track_caller]
    pub(crate) fn all_invalid_rows(&self) -> u64 {
        let counters = [
            "vm_rows_invalid_total",
            "vm_rows_ignored_total",
            "vm_http_request_errors_total",
        ];
        let metrics = self.get("/metrics");
        let counts = metrics.lines().filter_map(|line| {
            let is_one = counters.iter().any(|name| line.starts_with(name));
            is_one
                .then(|| line.rsplit_once(' ')?.1.parse::<u64>().ok())
                .flatten()
        });
        counts.sum()
    }

    /// Influx rows (one a field) that it has taken, over all transports.
    #[track_caller]
    pub(crate) fn inserted_rows(&self) -> u64 {
        self.own_metric(r#"vm_rows_inserted_total{type="influx"}"#)
    }

    /// Waits until so many rows have been taken since the start.
    ///
    /// # Panics
    ///
    /// When the time is over, with what came instead.
    #[track_caller]
    pub(crate) fn wait_for_rows(&self, expected: u64, timeout: Duration) {
        let started = Instant::now();
        loop {
            let found = self.inserted_rows();
            if found >= expected {
                return;
            }
            if started.elapsed() >= timeout {
                let invalid = self.invalid_rows();
                panic!(
                    "expected {expected} rows within {timeout:?}, found {found} and {invalid} \
                     invalid ones; the server's log:\n{}",
                    self.log()
                );
            }
            thread::sleep(POLL);
        }
    }

    /// What it has written to stderr, where it names the lines it refused.
    pub(crate) fn log(&self) -> String {
        self.process.log()
    }

    /// One attempt; the error says what the server said.
    #[track_caller]
    fn try_start() -> Result<Self, String> {
        let (http, influx) = free_addresses().map_err(|error| format!("no free port: {error}"))?;
        let mut process = Process::start("victoria-metrics", |data| {
            vec![
                format!("-storageDataPath={}", data.display()),
                format!("-httpListenAddr={http}"),
                format!("-influxListenAddr={influx}"),
                // Old samples would be dropped silently, and new ones be invisible for a while.
                "-retentionPeriod=100y".to_owned(),
                "-search.latencyOffset=0s".to_owned(),
                "-search.disableCache".to_owned(),
            ]
        })?;
        let data = process.folder().join("data").to_string_lossy().into_owned();
        // Another server may have taken the port and answer in place of ours.
        process.wait_until(|_| answers(http, "/health", "OK") && answers(http, "/flags", &data))?;
        Ok(Self {
            http,
            influx,
            process,
        })
    }

    #[track_caller]
    fn get(&self, target: &str) -> String {
        match http::get(self.http, target) {
            Ok(response) if response.status == 200 => response.text(),
            Ok(response) => panic!("{target}: status {}: {}", response.status, response.text()),
            Err(error) => panic!("{target}: {error}; the server's log:\n{}", self.log()),
        }
    }

    /// A counter of the server itself; it is not listed before it counts.
    #[track_caller]
    fn own_metric(&self, series: &str) -> u64 {
        let metrics = self.get("/metrics");
        let value = metrics.lines().find_map(|line| line.strip_prefix(series));
        value.map_or(0, |value| value.trim().parse().expect("a count"))
    }
}

/// Two free addresses on loopback; the second is free for UDP and TCP alike.
fn free_addresses() -> io::Result<(SocketAddr, SocketAddr)> {
    let http = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut last = None;
    for _ in 0..TRIES {
        let influx = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        match UdpSocket::bind(influx) {
            Ok(_) => return Ok((http.local_addr()?, influx)),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
}

fn answers(address: SocketAddr, target: &str, with: &str) -> bool {
    http::get(address, target)
        .is_ok_and(|response| response.status == 200 && response.text().contains(with))
}

/// A line of an export: `{"metric":{..},"values":[..],"timestamps":[..]}`.
fn exported(line: &str) -> Option<(String, Vec<(i64, f64)>)> {
    // The values are not always JSON: it writes infinity as `+Inf`.
    let (before, rest) = line.split_once(r#""values":["#)?;
    let (values, after) = rest.split_once(']')?;
    let line: Value = serde_json::from_str(&format!(r#"{before}"values":[]{after}"#)).ok()?;
    let timestamps = line["timestamps"].as_array()?.iter().map(Value::as_i64);
    let values = values.split(',').map(|value| match value {
        "null" => Some(f64::NAN),
        _ => value.parse().ok(),
    });
    let samples = timestamps
        .zip(values)
        .map(|(timestamp, value)| Some((timestamp?, value?)));
    Some((key(&line["metric"])?, samples.collect::<Option<_>>()?))
}

fn key(metric: &Value) -> Option<String> {
    let mut labels = Labels::new();
    for (name, value) in metric.as_object()? {
        labels.insert(name.clone(), value.as_str()?.to_owned());
    }
    let name = labels.remove("__name__").unwrap_or_default();
    Some(series::key(&name, &labels))
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::io::Write;
    use std::net::TcpStream;

    const SOON: Duration = Duration::from_secs(10);

    fn send(server: &Server, datagrams: &[&str]) {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        for datagram in datagrams {
            socket
                .send_to(datagram.as_bytes(), server.influx_address())
                .unwrap();
        }
    }

    #[test]
    fn lines_sent_are_read_back() {
        let server = Server::start();
        assert!(server.series().is_empty());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let (ms, ns) = (
            i64::try_from(now.as_millis()).unwrap(),
            now.as_millis() * 1_000_000,
        );
        let line = |fields: &str, later: u128| format!("{fields} {}", ns + later * 1_000_000);
        send(
            &server,
            &[
                &[
                    line("a_jobs,z=1,b=x\\ y\\,z total=3", 0),
                    line(",q=\" plain=1.5", 0),
                ]
                .join("\n"),
                // In the wrong order: the last value is the one of the latest timestamp.
                &line("a_jobs,z=1,b=x\\ y\\,z total=5", 7),
                &line("a_jobs,z=1,b=x\\ y\\,z total=4", 3),
            ],
        );
        server.wait_for_rows(4, SOON);
        let key = r#"a_jobs_total{b="x y,z",z="1"}"#;
        let plain = r#"plain{q="\""}"#;
        let series = server.series();
        assert_eq!(
            series.keys().collect::<Vec<_>>(),
            [key, plain],
            "{}",
            server.log()
        );
        assert_eq!(series[key], [(ms, 3.0), (ms + 3, 4.0), (ms + 7, 5.0)]);
        let last = server.last_values();
        assert_eq!((last[key], last[plain]), (5.0, 1.5));
        assert_eq!((server.inserted_rows(), server.invalid_rows()), (4, 0));
    }

    #[test]
    fn infinity_is_kept_and_labels_may_be_missing() {
        let server = Server::start();
        let body = b"up +Inf\nup{a=\"b\"} -Inf\n";
        let answer = http::post(
            server.http_address(),
            "/api/v1/import/prometheus",
            "text/plain",
            body,
        );
        assert_eq!(answer.unwrap().status, 204);
        let last = server.last_values();
        let found = (last["up"], last[r#"up{a="b"}"#]);
        assert_eq!(found, (f64::INFINITY, f64::NEG_INFINITY));
    }

    #[test]
    fn bad_lines_are_counted_and_logged() {
        let server = Server::start();
        // The same port takes TCP.
        let mut stream = TcpStream::connect(server.influx_address()).unwrap();
        stream.write_all(b"no_fields_here\na_b c=1\n").unwrap();
        drop(stream);
        server.wait_for_rows(1, SOON);
        assert_eq!(server.invalid_rows(), 1);
        assert!(server.log().contains("no_fields_here"), "{}", server.log());
    }

    #[test]
    #[should_panic(expected = "expected 1 rows within 0ns, found 0")]
    fn rows_that_do_not_come_are_reported() {
        Server::start().wait_for_rows(1, Duration::ZERO);
    }

    #[test]
    fn many_run_beside_each_other_and_leave_nothing() {
        let servers: Vec<Server> = (0..3).map(|_| Server::start()).collect();
        send(&servers[1], &["x y=1"]);
        servers[1].wait_for_rows(1, SOON);
        assert_eq!(
            servers
                .iter()
                .map(Server::inserted_rows)
                .collect::<Vec<_>>(),
            [0, 1, 0]
        );
        let left: Vec<_> = servers
            .iter()
            .map(|s| (s.http_address(), s.process.folder().to_owned()))
            .collect();
        drop(servers);
        for (address, folder) in left {
            assert!(http::get(address, "/health").is_err());
            assert!(!folder.exists());
        }
    }
}
