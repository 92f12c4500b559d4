//! The end: a table of what was counted and what was received, and whether they are the same.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};

use crossterm::style::Stylize;

use crate::format::{bytes, plural};
use crate::line::Series;
use crate::receiver::Received;
use crate::tally::{Listed, ReadOut};

/// Gauges that are read off a clock: nobody counts them.
const CLOCKS: [&str; 2] = ["job_duration_seconds", "job_last_success_timestamp_seconds"];

/// Counted and received, side by side.
pub(crate) struct Check {
    rows: Vec<Row>,
    received: Received,
}

struct Row {
    series: Series,
    counted: Option<f64>,
    received: Option<f64>,
}

impl Check {
    pub(crate) fn new(listed: &Listed, read: &ReadOut, received: Received) -> Self {
        let mut rows = Vec::new();
        for (series, counted) in listed.expected().into_iter().chain(read.expected()) {
            rows.push(Row {
                received: received.last(&series),
                counted: Some(counted),
                series,
            });
        }
        // What arrived and nobody counted is as wrong as what was counted and did not arrive.
        let counted: BTreeSet<Series> = rows.iter().map(|row| row.series.clone()).collect();
        for (series, history) in &received.series {
            if !counted.contains(series) && !CLOCKS.contains(&series.name.as_str()) {
                rows.push(Row {
                    received: history.last(),
                    counted: None,
                    series: series.clone(),
                });
            }
        }
        rows.sort_by_cached_key(|row| row.series.by_job());
        Self { rows, received }
    }

    /// How many rows differ.
    pub(crate) fn differences(&self) -> usize {
        self.rows.iter().filter(|row| !row.is_same()).count()
    }

    /// Whether all that was counted arrived, and nothing else.
    pub(crate) fn is_good(&self) -> bool {
        self.differences() == 0 && self.received.bad_lines == 0
    }

    /// Writes the table, and what it amounts to.
    ///
    /// # Errors
    ///
    /// When `out` does not take it.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let is_coloured = io::stdout().is_terminal();
        let jobs = self.rows.chunk_by(|a, b| a.series.job() == b.series.job());
        for job in jobs {
            let texts: Vec<[String; 3]> = job.iter().map(Row::texts).collect();
            let longest =
                |column: usize| texts.iter().map(|text| text[column].chars().count()).max();
            let name_width = longest(0).unwrap_or(0).clamp(job[0].series.job().len(), 60);
            let width = longest(1).max(longest(2)).unwrap_or(0).max(8);
            let heading = job[0].series.job();
            writeln!(
                out,
                "{heading:name_width$}  {:>width$}  {:>width$}",
                "counted", "received"
            )?;
            for ([name, counted, received], row) in texts.iter().zip(job) {
                let verdict = match (row.is_same(), is_coloured) {
                    (true, false) => "ok".to_owned(),
                    (false, false) => "DIFFERENT".to_owned(),
                    (true, true) => "ok".green().to_string(),
                    (false, true) => "DIFFERENT".red().bold().to_string(),
                };
                writeln!(
                    out,
                    "{name:name_width$}  {counted:>width$}  {received:>width$}  {verdict}"
                )?;
            }
            writeln!(out)?;
        }
        self.write_summary(out)
    }

    fn write_summary(&self, out: &mut impl Write) -> io::Result<()> {
        let received = &self.received;
        writeln!(
            out,
            "received {} in {} and {}, {} of them bad",
            plural(received.lines, "line"),
            plural(received.datagrams, "datagram"),
            bytes(received.bytes),
            received.bad_lines,
        )?;
        if let Some(fault) = &received.first_fault {
            writeln!(out, "the first bad line: {fault}")?;
        }
        match self.differences() {
            0 => writeln!(out, "all {} series are as counted", self.rows.len()),
            count => writeln!(out, "{count} of {} series are DIFFERENT", self.rows.len()),
        }
    }
}

/// Says what was left out, where the jobs had to end early.
///
/// # Errors
///
/// When `out` does not take it.
pub(crate) fn write_omissions(
    listed: &Listed,
    read: &ReadOut,
    out: &mut impl Write,
) -> io::Result<()> {
    if listed.is_cut_short {
        writeln!(
            out,
            "there was no time for all directories, or they hold too many files"
        )?;
    }
    match read.left {
        0 => Ok(()),
        left => writeln!(out, "there was no time for {}", plural(left as u64, "file")),
    }
}

impl Row {
    /// Counts are equal to the last digit; sums of seconds may have been added up in another order.
    fn is_same(&self) -> bool {
        let (Some(counted), Some(received)) = (self.counted, self.received) else {
            return false;
        };
        let is_whole = counted.fract() == 0.0;
        let rounding = if is_whole { 0.0 } else { counted.abs() * 1e-9 };
        (counted - received).abs() <= rounding
    }

    /// Series, counted, received.
    fn texts(&self) -> [String; 3] {
        let text = |value: Option<f64>| match value {
            None => "nothing".to_owned(),
            Some(value) if value.fract() == 0.0 || !self.is_same() => value.to_string(),
            Some(value) => format!("{value:.6}"),
        };
        let name = self.series.without("job").to_string();
        [name, text(self.counted), text(self.received)]
    }
}
