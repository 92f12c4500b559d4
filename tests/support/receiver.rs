//! The process of a receiver, with a folder of its own; both go with the test.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Time for a start, beside other tests on a small machine.
const READY_WITHIN: Duration = Duration::from_secs(20);

/// How often other ports are chosen, where someone takes ours before the server does.
const TRIES: usize = 5;

const POLL: Duration = Duration::from_millis(5);

/// Makes a server of the first attempt that succeeds; each chooses ports that are free.
///
/// # Panics
///
/// When none does, with what the last one said.
#[track_caller]
pub(crate) fn start<T>(name: &str, mut attempt: impl FnMut() -> Result<T, String>) -> T {
    let mut why = String::new();
    for _ in 0..TRIES {
        match attempt() {
            Ok(server) => return server,
            Err(message) => why = message,
        }
    }
    panic!("{name} did not start in {TRIES} tries; the last: {why}");
}

/// An address on loopback whose TCP port was free.
pub(crate) fn free_address() -> Result<SocketAddr, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map_err(|error| format!("no free port: {error}"))
}

/// A server's process, and another one that ends it should this one die without a drop.
///
/// The watcher reads from a pipe that only we hold open: the way that needs no unsafe code.
#[derive(Debug)]
pub(crate) struct Process {
    server: Child,
    watcher: Child,
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
        let mut server = Command::new(&program)
            .args(arguments(&folder.0.join("data")))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(folder.log_file()).expect("a log file"))
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        match watch(server.id()) {
            Ok(watcher) => Ok(Self {
                server,
                watcher,
                folder,
            }),
            Err(error) => {
                end(&mut server);
                Err(format!("no shell to watch the server with: {error}"))
            }
        }
    }

    /// Waits until it is ready, unless it ends before.
    ///
    /// # Errors
    ///
    /// When it ended or took too long, with what it said.
    pub(crate) fn wait_until(&mut self, is_ready: impl Fn(&Self) -> bool) -> Result<(), String> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.server.try_wait().expect("the server is our child") {
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

    /// Its folder, unlike that of any other running server.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder.0
    }

    /// What it has written to stderr.
    pub(crate) fn log(&self) -> String {
        fs::read(self.folder.log_file()).map_or_else(
            |error| format!("(none: {error})"),
            |log| String::from_utf8_lossy(&log).into_owned(),
        )
    }
}

impl Drop for Process {
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

/// A folder in the target directory, gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn create(name: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{name}-{}-{count}", std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        // Of an earlier process with our id, which died too hard to clean up.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder in the target directory");
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    fn log_file(&self) -> PathBuf {
        self.0.join("log")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder left behind harms nobody: it is in the target directory.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The program that `cargo xtask receivers` has unpacked.
#[track_caller]
pub(crate) fn program(name: &str) -> PathBuf {
    let folders = receivers();
    let found = folders.iter().find_map(|folder| {
        let home = folder.join(name);
        // Its first line is the program below this folder; `cargo xtask` writes it.
        let receipt = fs::read_to_string(home.join("receipt")).ok()?;
        Some(home.join(receipt.lines().next()?)).filter(|program| program.is_file())
    });
    found.unwrap_or_else(|| {
        let module = name.replace('-', "_");
        panic!(
            "there is no {name} in {folders:?}: run `cargo xtask receivers`, or leave its tests \
             out with `--skip {module}::`"
        )
    })
}

/// Where it may be: `cargo xtask` says so, else below the target directory that we are run from.
fn receivers() -> Vec<PathBuf> {
    if let Some(folder) = std::env::var_os("PPC_RECEIVERS") {
        return vec![folder.into()];
    }
    let this = std::env::current_exe().expect("the path of this test");
    let folders = this.ancestors().map(|folder| folder.join("receivers"));
    folders.filter(|folder| folder.is_dir()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "run `cargo xtask receivers`")]
    fn a_receiver_that_is_missing_is_explained() {
        program("no-such-receiver");
    }

    #[test]
    fn a_start_is_tried_again_on_other_ports() {
        let mut tries = 0;
        let server = start("it", || {
            tries += 1;
            (tries == 3).then_some(tries).ok_or_else(String::new)
        });
        assert_eq!(server, 3);
    }

    #[test]
    #[should_panic(expected = "it did not start in 5 tries; the last: the port is taken")]
    fn a_start_that_never_succeeds_is_explained() {
        start::<()>("it", || Err("the port is taken".to_owned()));
    }
}
