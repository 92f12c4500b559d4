//! A real carbon, Graphite's store, on loopback, started for one test and gone after it.
//!
//! It writes what it has taken to a file a series, about once a second; the files are read here.
//! Of several values in the same second the last one stays, NaN is none, and a timestamp more than
//! an hour ago is dropped.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::receiver::{self, Process};

/// Reads all files below a folder with the library that wrote them.
const SCRIPT: &str = r#"
import json, os, struct, sys, whisper

folder, series = sys.argv[1], {}
for path, _, files in os.walk(folder):
    for file in files:
        file = os.path.join(path, file)
        name = os.path.relpath(file, folder)[:-len(".wsp")]
        if name.startswith("_tagged/"):
            name = name.split("/", 3)[3].replace("_DOT_", ".")
        try:
            (start, _, step), values = whisper.fetch(file, 0)
        except (whisper.WhisperException, struct.error, TypeError):
            continue  # It is being made.
        found = [[start + i * step, str(v)] for i, v in enumerate(values) if v is not None]
        series[name.replace("/", ".")] = found
json.dump(series, sys.stdout)
"#;

/// Its own counts, in its own series.
const OWN: &str = "carbon.";
const RECEIVED: &str = ".metricsReceived";

const POLL: Duration = Duration::from_millis(100);

/// A server with nothing stored yet.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    process: Process,
}

impl Server {
    /// Starts a server with an empty storage.
    ///
    /// # Panics
    ///
    /// When the program is not there, or does not become ready.
    #[track_caller]
    pub(crate) fn start() -> Self {
        receiver::start("carbon", Self::try_start)
    }

    /// Where it takes lines, over UDP and TCP; over TCP the last one too needs its newline.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// All that is stored: `name;label=value`, labels sorted, with timestamps (s) and values.
    #[track_caller]
    pub(crate) fn series(&self) -> BTreeMap<String, Vec<(i64, f64)>> {
        let mut series = self.all_series();
        series.retain(|name, _| !name.starts_with(OWN));
        series
    }

    /// The value of the latest timestamp of each series.
    #[track_caller]
    pub(crate) fn last_values(&self) -> BTreeMap<String, f64> {
        let series = self.series().into_iter();
        series
            .filter_map(|(name, samples)| Some((name, samples.last()?.1)))
            .collect()
    }

    /// How many lines it has taken, over all its starts. It counts every two seconds; what came
    /// since is lost where it is ended.
    #[track_caller]
    pub(crate) fn received(&self) -> f64 {
        let series = self.all_series();
        let counts = series
            .iter()
            .filter(|(name, _)| name.starts_with(OWN) && name.ends_with(RECEIVED));
        let counts = counts.flat_map(|(_, samples)| samples);
        // The sum of none is -0.
        counts.map(|(_, count)| count).sum::<f64>() + 0.0
    }

    /// Waits until it has taken so many lines; the last of them may still have to be stored.
    ///
    /// # Panics
    ///
    /// When the time is over, with what came instead.
    #[track_caller]
    pub(crate) fn wait_for_received(&self, expected: f64, timeout: Duration) {
        receiver::wait_for_lines(expected, timeout, || self.received(), || self.log());
    }

    /// Waits until these are the last values of their series.
    ///
    /// # Panics
    ///
    /// When the time is over, with what came instead.
    #[track_caller]
    pub(crate) fn wait_for_values(&self, expected: &[(&str, f64)], timeout: Duration) {
        let started = Instant::now();
        loop {
            let values = self.last_values();
            if expected
                .iter()
                .all(|(name, value)| values.get(*name) == Some(value))
            {
                return;
            }
            assert!(
                started.elapsed() < timeout,
                "expected {expected:?} within {timeout:?}, found {values:?}; the server's log:\n{}",
                self.log()
            );
            thread::sleep(POLL);
        }
    }

    /// How many lines it could not read since it was last started; the log has them.
    pub(crate) fn bad_lines(&self) -> usize {
        self.log().matches("invalid line received").count()
    }

    /// Ends it at once. What it took in its last second is lost.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    /// Ends it with SIGTERM; what it took is stored.
    #[track_caller]
    pub(crate) fn terminate(&mut self) {
        self.process.terminate();
    }

