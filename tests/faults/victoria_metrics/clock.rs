//! A clock that is set an hour back or forward, and then right again: the job's own alone, by a
//! library that stands before the system's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{WAYS, arrived, plan, port, url};
use crate::faults::row::{Case, HEAD, measure};
use crate::faults::run::Plan;
use crate::faults::table;
use crate::support::receiver::Folder;
use crate::support::victoria_metrics::Server;

/// Built by the compiler that builds what is in C below us.
fn library(folder: &Path) -> PathBuf {
    let source = folder.join("clock.c");
    fs::write(&source, include_str!("clock.c")).expect("it is ours");
    let library = folder.join("clock.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-o"]);
    let status = compiler.args([&library, &source]).status();
    assert!(status.expect("there is a C compiler").success());
    library
}

#[test]
fn the_clock() {
    let server = Server::start();
    let folder = Folder::create("clock");
    let library = library(folder.path());
    let mut cases = Vec::new();
    for (name, offset) in [("an hour back", "-3600"), ("an hour forward", "3600")] {
        for way in WAYS {
            let file = folder.path().join(format!("{way}{offset}"));
            let settings = [
                ("LD_PRELOAD", library.display().to_string()),
                ("CLOCK_FILE", file.display().to_string()),
                ("CLOCK_OFFSET", offset.to_owned()),
            ];
            let server = &server;
            cases.push(Case {
                fault: name,
                transport: way,
                plan: Plan {
                    settings: settings.into(),
                    ..plan(url(way, port(server, way)), "none")
                },
                toggle: Box::new(move |is_on| {
                    if is_on {
                        fs::write(&file, "").expect("it is ours");
                    } else {
                        // It is not there at first.
                        let _ = fs::remove_file(&file);
                    }
                }),
                arrived: Box::new(move |came| arrived(server, way, came)),
                says: &[],
            });
        }
    }
    table::compare("The clock", &HEAD, &measure(cases));
}
