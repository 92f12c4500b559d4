//! The process of a receiver, which can be ended and started again; it goes with the test.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{Folder, TRIES, program};

/// Time for a start, beside other tests on a small machine; also for an end that was asked for.
const READY_WITHIN: Duration = Duration::from_secs(20);

const POLL: Duration = Duration::from_millis(5);

/// A server and the folder of its data, which stays while the server is ended.
#[derive(Debug)]
pub(crate) struct Process {
    program: PathBuf,
    arguments: Vec<String>,
    running: Option<Running>,
    // Last, because it goes when nobody writes to it any more.
    folder: Folder,
}

impl Process {
    /// Starts a receiver by its name; its arguments may name the folder for its data.
    ///
    /// # Errors
    ///
    /// When the program that is there cannot be started.
    ///
    /// # Panics
    ///
    /// When no program is there.
    #[track_caller]
    pub(crate) fn start(
        name: &str,
        arguments: impl FnOnce(&Path) -> Vec<String>,
    ) -> Result<Self, String> {
        let program = program(name);
        let folder = Folder::create(name);
        let mut process = Self {
            program,
            arguments: arguments(&folder.path().join("data")),
            running: None,
            folder,
        };
        process.run()?;
        Ok(process)
    }

    /// Waits until it is ready, unless it ends before.
    ///
    /// # Errors
    ///
    /// When it ended or took too long, with what it said.
    pub(crate) fn wait_until(&mut self, is_ready: impl Fn(&Self) -> bool) -> Result<(), String> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.ended() {
                return Err(format!("{status}; its log:\n{}", self.log()));
            }
            if is_ready(self) {
                return Ok(());
            }
            if started.elapsed() > READY_WITHIN {
                return Err(format!("not ready in time; its log:\n{}", self.log()));
            }
            thread::sleep(POLL);
        }
    }

    /// Whether no test has ended it.
    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Ends it at once, as a crash does.
    pub(crate) fn kill(&mut self) {
        self.running = None;
    }

    /// Asks it to end with SIGTERM, as who manages services does, and waits for it.
    ///
    /// # Panics
    ///
    /// When it does not end in time.
    #[track_caller]
    pub(crate) fn terminate(&mut self) {
        self.signal("TERM");
        let started = Instant::now();
        while self.ended().is_none() {
            let is_late = started.elapsed() >= READY_WITHIN;
            assert!(!is_late, "it goes on:\n{}", self.log());
            thread::sleep(POLL);
        }
        self.running = None;
    }

    /// Stops it where it is: it takes nothing more, and its connections stay.
    #[track_caller]
    pub(crate) fn freeze(&mut self) {
        self.signal("STOP");
    }

    /// Has it go on after a freeze.
    #[track_caller]
    pub(crate) fn thaw(&mut self) {
        self.signal("CONT");
    }

    #[track_caller]
    fn signal(&self, name: &str) {
        let running = self.running.as_ref().expect("it runs");
        let id = running.server.id().to_string();
        let sent = Command::new("sh")
            .args(["-c", r#"kill -"$0" "$1""#, name, &id])
            .status();
        assert!(sent.is_ok_and(|status| status.success()), "it runs");
    }

    /// Starts it again after its end, with the same arguments and what is in its folder.
    ///
    /// # Panics
    ///
    /// When it does not become ready.
    #[track_caller]
    pub(crate) fn start_again(&mut self, is_ready: impl Fn(&Self) -> bool) {
        assert!(self.running.is_none(), "it was ended");
        let mut why = String::new();
        for _ in 0..TRIES {
            // Its ports may have been someone else's for a moment.
            match self.run().and_then(|()| self.wait_until(&is_ready)) {
                Ok(()) => return,
                Err(message) => why = message,
            }
            self.running = None;
        }
        panic!("it did not start again: {why}");
    }

    /// Its folder, unlike that of any other running server.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What it has written to stdout and stderr since it was last started.
    pub(crate) fn log(&self) -> String {
        fs::read(self.log_file()).map_or_else(
            |error| format!("(none: {error})"),
            |log| String::from_utf8_lossy(&log).into_owned(),
        )
    }

    fn log_file(&self) -> PathBuf {
        self.folder().join("log")
    }

    fn run(&mut self) -> Result<(), String> {
        let log = File::create(self.log_file()).expect("a log file");
        let mut server = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log file"))
            .stderr(log)
            .spawn()
            .map_err(|error| format!("{}: {error}", self.program.display()))?;
        match watch(server.id()) {
            Ok(watcher) => {
                self.running = Some(Running { server, watcher });
                Ok(())
            }
            Err(error) => {
                end(&mut server);
                Err(format!("no shell to watch the server with: {error}"))
            }
        }
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        let running = self.running.as_mut()?;
        running.server.try_wait().expect("the server is our child")
    }
}

/// The server, and another process that ends it should this one die without a drop.
///
/// The watcher reads from a pipe that only we hold open: the way that needs no unsafe code.
#[derive(Debug)]
struct Running {
    server: Child,
    watcher: Child,
}

impl Drop for Running {
    fn drop(&mut self) {
        // The watcher first: afterwards the server's id may belong to someone else.
        end(&mut self.watcher);
        end(&mut self.server);
    }
}

fn watch(server: u32) -> std::io::Result<Child> {
    Command::new("sh")
        .args(["-c", r#"read -r _; kill -9 "$0""#, &server.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

fn end(child: &mut Child) {
    // Both fail only where it has ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}
