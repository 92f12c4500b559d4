//! A real InfluxDB on loopback, started for one test and gone after it.
//!
//! Stricter than `VictoriaMetrics`: it refuses what it cannot read, and takes a timestamp at its
//! word, so that a wrong precision shows.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;

use serde_json::Value;

use super::http::{self, Response};
use super::receiver::{self, Process};
use super::series::{self, Labels};

/// The database that is there from the start.
pub(crate) const DATABASE: &str = "jobs";

/// A server with an empty database.
#[derive(Debug)]
pub(crate) struct Server {
    http: SocketAddr,
    udp: SocketAddr,
    process: Process,
}

impl Server {
    /// Starts a server and makes its database.
    ///
    /// # Panics
    ///
    /// When the program is not there, or does not become ready.
    #[track_caller]
    pub(crate) fn start() -> Self {
        let server = receiver::start("InfluxDB", Self::try_start);
        server.query(&format!("CREATE DATABASE {DATABASE}"));
        server
    }

    /// Where it answers HTTP: `/write?db=jobs`.
    pub(crate) fn http_address(&self) -> SocketAddr {
        self.http
    }

    /// Where it takes lines over UDP, with timestamps in nanoseconds.
    pub(crate) fn udp_address(&self) -> SocketAddr {
        self.udp
    }

    /// What it has written to stderr.
    pub(crate) fn log(&self) -> String {
        self.process.log()
    }

    /// Asks the database; the answer is a list of results, with times in nanoseconds.
    #[track_caller]
    pub(crate) fn query(&self, query: &str) -> Value {
        let target = format!("/query?db={DATABASE}&epoch=ns&q={}", http::percent(query));
        let answer = http::post(self.http, &target, "text/plain", b"").expect("it answers");
        let text = answer.text();
        assert_eq!(answer.status, 200, "{query}: {text}");
        let mut answer: Value = serde_json::from_str(&text).expect("it answers JSON");
        assert!(answer["results"][0]["error"].is_null(), "{query}: {text}");
        answer["results"].take()
    }

    /// Writes lines as a client does; `parameters` come after the database: `&precision=s`.
    #[track_caller]
    pub(crate) fn write(&self, parameters: &str, lines: &str) -> Response {
        let target = format!("/write?db={DATABASE}{parameters}");
        http::post(self.http, &target, "text/plain", lines.as_bytes()).expect("it answers")
    }

    /// All that is stored: `measurement_field{tag="value",...}`, with timestamps (ns) and values.
    ///
    /// Booleans are 1 and 0; texts are left out.
    #[track_caller]
    pub(crate) fn series(&self) -> BTreeMap<String, Vec<(i64, f64)>> {
        let answer = self.query("SELECT * FROM /.*/ GROUP BY *");
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for table in answer[0]["series"].as_array().into_iter().flatten() {
            let samples = samples(table).unwrap_or_else(|| panic!("cannot read {table}"));
            for (key, timestamp, value) in samples {
                all.entry(key).or_default().push((timestamp, value));
            }
        }
        all
    }

    /// The value of the latest timestamp of each series.
    #[track_caller]
    pub(crate) fn last_values(&self) -> BTreeMap<String, f64> {
        let series = self.series().into_iter();
        series
            .filter_map(|(key, samples)| Some((key, samples.last()?.1)))
            .collect()
    }

    fn try_start() -> Result<Self, String> {
        let http = receiver::free_address()?;
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|socket| socket.local_addr())
            .map_err(|error| format!("no free port: {error}"))?;
        let mut process = Process::start("influxdb", |data| {
            fs::create_dir_all(data).expect("the folder is ours");
            let config = data.join("influxdb.toml");
            fs::write(&config, configuration(http, udp, data)).expect("the folder is ours");
            vec!["-config".to_owned(), config.display().to_string()]
        })?;
        // Said by this process once it listens; another one's answer proves nothing.
        let listens = ["Listening on HTTP", "Started listening on UDP"];
        process.wait_until(|process| {
            let log = process.log();
            listens.iter().all(|line| log.contains(line))
        })?;
        Ok(Self { http, udp, process })
    }
}

