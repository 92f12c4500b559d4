//! The labels that lines of a series have for themselves: `le`, `quantile`, the states.

use ppc_core::{Descriptor, Kind};

use super::format::LineFormat;
use super::texts::Texts;

/// Those of the family at hand, in the order of its lines.
#[derive(Debug, Default)]
pub(super) struct Places {
    texts: Texts,
    /// A bit for each state that became the same text as another one, which is sent in its place.
    collided: u64,
}

impl Places {
    pub(super) fn start_family<F: LineFormat>(&mut self, format: &F, descriptor: &Descriptor) {
        self.texts.clear();
        self.collided = 0;
        if !format.has_labels() {
            return;
        }
        match descriptor.kind() {
            // Of bounds and quantiles no two become one: what is replaced in them, `+` and `.`,
            // does not stand in the same place twice.
            Kind::Histogram => self.write(format, "le", descriptor.buckets().le()),
            Kind::Summary => self.write(format, "quantile", descriptor.quantile_labels()),
            Kind::StateSet => {
                let label = descriptor.names().family();
                if self.write(format, label, descriptor.states()) {
                    self.find_collisions(format, descriptor);
                }
                false
            }
            _ => false,
        };
    }

    /// Whether something in the values was replaced.
    fn write<'a, F: LineFormat>(
        &mut self,
        format: &F,
        label: &str,
        values: impl Iterator<Item = &'a str>,
    ) -> bool {
        let mut changed = false;
        for value in values {
            changed |= self
                .texts
                .push(|out| write_label(format, label, value, out));
        }
        changed
    }

    /// Of states that are one text now, the one goes that says what it did before, else the first.
    #[cold]
    fn find_collisions<F: LineFormat>(&mut self, format: &F, descriptor: &Descriptor) {
        let changed =
            |state: &&str| !state.is_empty() && format.write_value(state, &mut Vec::new());
        let order = descriptor.states().map(|state| changed(&state));
        let texts = order.zip(self.texts.iter()).enumerate();
        let mut texts: Vec<_> = texts
            .map(|(at, (changed, text))| (text, changed, at))
            .collect();
        texts.sort_unstable();
        for pair in texts.windows(2) {
            if pair[0].0 == pair[1].0 {
                self.collided |= 1 << pair[1].2;
            }
        }
    }

    /// The label of each line, in their order.
    pub(super) fn labels(&self) -> impl Iterator<Item = &[u8]> {
        self.texts.iter()
    }

    /// Whether another state is sent in the place of this one.
    pub(super) fn is_collided(&self, state: usize) -> bool {
        self.collided >> state & 1 == 1
    }

    /// How many of them there are.
    pub(super) fn count_collided(&self) -> u64 {
        self.collided.count_ones().into()
    }
}

/// Appends a label. One that is empty is left out: no format of lines has a way to write it, and
/// to Prometheus an empty label and none are the same. Returns whether something was replaced.
pub(super) fn write_label<F: LineFormat>(
    format: &F,
    name: &str,
    value: &str,
    out: &mut Vec<u8>,
) -> bool {
    if value.is_empty() {
        return false;
    }
    format.write_label(name, out);
    format.write_value(value, out)
}
