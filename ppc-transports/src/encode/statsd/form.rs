//! The lines of StatsD.

use std::ops::Range;

use ppc_core::{Kind, SeriesSnapshot, Value};

use super::dialect::Dialect;
use super::sent::Sent;
use super::types::Types;
use crate::encode::lines::{Line, LineFormat, Name, Number};
use crate::encode::{Omitted, number};

/// How a line is written.
#[derive(Debug, Default)]
pub(super) struct StatsdLines {
    dialect: Dialect,
    pub(super) types: Types,
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

    /// Begins an encoding.
    pub(super) fn start(&mut self) {
        self.sent.start();
    }

    /// Forgets the series that were not in the encoding.
    pub(super) fn forget_gone(&mut self) {
        self.sent.forget_gone();
    }

    /// These lines arrived.
    pub(super) fn delivered(&mut self, lines: &Range<usize>) {
        self.sent.delivered(lines);
    }

    #[inline]
    fn write_line(&self, line: Line<'_>, number: Number, letter: u8, out: &mut Vec<u8>) {
        let labels = [line.labels, line.own];
        self.dialect.write_before(&line.name.head, labels, out);
        match number {
            Number::Count(count) => number::write_count(count, out),
            Number::Total(real) | Number::Sum(real) | Number::Level(real) => {
                number::write_decimal(real, out);
            }
        }
        out.extend_from_slice(&[b'|', letter]);
        self.dialect.write_behind(labels, out);
        out.push(b'\n');
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
        if let Some(real) = number.real() {
            if !real.is_finite() {
                omitted.note_number(real);
                return;
            }
            // A number with a sign is added to the gauge. From 0 on that is the same.
            if real < 0.0 {
                self.write_line(line, Number::Count(0), b'g', out);
            }
        }
        self.write_line(line, number, b'g', out);
    }

    fn take_back(&mut self, start: usize) {
        self.sent.take_back(start);
    }
}
