//! A real Prometheus on loopback that scrapes what it is told to.

use std::fs;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::http;
use super::receiver::{self, Process};

/// No test waits longer for a scrape, on a machine that is busy with others.
const WITHIN: Duration = Duration::from_mins(1);

const POLL: Duration = Duration::from_millis(20);

/// A Prometheus that scrapes every second.
#[derive(Debug)]
pub(crate) struct Scraper {
    address: SocketAddr,
    process: Process,
}

impl Scraper {
    /// Starts one with these lines of `scrape_configs`.
    ///
    /// # Panics
    ///
    /// When the program is not there, or does not become ready.
    #[track_caller]
    pub(crate) fn start(scrape_configs: &str) -> Self {
        let text = format!(
            "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n{scrape_configs}"
        );
        receiver::start("Prometheus", || {
            let address = receiver::free_address()?;
            let mut process = Process::start("prometheus", |data| {
                let file = data.with_file_name("prometheus.yml");
                fs::write(&file, &text).expect("the folder is ours");
                vec![
                    format!("--config.file={}", file.display()),
                    format!("--storage.tsdb.path={}", data.display()),
                    format!("--web.listen-address={address}"),
                ]
            })?;
            process.wait_until(|_| {
                http::get(address, "/-/ready").is_ok_and(|answer| answer.status == 200)
            })?;
            Ok(Self { address, process })
        })
    }

    /// The one value of a query, where there is one by now.
    #[track_caller]
    pub(crate) fn value(&self, query: &str) -> Option<f64> {
        let answer = self.ask(&format!("/api/v1/query?query={}", http::percent(query)));
        let results = answer["data"]["result"].as_array()?.clone();
        let [result] = &results[..] else { return None };
        result["value"][1].as_str()?.parse().ok()
    }

    /// Waits until a query has this value.
    #[track_caller]
    pub(crate) fn wait_for(&self, query: &str, expected: f64) {
        let started = Instant::now();
        loop {
            let found = self.value(query);
            if found == Some(expected) {
                return;
            }
            assert!(
                started.elapsed() < WITHIN,
                "{query} is {found:?}, not {expected}; errors: {:?}; its log:\n{}",
                self.errors(),
                self.process.log()
            );
            thread::sleep(POLL);
        }
    }

    /// The last error of each target, by its job; empty where the last scrape was good.
    #[track_caller]
    pub(crate) fn errors(&self) -> Vec<(String, String)> {
        let answer = self.ask("/api/v1/targets");
        let targets = answer["data"]["activeTargets"].as_array();
        let targets = targets.expect("a list of targets").iter();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        targets
            .map(|target| (text(&target["labels"]["job"]), text(&target["lastError"])))
            .collect()
    }

    #[track_caller]
    fn ask(&self, target: &str) -> Value {
        let answer = http::get(self.address, target).expect("it answers");
        serde_json::from_str(&answer.text()).expect("it answers JSON")
    }
}
