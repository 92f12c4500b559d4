//! Texts of other programs and libraries: the text format 0.0.4 and OpenMetrics 1.0.
//!
//! Lines are read one by one (`reader`, `line`, `cursor`), and say something of a family or are
//! samples (`document`); those of a family become series (`points`), and these values (`values`), which a
//! mirror is told. Nothing is told before everything was read.

mod cursor;
mod document;
mod fault;
mod line;
mod points;
mod reader;
mod rules;
mod strict;
mod tell;
#[cfg(test)]
mod tests;
mod types;
mod values;

pub(super) use rules::Rules;
pub(super) use tell::Parsed;
