//! A store in a file: many processes of one machine.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params,
};

use super::backend::{Backend, Fault, Reading, SCHEMA, Shelf, Verdict};
use super::row::{Row, add};
use crate::batch::{Chunk, Declared, Head, Line, Op, REMEMBERED, REMEMBERED_AT_END, escape};

/// How long to wait for another process that writes.
const BUSY: Duration = Duration::from_secs(5);

/// What is over is removed no more often than this.
const SWEEP: Duration = Duration::from_mins(1);

/// So many prepared statements are kept.
const STATEMENTS: usize = 32;

/// Marks the file as one of ours.
const APPLICATION: i64 = 0x7070_6331;

const TABLES: &str = "
CREATE TABLE families (
    id INTEGER PRIMARY KEY,
    prefix TEXT NOT NULL,
    name TEXT NOT NULL,
    aside INTEGER NOT NULL DEFAULT 0,
    declared TEXT NOT NULL,
    help TEXT NOT NULL,
    unit TEXT NOT NULL,
    mark TEXT NOT NULL DEFAULT '',
    UNIQUE (prefix, name, aside)
) STRICT;
CREATE TABLE series (
    family INTEGER NOT NULL REFERENCES families ON DELETE CASCADE,
    field TEXT NOT NULL,
    until INTEGER,
    value TEXT NOT NULL,
    PRIMARY KEY (family, field)
) STRICT, WITHOUT ROWID;
CREATE TABLE each (
    family INTEGER NOT NULL REFERENCES families ON DELETE CASCADE,
    field TEXT NOT NULL,
    writer TEXT NOT NULL,
    until INTEGER,
    value TEXT NOT NULL,
    PRIMARY KEY (family, field, writer)
) STRICT, WITHOUT ROWID;
CREATE TABLE writers (
    prefix TEXT NOT NULL,
    family TEXT NOT NULL,
    writer TEXT NOT NULL,
    number INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (prefix, family, writer)
) STRICT, WITHOUT ROWID;
";

/// What is stored in a file, of one prefix.
pub(crate) struct SqliteBackend {
    path: PathBuf,
    prefix: String,
    connection: Option<Connection>,
    is_reader: bool,
    /// When what is over was removed last.
    swept: u64,
}

impl SqliteBackend {
    /// Of the file at this path, which is made where there is none, unless it is only read.
    pub(crate) fn new(path: &Path, prefix: &str, is_reader: bool) -> Self {
        Self {
            path: path.to_owned(),
            prefix: prefix.to_owned(),
            connection: None,
            is_reader,
            swept: 0,
        }
    }

    fn connection(&mut self) -> Result<&mut Connection, Fault> {
        if self.connection.is_none() {
            self.connection = Some(self.open()?);
        }
        let gone = || Fault::new("unopened", "the file could not be opened");
        self.connection.as_mut().ok_or_else(gone)
    }

    fn open(&self) -> Result<Connection, Fault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let made = if self.is_reader {
            // Who only reads makes none: a name that is mistyped would look like one.
            Connection::open_with_flags(&self.path, flags)
        } else {
            Connection::open_with_flags(&self.path, flags | OpenFlags::SQLITE_OPEN_CREATE)
        };
        let connection = made.or_else(|error| {
            let read = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            if self.is_reader {
                Connection::open_with_flags(&self.path, read)
            } else {
                Err(error)
            }
        });
        let mut connection = connection.map_err(|error| fault(&error))?;
        let prepared = self.prepare(&mut connection);
        prepared.map_err(|error| fault(&error))??;
        Ok(connection)
    }

    /// Makes the tables where there are none, and looks at the version of those that there are.
    fn prepare(&self, connection: &mut Connection) -> rusqlite::Result<Result<(), Fault>> {
        connection.busy_timeout(BUSY)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.execute_batch("PRAGMA foreign_keys = ON")?;
        let mut state = State::of(connection)?;
        if state == State::Empty && !self.is_reader {
            // Readers do not hold up writers, nor they them.
            connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
            let made = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Another process may have been first.
            if State::of(&made)? == State::Empty {
                made.execute_batch(TABLES)?;
                made.pragma_update(None, "application_id", APPLICATION)?;
                made.pragma_update(None, "user_version", SCHEMA)?;
            }
            made.commit()?;
            state = State::of(connection)?;
        }
        let fault = match state {
            State::Ours(version) if version.to_string() == SCHEMA => None,
            State::Ours(version) => Some(Fault::schema(&version.to_string())),
            State::Empty => Some(Fault::new("schema", "nothing was ever written there")),
            State::Foreign => Some(Fault::new("schema", "it is a database of something else")),
        };
        if let Some(fault) = fault {
            return Ok(Err(fault));
        }
        // What a crash of the machine may take are the last commits, and nothing but those.
        connection.execute_batch("PRAGMA synchronous = NORMAL")?;
        Ok(Ok(()))
    }

    /// Does something in one step.
    fn write<T>(
        &mut self,
        act: impl FnOnce(&Transaction<'_>, &str, u64) -> rusqlite::Result<T>,
    ) -> Result<T, Fault> {
        let prefix = self.prefix.clone();
        let connection = self.connection()?;
        let all = || {
            let made = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = act(&made, &prefix, now())?;
            made.commit()?;
            Ok(done)
        };
        all().map_err(|error: rusqlite::Error| {
            let fault = fault(&error);
            if !matches!(fault.reason, "busy" | "full") {
                self.connection = None; // opened again the next time
            }
            fault
        })
    }
}

