//! The lines of StatsD.

use std::ops::Range;

use ppc_core::{Kind, SeriesSnapshot, Value};

use super::dialect::Dialect;
use super::sent::Sent;
use super::types::Types;
use crate::encode::changes::ChangeFormat;
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
}

#[inline]
fn write_number(number: Number, out: &mut Vec<u8>) {
    match number.real() {
        Some(real) => number::write_decimal(real, out),
        None => number::write_count(number.count(), out),
    }
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
        if !self.can_say(number, omitted) {
            return;
        }
        if self.needs_zero(number) {
            self.write_line(line, Number::Count(0), b'g', out);
        }
        self.write_line(line, number, b'g', out);
    }

    fn take_back(&mut self, start: usize) {
        self.sent.take_back(start);
    }
}

impl ChangeFormat for StatsdLines {
    fn write_around(
        &self,
        line: Line<'_>,
        number: Number,
        before: &mut Vec<u8>,
        behind: &mut Vec<u8>,
    ) {
        let labels = [line.labels, line.own];
        let letters = match number {
            Number::Observations => self.dialect.observation(false).0,
            Number::Level(_) => b"g",
            _ if self.sends_changes() => b"c",
            _ => b"g",
        };
        self.dialect.write_before(&line.name.head, labels, before);
        behind.push(b'|');
        behind.extend_from_slice(letters);
        self.dialect.write_behind(labels, behind);
        behind.push(b'\n');
    }

    #[inline]
    fn can_say(&self, number: Number, omitted: &mut Omitted) -> bool {
        let other = number.real().filter(|real| !real.is_finite());
        if let Some(other) = other {
            omitted.note_number(other);
        }
        other.is_none()
    }

    #[inline]
    fn write_plain(&self, number: Number, out: &mut Vec<u8>) {
        write_number(number, out);
    }

    /// A number with a sign is added to a gauge. From 0 on that is the same.
    #[inline]
    fn needs_zero(&self, number: Number) -> bool {
        matches!(number, Number::Level(real) | Number::Sum(real) if real < 0.0)
    }

    fn sends_changes(&self) -> bool {
        self.streams && self.types == Types::Native
    }

    fn start(&mut self) {
        self.sent.start();
    }

    fn missing(&mut self, life: u64, total: f64, omitted: &mut Omitted) -> Option<f64> {
        self.sent.start_counter(life);
        let difference = self.sent.difference(Number::Total(total), omitted)?;
        difference.more.real()
    }

    fn ahead(&self, life: u64, total: f64) -> f64 {
        (self.sent.counted(life) - total).max(0.0)
    }

    #[inline]
    fn wrote_addition(&mut self, life: u64, amount: f64, bytes: Range<usize>) {
        self.sent.start_counter(life);
        let addition = self.sent.addition(amount);
        self.sent.wrote(bytes, addition);
    }

    fn rename(&mut self, life: u64, now: u64) {
        self.sent.rename(life, now);
    }

    fn forget_gone(&mut self) {
        self.sent.forget_gone();
    }

    fn scale(&self, is_seconds: bool) -> f64 {
        self.dialect.observation(is_seconds).1
    }
}
