//! How a Redis is to be, and the configuration that makes it so.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::support::certificates::{Clients, Files, Identity};

/// The user whom the tests themselves ask as, whatever others may do.
pub(super) const WARDEN: (&str, &str) = ("warden", "of these tests");

/// What a Redis asks for and where it ends; by default it is open, and forgets with its process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// That of the user `default`.
    pub(crate) password: Option<String>,
    /// One with a name; nobody comes in without one then.
    pub(crate) user: Option<User>,
    /// Its port speaks TLS alone.
    pub(crate) tls: Option<Tls>,
    /// Listens at a path beside its port.
    pub(crate) unix_socket: bool,
    /// In bytes, none of which are freed to make room; 1 is full from the start.
    pub(crate) max_memory: Option<u64>,
    /// Follows another one, and is read-only.
    pub(crate) replica_of: Option<SocketAddr>,
    /// Keeps each change before it says that it is done.
    pub(crate) durable: bool,
    /// Set by `Cluster`: the port that its nodes talk over.
    pub(crate) cluster_port: Option<u16>,
}

/// A user of the access-control list.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) password: String,
    /// What it may do: `~* +@all`, say.
    pub(crate) rules: String,
}

/// How it shows itself, and to whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tls {
    pub(crate) identity: Identity,
    pub(crate) clients: Clients,
}

/// Where a server is: its address and what is in its folder.
pub(super) struct Place<'a> {
    pub(super) address: SocketAddr,
    pub(super) folder: &'a Path,
    pub(super) files: &'a Files,
    pub(super) socket: Option<&'a PathBuf>,
}

impl Options {
    /// The text of `redis.conf`.
    pub(super) fn configuration(&self, place: &Place<'_>) -> String {
        let (ip, port) = (place.address.ip(), place.address.port());
        let folder = place.folder.display();
        let mut text = format!(
            "bind {ip}\ndir \"{folder}\"\nsave \"\"\nrepl-diskless-sync-delay 0\n\
             slowlog-max-len 100000\nmaxmemory-policy noeviction\n"
        );
        let mut line = |arguments: std::fmt::Arguments<'_>| {
            writeln!(text, "{arguments}").expect("a String takes all");
        };
        let (warden, password) = WARDEN;
        line(format_args!("user {warden} on \">{password}\" ~* &* +@all"));
        if let Some(password) = &self.password {
            line(format_args!("requirepass \"{password}\""));
        }
        if let Some(user) = &self.user {
            line(format_args!("user default off"));
            let User {
                name,
                password,
                rules,
            } = user;
            line(format_args!("user {name} on \">{password}\" {rules}"));
        }
        match self.tls {
            None => line(format_args!("port {port}")),
            Some(tls) => {
                let certificate = place.files.certificate(tls.identity);
                let key = place.files.key(tls.identity);
                let authority = place.files.authority();
                let asks = match tls.clients {
                    Clients::Anyone => "no",
                    Clients::WithCertificate => "yes",
                };
                line(format_args!("port 0\ntls-port {port}"));
                line(format_args!("tls-cert-file \"{}\"", certificate.display()));
                line(format_args!("tls-key-file \"{}\"", key.display()));
                line(format_args!("tls-ca-cert-file \"{}\"", authority.display()));
                line(format_args!("tls-auth-clients {asks}"));
            }
        }
        if let Some(socket) = place.socket {
            line(format_args!("unixsocket \"{}\"", socket.display()));
        }
        if let Some(bytes) = self.max_memory {
            line(format_args!("maxmemory {bytes}"));
        }
        if let Some(master) = self.replica_of {
            line(format_args!("replicaof {} {}", master.ip(), master.port()));
        }
        if self.durable {
            line(format_args!("appendonly yes\nappendfsync always"));
        }
        if let Some(bus) = self.cluster_port {
            line(format_args!(
                "cluster-enabled yes\ncluster-port {bus}\ncluster-node-timeout 2000\n\
                 cluster-require-full-coverage no"
            ));
        }
        text
    }
}