impl Backend for SqliteBackend {
    fn apply(&mut self, chunks: &[Chunk<'_>]) -> Vec<Verdict> {
        let swept = self.swept;
        let sweeps = now().saturating_sub(swept) >= millis(SWEEP);
        let applied = self.write(|made, prefix, now| {
            if sweeps {
                sweep(made, now)?;
            }
            let one = |chunk| apply(made, prefix, chunk, now);
            chunks.iter().map(one).collect::<rusqlite::Result<Vec<_>>>()
        });
        match applied {
            Ok(verdicts) => {
                self.swept = if sweeps { now() } else { swept };
                verdicts
            }
            Err(fault) => vec![Verdict::Again(fault); chunks.len()],
        }
    }

    fn read(&mut self) -> Result<Reading, Fault> {
        let prefix = self.prefix.clone();
        let connection = self.connection()?;
        let mut all = || {
            // One state of all families.
            let made = connection.transaction()?;
            let mut reading = Reading {
                now: Duration::from_millis(now()),
                ..Reading::default()
            };
            let sql = "SELECT id, name FROM families WHERE prefix = ? AND aside = 0 ORDER BY name";
            let mut families = made.prepare_cached(sql)?;
            let found = families.query_map([&prefix], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let found: Vec<(i64, String)> = found.collect::<rusqlite::Result<_>>()?;
            for (id, _) in found {
                reading.families.push(shelf(&made, id)?);
            }
            Ok(reading)
        };
        all().map_err(|error: rusqlite::Error| {
            let fault = fault(&error);
            self.connection = None;
            fault
        })
    }

    fn drop_family(&mut self, name: &str) -> Result<bool, Fault> {
        self.write(|made, prefix, _| {
            let sql = "DELETE FROM families WHERE prefix = ? AND name = ? AND aside = 0";
            Ok(made.execute(sql, [prefix, name])? > 0)
        })
    }

    fn reset(&mut self) -> Result<(), Fault> {
        self.write(|made, prefix, _| {
            made.execute("DELETE FROM families WHERE prefix = ?", [prefix])?;
            Ok(())
        })
    }

    fn set_aside(&mut self, name: &str, mark: &str) -> Result<Option<Shelf>, Fault> {
        self.write(|made, prefix, _| {
            if id_of(made, prefix, name, 1)?.is_none() {
                let sql = "UPDATE families SET aside = 1, mark = ? WHERE prefix = ? AND name = ?";
                made.execute(sql, [mark, prefix, name])?;
            }
            let aside = id_of(made, prefix, name, 1)?;
            aside.map(|id| shelf(made, id)).transpose()
        })
    }

    fn drop_aside(&mut self, name: &str) -> Result<(), Fault> {
        self.write(|made, prefix, _| {
            let sql = "DELETE FROM families WHERE prefix = ? AND name = ? AND aside = 1";
            made.execute(sql, [prefix, name])?;
            Ok(())
        })
    }
}

impl fmt::Debug for SqliteBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SqliteBackend({})", self.path.display())
    }
}

fn id_of(
    made: &Transaction<'_>,
    prefix: &str,
    name: &str,
    aside: i64,
) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT id FROM families WHERE prefix = ? AND name = ? AND aside = ?";
    let mut found = made.prepare_cached(sql)?;
    let found = found.query_row(params![prefix, name, aside], |row| row.get(0));
    found.optional()
}

