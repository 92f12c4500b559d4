//! A store in a file: many processes of one machine.

mod apply;
mod open;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ppc_core::process::pass_slowly;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use self::apply::{apply, sweep};
use self::open::{FileId, fault, file_id, open};
use super::backend::{Backend, Fault, Reading, Shelf, Verdict};
use super::row::{Row, millis, now};
use crate::batch::Chunk;

/// What is over is removed no more often than this.
const SWEEP: Duration = Duration::from_mins(1);

/// What is stored in a file, of one prefix.
pub(crate) struct SqliteBackend {
    path: PathBuf,
    prefix: String,
    connection: Option<Connection>,
    /// The file that the connection has.
    file: Option<FileId>,
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
            file: None,
            is_reader,
            swept: 0,
        }
    }

    fn connection(&mut self) -> Result<&mut Connection, Fault> {
        let file = file_id(&self.path);
        if self.connection.is_some() && file != self.file {
            // What is written to a file that was removed is nowhere.
            self.connection = None;
        }
        if self.connection.is_none() {
            self.connection = Some(open(&self.path, self.is_reader)?);
            self.file = file.or_else(|| file_id(&self.path));
        }
        let gone = || Fault::new("unopened", "the file could not be opened");
        self.connection.as_mut().ok_or_else(gone)
    }

    /// Does something in one step. A fork waits for it for a moment: a child whose parent was in
    /// there would find the library's own locks held.
    fn write<T>(
        &mut self,
        act: impl FnOnce(&Transaction<'_>, &str, u64) -> rusqlite::Result<T>,
    ) -> Result<T, Fault> {
        let _pass = pass_slowly();
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

impl Drop for SqliteBackend {
    fn drop(&mut self) {
        let _pass = pass_slowly();
        self.connection = None;
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
        let _pass = pass_slowly();
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

    fn aside(&mut self, name: &str) -> Result<Option<Shelf>, Fault> {
        self.write(|made, prefix, _| {
            let aside = id_of(made, prefix, name, 1)?;
            aside.map(|id| shelf(made, id)).transpose()
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

#[cfg(test)]
mod tests;
