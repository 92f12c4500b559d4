//! A store in Redis, or whatever speaks as it does: many processes of many machines.
//!
//! Everything of a family is in keys with one hash tag, so that it is in one slot of a cluster, and a
//! script applies a chunk as a whole. Beside that there is one sorted set of all families.

mod connect;
mod keys;
mod read;
#[cfg(not(feature = "tls"))]
#[path = "no_tls.rs"]
mod tls;
#[cfg(feature = "tls")]
mod tls;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::time::{Duration, Instant};

use redis::{Cmd, ErrorKind, RedisError, Script, Value, cmd};

use self::connect::Wire;
pub(crate) use self::connect::{Place, RedisAddress};
use self::keys::Keys;
pub(crate) use self::tls::{ENABLED as TLS_ENABLED, Files as TlsFiles};
use super::backend::{Backend, Fault, Reading, SCHEMA, Shelf, Verdict};
use super::row::millis;
use crate::batch::{Chunk, Class, escape, remembered};

/// A family is listed again no later than after this, and is in the list for as long as it may have
/// series.
const LISTED: Duration = Duration::from_mins(5);

/// Chunks with no more numbers and fields than this in all go in one transaction, where the server can:
/// nobody sees one family without the others. It does nothing else meanwhile, which are a few
/// milliseconds.
const TOGETHER: usize = 4000;

/// What is stored in Redis, of one prefix.
pub(crate) struct RedisBackend {
    address: RedisAddress,
    prefix: String,
    wire: Option<Wire>,
    apply: Script,
    /// So many chunks go in one go.
    most: usize,
    /// When each family was listed.
    listed: HashMap<String, Instant>,
}

impl RedisBackend {
    pub(crate) fn new(address: RedisAddress, prefix: &str) -> Self {
        Self {
            address,
            prefix: prefix.to_owned(),
            wire: None,
            apply: Script::new(include_str!("apply.lua")),
            most: usize::MAX,
            listed: HashMap::new(),
        }
    }

    fn wire(&mut self) -> Result<&mut Wire, Fault> {
        if self.wire.is_none() {
            let wire = self.address.connect(&self.apply);
            self.wire = Some(wire.map_err(|error| fault(&error))?);
        }
        let gone = || Fault::new("disconnected", "there is no connection");
        self.wire.as_mut().ok_or_else(gone)
    }

    /// Runs commands, and again where the server has forgotten the script, or says that it is of a
    /// cluster. A reply for each, or the error of the connection, which is then closed.
    fn run(
        &mut self,
        commands: &[Cmd],
        is_one: bool,
    ) -> Result<Vec<Result<Value, RedisError>>, Fault> {
        let mut replies = self.wire()?.run(commands, is_one);
        let is_aborted = |error: &RedisError| is_one && !error.is_io_error();
        if replies.as_ref().is_err_and(is_aborted) {
            // Nothing was done: one by one it is told what is wrong with each.
            replies = self.wire()?.run(commands, false);
        }
        let is_found = !self.address.is_cluster() && says(&replies, "MOVED");
        if is_found {
            self.address.found_cluster();
        }
        if is_found || says(&replies, "NOSCRIPT") {
            self.wire = None; // another one loads it
            replies = self.wire()?.run(commands, is_one);
        }
        replies.map_err(|error| {
            self.wire = None;
            fault(&error)
        })
    }

    /// Runs one command.
    fn run_one(&mut self, command: Cmd) -> Result<Value, Fault> {
        let reply = self.run(&[command], false)?.pop();
        let reply = reply.unwrap_or(Ok(Value::Nil));
        reply.map_err(|error| {
            self.forget_where(&error);
            fault(&error)
        })
    }

    /// Another connection may lead to another server, where this one cannot be written.
    fn forget_where(&mut self, error: &RedisError) {
        if matches!(
            error.code(),
            Some("READONLY" | "MOVED" | "NOAUTH" | "LOADING" | "MASTERDOWN")
        ) {
            self.wire = None;
        }
    }

