//! What the screen shows: both jobs' progress, what was received, and the busiest series.

use crossterm::style::Stylize;

use crate::format::{bytes, grouped, plural, shortened, sparkline};
use crate::receiver::Received;
use crate::rows::{Row, Rows};
use crate::run::{Progress, Run};

/// Everything that a frame is made of.
pub(crate) struct View<'a> {
    pub(crate) directory: &'a str,
    pub(crate) address: &'a str,
    pub(crate) run: &'a Run,
    pub(crate) received: &'a Received,
    /// Columns and rows.
    pub(crate) size: (usize, usize),
}

impl View<'_> {
    /// The lines of a frame, each no wider and all together no higher than the screen.
    pub(crate) fn lines(&self) -> Vec<String> {
        let (list, read) = (&self.run.list, &self.run.read);
        let (directories, known) = list.done_and_total();
        let (files, all) = read.done_and_total();
        let mut lines = vec![
            self.title(),
            String::new(),
            self.bar(
                "list",
                list,
                &format!("{} of {} directories", grouped(directories), grouped(known)),
            ),
            self.bar(
                "read",
                read,
                &format!(
                    "{} of {} files, {}",
                    grouped(files),
                    grouped(all),
                    bytes(self.run.bytes())
                ),
            ),
            String::new(),
            self.traffic(),
            String::new(),
        ];
        let end = "Ctrl-C stops reading; what was counted until then is still checked.";
        let rows = self.size.1 - 2;
        if rows < 12 {
            // Too low for space between the lines.
            lines.retain(|line| !line.is_empty());
        }
        lines.extend(self.series(rows.saturating_sub(lines.len())));
        lines.resize(rows, String::new());
        lines.extend([
            String::new(),
            shortened(end, self.width()).dark_grey().to_string(),
        ]);
        lines
    }

    /// The last column stays empty, because clearing the rest of a full line takes a character.
    fn width(&self) -> usize {
        self.size.0 - 1
    }

    fn title(&self) -> String {
        let time = format!("{:.1} s", self.run.elapsed().as_secs_f64());
        let left = format!("ppc quickstart  {}", self.directory);
        let left = shortened(&left, self.width().saturating_sub(time.len() + 2));
        let gap = self
            .width()
            .saturating_sub(left.chars().count() + time.len());
        format!("{}{}{}", left.bold(), " ".repeat(gap), time.bold())
    }

    fn bar(&self, name: &str, progress: &Progress, text: &str) -> String {
        let cells = (self.width() / 3).min(40);
        let (_, total) = progress.done_and_total();
        let share = match (progress.is_over(), total) {
            (true, _) => 1.0,
            (false, 0) => 0.0,
            (false, _) => progress.share(),
        };
        let full = (0..cells)
            .filter(|cell| (*cell as f64 + 0.5) / cells as f64 <= share)
            .count();
        let (full, rest) = ("█".repeat(full), "░".repeat(cells - full));
        let full = if progress.is_over() {
            full.green()
        } else {
            full.cyan()
        };
        let percent = format!("{:>3.0}%", share * 100.0);
        let text = match total {
            0 if !progress.is_over() => "waits",
            _ => text,
        };
        let text = shortened(text, self.width().saturating_sub(cells + 13));
        format!(
            "{}  {full}{}  {percent}  {text}",
            name.bold(),
            rest.dark_grey()
        )
    }

    fn traffic(&self) -> String {
        let received = self.received;
        let bad = match received.bad_lines {
            0 => String::new(),
            count => format!(", {count} of them bad"),
        };
        let text = format!(
            "received at udp {}: {}, {}, {}{bad}",
            self.address,
            plural(received.datagrams, "datagram"),
            bytes(received.bytes),
            plural(received.lines, "line"),
        );
        let text = shortened(&text, self.width().saturating_sub(2));
        // Lit while something has just arrived.
        let is_lit = received
            .last_arrival
            .is_some_and(|at| at.elapsed().as_millis() < 120);
        let lamp = if is_lit {
            "●".green()
        } else {
            "○".dark_grey()
        };
        format!("{lamp} {text}")
    }

    /// The busiest series, as many as there is space for, under the names of their jobs.
    fn series(&self, space: usize) -> Vec<String> {
        let rows = Rows::of(self.received);
        // The names of the jobs and the last line take space as well; names only if there is some.
        let headings = if space < 8 { 0 } else { rows.jobs() };
        let shown = rows.busiest(space.saturating_sub(headings + 1));
        let mut lines = Vec::new();
        for job in shown.chunk_by(|a, b| a.series.job() == b.series.job()) {
            if headings > 0 {
                lines.push(job[0].series.job().bold().to_string());
            }
            lines.extend(job.iter().map(|row| self.row(row)));
        }
        let all = self.received.series.len();
        let text = match rows.len() - shown.len() {
            0 => format!("{all} series; the buckets of a histogram share a row"),
            more => format!("and {more} more rows, which change less; {all} series in all"),
        };
        lines.push(shortened(&text, self.width()).dark_grey().to_string());
        lines
    }

    fn graph_width(&self) -> usize {
        (self.width() / 4).min(32)
    }

    fn row(&self, row: &Row) -> String {
        let (value_width, graph_width) = (13, self.graph_width());
        let name_width = self
            .width()
            .saturating_sub(value_width + graph_width + 4)
            .min(64);
        let text = shortened(&row.series.without("job").to_string(), name_width);
        let gap = " ".repeat(name_width.saturating_sub(text.chars().count()));
        let (name, labels) = text.split_at(text.find('{').unwrap_or(text.len()));
        let value = format!("{:>value_width$}", row.value);
        let value = if row.has_just_changed {
            value.yellow()
        } else {
            value.stylize()
        };
        format!(
            "  {name}{}{gap}{value}  {}",
            labels.dark_grey(),
            sparkline(&row.graph, graph_width).cyan()
        )
    }
}