    /// Starts it again after its end, on the same address and data.
    #[track_caller]
    pub(crate) fn start_again(&mut self) {
        let address = self.address;
        self.process
            .start_again(|process| is_ready(process, address));
    }

    /// What it has written since it was last started.
    pub(crate) fn log(&self) -> String {
        self.process.log()
    }

    fn try_start() -> Result<Self, String> {
        let [address, queries] = receiver::free_addresses()?;
        let mut process = Process::start("carbon", |data| {
            fs::create_dir_all(data).expect("the folder is ours");
            let file = data.join("carbon.conf");
            let text = configuration(address, queries, data);
            fs::write(&file, text).expect("the folder is ours");
            let schemas = "[all]\npattern = .*\nretentions = 1s:1h\n";
            fs::write(data.join("storage-schemas.conf"), schemas).expect("the folder is ours");
            [
                format!("--config={}", file.display()),
                format!("--pidfile={}/pid", data.display()),
                "--nodaemon".to_owned(),
                "start".to_owned(),
            ]
            .into()
        })?;
        process.wait_until(|process| is_ready(process, address))?;
        Ok(Self { address, process })
    }

    #[track_caller]
    fn all_series(&self) -> BTreeMap<String, Vec<(i64, f64)>> {
        let program = receiver::program("carbon");
        let home = program.parent().expect("it is in a folder");
        let python = Command::new("/usr/bin/python3")
            .args(["-s", "-S", "-B", "-c", SCRIPT])
            .arg(self.process.folder().join("data/whisper"))
            .env("PYTHONPATH", home.join("usr/lib/python3/dist-packages"))
            .output()
            .expect("Python is there, as carbon runs");
        let said = String::from_utf8_lossy(&python.stderr);
        assert!(python.status.success(), "cannot read the files: {said}");
        let all: Value = serde_json::from_slice(&python.stdout).expect("it is JSON");
        let all = all.as_object().expect("it is an object");
        // As text, because JSON has no infinities.
        let value = |sample: &Value| sample[1].as_str()?.parse::<f64>().ok();
        let sample = |sample: &Value| Some((sample[0].as_i64()?, value(sample)?));
        let samples = |samples: &Value| -> Option<Vec<_>> {
            samples.as_array()?.iter().map(sample).collect()
        };
        all.iter()
            .filter_map(|(name, found)| Some((name.clone(), samples(found)?)))
            .collect()
    }
}

fn is_ready(process: &Process, address: SocketAddr) -> bool {
    // The last thing that it starts; a connection shows that the first one goes on too.
    process.log().contains("MetricDatagramReceiver starting on")
        && TcpStream::connect(address).is_ok()
}

fn configuration(address: SocketAddr, queries: SocketAddr, data: &Path) -> String {
    let (ip, port) = (address.ip(), address.port());
    let (queries_ip, queries_port) = (queries.ip(), queries.port());
    let data = data.display();
    // Its own counts would overwrite each other if two of them fell in a second. Tags would be told
    // to a server of Graphite.
    format!(
        "[cache]
STORAGE_DIR = {data}
LOCAL_DATA_DIR = {data}/whisper
CONF_DIR = {data}
LOG_DIR = {data}
PID_DIR = {data}
LINE_RECEIVER_INTERFACE = {ip}
LINE_RECEIVER_PORT = {port}
ENABLE_UDP_LISTENER = True
UDP_RECEIVER_INTERFACE = {ip}
UDP_RECEIVER_PORT = {port}
PICKLE_RECEIVER_PORT = 0
CACHE_QUERY_INTERFACE = {queries_ip}
CACHE_QUERY_PORT = {queries_port}
MAX_CACHE_SIZE = inf
MAX_UPDATES_PER_SECOND = inf
MAX_CREATES_PER_MINUTE = inf
CARBON_METRIC_INTERVAL = 2
ENABLE_TAGS = False
TAG_HASH_FILENAMES = False
LOG_UPDATES = False
LOG_CREATES = False
LOG_CACHE_HITS = False
LOG_CACHE_QUEUE_SORTS = False
LOG_LISTENER_CONN_SUCCESS = False
"
    )
}