    fn keys(&self) -> Keys<'_> {
        Keys::new(&self.prefix)
    }

    /// The command that applies a chunk.
    fn command(&self, chunk: &Chunk<'_>) -> Cmd {
        let head = &chunk.head;
        let mut command = cmd("EVALSHA");
        command.arg(self.apply.get_hash()).arg(4);
        for key in self.keys().of_family(&head.family) {
            command.arg(key);
        }
        let declared = chunk.declared();
        let class = match declared
            .as_ref()
            .map(|declared| (declared, declared.class()))
        {
            Some((declared, Class::Each)) if declared.goes_with_process() => "lease",
            Some((_, Class::Each)) => "each",
            _ => "",
        };
        let ttl = head
            .ttl
            .map_or_else(|| "-".to_owned(), |ttl| ttl.as_millis().to_string());
        command
            .arg(SCHEMA)
            .arg(head.number)
            .arg(head.after)
            .arg(ttl);
        command.arg(millis(head.lease)).arg(class);
        command.arg(&*head.writer).arg(escape(&head.instance));
        command.arg(head.declared).arg(&*head.help).arg(&*head.unit);
        command.arg(millis(remembered(head.is_last)));
        for line in chunk.lines() {
            let mut sign = [0; 4];
            let sign = line.op.sign().encode_utf8(&mut sign);
            command.arg(&*sign).arg(line.value).arg(line.field);
        }
        command
    }

    /// Whether a family was listed lately.
    fn is_listed(&self, family: &str, at: Instant) -> bool {
        let known = self.listed.get(family);
        known.is_some_and(|known| at.saturating_duration_since(*known) < LISTED)
    }

    /// The command that lists families which were not listed lately, where there are any.
    fn list(&mut self, chunks: &[Chunk<'_>]) -> Option<Cmd> {
        let mut command = cmd("EVAL");
        command.arg(include_str!("list.lua")).arg(1);
        command.arg(self.keys().families());
        let (mut is_any, at) = (false, Instant::now());
        for chunk in chunks {
            let family = &*chunk.head.family;
            if self.is_listed(family, at) {
                continue;
            }
            is_any = true;
            self.listed.insert(family.to_owned(), at);
            let longest = chunk
                .head
                .ttl
                .map(|ttl| ttl.max(chunk.head.lease) + 2 * LISTED);
            let longest = longest.map_or_else(|| "-".to_owned(), |time| millis(time).to_string());
            command.arg(longest).arg(family);
        }
        is_any.then_some(command)
    }

    /// Applies chunks in one go, each to be judged by its reply.
    fn apply_together(&mut self, chunks: &[Chunk<'_>]) -> Result<Vec<Verdict>, Fault> {
        let mut commands = Vec::with_capacity(chunks.len() + 1);
        let at = Instant::now();
        let families = chunks.iter().map(|chunk| &*chunk.head.family);
        // Those that are not listed again now.
        let known: HashSet<&str> = families.filter(|name| self.is_listed(name, at)).collect();
        commands.extend(self.list(chunks));
        let before = commands.len();
        commands.extend(chunks.iter().map(|chunk| self.command(chunk)));
        let words: usize = chunks.iter().map(Chunk::words).sum();
        let replies = self.run(&commands, words <= TOGETHER);
        if replies.is_err() {
            self.listed.clear();
        }
        let mut replies = replies?.into_iter();
        let listed: Vec<RedisError> = replies
            .by_ref()
            .take(before)
            .filter_map(Result::err)
            .collect();
        let listed = listed.first();
        if let Some(error) = listed {
            self.listed.clear();
            self.forget_where(error);
        }
        let mut verdicts = Vec::with_capacity(chunks.len());
        for (chunk, reply) in chunks.iter().zip(replies) {
            if let Err(error) = &reply {
                self.forget_where(error);
            }
            let (verdict, is_new) = verdict(chunk, reply);
            if is_new && known.contains(&*chunk.head.family) {
                // It was dropped, or the server has forgotten everything.
                self.listed.remove(&*chunk.head.family);
            }
            verdicts.push(verdict);
        }
        if listed.is_none()
            && let Some(command) = self.list(chunks)
            && let Err(error) = self.run_one(command)
        {
            self.listed.clear();
            return Err(error);
        }
        match listed {
            // What is written and not listed is not seen: it is written again, to no effect, and
            // listed then.
            Some(error) => Ok(vec![Verdict::Again(fault(error)); chunks.len()]),
            None => Ok(verdicts),
        }
    }
}

impl Backend for RedisBackend {
    fn apply(&mut self, chunks: &[Chunk<'_>]) -> Vec<Verdict> {
        let mut verdicts = Vec::with_capacity(chunks.len());
        let mut fault = None;
        while verdicts.len() < chunks.len() && fault.is_none() {
            let rest = &chunks[verdicts.len()..];
            let together = &rest[..rest.len().min(self.most)];
            match self.apply_together(together) {
                Ok(applied) => {
                    verdicts.extend(applied);
                    self.most = self.most.saturating_mul(2);
                }
                Err(met) => {
                    // Of a reply that did not come in whole nothing is known: the next one is smaller.
                    self.most = (together.len() / 2).max(1);
                    fault = Some(met);
                }
            }
        }
        let Some(fault) = fault else {
            return verdicts;
        };
        let chunks = &chunks[verdicts.len()..];
        if !self.address.is_cluster() {
            verdicts.extend(vec![Verdict::Again(fault); chunks.len()]);
            return verdicts;
        }
        // A node may be gone, and the others there: family by family, until time is up.
        let until = Instant::now() + self.address.timeout();
        for family in chunks.chunk_by(|a, b| a.head.family == b.head.family) {
            let applied = if Instant::now() < until {
                self.apply_together(family)
            } else {
                Err(fault.clone())
            };
            match applied {
                Ok(applied) => verdicts.extend(applied),
                Err(fault) => verdicts.extend(vec![Verdict::Again(fault); family.len()]),
            }
        }
        verdicts
    }

    fn read(&mut self) -> Result<Reading, Fault> {
        self.read_all()
    }

    fn drop_family(&mut self, name: &str) -> Result<bool, Fault> {
        let keys = self.keys();
        let (mut all, families) = (cmd("UNLINK"), keys.families());
        for key in keys.of_family(name).into_iter().take(3) {
            all.arg(key);
        }
        let mut listed = cmd("ZREM");
        listed.arg(families).arg(name);
        let dropped = self.run_one(all.clone())?;
        self.run_one(listed)?;
        // What was written in between is not listed.
        self.run_one(all)?;
        self.listed.remove(name);
        Ok(!matches!(dropped, Value::Int(0)))
    }

    fn reset(&mut self) -> Result<(), Fault> {
        for name in self.listed_families(0)? {
            self.drop_aside(&name)?;
            self.drop_family(&name)?;
        }
        Ok(())
    }

    fn aside(&mut self, name: &str) -> Result<Option<Shelf>, Fault> {
        let keys = self.keys().aside(name);
        self.read_shelf(name, &keys)
    }

    fn set_aside(&mut self, name: &str, mark: &str) -> Result<Option<Shelf>, Fault> {
        let mut command = cmd("EVAL");
        command.arg(include_str!("aside.lua")).arg(6);
        for key in self.keys().of_family(name).into_iter().take(3) {
            command.arg(key);
        }
        for key in self.keys().aside(name) {
            command.arg(key);
        }
        command.arg(mark);
        self.run_one(command)?;
        self.aside(name)
    }

    fn drop_aside(&mut self, name: &str) -> Result<(), Fault> {
        let mut command = cmd("UNLINK");
        for key in self.keys().aside(name) {
            command.arg(key);
        }
        self.run_one(command).map(drop)
    }
}

impl fmt::Debug for RedisBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisBackend({})", self.prefix)
    }
}

