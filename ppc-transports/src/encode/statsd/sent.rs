//! What was sent of totals, line by line, because a datagram may end between two lines of a series.

use std::ops::Range;

use ppc_core::{SeriesSnapshot, Value};

use crate::encode::Omitted;
use crate::encode::ids::IdMap;
use crate::encode::lines::Number;
use crate::encode::pending::Pending;
use crate::encode::restart::fell;

/// Stands for a line that never arrived: no sum has these bits, and no count gets there.
const UNKNOWN: u64 = u64::MAX;

/// What was sent of each line, and what the encoding at hand would add to that.
///
/// Of a sum it is the sum of the differences that arrived, added as the server adds them: then the
/// next difference makes good for what rounding lost in those before.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// Where each series is in the list, by the number of its life, so that one that begins from
    /// zero again is a new one.
    index: IdMap<usize>,
    series: Vec<Series>,
    /// Places in the list that are free.
    free: Vec<usize>,
    round: u64,
    /// How many series there were in this round.
    met: usize,
    /// The places in the list of the series in the order of the encodings, which is the same from
    /// one to the next, as a rule: then no look-up is needed.
    order: Vec<usize>,
    /// How many of them came in this encoding.
    come: usize,
    /// The line that comes next.
    place: Place,
    pending: Pending<Note>,
}

/// One series.
#[derive(Debug)]
struct Series {
    /// The number of its life; nothing once it is gone.
    life: Option<u64>,
    /// What arrived of each line: a count, or the bits of a sum.
    lines: Box<[u64]>,
    /// What the series said when it was last encoded.
    seen: Box<[u64]>,
    /// When it was.
    round: u64,
}

/// A line by its series, and its place in that.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    series: usize,
    line: usize,
}

/// What a line adds to what was sent.
#[derive(Debug)]
struct Note {
    place: Place,
    more: Number,
}

/// What a line has to say.
#[derive(Debug)]
pub(super) struct Difference {
    /// What came on top.
    pub(super) more: Number,
    note: Note,
}

impl Sent {
    /// Begins an encoding; what is pending of the one before did not arrive.
    pub(super) fn start(&mut self) {
        self.round += 1;
        self.met = 0;
        self.come = 0;
        self.pending.clear();
    }

    /// The lines that follow are those of this series, in the order that all its encodings have.
    pub(super) fn start_series(&mut self, series: &SeriesSnapshot<'_>, value: Value<'_>) {
        // Buckets count what is in those below them as well, which is how they are sent.
        let (added, lines) = match value {
            Value::Counter(_) => (1, 1),
            Value::Summary { .. } => (2, 2),
            Value::Histogram(_) => (series.words().len(), series.words().len() + 1),
            _ => return,
        };
        let words = &series.words()[..added];
        let at = self.find(series.life(), lines, added);
        let series = &mut self.series[at];
        if fell(words, &series.seen) {
            let known = series.lines.iter_mut().filter(|line| **line != UNKNOWN);
            known.for_each(|line| *line = 0);
        }
        series.seen.copy_from_slice(words);
        self.met += usize::from(series.round != self.round);
        series.round = self.round;
        self.place = Place {
            series: at,
            line: 0,
        };
    }

    /// The line that follows is that of a counter of this life, in any order.
    #[inline]
    pub(super) fn start_counter(&mut self, life: u64) {
        let at = match self.series.get(self.place.series) {
            // Often it is the same as before.
            Some(series) if series.life == Some(life) => self.place.series,
            _ => self.look_up(life, 1, 1),
        };
        let series = &mut self.series[at];
        self.met += usize::from(series.round != self.round);
        series.round = self.round;
        self.place = Place {
            series: at,
            line: 0,
        };
    }

    /// What was sent of a counter of this life.
    pub(super) fn counted(&self, life: u64) -> f64 {
        let at = self.index.get(&life);
        let sent = at.map_or(UNKNOWN, |at| self.series[*at].lines[0]);
        if sent == UNKNOWN {
            0.0
        } else {
            f64::from_bits(sent)
        }
    }

