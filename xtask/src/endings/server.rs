//! A `VictoriaMetrics` that starts empty and is gone at the end.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::known::Values;
use crate::error::Result;

/// What was sent is stored a moment later.
pub(super) const STORED_WITHIN: Duration = Duration::from_secs(10);

const READY_WITHIN: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Server {
    pub(super) http: SocketAddr,
    /// Of Influx lines, over UDP and TCP.
    pub(super) influx: SocketAddr,
    /// The folder of a spool that all jobs share.
    pub(super) spool: PathBuf,
    process: Child,
}

impl Server {
    pub(super) fn start(program: &Path, data: &Path) -> Result<Self> {
        if data.exists() {
            std::fs::remove_dir_all(data)?;
        }
        let [http, influx] = [free_address()?, free_address()?];
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
        let server = Self {
            http,
            influx,
            spool: data.join("spool"),
            process,
        };
        let start = Instant::now();
        while !server.get("/health").is_ok_and(|answer| answer == "OK") {
            if start.elapsed() > READY_WITHIN {
                return Err("VictoriaMetrics does not become ready".into());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// The latest value of each series of the runs whose names begin so.
    pub(super) fn last_values(&self, runs: &str) -> Result<Values> {
        self.get("/internal/force_flush")?;
        let those = format!("/api/v1/export?match%5B%5D=%7Brun%3D~%22{runs}.*%22%7D");
        self.get(&those)?.lines().map(last_value).collect()
    }

    /// Whether this version of it takes what OpenTelemetry sends.
    pub(super) fn takes_otlp(&self) -> bool {
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

/// A line of an export: the series and the last of its values.
fn last_value(line: &str) -> Result<(String, f64)> {
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
    let latest = times
        .iter()
        .zip(values)
        .max_by_key(|(time, _)| time.as_i64());
    let value = latest.and_then(|(_, value)| value.as_f64());
    Ok((
        format!("{name}{{{}}}", rest.join(",")),
        value.unwrap_or(f64::NAN),
    ))
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
}
