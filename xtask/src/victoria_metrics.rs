//! A `VictoriaMetrics` that starts empty, goes and comes back as it is told, and is gone at the end.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::error::Result;
use crate::workspace::capture;

/// The last value of each series, by its name and labels.
pub(crate) type Values = BTreeMap<String, f64>;

/// Values with their timestamps, in milliseconds.
pub(crate) type Samples = Vec<(i64, f64)>;

/// What was sent is stored a moment later.
pub(crate) const STORED_WITHIN: Duration = Duration::from_secs(10);

const READY_WITHIN: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) http: SocketAddr,
    /// Of Influx lines, over UDP and TCP.
    pub(crate) influx: SocketAddr,
    program: PathBuf,
    data: PathBuf,
    process: Child,
}

impl Server {
    pub(crate) fn start(program: &Path, data: &Path) -> Result<Self> {
        if data.exists() {
            std::fs::remove_dir_all(data)?;
        }
        let [http, influx] = [free_address()?, free_address()?];
        let server = Self {
            http,
            influx,
            program: program.to_owned(),
            data: data.to_owned(),
            process: spawn(program, data, http, influx)?,
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// The folder of a spool that all jobs share.
    pub(crate) fn spool(&self) -> PathBuf {
        self.data.join("spool")
    }

    /// Starts it again after its end, on the same addresses and data.
    pub(crate) fn start_again(&mut self) -> Result<()> {
        self.process = spawn(&self.program, &self.data, self.http, self.influx)?;
        self.wait_until_ready()
    }

    /// Ends it with SIGTERM; what it took is stored.
    pub(crate) fn terminate(&mut self) -> Result<()> {
        self.signal("TERM")?;
        self.process.wait()?;
        Ok(())
    }

    /// Has it write what it took to its disk; by itself it does so every some seconds.
    pub(crate) fn write_down(&self) -> Result<()> {
        self.get("/snapshot/create")?;
        self.get("/snapshot/delete_all").map(drop)
    }

    /// Ends it at once. What it took in its last seconds may be lost.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// Sends it a signal, by its name.
    pub(crate) fn signal(&self, name: &str) -> Result<()> {
        let id = self.process.id().to_string();
        capture(Command::new("kill").args(["-s", name, &id])).map(drop)
    }

    fn wait_until_ready(&self) -> Result<()> {
        let start = Instant::now();
        while !self.get("/health").is_ok_and(|answer| answer == "OK") {
            if start.elapsed() > READY_WITHIN {
                return Err("VictoriaMetrics does not become ready".into());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// The latest value of each series of the runs whose names begin so.
    pub(crate) fn last_values(&self, runs: &str) -> Result<Values> {
        self.get("/internal/force_flush")?;
        let those = format!("/api/v1/export?match%5B%5D=%7Brun%3D~%22{runs}.*%22%7D");
        self.get(&those)?.lines().map(last_value).collect()
    }

    /// All samples of the series that a selector says, `{run="x"}`, from a time on, in milliseconds.
    pub(crate) fn samples(&self, of: &str, from: i64) -> Result<BTreeMap<String, Samples>> {
        self.get("/internal/force_flush")?;
        let of: Vec<String> = of.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let of = of.concat();
        let (seconds, rest) = (from / 1000, from % 1000);
        let target = format!("/api/v1/export?match%5B%5D={of}&start={seconds}.{rest:03}");
        let export = self.get(&target)?;
        let mut all: BTreeMap<String, Samples> = BTreeMap::new();
        for line in export.lines() {
            // A series may come in several lines.
            let (key, samples) = exported(line)?;
            all.entry(key).or_default().extend(samples);
        }
        Ok(all)
    }

    /// Whether this version of it takes what OpenTelemetry sends.
    pub(crate) fn takes_otlp(&self) -> bool {
        self.ask("POST", "/opentelemetry/v1/metrics").is_ok()
    }

    fn get(&self, target: &str) -> Result<String> {
        self.ask("GET", target)
    }

    fn ask(&self, method: &str, target: &str) -> Result<String> {
        let mut stream = TcpStream::connect(self.http)?;
        // Of the old version, so that the answer comes in one piece.
        write!(
            stream,
            "{method} {target} HTTP/1.0\r\nContent-Length: 0\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .ok_or("an answer has a head")?;
        if head
            .split(' ')
            .nth(1)
            .is_none_or(|status| !status.starts_with('2'))
        {
            return Err(format!("{target}: {head}").into());
        }
        Ok(body.to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(program: &Path, data: &Path, http: SocketAddr, influx: SocketAddr) -> Result<Child> {
    let process = Command::new(program)
        .arg(format!("-storageDataPath={}", data.display()))
        .arg(format!("-httpListenAddr={http}"))
        .arg(format!("-influxListenAddr={influx}"))
        .args(["-retentionPeriod=100y", "-search.latencyOffset=0s"])
        .arg("-search.disableCache")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    Ok(process)
}

/// A line of an export: the series and its samples.
fn exported(line: &str) -> Result<(String, Samples)> {
    let series: Value = serde_json::from_str(line)?;
    let labels = series["metric"].as_object().ok_or("a series has labels")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = labels.get("__name__").map(text).unwrap_or_default();
    let mut rest: Vec<String> = labels
        .iter()
        .filter(|(label, _)| *label != "__name__" && *label != "db")
        .map(|(label, value)| format!("{label}=\"{}\"", text(value)))
        .collect();
    rest.sort_unstable();
    let values = series["values"].as_array().ok_or("a series has values")?;
    let times = series["timestamps"].as_array().ok_or("and their times")?;
    let samples = times
        .iter()
        .zip(values)
        .filter_map(|(time, value)| Some((time.as_i64()?, value.as_f64().unwrap_or(f64::NAN))));
    Ok((format!("{name}{{{}}}", rest.join(",")), samples.collect()))
}

/// A line of an export: the series and the last of its values.
fn last_value(line: &str) -> Result<(String, f64)> {
    let (key, samples) = exported(line)?;
    let latest = samples.iter().max_by_key(|(time, _)| *time);
    Ok((key, latest.map_or(f64::NAN, |(_, value)| *value)))
}

/// What is other than it should be, if anything is.
pub(crate) fn compare(found: &Values, key: &str, value: f64) -> Option<String> {
    let last = found.get(key);
    (last != Some(&value)).then(|| format!("{key} is {last:?}, not {value}"))
}

/// A name and labels, which are sorted here.
pub(crate) fn key(name: &str, labels: &str, more: &[(&str, &str)]) -> String {
    // No value known here has a comma before a name and an equals sign.
    let own = labels.split("\",").filter(|label| !label.is_empty());
    let own = own.map(|label| format!("{}\"", label.trim_end_matches('"')));
    let more = more
        .iter()
        .map(|(name, value)| format!("{name}=\"{value}\""));
    let mut all: Vec<String> = own.chain(more).collect();
    all.sort_unstable();
    format!("{name}{{{}}}", all.join(","))
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_value_counts() -> Result<()> {
        let line =
            r#"{"metric":{"__name__":"c","z":"1","a":"2"},"values":[3,1],"timestamps":[9,8]}"#;
        assert_eq!(last_value(line)?, (r#"c{a="2",z="1"}"#.to_owned(), 3.0));
        Ok(())
    }

    #[test]
    fn a_value_that_is_missing_is_named() {
        let name = key("c_total", r#"a="1,2",z="3""#, &[("run", "r")]);
        assert_eq!(name, r#"c_total{a="1,2",run="r",z="3"}"#);
        let found = Values::from([(name.clone(), 2.0)]);
        assert_eq!(compare(&found, &name, 2.0), None);
        let lack = compare(&found, &name, 3.0);
        assert!(lack.is_some_and(|lack| lack.ends_with("is Some(2.0), not 3")));
    }
}
