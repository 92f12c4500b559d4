//! Counters: a total that rises.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::block;
use super::feed::Change;
use super::numbers::{Shape, Totals};
use super::pinned::Pinned;
use super::place::OFTEN;
use super::series::Series;
use super::value::Cell;
use super::word::{add_own, add_shared, total};
use crate::amount::Number;
use crate::descriptor::Descriptor;

/// A counter: what was added with atomics. What threads added in words of theirs comes to it.
#[derive(Debug, Default)]
pub struct CounterCell(AtomicU64);

impl Series<CounterCell> {
    /// Adds an amount that is not negative and not NaN.
    #[inline]
    pub(crate) fn add(&self, amount: Number) {
        if let Some(word) = self.place.own_word() {
            add_own(word, amount);
        } else if self.writer.load(Relaxed) == block::current().id() {
            if add_shared(&self.cell.0, amount).is_multiple_of(OFTEN) {
                self.promote_hot();
            }
        } else {
            self.add_as_another(amount);
        }
    }

    /// The same as another thread than the one before.
    #[cold]
    fn add_as_another(&self, amount: Number) {
        if self.add_the_long_way(amount) {
            self.sign();
        }
    }

    /// The same through a handle, which is soon worth words of each thread.
    #[cold]
    pub(crate) fn add_held(&self, amount: Number) {
        if self.add_the_long_way(amount) {
            self.place.sign(self.cell.shape());
        }
    }

    /// True where the series may want words.
    fn add_the_long_way(&self, amount: Number) -> bool {
        self.renounce_inherited();
        let is_watched = self.tell(Change::Added(amount.as_f64().into()));
        if !is_watched && self.place.make_own() {
            self.add(amount);
            return false;
        }
        add_shared(&self.cell.0, amount);
        !is_watched
    }
}

impl Pinned<CounterCell> {
    /// Adds an amount that is not negative and not NaN, where this thread has a word for it.
    #[inline]
    pub(crate) fn add(&self, amount: Number) -> bool {
        let word = self.place().own_word();
        if let Some(word) = word {
            add_own(word, amount);
        }
        word.is_some()
    }
}

impl Cell for CounterCell {
    fn new(_: &Descriptor) -> Self {
        Self::default()
    }

    fn shape(&self) -> Option<Shape> {
        Some(Shape::Total)
    }

    /// The total.
    #[inline]
    fn read(&self, number: Option<u16>, totals: &Totals, words: &mut Vec<u64>) {
        let mut all = total(&self.0);
        if let Some(number) = number {
            totals.add_to(&mut all, number);
        }
        words.push(all.value().to_bits());
    }

    const IS_COUNTED: bool = true;

    fn begin(&self) -> bool {
        self.0.swap(0, Relaxed) != 0
    }

    fn subtract(reading: &mut [u64], base: &[u64]) {
        subtract_real(&mut reading[0], base[0]);
    }
}

/// Takes one float away from another.
pub(super) fn subtract_real(from: &mut u64, base: u64) {
    *from = (f64::from_bits(*from) - f64::from_bits(base)).to_bits();
}

#[cfg(test)]
mod tests {
    use super::super::ids::FamilyTag;
    use super::super::kept::Kept;
    use super::super::section::Section;
    use super::*;

    #[test]
    fn who_records_often_has_words_of_its_own() {
        let series = Kept::new(&(), CounterCell::default(), FamilyTag::default());
        for _ in 0..3 * OFTEN {
            let _section = Section::enter();
            series.found().add(Number::natural(1));
        }
        let has_own = series.found().place.own_word().is_some();
        assert_eq!(has_own, block::is_owned());
        // And so has another thread, from its first recording on.
        std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                let _section = Section::enter();
                series.found().add(Number::natural(1));
                series.found().place.own_word().is_some()
            });
            assert_eq!(other.join().unwrap(), block::is_owned());
        });
        let mut words = Vec::new();
        series.found().read(&Totals::sum_up(), &mut words);
        assert_eq!(words, [(3.0 * OFTEN as f64 + 1.0).to_bits()]);
    }
}
