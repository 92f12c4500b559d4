//! A real `VictoriaMetrics` on loopback, started for one test and gone after it.

mod export;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::http;
use super::receiver::{self, Process};

const POLL: Duration = Duration::from_millis(5);
const STORED_WITHIN: Duration = Duration::from_secs(20);

/// A server with no data in it yet.
#[derive(Debug)]
pub(crate) struct Server {
    http: SocketAddr,
    influx: SocketAddr,
    graphite: SocketAddr,
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

    /// Where it takes Graphite's lines, over UDP and TCP.
    pub(crate) fn graphite_address(&self) -> SocketAddr {
        self.graphite
    }

    /// Where it answers HTTP.
    pub(crate) fn http_address(&self) -> SocketAddr {
        self.http
    }

    /// All that is stored: `name{label="value",...}`, labels sorted, with timestamps (ms) and values.
    #[track_caller]
    pub(crate) fn series(&self) -> BTreeMap<String, Vec<(i64, f64)>> {
        // No two queries are the same, as it remembers what series it has found for one; of those that
        // came meanwhile there might be none for as long as no others come.
        static QUERIES: AtomicUsize = AtomicUsize::new(0);
        self.wait_until_stored();
        self.get("/internal/force_flush");
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("it is after 1970")
            .as_secs();
        // Without an end, it answers only when all that may still be in flight is visible. Some clocks
        // are an hour fast.
        let end = now + 2 * 3600;
        let query = QUERIES.fetch_add(1, Ordering::Relaxed);
        let matcher = http::percent(&format!(r#"{{__name__!="",query!="{query}"}}"#));
        let export = self.get(&format!("/api/v1/export?end={end}&match%5B%5D={matcher}"));
        export::series(&export)
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
        self.rows("invalid", "influx")
    }

    /// Graphite's lines that it could not read.
    #[track_caller]
    pub(crate) fn invalid_graphite_rows(&self) -> u64 {
        self.rows("invalid", "graphite")
    }

    /// Lines of any format that it could not read, or left out, for whatever reason it counts.
    #[track_caller]
    pub(crate) fn all_invalid_rows(&self) -> u64 {
        let counters = [
            "vm_rows_invalid_total",
            "vm_rows_ignored_total",
            "vm_http_request_errors_total",
        ];
        sum_of(&self.get("/metrics"), &counters)
    }

    /// Influx rows (one a field) that it has taken, over all transports.
    #[track_caller]
    pub(crate) fn inserted_rows(&self) -> u64 {
        self.rows("inserted", "influx")
    }

    /// Graphite's lines that it has taken, over UDP and TCP.
    #[track_caller]
    pub(crate) fn graphite_rows(&self) -> u64 {
        self.rows("inserted", "graphite")
    }

    /// Waits until so many Influx rows have been taken since the start.
    ///
    /// # Panics
    ///
    /// When the time is over, with what came instead.
    #[track_caller]
    pub(crate) fn wait_for_rows(&self, expected: u64, timeout: Duration) {
        self.wait_for("influx", expected, timeout);
    }

    /// Waits until so many of Graphite's lines have been taken since the start.
    ///
    /// # Panics
    ///
    /// When the time is over, with what came instead.
    #[track_caller]
    pub(crate) fn wait_for_graphite_rows(&self, expected: u64, timeout: Duration) {
        self.wait_for("graphite", expected, timeout);
    }

    /// Ends it at once. What it took in its last seconds may be lost, even if it could be read.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    /// Stops it where it is; what comes waits in its connections.
    #[track_caller]
    pub(crate) fn freeze(&mut self) {
        self.process.freeze();
    }

    /// Ends it with SIGTERM; what it took is stored.
    #[track_caller]
    pub(crate) fn terminate(&mut self) {
        self.process.terminate();
    }

    /// Starts it again after its end, on the same addresses and data. Its counts begin from zero.
    #[track_caller]
    pub(crate) fn start_again(&mut self) {
        let http = self.http;
        self.process.start_again(|process| is_ready(process, http));
    }

    /// What it has written to stderr, where it names the lines it refused.
    pub(crate) fn log(&self) -> String {
        self.process.log()
    }

    /// One attempt; the error says what the server said.
    #[track_caller]
    fn try_start() -> Result<Self, String> {
        let [http, influx, graphite] = receiver::free_addresses()?;
        let mut process = Process::start("victoria-metrics", |data| {
            vec![
                format!("-storageDataPath={}", data.display()),
                format!("-httpListenAddr={http}"),
                format!("-influxListenAddr={influx}"),
                format!("-graphiteListenAddr={graphite}"),
                // Old samples would be dropped silently, and new ones be invisible for a while.
                "-retentionPeriod=100y".to_owned(),
                "-search.latencyOffset=0s".to_owned(),
                "-search.disableCache".to_owned(),
            ]
        })?;
        process.wait_until(|process| is_ready(process, http))?;
        Ok(Self {
            http,
            influx,
            graphite,
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

    #[track_caller]
    fn wait_for(&self, format: &str, expected: u64, timeout: Duration) {
        let started = Instant::now();
        loop {
            let found = self.rows("inserted", format);
            if found >= expected {
                return;
            }
            if started.elapsed() >= timeout {
                let invalid = self.rows("invalid", format);
                panic!(
                    "expected {expected} rows within {timeout:?}, found {found} and {invalid} \
                     invalid ones; the server's log:\n{}",
                    self.log()
                );
            }
            thread::sleep(POLL);
        }
    }

    /// Waits until all that is counted as taken is in the storage: it counts rows first, then adds them.
    #[track_caller]
    fn wait_until_stored(&self) {
        let started = Instant::now();
        loop {
            let metrics = self.get("/metrics");
            let taken = sum_of(&metrics, &["vm_rows_inserted_total"]);
            let stored = sum_of(&metrics, &["vm_rows_added_to_storage_total"]);
            if stored >= taken {
                return;
            }
            assert!(
                started.elapsed() < STORED_WITHIN,
                "{stored} rows of {taken} were stored within {STORED_WITHIN:?}; the server's log:\n{}",
                self.log()
            );
            thread::sleep(POLL);
        }
    }

    /// A counter of the server itself; it is not listed before it counts.
    #[track_caller]
    fn rows(&self, outcome: &str, format: &str) -> u64 {
        let series = format!(r#"vm_rows_{outcome}_total{{type="{format}"}}"#);
        let metrics = self.get("/metrics");
        let value = metrics.lines().find_map(|line| line.strip_prefix(&series));
        value.map_or(0, |value| value.trim().parse().expect("a count"))
    }
}

/// The sum of all series of these counters, in the server's own metrics.
fn sum_of(metrics: &str, counters: &[&str]) -> u64 {
    let counts = metrics.lines().filter_map(|line| {
        let is_one = counters.iter().any(|name| line.starts_with(name));
        is_one
            .then(|| line.rsplit_once(' ')?.1.parse::<u64>().ok())
            .flatten()
    });
    counts.sum()
}

fn is_ready(process: &Process, http: SocketAddr) -> bool {
    let data = process.folder().join("data").to_string_lossy().into_owned();
    // Another server may have taken the port and answer in place of ours.
    answers(http, "/health", "OK") && answers(http, "/flags", &data)
}

fn answers(address: SocketAddr, target: &str, with: &str) -> bool {
    http::get(address, target)
        .is_ok_and(|response| response.status == 200 && response.text().contains(with))
}
