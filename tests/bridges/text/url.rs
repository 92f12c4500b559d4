//! Expositions in files and behind URLs.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ppc::{FamilySnapshot, LabelSet, Source, TextFile, TextUrl};
use ppc_transports::{DeltaExposition, Encoder, Gauges};

use crate::bridges::exposed;
use crate::support::receiver::Folder;
use crate::support::script::{Reply, Server};
use crate::support::text_format;

/// The values, the lives of the series, and the faults.
fn shown(source: &impl Source) -> (Vec<f64>, Vec<u64>, Vec<String>) {
    let snapshot = source.gather();
    let (mut values, mut lives) = (Vec::new(), Vec::new());
    for series in snapshot.families().flat_map(FamilySnapshot::series) {
        values.push(f64::from_bits(series.words()[0]));
        lives.push(series.life());
    }
    let faults = snapshot.faults().map(String::from).collect();
    (values, lives, faults)
}

#[test]
fn a_file_is_read_anew_and_its_series_go_on() {
    let folder = Folder::create("text-file");
    let path = folder.path().join("backup.prom");
    let file = TextFile::new(&path).max_size(100);
    let (values, _, faults) = shown(&file);
    assert_eq!((values.len(), faults.len()), (0, 1));
    assert!(faults[0].contains("backup.prom"), "{faults:?}");

    let write = |text: &str| fs::write(&path, text).unwrap();
    write("# TYPE runs_total counter\nruns_total 1\n");
    let (values, lives, faults) = shown(&file);
    assert_eq!((values, faults), (vec![1.0], vec![]));
    for (broken, why) in [
        ("runs_total 2\nruns_total{x} 1\n", "line 2: expected `=`"),
        (&*format!("# {}\n", "x".repeat(100)), "more than 100 bytes"),
    ] {
        write(broken);
        let (values, _, faults) = shown(&file);
        assert!(values.is_empty() && faults[0].contains(why), "{faults:?}");
    }
    fs::write(&path, b"a 1\xff\n").unwrap();
    assert!(shown(&file).2[0].contains("utf-8"));
    write("# TYPE runs_total counter\nruns_total 3\n");
    assert_eq!(shown(&file), (vec![3.0], lives, vec![]));
    let folder_itself = TextFile::new(folder.path());
    assert!(shown(&folder_itself).2[0].contains("it is no file"));
}

#[test]
fn what_cannot_be_read_once_is_not_counted_twice() {
    let folder = Folder::create("text-once");
    let path = folder.path().join("jobs.prom");
    let file = TextFile::new(&path);
    let mut delta = DeltaExposition::new(Gauges::Delta);
    let mut sent = |jobs: Option<u32>| {
        match jobs {
            Some(jobs) => {
                let text = format!("# TYPE jobs_total counter\njobs_total {jobs}\n");
                fs::write(&path, text).unwrap();
            }
            None => drop(fs::remove_file(&path)),
        }
        let mut out = Vec::new();
        delta.encode(&file.gather(), &LabelSet::new(), &mut out);
        delta.delivered(0..out.len());
        let sent = text_format::values(str::from_utf8(&out).unwrap()).unwrap();
        sent.get("jobs_total").copied()
    };
    assert_eq!(sent(None), None);
    assert_eq!(sent(Some(5)), Some(5.0));
    assert_eq!(sent(None), None);
    assert_eq!(sent(Some(6)), Some(1.0));
}

#[test]
fn a_url_is_asked_and_pushed() {
    let count = AtomicUsize::new(0);
    let server = Server::answering(move |_, _| {
        let count = count.fetch_add(1, Ordering::Relaxed) + 1;
        Reply::status(200)
            .body(format!(
                "# TYPE asked counter\nasked_total {count}\n# EOF\n"
            ))
            .into()
    });
    let url = format!("http://{}/metrics?x=1", server.address());
    let source = TextUrl::new(url).unwrap();
    let source = source
        .basic_auth("me", "secret")
        .header("X-Of", "us")
        .unwrap();
    let (first, lives, faults) = shown(&source);
    assert_eq!((first, faults), (vec![1.0], vec![]));
    assert_eq!(shown(&source), (vec![2.0], lives, vec![]));
    let request = &server.requests()[0];
    assert_eq!(request.header("X-Of"), Some("us"));
    assert!(
        request
            .header("Authorization")
            .is_some_and(|value| value.starts_with("Basic "))
    );
    assert!(
        request
            .header("Accept")
            .is_some_and(|value| value.contains("openmetrics-text"))
    );
    let values = text_format::values(&exposed::text(source)).unwrap();
    assert!(values["asked_total"] >= 3.0);
}

#[test]
fn a_url_that_does_not_answer_is_told_and_not_waited_for() {
    let refusing = Server::answering(|_, _| 503.into());
    let url = |server: &Server| format!("http://{}/metrics", server.address());
    let (values, _, faults) = shown(&TextUrl::new(url(&refusing)).unwrap());
    assert!(values.is_empty());
    assert!(faults[0].contains("answered 503"), "{faults:?}");

    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}/", silent.local_addr().unwrap());
    let source = TextUrl::new(silent).unwrap().timeout(0.2).unwrap();
    let started = Instant::now();
    let (values, _, faults) = shown(&source);
    assert!(values.is_empty() && faults.len() == 1, "{faults:?}");
    assert!(started.elapsed() < Duration::from_secs(5));

    let nobody = TextUrl::new("http://127.0.0.1:1/").unwrap();
    let nobody = nobody.timeout(Duration::MAX).unwrap();
    assert_eq!(shown(&nobody).2.len(), 1);

    let large = Server::answering(|_, _| Reply::status(200).body("# x\n".repeat(100_000)).into());
    let source = TextUrl::new(url(&large)).unwrap().max_size(1000);
    assert!(shown(&source).2[0].contains("more than 1000 bytes"));
}

#[test]
fn what_is_no_url_is_refused() {
    for (url, why) in [
        ("localhost:9100", "http://"),
        ("ftp://localhost/", "http://"),
        ("http://me:secret@localhost/", "basic_auth"),
        ("", "cannot be read"),
    ] {
        let error = TextUrl::new(url).unwrap_err().to_string();
        assert!(
            error.contains(why) && !error.contains("secret"),
            "{url}: {error}"
        );
    }
    let source = || TextUrl::new("http://localhost/").unwrap();
    assert!(source().timeout(0).unwrap_err().is_setting());
    assert!(source().header("Host", "x").unwrap_err().is_setting());
}
