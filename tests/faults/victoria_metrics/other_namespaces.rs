//! Names and ways that are the job's alone: it has an `/etc`, or a network, of its own.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use super::{WAYS, arrived, plan, port, url};
use crate::faults::disk::{self, Disk};
use crate::faults::row::{Case, HEAD, measure};
use crate::faults::run::Plan;
use crate::faults::table;
use crate::support::proxy::{Fault, Proxy};
use crate::support::receiver::Folder;
use crate::support::victoria_metrics::Server;

const NAME: &str = "victoria.test";

/// An `/etc` in which names are looked up in `hosts` alone.
struct Etc(Folder);

impl Etc {
    fn create() -> Self {
        let folder = Folder::create("etc");
        fs::write(folder.path().join("nsswitch.conf"), "hosts: files\n").expect("it is ours");
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn in_its_place(&self, make: impl FnOnce(&Path)) {
        let new = self.path().join("new");
        make(&new);
        fs::rename(new, self.hosts()).expect("it is ours");
    }

    fn hosts(&self) -> PathBuf {
        self.path().join("hosts")
    }

    fn leads_to(&self, address: SocketAddr) {
        let line = format!("{} {NAME}\n", address.ip());
        self.in_its_place(|new| fs::write(new, line).expect("it is ours"));
    }

    fn leads_nowhere(&self) {
        self.in_its_place(|new| fs::write(new, "").expect("it is ours"));
    }

    /// Whoever opens it waits for somebody to write to it.
    fn hangs(&self) {
        self.in_its_place(|new| {
            let made = Command::new("mkfifo").arg(new).status();
            assert!(made.expect("mkfifo runs").success());
        });
        let _ = fs::remove_file(self.path().join("hanging"));
        fs::hard_link(self.hosts(), self.path().join("hanging")).expect("it is ours");
    }

    /// Lets go who still waits.
    fn goes_on(&self, address: SocketAddr) {
        self.leads_to(address);
        let hanging = self.path().join("hanging");
        let mut hanging = OpenOptions::new().read(true).write(true).open(hanging);
        let hanging = hanging.as_mut().expect("it is ours");
        writeln!(hanging, "{} {NAME}", address.ip()).expect("it takes a line");
    }

    fn way(&self) -> Vec<String> {
        disk::way(r#"mount --bind "$0" /etc && exec "$@""#, self.path())
    }
}

fn named(etc: &Etc, way: &str, address: SocketAddr) -> Plan {
    let url = url(way, format_args!("{NAME}:{}", address.port()));
    Plan {
        way: etc.way(),
        ..plan(url, "none")
    }
}

#[test]
fn its_name() {
    let server = Server::start();
    let mut cases = Vec::new();
    for way in WAYS {
        for name in ["a name that fails", "a name that hangs"] {
            // A connection that stands needs no name.
            let proxy = Proxy::start(port(&server, way));
            let address = proxy.address();
            let etc = Etc::create();
            etc.leads_to(address);
            let server = &server;
            cases.push(Case {
                fault: name,
                transport: way,
                plan: named(&etc, way, address),
                toggle: Box::new(move |is_on| {
                    proxy.set(if is_on { Fault::Refused } else { Fault::None });
                    match (is_on, name) {
                        (true, "a name that fails") => etc.leads_nowhere(),
                        (true, _) => etc.hangs(),
                        (false, "a name that fails") => etc.leads_to(address),
                        (false, _) => etc.goes_on(address),
                    }
                }),
                arrived: Box::new(move |came| arrived(server, way, came)),
                says: match name {
                    "a name that fails" => &["lookup"],
                    _ => &["flush_timeout"],
                },
            });
        }
        let server = &server;
        let one = Proxy::start(port(server, way));
        let two = Proxy::beside(&one);
        let etc = Etc::create();
        etc.leads_to(one.address());
        cases.push(Case {
            fault: "a name that moves",
            transport: way,
            plan: named(&etc, way, one.address()),
            toggle: {
                let both = Mutex::new([one, two]);
                Box::new(move |is_on| {
                    let mut both = both.lock().unwrap();
                    if is_on {
                        both[0].set(Fault::Refused);
                    } else {
                        both.swap(0, 1);
                        both[0].set(Fault::None);
                        etc.leads_to(both[0].address());
                    }
                })
            },
            arrived: Box::new(move |came| arrived(server, way, came)),
            says: &["refused", "reset", "Broken pipe"],
        });
    }
    table::compare("Names", &HEAD, &measure(cases));
}

#[test]
fn no_way_to_it() {
    let server = Server::start();
    let mut cases = Vec::new();
    for way in WAYS {
        let server = &server;
        let words = ["unshare", "--map-root-user", "--net"];
        cases.push(Case {
            fault: "unroutable",
            transport: way,
            plan: Plan {
                way: words.map(str::to_owned).into(),
                ..plan(url(way, "192.0.2.1:8089"), "none")
            },
            toggle: Box::new(|_| {}),
            arrived: Box::new(move |came| arrived(server, way, came)),
            says: &["unreachable"],
        });
    }
    table::compare("No way", &HEAD, &measure(cases));
}

#[test]
fn a_spool_on_a_disk() {
    let server = Server::start();
    let mut cases = Vec::new();
    for way in ["influx+udp", "influx+tcp", "influx+http"] {
        let disk = Disk::create();
        let proxy = Proxy::start(port(&server, way));
        let server = &server;
        cases.push(Case {
            fault: "spool full, server refused",
            transport: way,
            plan: Plan {
                way: disk.way(),
                settings: vec![("PPC_SPOOL", disk.path().display().to_string())],
                ..plan(url(way, proxy.address()), "none")
            },
            toggle: Box::new(move |is_on| {
                proxy.set(if is_on { Fault::Refused } else { Fault::None });
                disk.set_full(is_on);
            }),
            arrived: Box::new(move |came| arrived(server, way, came)),
            says: &["No space left"],
        });
        let folder = Folder::create("spool");
        let proxy = Proxy::start(port(server, way));
        let mount = r#"mount --bind -o ro "$0" "$0" && exec "$@""#;
        cases.push(Case {
            fault: "spool read-only, server refused",
            transport: way,
            plan: Plan {
                way: disk::way(mount, folder.path()),
                settings: vec![("PPC_SPOOL", folder.path().display().to_string())],
                ..plan(url(way, proxy.address()), "none")
            },
            toggle: Box::new(move |is_on| {
                let _keep = &folder;
                proxy.set(if is_on { Fault::Refused } else { Fault::None });
            }),
            arrived: Box::new(move |came| arrived(server, way, came)),
            says: &["Read-only file system"],
        });
    }
    table::compare("The spool's disk", &HEAD, &measure(cases));
}