    /// What the next line has to say of an amount that came on top of everything before.
    pub(super) fn addition(&self, amount: f64) -> Difference {
        let (place, more) = (self.place, Number::Sum(amount));
        let note = Note { place, more };
        Difference { more, note }
    }

    /// Where a series is in the list, in which it may be new.
    fn find(&mut self, life: u64, lines: usize, added: usize) -> usize {
        let come = self.come;
        self.come += 1;
        if let Some(&at) = self.order.get(come)
            && self.series[at].life == Some(life)
        {
            return at;
        }
        let at = self.look_up(life, lines, added);
        self.order.truncate(come);
        self.order.push(at);
        at
    }

    fn look_up(&mut self, life: u64, lines: usize, added: usize) -> usize {
        *self.index.entry(life).or_insert_with(|| {
            let new = Series {
                life: Some(life),
                lines: vec![UNKNOWN; lines].into(),
                seen: vec![0; added].into(),
                round: 0,
            };
            if let Some(at) = self.free.pop() {
                self.series[at] = new;
                return at;
            }
            self.series.push(new);
            self.series.len() - 1
        })
    }

    /// What the next line of the series at hand has to say; nothing where that is nothing.
    pub(super) fn difference(
        &mut self,
        number: Number,
        omitted: &mut Omitted,
    ) -> Option<Difference> {
        let place = self.place;
        self.place.line += 1;
        let sent = self.series[place.series].lines[place.line];
        let (is_new, sent) = if sent == UNKNOWN {
            (true, 0)
        } else {
            (false, sent)
        };
        let (more, is_more) = match number {
            Number::Observations => return None,
            Number::Count(now) => {
                let more = now.wrapping_sub(sent);
                (Number::Count(more), more > 0)
            }
            Number::Total(now) | Number::Sum(now) | Number::Level(now) => {
                let sent = f64::from_bits(sent);
                let more = now - sent;
                if !more.is_finite() {
                    omitted.note_number(more);
                    return None;
                }
                // Rounding may have sent the last digit of a counter too much, which is not taken
                // back.
                let falls = more < 0.0 && matches!(number, Number::Sum(_));
                (Number::Sum(more), more > 0.0 || falls)
            }
        };
        let note = Note { place, more };
        (is_new || is_more).then_some(Difference { more, note })
    }

    /// The difference stands in this line.
    pub(super) fn wrote(&mut self, line: Range<usize>, difference: Difference) {
        self.pending.push(line, difference.note);
    }

    /// The lines from here on were taken away again.
    pub(super) fn take_back(&mut self, start: usize) {
        self.pending.truncate(start);
    }

    /// The life of a series has another number from now on.
    pub(super) fn rename(&mut self, life: u64, now: u64) {
        if let Some(at) = self.index.remove(&life) {
            self.series[at].life = Some(now);
            // Another place in the list is not used again: what is pending may name it.
            self.index.insert(now, at);
        }
    }

    /// Forgets the series that were not in the encoding: what they counted stays at the server.
    pub(super) fn forget_gone(&mut self) {
        if self.met == self.index.len() {
            return;
        }
        self.index.retain(|_, at| {
            let is_there = self.series[*at].round == self.round;
            if !is_there {
                self.series[*at].life = None;
                self.free.push(*at);
            }
            is_there
        });
    }

    /// These lines arrived.
    pub(super) fn delivered(&mut self, lines: &Range<usize>) {
        for Note { place, more } in self.pending.arrived(lines) {
            let sent = &mut self.series[place.series].lines[place.line];
            let before = if *sent == UNKNOWN { 0 } else { *sent };
            *sent = match more.real() {
                Some(more) => (f64::from_bits(before) + more).to_bits(),
                None => before.wrapping_add(more.count()),
            };
        }
    }
}