/// What a reply says of a chunk, and whether the family was not there before.
fn verdict(chunk: &Chunk<'_>, reply: Result<Value, RedisError>) -> (Verdict, bool) {
    let words: Result<Vec<String>, _> =
        reply.and_then(|reply| redis::from_redis_value(reply).map_err(RedisError::from));
    let words = match words {
        Ok(words) => words,
        Err(error) => return (Verdict::Again(fault(&error)), false),
    };
    let head = &chunk.head;
    let second = words.get(1).map_or("", |word| word);
    let first = words.first().map_or("", |word| word);
    let verdict = match first {
        "applied" | "new" | "seen" => Verdict::Applied,
        "declared" => Verdict::Refused(Fault::declared(&head.family, second, head.declared)),
        "schema" => Verdict::Again(Fault::schema(second)),
        "order" => Verdict::Again(Fault::order()),
        other => Verdict::Again(Fault::new("store", format!("an odd reply: {other:?}"))),
    };
    (verdict, first == "new")
}

/// Whether an error of this code is in a reply, or is all there is.
fn says(replies: &Result<Vec<Result<Value, RedisError>>, RedisError>, code: &str) -> bool {
    let is_it = |error: &RedisError| error.code() == Some(code);
    match replies {
        Ok(replies) => {
            let mut replies = replies.iter();
            replies.any(|reply| reply.as_ref().is_err_and(is_it))
        }
        Err(error) => is_it(error),
    }
}

/// What an error of the client says, in words for people.
fn fault(error: &RedisError) -> Fault {
    let reason = match error.code() {
        Some("OOM" | "MISCONF") => "full",
        Some("READONLY") => "read_only",
        Some("NOAUTH" | "WRONGPASS" | "NOPERM") => "unauthorized",
        Some("LOADING" | "MASTERDOWN" | "CLUSTERDOWN" | "TRYAGAIN" | "BUSY") => "busy",
        _ if error.kind() == ErrorKind::AuthenticationFailed => "unauthorized",
        _ if error.is_timeout() => return Fault::new("timeout", "it did not reply in time"),
        _ if error.is_io_error() => "disconnected",
        _ => "store",
    };
    Fault::new(reason, error.to_string())
}
