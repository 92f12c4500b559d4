//! What a gateway that adds up has been told, remembered from one client to the next: totals go on
//! rising for as long as the process runs, and must not be told again from zero.

use std::ops::Range;
use std::sync::Mutex;

use ppc_core::{Identity, LabelSet, Snapshot};

use crate::encode::{DeltaExposition, Encoder, Gauges, Omitted};
use crate::lock::lock;
use crate::os::PerProcess;
use crate::push::Pushing;

/// An encoder of differences that goes on where the last one for the same ended.
#[derive(Debug)]
pub(super) struct Remembered {
    /// Nothing where the source cannot be known again.
    key: Option<Key>,
    /// Nothing while another client has it.
    encoder: Option<DeltaExposition>,
    fresh: Option<DeltaExposition>,
    gauges: Gauges,
    is_last: bool,
}

/// What tells one series of pushes from others.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    place: String,
    source: Identity,
    labels: LabelSet,
}

/// What is remembered for a key.
type Entry = (Key, Present);

/// Where an encoder is.
#[derive(Debug)]
enum Present {
    Here(Box<DeltaExposition>),
    /// A client has it, which pushes what others record as well.
    Lent,
    /// A client has it for its last push, which may have been read already.
    LentForLast,
}

static REMEMBERED: PerProcess<Mutex<Vec<Entry>>> = PerProcess::new();

/// So many are remembered. Of places made up anew for each run, the oldest are forgotten.
const MANY: usize = 256;

impl Remembered {
    pub(super) fn new(
        place: &str,
        pushing: &Pushing<'_>,
        gauges: Gauges,
        taken: Vec<String>,
    ) -> Self {
        let key = pushing.source.map(|source| Key {
            place: place.to_owned(),
            source: source.clone(),
            labels: pushing.labels.clone(),
        });
        Self {
            key,
            encoder: None,
            fresh: Some(DeltaExposition::new(gauges).taken_labels(taken)),
            gauges,
            is_last: false,
        }
    }

    /// Takes what is remembered, unless another client has it.
    fn take(&mut self) {
        let Some(key) = &self.key else {
            self.encoder = self.fresh.take();
            return;
        };
        let lent = if self.is_last {
            Present::LentForLast
        } else {
            Present::Lent
        };
        let mut all = lock(REMEMBERED.get());
        if let Some((_, present)) = all.iter_mut().find(|(known, _)| known == key) {
            if let Present::Here(_) = present
                && let Present::Here(encoder) = std::mem::replace(present, lent)
            {
                self.encoder = Some(*encoder);
            }
        } else {
            let is_here = |(_, present): &Entry| matches!(present, Present::Here(_));
            if all.len() >= MANY
                && let Some(oldest) = all.iter().position(is_here)
            {
                all.remove(oldest);
            }
            all.push((key.clone(), lent));
            self.encoder = self.fresh.take();
        }
        if let Some(encoder) = &mut self.encoder {
            encoder.begin_again(self.gauges);
        }
    }
}

impl Encoder for Remembered {
    fn encode(&mut self, snapshot: &Snapshot, labels: &LabelSet, out: &mut Vec<u8>) -> Omitted {
        if self.encoder.is_none() {
            self.take();
        }
        // While another client pushes the same, it does so for both.
        let Some(encoder) = &mut self.encoder else {
            return Omitted::default();
        };
        if self.is_last {
            encoder.begin_last();
        }
        encoder.encode(snapshot, labels, out)
    }

    fn begin_last(&mut self) {
        self.is_last = true;
        let (Some(key), Some(_)) = (&self.key, &self.encoder) else {
            return;
        };
        let mut all = lock(REMEMBERED.get());
        if let Some((_, present)) = all.iter_mut().find(|(known, _)| known == key) {
            *present = Present::LentForLast;
        }
    }

    fn must_wait(&mut self) -> bool {
        if self.is_last && self.encoder.is_none() {
            self.take();
        }
        let (Some(key), None) = (&self.key, &self.encoder) else {
            return false;
        };
        let all = lock(REMEMBERED.get());
        let known = all.iter().find(|(known, _)| known == key);
        self.is_last && known.is_some_and(|(_, present)| matches!(present, Present::LentForLast))
    }

    fn delivered(&mut self, lines: Range<usize>) {
        if let Some(encoder) = &mut self.encoder {
            encoder.delivered(lines);
        }
    }
}

impl Drop for Remembered {
    fn drop(&mut self) {
        let (Some(key), Some(encoder)) = (&self.key, self.encoder.take()) else {
            return;
        };
        let mut all = lock(REMEMBERED.get());
        if let Some(index) = all.iter().position(|(known, _)| known == key) {
            // To the end, where the newest are.
            let (key, _) = all.remove(index);
            all.push((key, Present::Here(Box::new(encoder))));
        }
    }
}
