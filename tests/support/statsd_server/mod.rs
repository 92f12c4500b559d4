//! The reference server of StatsD on loopback, started for one test and gone after it.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::http;
use super::receiver::{self, Process};

/// Its own counters: lines, and those (or parts of them) that it could not read.
const LINES: &str = "statsd.metrics_received";
const BAD_LINES: &str = "statsd.bad_lines_seen";
const PACKETS: &str = "statsd.packets_received";

/// What it makes of the names that it gets, after it has appended the tags as `;name=value`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Names {
    /// As it does by itself: white space is `_`, `/` is `-`, all but `A-Za-z0-9_.;=-` is left out.
    Sanitized,
    AsSent,
}

/// A server that never flushes: what it shows is all that it got.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    commands: SocketAddr,
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
        Self::start_with(Names::Sanitized)
    }

    /// Starts a server that treats names so.
    #[track_caller]
    pub(crate) fn start_with(names: Names) -> Self {
        receiver::start("StatsD", || Self::try_start(names))
    }

    /// Where it takes lines, over UDP and TCP; over TCP the last one too needs its newline.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The sums of counters; it also takes any type that it does not know for a counter.
    #[track_caller]
    pub(crate) fn counters(&self) -> BTreeMap<String, f64> {
        let mut counters = self.values("counters", number);
        counters.retain(|name, _| ![LINES, BAD_LINES, PACKETS].contains(&name.as_str()));
        counters
    }

    /// The values of gauges.
    #[track_caller]
    pub(crate) fn gauges(&self) -> BTreeMap<String, f64> {
        self.values("gauges", number)
    }

    /// The values of timers (`ms`), in the order of their arrival; it knows no sample rate of them.
    #[track_caller]
    pub(crate) fn timers(&self) -> BTreeMap<String, Vec<f64>> {
        self.values("timers", |values| {
            values.as_array()?.iter().map(number).collect()
        })
    }

    /// Lines that came, over UDP and TCP, with those it could not read.
    #[track_caller]
    pub(crate) fn lines(&self) -> u64 {
        self.count(LINES)
    }

    /// Values that it could not read; the log has their lines.
    #[track_caller]
    pub(crate) fn bad_lines(&self) -> u64 {
        self.count(BAD_LINES)
    }

    /// Waits until so many lines have come since the start.
    ///
    /// # Panics
    ///
    /// When the time is over, with what came instead.
    #[track_caller]
    pub(crate) fn wait_for_lines(&self, expected: u64, timeout: Duration) {
        receiver::wait_for_lines(expected, timeout, || self.lines(), || self.log());
    }

    /// What it has written, where it names the lines it could not read.
    pub(crate) fn log(&self) -> String {
        self.process.log()
    }

    fn try_start(names: Names) -> Result<Self, String> {
        let [address, commands] = receiver::free_addresses()?;
        let mut process = Process::start("statsd-server", |data| {
            fs::create_dir_all(data).expect("the folder is ours");
            let file = data.join("configuration.js");
            let text = configuration(address, commands, names, data);
            fs::write(&file, text).expect("the folder is ours");
            vec![file.display().to_string()]
        })?;
        // Another server may have taken the port and answer in place of ours.
        let ours = process.folder().join("data").display().to_string();
        process.wait_until(|_| {
            ask(commands, "config", "END\n").is_ok_and(|answer| answer.contains(&ours))
                && TcpStream::connect(address).is_ok()
                && UdpSocket::bind(address).is_err()
        })?;
        Ok(Self {
            address,
            commands,
            process,
        })
    }

    #[track_caller]
    fn count(&self, name: &str) -> u64 {
        let counters = self.values("counters", Value::as_u64);
        counters[name]
    }

    /// The answer to a command: an object, of whose values those are left out that cannot be read.
    #[track_caller]
    fn values<T>(&self, command: &str, read: impl Fn(&Value) -> Option<T>) -> BTreeMap<String, T> {
        let fail = |error: &dyn fmt::Display| -> ! {
            panic!("{command}: {error}; the server's log:\n{}", self.log())
        };
        let answer = ask(self.commands, command, "END\n").unwrap_or_else(|error| fail(&error));
        let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|error| fail(&error));
        let values = answer.as_object().into_iter().flatten();
        values
            .filter_map(|(name, value)| Some((name.clone(), read(value)?)))
            .collect()
    }
}

/// JSON has no infinities, nor what is no number: they are null here.
#[expect(
    clippy::unnecessary_wraps,
    reason = "one of several ways to read a value"
)]
fn number(value: &Value) -> Option<f64> {
    Some(value.as_f64().unwrap_or(f64::NAN))
}

/// Sends a command and reads until its answer ends; the end is left out.
fn ask(address: SocketAddr, command: &str, end: &str) -> io::Result<String> {
    let mut stream = http::connect(address)?;
    stream.write_all(command.as_bytes())?;
    let mut stream = BufReader::new(stream);
    let mut answer = String::new();
    while !answer.ends_with(end) {
        if stream.read_line(&mut answer)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    answer.truncate(answer.len() - end.len());
    Ok(answer)
}

/// An expression of JavaScript, which also makes its answers JSON: they would be text for people,
/// with long lists cut short.
fn configuration(address: SocketAddr, commands: SocketAddr, names: Names, data: &Path) -> String {
    let (ip, port) = (address.ip(), address.port());
    let (commands_ip, commands_port) = (commands.ip(), commands.port());
    let sanitize = names == Names::Sanitized;
    let data = data.display();
    format!(
        r#"(util.inspect = (value) => JSON.stringify(value), {{
    servers: [
        {{ server: "./servers/udp", address: "{ip}", port: {port} }},
        {{ server: "./servers/tcp", address: "{ip}", port: {port} }},
    ],
    mgmt_address: "{commands_ip}",
    mgmt_port: {commands_port},
    folder: "{data}",
    keyNameSanitize: {sanitize},
    flushInterval: 600000,
    backends: [],
    automaticConfigReload: false,
    last: "END",
}})
"#
    )
}
