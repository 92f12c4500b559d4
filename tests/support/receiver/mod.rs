//! Where receivers are and how they are started: each with a folder of its own, which goes with it.

mod folder;
mod process;

use std::fmt::Display;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

pub(crate) use self::folder::Folder;
pub(crate) use self::process::Process;

const POLL: Duration = Duration::from_millis(5);

/// How often other ports are chosen, where someone takes ours before the server does.
const TRIES: usize = 5;

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

/// Waits until a server counts so many lines.
///
/// # Panics
///
/// When the time is over, with how many there are instead.
#[track_caller]
pub(crate) fn wait_for_lines<N: Copy + PartialOrd + Display>(
    expected: N,
    timeout: Duration,
    lines: impl Fn() -> N,
    log: impl Fn() -> String,
) {
    let started = Instant::now();
    loop {
        let found = lines();
        if found >= expected {
            return;
        }
        assert!(
            started.elapsed() < timeout,
            "expected {expected} lines within {timeout:?}, found {found}; the server's log:\n{}",
            log()
        );
        thread::sleep(POLL);
    }
}

/// An address on loopback whose TCP port was free.
pub(crate) fn free_address() -> Result<SocketAddr, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map_err(|error| format!("no free port: {error}"))
}

/// Different addresses on loopback, each of whose ports was free for TCP and UDP alike.
pub(crate) fn free_addresses<const N: usize>() -> Result<[SocketAddr; N], String> {
    // Held until all are chosen, so that none is chosen twice.
    let mut held = Vec::new();
    for _ in 0..N + TRIES {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let listener = listener.map_err(|error| format!("no free port: {error}"))?;
        let address = listener.local_addr().expect("it is bound");
        if let Ok(socket) = UdpSocket::bind(address) {
            held.push((address, listener, socket));
        }
        if held.len() >= N {
            return Ok(std::array::from_fn(|nth| held[nth].0));
        }
    }
    Err("no port is free for both TCP and UDP".to_owned())
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

    #[test]
    fn free_addresses_differ() {
        let [first, second, third] = free_addresses().unwrap();
        assert!(first != second && second != third && third != first);
        TcpListener::bind(second).unwrap();
        UdpSocket::bind(second).unwrap();
    }
}