/// Applies one chunk, as a part of a greater step.
fn apply(
    made: &Transaction<'_>,
    prefix: &str,
    chunk: &Chunk<'_>,
    now: u64,
) -> rusqlite::Result<Verdict> {
    let head = &chunk.head;
    let sql = "SELECT id, declared, help, unit FROM families \
               WHERE prefix = ? AND name = ? AND aside = 0";
    let mut families = made.prepare_cached(sql)?;
    let found = families.query_row([prefix, &head.family], |row| {
        let texts: [String; 3] = [row.get(1)?, row.get(2)?, row.get(3)?];
        Ok((row.get::<_, i64>(0)?, texts))
    });
    let found = found.optional()?;
    if let Some((_, [declared, ..])) = &found
        && declared != head.declared
    {
        let fault = Fault::declared(&head.family, declared, head.declared);
        return Ok(Verdict::Refused(fault));
    }
    match mark(made, prefix, head, now)? {
        Mark::Seen => return Ok(Verdict::Applied),
        Mark::TooEarly => {
            let text = "what was to be written before is not";
            return Ok(Verdict::Again(Fault::new("order", text)));
        }
        Mark::Next => {}
    }
    let family = match found {
        None => {
            let sql = "INSERT INTO families (prefix, name, declared, help, unit) \
                       VALUES (?, ?, ?, ?, ?)";
            let (help, unit) = (&head.help, &head.unit);
            made.execute(sql, params![prefix, head.family, head.declared, help, unit])?;
            made.last_insert_rowid()
        }
        Some((id, [_, help, unit])) => {
            if *help != head.help || *unit != head.unit {
                let sql = "UPDATE families SET help = ?, unit = ? WHERE id = ?";
                made.execute(sql, params![head.help, head.unit, id])?;
            }
            id
        }
    };
    for line in chunk.lines() {
        apply_line(made, family, head, &line, now)?;
    }
    Ok(Verdict::Applied)
}

/// What is known of a chunk's number.
enum Mark {
    Seen,
    TooEarly,
    Next,
}

/// Notes the number of a chunk, where it is the next one.
fn mark(made: &Transaction<'_>, prefix: &str, head: &Head<'_>, now: u64) -> rusqlite::Result<Mark> {
    let sql = "SELECT number FROM writers WHERE prefix = ? AND family = ? AND writer = ?";
    let mut writers = made.prepare_cached(sql)?;
    let found = writers.query_row([prefix, &head.family, &head.writer], |row| row.get(0));
    let last: u64 = found.optional()?.unwrap_or(0);
    if last >= head.number {
        return Ok(Mark::Seen);
    }
    if head.after > last {
        return Ok(Mark::TooEarly);
    }
    let remembered = if head.is_last {
        REMEMBERED_AT_END
    } else {
        REMEMBERED
    };
    let until = now.saturating_add(millis(remembered));
    let sql = "INSERT INTO writers VALUES (?, ?, ?, ?, ?) ON CONFLICT \
               DO UPDATE SET number = excluded.number, until = excluded.until";
    let mut writers = made.prepare_cached(sql)?;
    let (family, writer) = (&head.family, &head.writer);
    writers.execute(params![prefix, family, writer, head.number, until])?;
    Ok(Mark::Next)
}

