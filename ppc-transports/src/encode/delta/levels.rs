//! What was sent of what goes up and down: of gauges, infos and state sets.

use std::collections::HashMap;
use std::ops::Range;

use crate::encode::pending::Pending;
use crate::encode::{Omitted, number};

/// What each line added up to at the gateway, and what the encoding at hand would add to that.
///
/// A line is known by its text up to the number. That is all it takes to take back what a series
/// added that is gone, or an info whose facts are others now.
#[derive(Debug, Default)]
pub(super) struct Levels {
    families: Vec<Family>,
    /// Where each is in the list, by its name.
    index: HashMap<Box<str>, usize>,
    /// Of the lines at hand.
    family: usize,
    round: u64,
    is_last: bool,
    pending: Pending<Note>,
    /// What [`Note::text`] points to.
    text: Vec<u8>,
}

/// The lines of a family.
#[derive(Debug)]
struct Family {
    name: Box<str>,
    header: Box<[u8]>,
    lines: HashMap<Box<[u8]>, Level>,
    round: u64,
}

/// One line.
#[derive(Clone, Copy, Debug)]
struct Level {
    /// The sum of the differences that arrived, added as the gateway adds them.
    sent: f64,
    /// When it was last encoded.
    round: u64,
}

/// What a line will have added up to.
#[derive(Debug)]
struct Note {
    family: usize,
    text: Range<usize>,
    /// Nothing where the line is gone.
    after: Option<f64>,
}

impl Levels {
    /// Begins an encoding; what is pending of the one before did not arrive.
    pub(super) fn start(&mut self) {
        self.round += 1;
        self.pending.clear();
        self.text.clear();
        self.forget_empty();
    }

    /// Lets go of families that are gone and taken back: a foreign source may have ever new ones.
    fn forget_empty(&mut self) {
        let before = self.families.len();
        let last = self.round.saturating_sub(1);
        self.families
            .retain(|family| family.round >= last || !family.lines.is_empty());
        if self.families.len() < before {
            let places = self.families.iter().enumerate();
            let places = places.map(|(at, family)| (family.name.clone(), at));
            self.index = places.collect();
        }
    }

    /// What is there is sent again.
    pub(super) fn begin_again(&mut self) {
        self.is_last = false;
    }

    /// The next encoding takes everything back.
    pub(super) fn begin_last(&mut self) {
        self.is_last = true;
    }

    /// Whether this is the encoding that takes everything back.
    pub(super) fn is_last(&self) -> bool {
        self.is_last
    }

    /// Begins a family with this header.
    pub(super) fn start_family(&mut self, name: &str, header: &[u8]) {
        self.family = self.index.get(name).copied().unwrap_or_else(|| {
            self.index.insert(name.into(), self.families.len());
            self.families.push(Family {
                name: name.into(),
                header: header.into(),
                lines: HashMap::new(),
                round: 0,
            });
            self.families.len() - 1
        });
        self.families[self.family].round = self.round;
    }

    /// Ends the line that begins at `start` by what is missing to `value`, or takes it back where
    /// nothing is.
    pub(super) fn write(
        &mut self,
        start: usize,
        value: f64,
        out: &mut Vec<u8>,
        omitted: &mut Omitted,
    ) {
        let value = if self.is_last { 0.0 } else { value };
        let text = &out[start..];
        let known = self.families[self.family].lines.get_mut(text);
        let sent = known.as_ref().map(|level| level.sent);
        if let Some(level) = known {
            level.round = self.round;
        }
        let difference = value - sent.unwrap_or(0.0);
        if difference.is_finite() && (difference != 0.0 || sent.is_none()) {
            let after = Some(sent.unwrap_or(0.0) + difference);
            self.end_line(start, difference, after, out);
            return;
        }
        if !difference.is_finite() {
            omitted.note_number(value);
        }
        out.truncate(start);
    }

    /// Appends the lines that take back what those of the family added that are gone.
    pub(super) fn take_back_gone(&mut self, out: &mut Vec<u8>) {
        let round = self.round;
        let lines = &mut self.families[self.family].lines;
        lines.retain(|_, level| level.round == round || level.sent != 0.0);
        let gone = lines.iter().filter(|(_, level)| level.round != round);
        let mut gone: Vec<(Box<[u8]>, f64)> = gone
            .map(|(text, level)| (text.clone(), level.sent))
            .collect();
        gone.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (text, sent) in gone {
            let start = out.len();
            out.extend_from_slice(&text);
            self.end_line(start, -sent, None, out);
        }
    }

    /// The same for the families that were not in the encoding at all.
    pub(super) fn take_back_families(&mut self, out: &mut Vec<u8>) {
        for index in 0..self.families.len() {
            let family = &self.families[index];
            if family.round == self.round {
                continue;
            }
            let before = out.len();
            out.extend_from_slice(&family.header);
            let after = out.len();
            self.family = index;
            self.take_back_gone(out);
            if out.len() == after {
                out.truncate(before);
            }
        }
    }

    /// These lines arrived.
    pub(super) fn delivered(&mut self, lines: &Range<usize>) {
        for note in self.pending.arrived(lines) {
            let known = &mut self.families[note.family].lines;
            let text = &self.text[note.text.clone()];
            match (note.after, known.get_mut(text)) {
                (Some(sent), Some(level)) => level.sent = sent,
                (Some(sent), None) => {
                    let round = self.round;
                    known.insert(text.into(), Level { sent, round });
                }
                (None, _) => {
                    known.remove(text);
                }
            }
        }
    }

    /// Ends the line that begins at `start` by a difference.
    fn end_line(&mut self, start: usize, difference: f64, after: Option<f64>, out: &mut Vec<u8>) {
        let text = self.text.len();
        self.text.extend_from_slice(&out[start..]);
        number::write(difference, out);
        out.push(b'\n');
        let note = Note {
            family: self.family,
            text: text..self.text.len(),
            after,
        };
        self.pending.push(start..out.len(), note);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_that_are_gone_are_forgotten() {
        let mut levels = Levels::default();
        for index in 0..100 {
            let mut out = Vec::new();
            levels.start();
            let name = format!("family_{index}");
            levels.start_family(&name, b"");
            out.extend_from_slice(name.as_bytes());
            levels.write(0, 1.0, &mut out, &mut Omitted::default());
            levels.take_back_gone(&mut out);
            levels.take_back_families(&mut out);
            levels.delivered(&(0..out.len()));
            let lines = String::from_utf8(out).unwrap();
            let expected = if index == 0 { 1 } else { 2 };
            assert_eq!(lines.lines().count(), expected, "{lines}");
        }
        assert!(levels.families.len() <= 3, "{}", levels.families.len());
        assert_eq!(levels.families.len(), levels.index.len());
    }
}
