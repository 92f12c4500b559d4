//! What a store was told of a series, and what came on top of that.

use std::fmt::Write;
use std::time::Duration;

use ppc_core::{SeriesSnapshot, Value};

use crate::batch::push_escaped;
use crate::encode::number;
use crate::encode::restart::fell;

/// What was said last of one series.
#[derive(Debug)]
pub(super) struct Told {
    /// Of what is added up, the sum of what was told; otherwise what was said.
    words: Box<[u64]>,
    /// Of what has no words: the facts of an info.
    text: Box<str>,
    /// What it said when it could not be told for want of room.
    untold: Option<Box<[u64]>>,
    /// When something was said of it.
    at: Option<Duration>,
    /// How it is called there, where it is taken back when it is gone.
    field: Option<Box<str>>,
    /// It says what another process said, and that one tells it.
    is_inherited: bool,
    /// When it was last there.
    pub(super) round: u64,
}

impl Told {
    pub(super) fn nothing(series: &SeriesSnapshot<'_>) -> Self {
        Self {
            words: vec![0; series.words().len()].into(),
            text: "".into(),
            untold: None,
            at: None,
            field: None,
            is_inherited: false,
            round: 0,
        }
    }

    /// Begins from nothing, as the series does in the store.
    pub(super) fn forget(&mut self) {
        self.words.fill(0);
        self.text = "".into();
        self.at = None;
        self.is_inherited = false;
    }

    /// Whether nothing was said for a third of this time.
    pub(super) fn is_stale(&self, now: Duration, after: Option<Duration>) -> bool {
        let (Some(at), Some(after)) = (self.at, after) else {
            return false;
        };
        // A clock may be set back.
        now.checked_sub(at).is_none_or(|since| since >= after / 3)
    }

    pub(super) fn said(&mut self, now: Duration) {
        self.at = Some(now);
        self.untold = None;
        self.is_inherited = false;
    }

    /// Takes what it says for what was told, by another process.
    pub(super) fn inherit(&mut self, series: &SeriesSnapshot<'_>) {
        // Also the facts of an info, which are no words.
        self.write_set(series, &mut String::new());
        self.words.copy_from_slice(series.words());
        self.is_inherited = true;
    }

    /// Whether all that the series says was told.
    pub(super) fn says_all_of(&self, series: &SeriesSnapshot<'_>) -> bool {
        let words = series.words();
        !words.is_empty() && self.at.is_some() && *words == *self.words
    }

    /// Whether anything was said of it.
    pub(super) fn was_said(&self) -> bool {
        self.at.is_some()
    }

    /// Keeps how it is called.
    pub(super) fn keep_field(&mut self, field: &str) {
        if self.field.is_none() {
            self.field = Some(field.into());
        }
    }

    /// How it is called, where it has to be taken back.
    pub(super) fn take_field(&mut self) -> Option<Box<str>> {
        self.field.take().filter(|_| self.at.is_some())
    }

    /// It could not be told now.
    pub(super) fn hold(&mut self, series: &SeriesSnapshot<'_>) {
        let words = series.words();
        let is_new = self.at.is_none() && !self.is_inherited;
        if is_new || *words != *self.words {
            self.untold = Some(words.into());
        }
    }

    /// Whether something was counted that was not told.
    pub(super) fn is_lacking(&self) -> bool {
        self.untold.is_some()
    }

    /// Appends what is to be added, with spaces between the numbers; whether that is anything.
    pub(super) fn write_added(&mut self, series: &SeriesSnapshot<'_>, out: &mut String) -> bool {
        let words = series.words();
        let value = series.value();
        // Behind count and sum of a summary stand its quantiles, which cannot be added.
        let added = match value {
            Value::Summary { .. } => 2,
            _ => words.len(),
        };
        if fell(&words[..added], &self.words[..added]) {
            self.words.fill(0);
        }
        let (sum, told) = (f64::from_bits(words[0]), f64::from_bits(self.words[0]));
        // What is infinite, or no number, stays so.
        let more = if told.is_finite() { sum - told } else { 0.0 };
        // Rounding may have told the last digit of a counter too much, which is not taken back.
        let has_more = more > 0.0 || more.is_nan() || more < 0.0 && added > 1;
        let counts = words[1..added].iter().zip(&self.words[1..added]);
        if self.at.is_some() && !has_more && counts.clone().all(|(now, told)| now == told) {
            return false;
        }
        let more = if has_more { more } else { 0.0 };
        push_number(more, out);
        for (now, told) in counts {
            let _ = write!(out, " {}", now.wrapping_sub(*told));
        }
        self.words[0] = (told + more).to_bits();
        self.words[1..added].copy_from_slice(&words[1..added]);
        true
    }

    /// Appends what is to be set; whether that is another value than was told.
    pub(super) fn write_set(&mut self, series: &SeriesSnapshot<'_>, out: &mut String) -> bool {
        let words = series.words();
        let start = out.len();
        let is_new = self.at.is_none() && !self.is_inherited;
        match series.value() {
            Value::Info(info) => {
                let Some(facts) = info.pairs() else {
                    return false;
                };
                for (index, word) in facts.flat_map(|(name, value)| [name, value]).enumerate() {
                    if index > 0 {
                        out.push(' ');
                    }
                    push_escaped(word, out);
                }
                let is_new = is_new || out[start..] != *self.text;
                if is_new {
                    self.text = out[start..].into();
                }
                return is_new;
            }
            _ if !is_new && *words == *self.words => return false,
            Value::StateSet(states) => {
                let holding = states.states().filter(|(_, holds)| *holds);
                for (index, (state, _)) in holding.enumerate() {
                    if index > 0 {
                        out.push(' ');
                    }
                    push_escaped(state, out);
                }
            }
            Value::Gauge(value) => push_number(value, out),
            _ => return false,
        }
        self.words.copy_from_slice(words);
        true
    }
}

/// Appends a number, also one that is infinite or none.
fn push_number(value: f64, out: &mut String) {
    let mut bytes = Vec::with_capacity(24);
    number::write_any(value, &mut bytes);
    out.push_str(&String::from_utf8_lossy(&bytes));
}
