//! The lines of StatsD.

use std::ops::Range;

use ppc_core::{Kind, SeriesSnapshot, Value};

use super::dialect::Dialect;
use super::sent::{Difference, Sent};
use super::types::Types;
use crate::encode::changes::{Around, ChangeFormat};
use crate::encode::lines::{Line, LineFormat, Name, Number};
use crate::encode::{Omitted, number};

/// How a line is written.
#[derive(Debug, Default)]
pub(in crate::encode) struct StatsdLines {
    dialect: Dialect,
    pub(super) types: Types,
    /// Single changes are written.
    pub(super) streams: bool,
    /// What was sent of totals, where they go as differences.
    sent: Sent,
}

impl StatsdLines {
    pub(super) fn new(dialect: Dialect, types: Types) -> Self {
        Self {
            dialect,
            types,
            ..Self::default()
        }
    }

    /// These lines arrived.
    pub(super) fn delivered(&mut self, lines: &Range<usize>) {
        self.sent.delivered(lines);
    }

    #[inline]
    fn write_line(&self, line: Line<'_>, number: Number, letter: u8, out: &mut Vec<u8>) {
        let labels = [line.labels, line.own];
        self.dialect.write_before(&line.name.head, labels, out);
        write_number(number, out);
        out.extend_from_slice(&[b'|', letter]);
        self.dialect.write_behind(labels, out);
        out.push(b'\n');
    }

    /// Appends the line of a difference, and notes it.
    #[inline]
    fn write_difference(&mut self, around: Around<'_>, difference: Difference, out: &mut Vec<u8>) {
        let start = out.len();
        write_text(around, difference.more, b"c", out);
        self.sent.wrote(start..out.len(), difference);
    }
}

#[inline]
fn write_number(number: Number, out: &mut Vec<u8>) {
    match number.real() {
        Some(real) => number::write_decimal(real, out),
        None => number::write_count(number.count(), out),
    }
}

/// Appends the line of a number of this type, between texts that are kept.
#[inline]
fn write_text(around: Around<'_>, number: Number, letters: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(around.before);
    write_number(number, out);
    out.push(b'|');
    out.extend_from_slice(letters);
    out.extend_from_slice(around.behind);
    out.push(b'\n');
}

/// Whether a number can be said as a gauge; counted where it cannot.
#[inline]
fn can_say(number: Number, omitted: &mut Omitted) -> bool {
    let other = number.real().filter(|real| !real.is_finite());
    if let Some(other) = other {
        omitted.note_number(other);
    }
    other.is_none()
}

/// Whether a gauge has to be set to 0 first: a number with a sign is added to it. From 0 on that is
/// the same.
#[inline]
fn is_negative(number: Number) -> bool {
    number.real().is_some_and(|real| real < 0.0)
}

impl LineFormat for StatsdLines {
    fn write_label(&self, name: &str, out: &mut Vec<u8>) {
        self.dialect.write_label(name, out);
    }

    fn write_value(&self, value: &str, out: &mut Vec<u8>) -> bool {
        self.dialect.write_value(value, out)
    }

    fn write_name(&self, sample: &str, name: &mut Name) {
        let bytes = sample.bytes();
        name.head
            .extend(bytes.map(|byte| if byte == b':' { b'_' } else { byte }));
    }

    fn changes_names(&self, family: &str) -> bool {
        family.contains(':')
    }

    fn has_labels(&self) -> bool {
        self.dialect != Dialect::Plain
    }

    fn adds_up(&self, kind: Kind) -> bool {
        let is_total = matches!(kind, Kind::Counter | Kind::Histogram | Kind::Summary);
        is_total && self.types == Types::Native
    }

    fn observes(&self) -> bool {
        self.sends_changes()
    }

    fn start_series(&mut self, series: &SeriesSnapshot<'_>, value: Value<'_>) {
        if self.types == Types::Native {
            self.sent.start_series(series, value);
        }
    }

    #[inline]
    fn write_sample(
        &mut self,
        line: Line<'_>,
        number: Number,
        out: &mut Vec<u8>,
        omitted: &mut Omitted,
    ) {
        if self.types == Types::Native && !matches!(number, Number::Level(_)) {
            if let Some(difference) = self.sent.difference(number, omitted) {
                let start = out.len();
                self.write_line(line, difference.more, b'c', out);
                self.sent.wrote(start..out.len(), difference);
            }
            return;
        }
        if !can_say(number, omitted) {
            return;
        }
        if is_negative(number) {
            self.write_line(line, Number::Count(0), b'g', out);
        }
        self.write_line(line, number, b'g', out);
    }

    fn take_back(&mut self, start: usize) {
        self.sent.take_back(start);
    }
}

impl ChangeFormat for StatsdLines {
    fn write_around(&self, line: Line<'_>, before: &mut Vec<u8>, behind: &mut Vec<u8>) {
        let labels = [line.labels, line.own];
        self.dialect.write_before(&line.name.head, labels, before);
        self.dialect.write_behind(labels, behind);
    }

    #[inline]
    fn write_number(
        &mut self,
        around: Around<'_>,
        number: Number,
        out: &mut Vec<u8>,
        omitted: &mut Omitted,
    ) {
        if !can_say(number, omitted) {
            return;
        }
        if is_negative(number) {
            write_text(around, Number::Count(0), b"g", out);
        }
        write_text(around, number, b"g", out);
    }

    fn start(&mut self) {
        self.sent.start();
    }

    fn forget_gone(&mut self) {
        self.sent.forget_gone();
    }

    fn sends_changes(&self) -> bool {
        self.streams && self.types == Types::Native
    }

    #[inline]
    fn write_added(
        &mut self,
        around: Around<'_>,
        life: u64,
        amount: f64,
        out: &mut Vec<u8>,
        omitted: &mut Omitted,
    ) {
        let number = Number::Sum(amount);
        if can_say(number, omitted) {
            self.sent.start_counter(life);
            let addition = self.sent.addition(amount);
            self.write_difference(around, addition, out);
        }
    }

    fn write_total(
        &mut self,
        around: Around<'_>,
        life: u64,
        total: f64,
        out: &mut Vec<u8>,
        omitted: &mut Omitted,
    ) {
        self.sent.start_counter(life);
        if let Some(difference) = self.sent.difference(Number::Total(total), omitted) {
            self.write_difference(around, difference, out);
        }
    }

    #[inline]
    fn write_observed(
        &mut self,
        around: Around<'_>,
        value: f64,
        is_seconds: bool,
        out: &mut Vec<u8>,
        omitted: &mut Omitted,
    ) {
        let (letters, scale) = self.dialect.observation(is_seconds);
        let number = Number::Level(value * scale);
        if can_say(number, omitted) {
            write_text(around, number, letters, out);
        }
    }
}
