//! A real Redis on loopback, alone or as a cluster of three, and a proxy that loses its replies.

mod client;
mod cluster;
mod dropping;
mod observed;
mod options;
mod reply;

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

pub(crate) use self::client::Client;
pub(crate) use self::cluster::Cluster;
pub(crate) use self::dropping::{Dropping, Loss};
pub(crate) use self::options::{Options, Tls, User};
use self::options::{Place, WARDEN};
pub(crate) use self::reply::Reply;
use super::certificates::{Files, Identity};
use super::receiver::{self, Process};

/// A server, which is stopped and started again at the same address.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    socket: Option<PathBuf>,
    options: Options,
    files: Files,
    process: Process,
}

impl Server {
    /// Starts it at a free port.
    ///
    /// # Panics
    ///
    /// When the program is not there, or does not become ready.
    #[track_caller]
    pub(crate) fn start(options: &Options) -> Self {
        let server = receiver::start("redis", || {
            Self::try_start(receiver::free_address()?, options)
        });
        if options.replica_of.is_some() {
            server.wait_for("replication", "master_link_status", "up");
        }
        server
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// `redis://..` or `rediss://..`, with who may come in.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.options.tls.is_some() {
            "rediss"
        } else {
            "redis"
        };
        let mut credentials = String::new();
        if let Some(user) = &self.options.user {
            let (name, password) = (encoded(&user.name), encoded(&user.password));
            credentials = format!("{name}:{password}@");
        } else if let Some(password) = &self.options.password {
            credentials = format!(":{}@", encoded(password));
        }
        format!("{scheme}://{credentials}{}", self.address)
    }

    /// Its path beside the port.
    ///
    /// # Panics
    ///
    /// When the options ask for none.
    #[track_caller]
    pub(crate) fn unix_socket(&self) -> &Path {
        self.socket.as_ref().expect("the options ask for one")
    }

    /// The certificates, also those of clients.
    pub(crate) fn files(&self) -> &Files {
        &self.files
    }

    /// Ends it at once, as a crash does; what is in memory alone is lost.
    pub(crate) fn stop(&mut self) {
        self.process.kill();
    }

    /// Starts it again after a stop, with what it kept.
    ///
    /// # Panics
    ///
    /// When it does not become ready.
    #[track_caller]
    pub(crate) fn start_again(&mut self) {
        self.process.start_again(is_ready);
    }

    /// Has it take commands and do none of them for a while; returns at once.
    #[track_caller]
    pub(crate) fn pause(&self, time: Duration) {
        let millis = time.as_millis().to_string();
        let paused = self.command(&["CLIENT", "PAUSE", &millis, "ALL"]);
        assert_eq!(paused, Reply::Simple("OK".to_owned()));
    }

    /// Stops the process where it is: nothing is answered, and connections stay.
    #[track_caller]
    pub(crate) fn freeze(&mut self) {
        self.process.freeze();
    }

    /// Has it go on after a freeze.
    #[track_caller]
    pub(crate) fn thaw(&mut self) {
        self.process.thaw();
    }

    /// Sends a command as a user who may do all, whatever the options ask of others.
    ///
    /// # Panics
    ///
    /// When no reply comes; an error of the server's is one.
    #[track_caller]
    pub(crate) fn command(&self, words: &[&str]) -> Reply {
        let reply = self.client().and_then(|mut client| {
            let (name, password) = WARDEN;
            client.command(&["AUTH", name, password])?;
            client.command(words)
        });
        reply.unwrap_or_else(|error| panic!("{words:?}: {error}; its log:\n{}", self.process.log()))
    }

    /// A connection over its port that has not said who it is.
    ///
    /// # Errors
    ///
    /// When it is not there.
    pub(crate) fn client(&self) -> io::Result<Client> {
        match self.options.tls {
            None => Client::tcp(self.address),
            Some(_) => Client::tls(self.address, &self.files, Some(Identity::Client)),
        }
    }

    fn try_start(address: SocketAddr, options: &Options) -> Result<Self, String> {
        let socket = options.unix_socket.then(socket);
        let mut files = None;
        let mut process = Process::start("redis", |folder| {
            fs::create_dir_all(folder).expect("the folder is ours");
            let written = Files::write(folder);
            let configuration = options.configuration(&Place {
                address,
                folder,
                files: &written,
                socket: socket.as_ref(),
            });
            let file = folder.join("redis.conf");
            fs::write(&file, configuration).expect("the folder is ours");
            files = Some(written);
            vec![file.display().to_string()]
        })?;
        process.wait_until(is_ready)?;
        Ok(Self {
            address,
            socket,
            options: options.clone(),
            files: files.expect("they were written for its start"),
            process,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(socket) = &self.socket {
            let _ = fs::remove_file(socket);
        }
    }
}

/// Said once it has read what it kept, for each way to listen.
fn is_ready(process: &Process) -> bool {
    process.log().contains("eady to accept connections")
}

/// Among the system's temporary files: a socket's path must be short.
fn socket() -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("ppc-redis-{}-{count}.sock", std::process::id());
    std::env::temp_dir().join(name)
}

/// As it stands in an address.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a String takes all");
        }
    }
    encoded
}
