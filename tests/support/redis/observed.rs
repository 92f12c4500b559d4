//! What a Redis has noticed of itself: commands, slow ones, memory.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use super::{Reply, Server};

const POLL: Duration = Duration::from_millis(5);

/// For what a server does beside commands, on a machine that is busy with other tests.
pub(super) const WITHIN: Duration = Duration::from_secs(20);

/// A command that took long enough for the slow log.
#[derive(Clone, Debug)]
pub(crate) struct Slow {
    /// In the server, without the network.
    pub(crate) took: Duration,
    /// Its words, of which the log cuts off what is very long.
    pub(crate) words: Vec<String>,
}

impl Server {
    /// Has all commands logged that take at least this long, and forgets the earlier ones.
    #[track_caller]
    pub(crate) fn log_slower_than(&self, time: Duration) {
        let micros = time.as_micros().to_string();
        self.set("slowlog-log-slower-than", &micros);
        self.command(&["SLOWLOG", "RESET"]);
    }

    /// Those commands, the oldest first; among them are those of the tests themselves, and what a
    /// script calls, before the script.
    #[track_caller]
    pub(crate) fn slow_commands(&self) -> Vec<Slow> {
        let entries = self.command(&["SLOWLOG", "GET", "-1"]);
        // Number, time, microseconds, words, client's address, client's name.
        let slow = entries.list().iter().rev().map(|entry| {
            let Reply::Integer(micros) = entry.list()[2] else {
                panic!("no microseconds: {entry:?}");
            };
            Slow {
                took: Duration::from_micros(micros.unsigned_abs()),
                words: entry.list()[3].list().iter().map(Reply::text).collect(),
            }
        });
        slow.collect()
    }

    /// How often each command was called since the last reset, by its name: `hset`, `config|get`.
    ///
    /// Those that a script calls count too, beside the script.
    #[track_caller]
    pub(crate) fn command_counts(&self) -> BTreeMap<String, u64> {
        let commands = self.info("commandstats");
        let counts = commands.into_iter().filter_map(|(name, values)| {
            // `cmdstat_hset:calls=1,usec=9,..`
            let calls = values.strip_prefix("calls=")?.split(',').next()?;
            let name = name.strip_prefix("cmdstat_")?.to_owned();
            Some((name, calls.parse().ok()?))
        });
        counts.collect()
    }

    /// How often this command was called since the last reset.
    #[track_caller]
    pub(crate) fn command_count(&self, name: &str) -> u64 {
        self.command_counts().get(name).copied().unwrap_or(0)
    }

    /// Counts commands from 0 again.
    #[track_caller]
    pub(crate) fn reset_counts(&self) {
        let reset = self.command(&["CONFIG", "RESETSTAT"]);
        assert_eq!(reset, Reply::Simple("OK".to_owned()));
    }

    /// The bytes that it holds, its own among them.
    #[track_caller]
    pub(crate) fn used_memory(&self) -> u64 {
        let memory = self.info("memory");
        memory["used_memory"].parse().expect("a number")
    }

    /// Changes a setting while it runs: `maxmemory`, say.
    #[track_caller]
    pub(crate) fn set(&self, name: &str, value: &str) {
        let set = self.command(&["CONFIG", "SET", name, value]);
        assert_eq!(set, Reply::Simple("OK".to_owned()), "{name} {value}");
    }

    /// Waits until a line of `INFO` says so.
    #[track_caller]
    pub(super) fn wait_for(&self, section: &str, name: &str, value: &str) {
        let started = Instant::now();
        loop {
            let info = self.info(section);
            if info.get(name).is_some_and(|found| found == value) {
                return;
            }
            let is_late = started.elapsed() > WITHIN;
            assert!(!is_late, "{name} is not {value}: {info:?}");
            thread::sleep(POLL);
        }
    }

    #[track_caller]
    fn info(&self, section: &str) -> BTreeMap<String, String> {
        lines(&self.command(&["INFO", section]))
    }
}

/// `name:value` lines by name, of `INFO` or `CLUSTER INFO`.
pub(super) fn lines(reply: &Reply) -> BTreeMap<String, String> {
    let text = reply.text();
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    lines
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
