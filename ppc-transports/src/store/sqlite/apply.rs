//! Applies chunks, and removes what is over.

use rusqlite::{OptionalExtension, Transaction, params};

use crate::batch::{Chunk, Head, Line, Op, escape, remembered};
use crate::store::backend::{Fault, Verdict};
use crate::store::row::{add, millis};

/// Applies one chunk, as a part of a greater step.
pub(super) fn apply(
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
    let mut found = found.optional()?;
    if let Some((id, [declared, ..])) = &found
        && declared != head.declared
    {
        if has_rows(made, *id, now)? {
            let fault = Fault::declared(&head.family, declared, head.declared);
            return Ok(Verdict::Refused(fault));
        }
        // Nothing is left of what was declared so.
        made.execute("DELETE FROM families WHERE id = ?", [id])?;
        found = None;
    }
    match mark(made, prefix, head, now)? {
        Mark::Seen => return Ok(Verdict::Applied),
        Mark::TooEarly => return Ok(Verdict::Again(Fault::order())),
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
    let goes = chunk
        .declared()
        .is_some_and(|declared| declared.goes_with_process());
    for line in chunk.lines() {
        apply_line(made, family, (head, goes), &line, now)?;
    }
    Ok(Verdict::Applied)
}

/// Whether a family has anything that is not over.
fn has_rows(made: &Transaction<'_>, family: i64, now: u64) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM series WHERE family = ?1 AND (until IS NULL OR until > ?2)) \
               OR EXISTS (SELECT 1 FROM each WHERE family = ?1 AND (until IS NULL OR until > ?2))";
    made.query_row(sql, params![family, now], |row| row.get(0))
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
    let until = now.saturating_add(millis(remembered(head.is_last)));
    let sql = "INSERT INTO writers VALUES (?, ?, ?, ?, ?) ON CONFLICT \
               DO UPDATE SET number = excluded.number, until = excluded.until";
    let mut writers = made.prepare_cached(sql)?;
    let (family, writer) = (&head.family, &head.writer);
    writers.execute(params![prefix, family, writer, head.number, until])?;
    Ok(Mark::Next)
}

/// Applies a line of a chunk, of which the values go with their process or not.
fn apply_line(
    made: &Transaction<'_>,
    family: i64,
    (head, goes): (&Head<'_>, bool),
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
            let sql = "UPDATE series SET until = ?3 WHERE family = ?1 AND field = ?2 \
                       AND (until IS NULL OR until > ?4)";
            let mut series = made.prepare_cached(sql)?;
            let touched = series.execute(params![family, field, until, now])?;
            if touched == 0 && !value.is_empty() {
                made.prepare_cached(put)?
                    .execute(params![family, field, until, value])?;
            }
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

/// Removes what is over, of all prefixes, and families of which nothing is left. What is set aside
/// stays as it is.
pub(super) fn sweep(made: &Transaction<'_>, now: u64) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM series WHERE until <= ? AND family IN (SELECT id FROM families WHERE aside = 0)",
        "DELETE FROM each WHERE until <= ? AND family IN (SELECT id FROM families WHERE aside = 0)",
        "DELETE FROM writers WHERE until <= ?",
    ] {
        made.execute(sql, [now])?;
    }
    let sql = "DELETE FROM families WHERE aside = 0 AND \
               NOT EXISTS (SELECT 1 FROM series WHERE family = families.id) AND \
               NOT EXISTS (SELECT 1 FROM each WHERE family = families.id)";
    made.execute(sql, [])?;
    Ok(())
}
