//! What is wrong with what a job left in a spool while the server was away: the next one delivers
//! the rest.

use std::fs;
use std::path::{Path, PathBuf};

use super::{arrived, plan, url};
use crate::faults::row::Row;
use crate::faults::run::{Came, Plan};
use crate::faults::table;
use crate::support::proxy::{Fault, Proxy};
use crate::support::receiver::Folder;
use crate::support::victoria_metrics::Server;

const HEAD: [&str; 6] = [
    "what is wrong",
    "result",
    "the end",
    "what was left arrived",
    "what is new arrived",
    "the log says",
];

/// Changes the one segment that was left.
type Harm = fn(&mut Vec<u8>);

#[test]
fn what_was_left() {
    let harms: [(&str, Harm, &[&str]); 4] = [
        ("nothing", |_| {}, &[]),
        (
            "a torn tail",
            |bytes| bytes.truncate(bytes.len() - 20),
            &["damaged"],
        ),
        // In its last record.
        (
            "a flipped bit",
            |bytes| *bytes.iter_mut().nth_back(20).unwrap() ^= 4,
            &["damaged"],
        ),
        ("a newer version", |bytes| bytes[8] = 9, &["newer"]),
    ];
    let server = Server::start();
    let rows: Vec<Row> = harms
        .into_iter()
        .map(|(name, harm, says)| row(&server, name, harm, says))
        .collect();
    table::compare("The spool", &HEAD, &rows);
}

fn row(server: &Server, name: &str, harm: Harm, says: &[&str]) -> Row {
    let proxy = Proxy::start(server.http_address());
    let folder = Folder::create("spool");
    let plan = Plan {
        settings: vec![("PPC_SPOOL", folder.path().display().to_string())],
        ..plan(url("influx+http", proxy.address()), "none")
    };
    proxy.set(Fault::Refused);
    let left = plan.start(0.6, &[("PPC_FLUSH_TIMEOUT", "0.5")]).wait();
    let path = segment(folder.path());
    let mut bytes = fs::read(&path).expect("it can be read");
    harm(&mut bytes);
    fs::write(&path, bytes).expect("it is ours");
    proxy.set(Fault::None);
    let alone = plan.start(0.6, &[("PPC_PUSH", "off")]).wait();
    let next = plan.start(0.6, &[("PPC_FLUSH_TIMEOUT", "1")]).wait();
    let same = if next.result == alone.result {
        "same"
    } else {
        "other"
    };
    let stderr = &next.ended.stderr;
    let said = match says.iter().find(|word| stderr.contains(**word)) {
        Some(word) => (*word).to_owned(),
        None if stderr.is_empty() => "nothing".to_owned(),
        None => stderr.clone(),
    };
    let arrived = |came: &Came| arrived(server, "influx+http", came);
    let end = if next.end.as_secs_f64() < 1.5 {
        "within"
    } else {
        "late"
    };
    vec![
        name.to_owned(),
        same.to_owned(),
        end.to_owned(),
        arrived(&left),
        arrived(&next),
        said,
    ]
}

#[track_caller]
fn segment(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder).expect("it is there");
    let files: Vec<_> = files
        .map(|file| file.expect("it is there").path())
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.into_iter().next().expect("there is one")
}
