//! The program `ppc-serve`, started as a process.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::access::Access;
use super::http::{self, Response};
use super::job::example;

/// No answer or ending takes longer, on a machine that is busy with other tests.
const WITHIN: Duration = Duration::from_mins(1);

/// What a process left.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// What it said, where it did as it was told.
    #[track_caller]
    pub(crate) fn said(&self) -> &str {
        assert_eq!((self.code, &*self.stderr), (Some(0), ""), "{self:?}");
        &self.stdout
    }
}

/// One that serves.
#[derive(Debug)]
pub(crate) struct Serving {
    child: Child,
    stdout: BufReader<ChildStdout>,
    addresses: Vec<SocketAddr>,
}

fn command(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    // A test runner in the background ignores SIGINT, and so would its children.
    let mut command = Command::new("env");
    command
        .arg("--default-signal=INT,TERM")
        .arg(example("ppc-serve"))
        .args(arguments);
    for name in ["PPC_LOG", "PPC_STORE", "PPC_SERVE_PASSWORD"] {
        command.env_remove(name);
    }
    command
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs a command to its end.
#[track_caller]
pub(crate) fn run_with(arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
    let output = command(arguments, environment).output();
    let output = output.expect("the program starts");
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("it speaks UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("it speaks UTF-8"),
    }
}

/// The same with nothing in the environment.
#[track_caller]
pub(crate) fn run(arguments: &[&str]) -> Ended {
    run_with(arguments, &[])
}

impl Serving {
    /// Serves a store at a free port.
    #[track_caller]
    pub(crate) fn start(store: &str, more: &[&str]) -> Self {
        let arguments = [&[store, "--listen", "127.0.0.1:0"], more].concat();
        Self::start_with(&arguments, &[])
    }

    /// Starts it, and waits until it listens at as many addresses as it is told to.
    #[track_caller]
    pub(crate) fn start_with(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = command(arguments, environment)
            .spawn()
            .expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut addresses = Vec::new();
        let listens = arguments.iter().filter(|word| **word == "--listen").count();
        while addresses.len() < listens.max(1) {
            let mut line = String::new();
            let read = stdout.read_line(&mut line).expect("it can be read");
            if read == 0 {
                let mut why = String::new();
                let mut stderr = child.stderr.take().expect("it is piped");
                stderr.read_to_string(&mut why).expect("it can be read");
                panic!("it does not listen: {why}");
            }
            let (_, rest) = line.split_once("://").expect("it says where");
            let address = rest.trim_end().strip_suffix("/metrics");
            addresses.push(
                address
                    .and_then(|text| text.parse().ok())
                    .expect("a number"),
            );
        }
        Self {
            child,
            stdout,
            addresses,
        }
    }

    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.addresses[0]
    }

    /// The way to it that knows nothing.
    pub(crate) fn access(&self) -> Access {
        Access::plain(self.address())
    }

    #[track_caller]
    pub(crate) fn get(&self, target: &str) -> Response {
        http::get(self.address(), target).expect("it answers")
    }

    #[track_caller]
    pub(crate) fn page(&self) -> String {
        let answer = self.get("/metrics");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.text()
    }

    /// Waits for a page that has this line.
    #[track_caller]
    pub(crate) fn wait_for(&self, line: &str) {
        let started = Instant::now();
        loop {
            let page = self.page();
            if page.lines().any(|found| found == line) {
                return;
            }
            assert!(started.elapsed() < WITHIN, "no {line} in {page}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it by a signal, and says how long that took.
    #[track_caller]
    pub(crate) fn end(mut self, signal: &str) -> (Ended, Duration) {
        let id = self.child.id().to_string();
        let start = Instant::now();
        let sent = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(sent.expect("kill runs").success());
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                break status;
            }
            assert!(start.elapsed() < WITHIN, "it does not end");
            thread::sleep(Duration::from_millis(2));
        };
        let took = start.elapsed();
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).expect("UTF-8");
        if let Some(mut pipe) = self.child.stderr.take() {
            pipe.read_to_string(&mut stderr).expect("UTF-8");
        }
        let code = status.code();
        let ended = Ended {
            code,
            stdout,
            stderr,
        };
        (ended, took)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It has ended, where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
