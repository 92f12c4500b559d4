//! Opens the file, and makes what is in it.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::store::backend::{Fault, SCHEMA};

/// How long to wait for another process that writes.
const BUSY: Duration = Duration::from_secs(5);

/// How long until it is tried again, where that is not waited for.
const POLL: Duration = Duration::from_millis(5);

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

/// Tells files apart, whatever they are called.
pub(super) type FileId = (u64, u64);

/// Which file is at this path now.
#[cfg(unix)]
pub(super) fn file_id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

/// Where a file that is open cannot be removed, it is the same as ever.
#[cfg(not(unix))]
pub(super) fn file_id(_: &Path) -> Option<FileId> {
    None
}

/// The file at this path, which is made where there is none, unless it is only read.
pub(super) fn open(path: &Path, is_reader: bool) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let made = if is_reader {
        // Who only reads makes none: a name that is mistyped would look like one.
        Connection::open_with_flags(path, flags)
    } else {
        Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_CREATE)
    };
    let connection = made.or_else(|error| {
        let read = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        if is_reader {
            Connection::open_with_flags(path, read)
        } else {
            Err(error)
        }
    });
    let mut connection = connection.map_err(|error| fault(&error))?;
    let until = Instant::now() + BUSY;
    loop {
        let prepared = prepare(&mut connection, is_reader).map_err(|error| fault(&error));
        match prepared {
            // Of those that make it at the same moment not all are made to wait.
            Err(fault) if fault.reason == "busy" && Instant::now() < until => thread::sleep(POLL),
            prepared => return prepared?.map(|()| connection),
        }
    }
}

/// Makes the tables where there are none, and looks at the version of those that there are.
fn prepare(connection: &mut Connection, is_reader: bool) -> rusqlite::Result<Result<(), Fault>> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch("PRAGMA foreign_keys = ON")?;
    let mut state = State::now(connection)?;
    if state == State::Empty && !is_reader {
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
        state = State::now(connection)?;
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

/// What an error says.
pub(super) fn fault(error: &rusqlite::Error) -> Fault {
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
    /// As of one moment: another process may be making it.
    fn now(connection: &mut Connection) -> rusqlite::Result<Self> {
        let read = connection.transaction()?;
        Self::of(&read)
    }

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