fn apply_line(
    made: &Transaction<'_>,
    family: i64,
    head: &Head<'_>,
    line: &Line<'_>,
    now: u64,
) -> rusqlite::Result<()> {
    let Line { op, value, field } = *line;
    let until = head.ttl.map(|ttl| now.saturating_add(millis(ttl)));
    let put = "INSERT INTO series VALUES (?, ?, ?, ?) ON CONFLICT \
               DO UPDATE SET until = excluded.until, value = excluded.value";
    match op {
        Op::Add => {
            let sql = "SELECT value FROM series WHERE family = ? AND field = ? \
                       AND (until IS NULL OR until > ?)";
            let mut known = made.prepare_cached(sql)?;
            let known = known.query_row(params![family, field, now], |row| row.get(0));
            let known: Option<String> = known.optional()?;
            let sum = known.map_or_else(|| value.to_owned(), |known| add(&known, value));
            made.prepare_cached(put)?
                .execute(params![family, field, until, sum])?;
        }
        Op::Set => {
            made.prepare_cached(put)?
                .execute(params![family, field, until, value])?;
        }
        Op::Each if value.is_empty() => {
            let sql = "DELETE FROM each WHERE family = ? AND field = ? AND writer = ?";
            made.prepare_cached(sql)?
                .execute(params![family, field, head.writer])?;
        }
        Op::Each => {
            let declared = Declared::parse(head.declared);
            let goes = declared.is_some_and(|declared| declared.goes_with_process());
            let until = if goes {
                Some(now.saturating_add(millis(head.lease)))
            } else {
                until
            };
            let sql = "INSERT INTO each VALUES (?, ?, ?, ?, ?) ON CONFLICT \
                       DO UPDATE SET until = excluded.until, value = excluded.value";
            let value = format!("{now} {} {value}", escape(&head.instance));
            let mut each = made.prepare_cached(sql)?;
            each.execute(params![family, field, head.writer, until, value])?;
        }
        Op::Touch => {
            let sql = "UPDATE series SET until = ?3 WHERE family = ?1 AND field = ?2";
            made.prepare_cached(sql)?
                .execute(params![family, field, until])?;
        }
        Op::Remove => {
            for sql in [
                "DELETE FROM series WHERE family = ? AND field = ?",
                "DELETE FROM each WHERE family = ? AND field = ?",
            ] {
                made.prepare_cached(sql)?.execute(params![family, field])?;
            }
        }
        Op::Clear => {
            for sql in [
                "DELETE FROM series WHERE family = ?",
                "DELETE FROM each WHERE family = ?",
            ] {
                made.prepare_cached(sql)?.execute([family])?;
            }
        }
    }
    Ok(())
}

/// Removes what is over, of all prefixes, and families of which nothing is left.
fn sweep(made: &Transaction<'_>, now: u64) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM series WHERE until <= ?",
        "DELETE FROM each WHERE until <= ?",
        "DELETE FROM writers WHERE until <= ?",
    ] {
        made.execute(sql, [now])?;
    }
    let sql = "DELETE FROM families WHERE \
               NOT EXISTS (SELECT 1 FROM series WHERE family = families.id) AND \
               NOT EXISTS (SELECT 1 FROM each WHERE family = families.id)";
    made.execute(sql, [])?;
    Ok(())
}

/// Everything of one family.
fn shelf(made: &Transaction<'_>, id: i64) -> rusqlite::Result<Shelf> {
    let sql = "SELECT name, declared, help, unit, mark FROM families WHERE id = ?";
    let mut shelf = made.prepare_cached(sql)?.query_row([id], |row| {
        Ok(Shelf {
            name: row.get(0)?,
            declared: row.get(1)?,
            help: row.get(2)?,
            unit: row.get(3)?,
            mark: row.get(4)?,
            ..Shelf::default()
        })
    })?;
    let row = |until, value: String| Row::write(until, &value);
    let sql = "SELECT field, until, value FROM series WHERE family = ? ORDER BY field";
    let mut series = made.prepare_cached(sql)?;
    let series = series.query_map([id], |one| Ok((one.get(0)?, row(one.get(1)?, one.get(2)?))))?;
    shelf.series = series.collect::<rusqlite::Result<_>>()?;
    let sql = "SELECT field, until, value, writer FROM each WHERE family = ? ORDER BY field";
    let mut each = made.prepare_cached(sql)?;
    let each = each.query_map([id], |one| {
        let (writer, field): (String, String) = (one.get(3)?, one.get(0)?);
        Ok((format!("{writer}\t{field}"), row(one.get(1)?, one.get(2)?)))
    })?;
    shelf.each = each.collect::<rusqlite::Result<_>>()?;
    Ok(shelf)
}

/// What an error says.
fn fault(error: &rusqlite::Error) -> Fault {
    let reason = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "busy",
        Some(ErrorCode::DiskFull) => "full",
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => "read_only",
        Some(ErrorCode::CannotOpen) => "unopened",
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => "corrupt",
        _ => "store",
    };
    Fault::new(reason, error.to_string())
}

/// What is in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing.
    Empty,
    /// What is stored, in this version.
    Ours(i64),
    Foreign,
}

impl State {
    fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        if number("application_id")? == APPLICATION {
            return Ok(Self::Ours(number("user_version")?));
        }
        let sql = "SELECT count(*) FROM sqlite_schema";
        let tables: i64 = connection.query_row(sql, [], |row| row.get(0))?;
        Ok(if tables == 0 {
            Self::Empty
        } else {
            Self::Foreign
        })
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The time of day, in milliseconds.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, millis)
}

#[cfg(test)]
mod tests;
