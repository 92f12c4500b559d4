//! What lines begin with, kept from one encoding to the next for who encodes the same series again
//! and again: then a line is a copy and a number.

use ppc_core::LabelSet;

/// The starts of all lines of the last encoding, family by family.
#[derive(Debug, Default)]
pub(super) struct Kept {
    families: Vec<Starts>,
    /// The labels of the client, which are in them.
    client: LabelSet,
    /// Whether anything is kept at all.
    pub(super) is_on: bool,
    mode: Mode,
    /// The next family, and the next line of the one at hand.
    family: usize,
    line: usize,
}

/// What is done with the lines of the family at hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    #[default]
    Off,
    Note,
    Replay,
}

/// Those of one family.
#[derive(Debug, Default)]
struct Starts {
    /// Of the list of series, once all are noted: see `FamilySnapshot::order`.
    order: Option<u64>,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Kept {
    /// Begins an encoding, with these labels of the client.
    pub(super) fn start_snapshot(&mut self, client: &LabelSet) {
        self.family = 0;
        self.mode = Mode::Off;
        if self.is_on && self.client != *client {
            self.client = client.clone();
            self.families.clear();
        }
    }

    /// Begins a family; one without an order is not kept, as its lines may be others each time.
    pub(super) fn start_family(&mut self, order: Option<u64>) {
        self.mode = Mode::Off;
        let Some(order) = order.filter(|_| self.is_on) else {
            return;
        };
        if self.family == self.families.len() {
            self.families.push(Starts::default());
        }
        let starts = &mut self.families[self.family];
        self.mode = if starts.order == Some(order) {
            Mode::Replay
        } else {
            starts.order = None;
            starts.text.clear();
            starts.ends.clear();
            Mode::Note
        };
        self.family += 1;
        self.line = 0;
    }

    /// Whether the starts of the family's lines are there already.
    #[inline]
    pub(super) fn replays(&self) -> bool {
        self.mode == Mode::Replay
    }

    /// Appends what the next line begins with: what `write` writes, or wrote last time.
    #[inline]
    pub(super) fn start_line(&mut self, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
        let starts = match self.mode {
            Mode::Off => return write(out),
            // It began the family.
            Mode::Note | Mode::Replay => &mut self.families[self.family - 1],
        };
        if self.mode == Mode::Replay {
            let begin = match self.line {
                0 => 0,
                line => starts.ends[line - 1],
            };
            out.extend_from_slice(&starts.text[begin..starts.ends[self.line]]);
            self.line += 1;
            return;
        }
        let begin = out.len();
        write(out);
        starts.text.extend_from_slice(&out[begin..]);
        starts.ends.push(starts.text.len());
    }

    /// All lines of the family at hand are written.
    pub(super) fn end_family(&mut self, order: Option<u64>) {
        if self.mode == Mode::Note {
            self.families[self.family - 1].order = order;
        }
    }
}
