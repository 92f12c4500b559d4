//! A server that goes and comes back, and jobs that are killed meanwhile: every value that was read
//! is there afterwards, with its own timestamp, once.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::job::{Ended, Job};
use crate::support::receiver::Folder;
use crate::support::victoria_metrics::Server;

/// Within this all jobs end.
const LONG: Duration = Duration::from_mins(4);

/// A server, a folder, and what the jobs of a test say they read.
struct Outage {
    server: Server,
    folder: Folder,
    url: String,
    settings: Vec<(&'static str, String)>,
}

impl Outage {
    fn new(way: &str, settings: &[(&'static str, &str)]) -> Self {
        let server = Server::start();
        let url = match way {
            "influx+http" => format!("influx+http://{}", server.http_address()),
            "openmetrics+http" => format!(
                "openmetrics+http://{}/api/v1/import/prometheus",
                server.http_address()
            ),
            "graphite+tcp" => format!("graphite+tcp://{}", server.graphite_address()),
            way => format!("{way}://{}", server.influx_address()),
        };
        let settings = settings
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        Self {
            server,
            folder: Folder::create("outage"),
            url,
            settings: settings.collect(),
        }
    }

    /// With a spool.
    fn spooled(way: &str, settings: &[(&'static str, &str)]) -> Self {
        let mut outage = Self::new(way, settings);
        let spool = outage.spool().display().to_string();
        outage.settings.push(("PPC_SPOOL", spool));
        outage
    }

    fn spool(&self) -> PathBuf {
        self.folder.path().join("spool")
    }

    fn log(&self, run: &str) -> PathBuf {
        self.folder.path().join(run)
    }

    #[track_caller]
    fn start(&self, run: &str, how: &str, seconds: f64) -> Job {
        let log = self.log(run).display().to_string();
        let mut settings: Vec<_> = self
            .settings
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        settings.push(("OUTAGE_LOG", &log));
        Job::start_at(&self.url, run, &format!("outage-{how}"), seconds, &settings)
    }

    /// What a job read, by its timestamp.
    fn read(&self, run: &str) -> BTreeMap<i64, f64> {
        let log = fs::read_to_string(self.log(run)).expect("it was written");
        let lines = log.lines().filter_map(|line| {
            let (time, value) = line.split_once(' ')?;
            Some((time.parse().ok()?, value.parse().ok()?))
        });
        lines.collect()
    }

    /// What is there of it, in the order of time; with every sample that is there twice.
    fn stored(&self, run: &str) -> Vec<(i64, f64)> {
        let series = self.server.series();
        let label = format!("run=\"{run}\"");
        let mut own = series.into_iter().filter(|(key, _)| key.contains(&label));
        own.next().map(|(_, samples)| samples).unwrap_or_default()
    }

    /// Everything is there once, but for the last that was read of one that was killed.
    #[track_caller]
    fn assert_all(&self, run: &str, was_killed: bool) {
        let mut read: Vec<_> = self.read(run).into_iter().collect();
        let stored = self.stored(run);
        if was_killed && stored.len() + 1 == read.len() {
            read.pop();
        }
        assert!(read.len() > 3, "{run}: {read:?}");
        assert_eq!(stored, read, "{run}");
    }

    /// Nothing is left in the spool.
    #[track_caller]
    fn assert_spool_is_empty(&self) {
        let files = fs::read_dir(self.spool()).expect("it is there");
        let files: Vec<_> = files
            .map(|file| file.expect("it is there").path())
            .collect();
        assert!(files.is_empty(), "{files:?}");
    }
}

fn seconds(seconds: f64) {
    thread::sleep(Duration::from_secs_f64(seconds));
}

#[track_caller]
fn assert_well(ended: &Ended) {
    assert!(ended.status.success(), "{ended:?}");
    assert!(!ended.stdout.contains("ppc_dropped"), "{ended:?}");
}

/// The server is away for `away` in the middle of a job of `lasts`.
fn check_outage(way: &str, period: &str, lasts: f64, away: f64) {
    let mut outage = Outage::new(way, &[("PPC_PERIOD", period)]);
    let job = outage.start("one", "push", lasts);
    seconds((lasts - away) / 2.0);
    outage.server.terminate();
    seconds(away);
    outage.server.start_again();
    assert_well(&job.wait_within(LONG));
    outage.assert_all("one", false);
}

/// The job is killed while the server is away, and started again.
fn check_kill(way: &str, period: &str, lasts: f64, away: f64) {
    let mut outage = Outage::spooled(way, &[("PPC_PERIOD", period)]);
    let job = outage.start("killed", "push", lasts);
    seconds((lasts - away) / 2.0);
    outage.server.terminate();
    seconds(away / 2.0);
    job.signal("KILL");
    drop(job.wait_within(LONG));
    let job = outage.start("again", "push", lasts / 2.0);
    seconds(away / 2.0);
    outage.server.start_again();
    assert_well(&job.wait_within(LONG));
    outage.assert_all("killed", true);
    outage.assert_all("again", false);
    outage.assert_spool_is_empty();
}

#[test]
fn every_seconds_value_is_there_after_a_minute_without_a_server() {
    thread::scope(|scope| {
        scope.spawn(|| check_outage("influx+http", "1", 120.0, 60.0));
        scope.spawn(|| check_kill("influx+http", "1", 120.0, 60.0));
    });
}

#[test]
fn every_value_is_there_after_an_outage_by_each_transport() {
    thread::scope(|scope| {
        for way in ["influx+udp", "influx+tcp", "openmetrics+http"] {
            scope.spawn(move || check_outage(way, "0.2", 8.0, 3.0));
            scope.spawn(move || check_kill(way, "0.2", 8.0, 3.0));
        }
    });
}

#[test]
fn every_value_is_there_though_memory_keeps_none() {
    let settings = [("PPC_PERIOD", "0.1"), ("PPC_BUFFER", "0")];
    let mut outage = Outage::spooled("influx+tcp", &settings);
    let job = outage.start("one", "push", 4.0);
    seconds(1.0);
    outage.server.terminate();
    seconds(1.5);
    outage.server.start_again();
    assert_well(&job.wait());
    outage.assert_all("one", false);
    outage.assert_spool_is_empty();
}

#[test]
fn the_last_state_before_a_kill_arrives() {
    let outage = Outage::spooled("influx+tcp", &[("PPC_PERIOD", "3600")]);
    let job = outage.start("killed", "states", 60.0);
    let start = Instant::now();
    while outage.read("killed").len() < 10 {
        assert!(start.elapsed() < Duration::from_secs(30), "nothing is read");
        seconds(0.01);
    }
    job.signal("KILL");
    drop(job.wait_within(LONG));
    assert_well(&outage.start("again", "states", 0.5).wait());
    let read: Vec<_> = outage.read("killed").into_iter().collect();
    let stored = outage.stored("killed");
    assert!(
        stored.iter().all(|sample| read.contains(sample)),
        "{stored:?}"
    );
    // The first push, and the last state that was stored, perhaps before that which it followed was
    // marked; the very last may not have been stored yet.
    assert!((2..=3).contains(&stored.len()), "{stored:?}");
    assert_eq!(stored.first(), read.first());
    let last = &read[read.len() - 2..];
    assert!(
        last.contains(&stored[stored.len() - 1]),
        "{stored:?}: {last:?}"
    );
    outage.assert_spool_is_empty();
}

#[test]
fn a_job_of_another_name_delivers_what_one_left() {
    let mut outage = Outage::spooled(
        "influx+http",
        &[("PPC_PERIOD", "0.1"), ("PPC_FLUSH_TIMEOUT", "0.3")],
    );
    outage.server.terminate();
    let ended = outage.start("left", "push", 1.0).wait();
    assert_well(&ended);
    assert!(ended.stderr.contains("it is in the spool"), "{ended:?}");
    outage.server.start_again();
    // All of it before its own end, though that comes at once.
    assert_well(&outage.start("other", "push", 0.0).wait());
    let read: Vec<_> = outage.read("left").into_iter().collect();
    assert_eq!(outage.stored("left"), read);
    outage.assert_spool_is_empty();
}
