//! The program of `tests/job`, started as a process.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// No ending takes longer, on a machine that is busy with other tests.
const WITHIN: Duration = Duration::from_mins(1);

/// What a process left.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// What it said, but for that it runs.
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

/// A job that runs.
#[derive(Debug)]
pub(crate) struct Job {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// What it said before it said that it runs.
    said: String,
    start: Instant,
}

/// The job's.
fn program() -> PathBuf {
    example("job")
}

/// The program of an example: cargo builds them beside the tests.
#[track_caller]
pub(crate) fn example(name: &str) -> PathBuf {
    let tests = env::current_exe().expect("the test binary has a path");
    let target = tests
        .parent()
        .and_then(|deps| deps.parent())
        .expect("it lies in target/x/deps");
    let program = target.join("examples").join(name);
    assert!(
        program.exists(),
        "{} is missing: it is built by `cargo test --all-features`, all targets",
        program.display()
    );
    program
}

impl Job {
    /// Starts `job ADDRESS RUN ENDING SECONDS` with more in the environment, and waits until it says
    /// that it runs.
    #[track_caller]
    pub(crate) fn start_at(
        address: &str,
        run: &str,
        ending: &str,
        seconds: f64,
        environment: &[(&str, &str)],
    ) -> Self {
        Self::start_by(
            &[],
            &[address, run, ending, &seconds.to_string()],
            environment,
        )
    }

    /// The same by way of another program, which is given its own arguments and then the job's.
    #[track_caller]
    pub(crate) fn start_by(
        way: &[&str],
        arguments: &[&str; 4],
        environment: &[(&str, &str)],
    ) -> Self {
        let start = Instant::now();
        let ending = arguments[2];
        // A test runner in the background ignores SIGINT, and so would its children.
        let mut child = Command::new("env")
            .arg("--default-signal=INT,TERM")
            .args(way)
            .arg(program())
            .args(arguments)
            .env_remove("PPC_LOG")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the job starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let expected = if ending.ends_with("_after") {
            "handler\n"
        } else {
            "running\n"
        };
        let mut line = String::new();
        let mut said = String::new();
        while line != expected {
            said.push_str(&line);
            line.clear();
            if stdout.read_line(&mut line).expect("its output can be read") == 0 {
                break;
            }
        }
        Self {
            child,
            stdout,
            said,
            start,
        }
    }

    /// What it said before it said that it runs.
    pub(crate) fn said(&self) -> &str {
        &self.said
    }

    /// Waits for a line that begins so, and returns it.
    #[track_caller]
    pub(crate) fn line(&mut self, beginning: &str) -> String {
        let mut line = String::new();
        while !line.starts_with(beginning) {
            self.said.push_str(&line);
            line.clear();
            let read = self.stdout.read_line(&mut line);
            let read = read.expect("its output can be read");
            assert!(read > 0, "{beginning} is not said: {}", self.said);
        }
        line
    }

    /// Pages of memory that it has, as /proc says.
    #[track_caller]
    pub(crate) fn resident_pages(&self) -> u64 {
        let path = format!("/proc/{}/statm", self.child.id());
        let text = std::fs::read_to_string(path).expect("it runs");
        let resident = text.split_whitespace().nth(1).expect("the second number");
        resident.parse().expect("a number")
    }

    /// Sends a signal, by its name.
    #[track_caller]
    pub(crate) fn signal(&self, name: &str) {
        Self::kill(&self.child.id().to_string(), name);
    }

    /// Sends a signal to the child of the program that was the way.
    #[track_caller]
    pub(crate) fn signal_child(&self, name: &str) {
        let id = self.child.id();
        let list = format!("/proc/{id}/task/{id}/children");
        let children = std::fs::read_to_string(list).expect("Linux has it");
        Self::kill(children.trim(), name);
    }

    #[track_caller]
    fn kill(id: &str, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, id])
            .status()
            .expect("kill runs");
        assert!(status.success(), "kill -s {name} {id}: {status}");
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn wait(self) -> Ended {
        self.wait_within(WITHIN)
    }

    /// The same for a job that lasts.
    #[track_caller]
    pub(crate) fn wait_within(mut self, limit: Duration) -> Ended {
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                break status;
            }
            if self.start.elapsed() > limit {
                self.child.kill().expect("it can be killed");
                panic!("the job did not end within {limit:?}");
            }
            thread::sleep(Duration::from_millis(2));
        };
        let took = self.start.elapsed();
        let (mut stdout, mut stderr) = (self.said, String::new());
        self.stdout
            .read_to_string(&mut stdout)
            .expect("its output can be read");
        if let Some(mut pipe) = self.child.stderr.take() {
            pipe.read_to_string(&mut stderr)
                .expect("its errors can be read");
        }
        Ended {
            status,
            stdout,
            stderr,
            took,
        }
    }
}
