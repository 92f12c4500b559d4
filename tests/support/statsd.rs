//! The reference server of StatsD on loopback, started for one test and gone after it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::http;
use super::receiver::{self, Process};

/// Its own counters: lines, and those (or parts of them) that it could not read.
const LINES: &str = "statsd.metrics_received";
const BAD_LINES: &str = "statsd.bad_lines_seen";
const PACKETS: &str = "statsd.packets_received";

const POLL: Duration = Duration::from_millis(5);

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
        let started = Instant::now();
        loop {
            let found = self.lines();
            if found >= expected {
                return;
            }
            assert!(
                started.elapsed() < timeout,
                "expected {expected} lines within {timeout:?}, found {found}; the server's log:\n{}",
                self.log()
            );
            thread::sleep(POLL);
        }
    }

    /// What it has written, where it names the lines it could not read.
    pub(crate) fn log(&self) -> String {
        self.process.log()
    }

    fn try_start(names: Names) -> Result<Self, String> {
        let [address, commands] = receiver::free_addresses()?;
        let mut process = Process::start("statsd", |data| {
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

#[cfg(test)]
mod tests {
    use super::*;

    use std::net::Ipv4Addr;

    const SOON: Duration = Duration::from_secs(10);

    fn send(server: &Server, datagram: &str) {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket
            .send_to(datagram.as_bytes(), server.address())
            .unwrap();
    }

    fn map<T: Clone>(values: &[(&str, T)]) -> BTreeMap<String, T> {
        let values = values.iter().cloned();
        values
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    #[test]
    fn lines_sent_are_read_back() {
        let server = Server::start();
        assert!(server.counters().is_empty() && server.timers().is_empty());
        send(
            &server,
            "a.total:1|c\na.total:2.5|c|@0.5\ng:-3|g\ng/h:0|g\ng/h:-4.5|g\ng:+1|g",
        );
        server.wait_for_lines(6, SOON);
        assert_eq!(server.counters(), map(&[("a.total", 6.0)]));
        // What has a sign is added, but to a gauge of zero it is not.
        assert_eq!(server.gauges(), map(&[("g", -2.0), ("g-h", -4.5)]));
        assert!(server.timers().is_empty());
        assert_eq!((server.lines(), server.bad_lines()), (6, 0));
    }

    #[test]
    fn connections_are_read_line_by_line() {
        let server = Server::start();
        let mut stream = TcpStream::connect(server.address()).unwrap();
        // More values than a person would be shown.
        let lines: Vec<String> = (0..300).map(|nth| format!("t:{nth}.5|ms\n")).collect();
        stream.write_all(lines.concat().as_bytes()).unwrap();
        stream.write_all(b"unfinished:1|c").unwrap();
        drop(stream);
        server.wait_for_lines(300, SOON);
        let expected: Vec<f64> = (0..300).map(|nth| f64::from(nth) + 0.5).collect();
        assert_eq!(server.timers(), map(&[("t", expected)]));
        assert!(server.counters().is_empty());
    }

    #[test]
    fn names_are_sanitized_or_not() {
        let line = "a b/c%:1|c|#env:prod,k:v/w";
        for (names, expected) in [
            (Names::Sanitized, "a_b-c;env=prod;k=v-w"),
            (Names::AsSent, "a b/c%;env=prod;k=v/w"),
        ] {
            let server = Server::start_with(names);
            send(&server, line);
            server.wait_for_lines(1, SOON);
            assert_eq!(
                server.counters(),
                map(&[(expected, 1.0)]),
                "{}",
                server.log()
            );
        }
    }

    #[test]
    fn bad_lines_are_counted_and_logged() {
        let server = Server::start();
        send(&server, "a:1|c\nb:x|c\nc:1|c|T5\nd:1\ne:1|nonsense");
        server.wait_for_lines(5, SOON);
        assert_eq!(server.bad_lines(), 3);
        assert_eq!(server.counters(), map(&[("a", 1.0), ("e", 1.0)]));
        assert!(server.log().contains("b:x|c"), "{}", server.log());
    }

    #[test]
    #[should_panic(expected = "expected 1 lines within 0ns, found 0")]
    fn lines_that_do_not_come_are_reported() {
        Server::start().wait_for_lines(1, Duration::ZERO);
    }

    #[test]
    fn many_run_beside_each_other_and_leave_nothing() {
        let servers: Vec<Server> = (0..3).map(|_| Server::start()).collect();
        send(&servers[1], "x:1|c");
        servers[1].wait_for_lines(1, SOON);
        let lines: Vec<u64> = servers.iter().map(Server::lines).collect();
        assert_eq!(lines, [0, 1, 0]);
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
