//! Reads everything, a page at a time: no command keeps the server from others for long.

use std::time::Duration;

use redis::{Cmd, FromRedisValue, Value, cmd, from_redis_value};

use super::RedisBackend;
use crate::store::backend::{Fault, Reading, SCHEMA, Shelf};

/// So many entries are asked for in one command.
const PAGE: usize = 250;

/// And so many commands at a time: a server does one after the other, and nothing else in between.
const PAGES: usize = 8;

/// One hash that is being read.
struct Scan {
    key: String,
    /// `None` once it is through.
    cursor: Option<String>,
    entries: Vec<(String, String)>,
}

impl RedisBackend {
    pub(super) fn read_all(&mut self) -> Result<Reading, Fault> {
        let now = self.now()?;
        let millis = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        let names = self.listed_families(millis)?;
        let keys: Vec<[String; 4]> = names
            .iter()
            .map(|name| self.keys().of_family(name))
            .collect();
        let declared: Vec<Cmd> = keys.iter().map(|[declared, ..]| facts(declared)).collect();
        let mut reading = Reading {
            now,
            ..Reading::default()
        };
        let mut scans = Vec::new();
        for ((name, keys), reply) in names.iter().zip(&keys).zip(self.ask(&declared)?) {
            match declared_in(name, reply)? {
                Some(Ok(family)) => {
                    reading.families.push(family);
                    scans.extend([&keys[1], &keys[2]].map(|key| Scan::new(key)));
                }
                Some(Err(fault)) => reading.faults.push(format!("`{name}`: {fault}")),
                None => {} // its time was over meanwhile
            }
        }
        self.scan(&mut scans)?;
        let mut scans = scans.into_iter();
        for shelf in &mut reading.families {
            let mut next = || scans.next().map(Scan::into_entries).unwrap_or_default();
            (shelf.series, shelf.each) = (next(), next());
        }
        Ok(reading)
    }

    /// The families that may have series after this time, in milliseconds.
    pub(super) fn listed_families(&mut self, after: u64) -> Result<Vec<String>, Fault> {
        let mut command = cmd("ZRANGEBYSCORE");
        command.arg(self.keys().families()).arg(after).arg("+inf");
        let mut names: Vec<String> = read(self.run_one(command)?)?;
        names.sort_unstable();
        Ok(names)
    }

    /// What is in these keys; nothing where there is nothing.
    pub(super) fn read_shelf(
        &mut self,
        name: &str,
        keys: &[String; 3],
    ) -> Result<Option<Shelf>, Fault> {
        let reply = self.ask(&[facts(&keys[0])])?.pop().unwrap_or(Value::Nil);
        let Some(found) = declared_in(name, reply)? else {
            return Ok(None);
        };
        let mut family = found?;
        let mut scans = [Scan::new(&keys[1]), Scan::new(&keys[2])];
        self.scan(&mut scans)?;
        let [series, each] = scans.map(Scan::into_entries);
        (family.series, family.each) = (series, each);
        Ok(Some(family))
    }

    /// The server's time, where it can be asked for: what is over is so by its clock.
    fn now(&mut self) -> Result<Duration, Fault> {
        let key = self.keys().families();
        let mut command = cmd("EVAL");
        command.arg("return redis.call('TIME')").arg(1).arg(key);
        match self.run_one(command) {
            Ok(reply) => {
                let (seconds, micros): (u64, u64) = read(reply)?;
                Ok(Duration::from_secs(seconds) + Duration::from_micros(micros))
            }
            // Who may only read has a clock of its own.
            Err(fault) if fault.reason == "unauthorized" || fault.reason == "read_only" => {
                Ok(ppc_core::unix_time())
            }
            Err(fault) => Err(fault),
        }
    }

    /// Reads hashes through, a page of each at a time.
    fn scan(&mut self, scans: &mut [Scan]) -> Result<(), Fault> {
        loop {
            let mut open: Vec<&mut Scan> = scans
                .iter_mut()
                .filter(|scan| scan.cursor.is_some())
                .collect();
            if open.is_empty() {
                return Ok(());
            }
            // The first ones, until they are through: what a hash has is read close together.
            open.truncate(PAGES);
            let pages: Vec<Cmd> = open.iter().map(|scan| scan.page()).collect();
            for (scan, reply) in open.iter_mut().zip(self.ask(&pages)?) {
                let (cursor, entries): (String, Vec<(String, String)>) = read(reply)?;
                scan.entries.extend(entries);
                scan.cursor = Some(cursor).filter(|cursor| cursor != "0");
            }
        }
    }

    /// Asks for replies that have to be there.
    fn ask(&mut self, commands: &[Cmd]) -> Result<Vec<Value>, Fault> {
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        let replies = self.run(commands, false)?;
        let replies: Result<Vec<Value>, _> = replies.into_iter().collect();
        replies.map_err(|error| {
            self.forget_where(&error);
            super::fault(&error)
        })
    }
}

impl Scan {
    fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            cursor: Some("0".to_owned()),
            entries: Vec::new(),
        }
    }

    fn page(&self) -> Cmd {
        let cursor = self.cursor.as_deref().unwrap_or("0");
        let mut command = cmd("HSCAN");
        command.arg(&self.key).arg(cursor).arg("COUNT").arg(PAGE);
        command
    }

    /// In order, and each once: where a hash grows while it is read, some may come twice.
    fn into_entries(self) -> Vec<(String, String)> {
        let mut entries = self.entries;
        entries.reverse();
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        entries.dedup_by(|(a, _), (b, _)| a == b);
        entries
    }
}

/// The command for what is declared.
fn facts(key: &str) -> Cmd {
    let mut command = cmd("HMGET");
    command.arg(key);
    for field in ["schema", "declared", "help", "unit", "mark"] {
        command.arg(field);
    }
    command
}

/// The shelf of what is declared, with nothing on it; a fault where it is of another version.
fn declared_in(name: &str, reply: Value) -> Result<Option<Result<Shelf, Fault>>, Fault> {
    let facts: Vec<Option<String>> = read(reply)?;
    let mut facts = facts.into_iter().map(Option::unwrap_or_default);
    let mut next = || facts.next().unwrap_or_default();
    let (schema, declared, help, unit, mark) = (next(), next(), next(), next(), next());
    if schema.is_empty() {
        return Ok(None);
    }
    if schema != SCHEMA {
        return Ok(Some(Err(Fault::schema(&schema))));
    }
    Ok(Some(Ok(Shelf {
        name: name.to_owned(),
        declared,
        help,
        unit,
        mark,
        ..Shelf::default()
    })))
}

fn read<T: FromRedisValue>(reply: Value) -> Result<T, Fault> {
    from_redis_value(reply).map_err(|error| Fault::new("store", format!("an odd reply: {error}")))
}
