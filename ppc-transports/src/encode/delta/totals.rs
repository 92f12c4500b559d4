//! What was sent of the totals: of counters, histograms and summaries.

use std::collections::HashMap;
use std::ops::Range;

use ppc_core::{SeriesSnapshot, Value};

use crate::encode::Omitted;
use crate::encode::pending::Pending;
use crate::encode::restart::fell;

/// What was sent of each series, and what the encoding at hand would add to that.
///
/// A sum of floats depends on how it was added up. So what is kept is not the last total but the
/// sum of the differences that were sent, added as the gateway adds them: then the next difference
/// makes good for what rounding lost in those before, and nothing drifts, however many there are.
#[derive(Debug, Default)]
pub(super) struct Totals {
    /// By the number of the series' life, so that one that begins from zero again is a new one.
    series: HashMap<u64, Total>,
    round: u64,
    /// The difference of the series at hand, and what will have been sent when that arrived.
    difference: Vec<u64>,
    after: Vec<u64>,
    pending: Pending<Note>,
    /// What [`Note::after`] points to.
    words: Vec<u64>,
}

/// The words of one series.
#[derive(Debug)]
struct Total {
    /// The sum of the differences that arrived.
    sent: Box<[u64]>,
    /// What the series said when it was last encoded.
    seen: Box<[u64]>,
    /// Whether the gateway knows the series.
    is_known: bool,
    /// When it was last encoded.
    round: u64,
}

/// What will have been sent of a series.
#[derive(Debug)]
struct Note {
    life: u64,
    after: Range<usize>,
}

impl Totals {
    /// Begins an encoding; what is pending of the one before did not arrive.
    pub(super) fn start(&mut self) {
        self.round += 1;
        self.pending.clear();
        self.words.clear();
    }

    /// What came on top of what was sent, as words of a value; nothing where that is nothing.
    pub(super) fn difference(
        &mut self,
        series: &SeriesSnapshot<'_>,
        value: Value<'_>,
        omitted: &mut Omitted,
    ) -> Option<&[u64]> {
        let words = series.words();
        // Behind count and sum of a summary stand its quantiles.
        let added = match value {
            Value::Summary { .. } => 2,
            _ => words.len(),
        };
        let total = self.series.entry(series.life()).or_insert_with(|| Total {
            sent: vec![0; words.len()].into(),
            seen: vec![0; words.len()].into(),
            is_known: false,
            round: 0,
        });
        if fell(&words[..added], &total.seen) {
            total.sent.fill(0);
        }
        total.seen.copy_from_slice(words);
        total.round = self.round;

        self.difference.clear();
        self.difference.resize(words.len(), 0);
        self.after.clear();
        self.after.extend_from_slice(words);
        for (difference, index) in self.difference[..added].iter_mut().zip(0..).skip(1) {
            *difference = words[index].wrapping_sub(total.sent[index]);
        }
        let sent = f64::from_bits(total.sent[0]);
        let sum = f64::from_bits(words[0]) - sent;
        self.difference[0] = sum.to_bits();
        self.after[0] = if sum.is_finite() { sent + sum } else { sent }.to_bits();
        let has_counts = self.difference[1..].iter().any(|count| *count != 0);
        // Rounding may have sent the last digit of a counter too much, which is not taken back.
        let has_sum = sum > 0.0 || sum < 0.0 && added > 1;
        if has_counts || !total.is_known || has_sum && sum.is_finite() {
            return Some(&self.difference);
        }
        if !sum.is_finite() {
            omitted.note_number(sum);
        }
        None
    }

    /// The last difference stands in these lines.
    pub(super) fn wrote(&mut self, series: &SeriesSnapshot<'_>, lines: Range<usize>) {
        if lines.is_empty() {
            return;
        }
        let start = self.words.len();
        self.words.extend_from_slice(&self.after);
        let note = Note {
            life: series.life(),
            after: start..self.words.len(),
        };
        self.pending.push(lines, note);
    }

    /// Forgets the series that were not in the encoding: what they counted stays at the gateway.
    pub(super) fn forget_gone(&mut self) {
        let round = self.round;
        self.series.retain(|_, total| total.round == round);
    }

    /// These lines arrived.
    pub(super) fn delivered(&mut self, lines: &Range<usize>) {
        for note in self.pending.arrived(lines) {
            if let Some(total) = self.series.get_mut(&note.life) {
                total.sent.copy_from_slice(&self.words[note.after.clone()]);
                total.is_known = true;
            }
        }
    }
}
