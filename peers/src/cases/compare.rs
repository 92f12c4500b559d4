//! The table of one timed case: the raw limit, then each library beside it.

use crate::effort::Effort;
use crate::rivals::{self, Library};
use crate::rounds::{Operation, Run, Summary, Work, interleave};
use crate::table::{Table, number};

/// Slots that no other thread writes to, which are the limit that ratios are to.
pub(super) const OWN: &str = "raw: slots of the thread's own";
pub(super) const SHARED: &str = "raw: shared atomics";

/// Measures the raw limits, the first of which the ratios are to, and what `of` gives of each
/// library.
pub(super) fn compare<W: Into<Work>>(
    title: &str,
    run: Run,
    effort: &Effort,
    raw: Vec<(&'static str, Operation)>,
    of: impl Fn(&dyn Library) -> W,
) -> Table {
    let (mut names, mut works) = (Vec::new(), Vec::new());
    for (name, operation) in raw {
        names.push(name);
        works.push(operation.into());
    }
    for library in &rivals::all() {
        names.push(library.name());
        works.push(of(&**library).into());
    }
    let title = format!("{title}: ns, of {} interleaved rounds", effort.rounds);
    let mut table = Table::new(title, &["minimum", "median", "to raw"]);
    let summaries = interleave(&works, run, effort);
    for (name, summary) in names.into_iter().zip(&summaries) {
        table.row(name, cells(summary, &summaries[0]));
    }
    table
}

pub(super) fn cells(summary: &Summary, raw: &Summary) -> [String; 3] {
    let ratio = summary.median / raw.median;
    [
        number(summary.minimum),
        number(summary.median),
        format!("{}x", number(ratio)),
    ]
}