fn configuration(http: SocketAddr, udp: SocketAddr, data: &Path) -> String {
    let data = data.display();
    format!(
        r#"reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
dir = "{data}/meta"
[data]
dir = "{data}/data"
wal-dir = "{data}/wal"
[monitor]
store-enabled = false
[http]
bind-address = "{http}"
[[udp]]
enabled = true
bind-address = "{udp}"
database = "{DATABASE}"
batch-timeout = "20ms"
read-buffer = 4194304
"#
    )
}

/// One table of an answer: a measurement with certain tags, a column a field, a row a time.
fn samples(table: &Value) -> Option<Vec<(String, i64, f64)>> {
    let mut labels = Labels::new();
    for (name, value) in table["tags"].as_object().into_iter().flatten() {
        // An empty one stands for none.
        let value = value.as_str().filter(|value| !value.is_empty());
        labels.extend(value.map(|value| (name.clone(), value.to_owned())));
    }
    let measurement = table["name"].as_str()?;
    let columns = table["columns"].as_array()?;
    let mut samples = Vec::new();
    for row in table["values"].as_array()? {
        let timestamp = row[0].as_i64()?;
        for (column, value) in columns.iter().zip(row.as_array()?).skip(1) {
            let value = match value {
                Value::Bool(value) => Some(f64::from(*value)),
                value => value.as_f64(),
            };
            let name = format!("{measurement}_{}", column.as_str()?);
            samples.extend(value.map(|value| (series::key(&name, &labels), timestamp, value)));
        }
    }
    Some(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::thread;
    use std::time::{Duration, Instant};

    #[test]
    fn lines_written_are_read_back() {
        let server = Server::start();
        assert!(server.series().is_empty());
        let lines = "jobs,z=1,b=x\\ y\\,z total=5,done=t,text=\"no\" 1700000000123456789\n\
                     jobs,z=1,b=x\\ y\\,z total=3 1700000000123456788\n\
                     plain count=7i 1700000000000000000\n";
        assert_eq!(server.write("", lines).status, 204);
        let series = server.series();
        let key = r#"jobs_total{b="x y,z",z="1"}"#;
        let done = r#"jobs_done{b="x y,z",z="1"}"#;
        assert_eq!(
            series.keys().collect::<Vec<_>>(),
            [done, key, "plain_count"]
        );
        let times = [
            (1_700_000_000_123_456_788, 3.0),
            (1_700_000_000_123_456_789, 5.0),
        ];
        assert_eq!(series[key], times);
        let last = server.last_values();
        assert_eq!(
            (last[key], last[done], last["plain_count"]),
            (5.0, 1.0, 7.0)
        );
    }

    #[test]
    fn a_wrong_precision_shows() {
        let server = Server::start();
        let lines = "up value=1 1700000000\n";
        for (parameters, expected) in [
            ("", 1_700_000_000),
            ("&precision=s", 1_700_000_000_000_000_000),
        ] {
            server.write(parameters, lines);
            let times = &server.series()["up_value"];
            assert!(times.contains(&(expected, 1.0)), "{times:?}");
        }
    }

    #[test]
    fn what_it_cannot_read_is_refused() {
        let server = Server::start();
        let answer = server.write("", "good value=1 1\nbad value=1u 1\n");
        assert_eq!(answer.status, 400);
        assert!(answer.text().contains("bad value=1u"), "{}", answer.text());
        let target = "/write?db=other";
        let answer = http::post(server.http_address(), target, "text/plain", b"up value=1\n");
        assert_eq!(answer.unwrap().status, 404);
        assert_eq!(
            server.last_values().keys().collect::<Vec<_>>(),
            ["good_value"]
        );
    }

    #[test]
    fn datagrams_arrive() {
        let server = Server::start();
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket
            .send_to(b"up value=2 5\n", server.udp_address())
            .unwrap();
        let started = Instant::now();
        while server.series().get("up_value") != Some(&vec![(5, 2.0)]) {
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "{}",
                server.log()
            );
            thread::sleep(Duration::from_millis(5));
        }
    }
}
