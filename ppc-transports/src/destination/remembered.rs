//! What a place that adds up has been told, remembered from one client to the next: totals go on
//! rising for as long as the process runs, and must not be told again from zero.

use std::fmt;
use std::mem;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ppc_core::{Identity, LabelSet, Snapshot};

use crate::encode::{Encoder, Event, Held, Lines, Omitted, StreamEncoder, When};
use crate::lock::{lock, lock_at_end};
use crate::log;
use crate::os::{PerProcess, ThreadId};
use crate::push::Pushing;

/// An encoder of differences that can go on for another client.
pub(super) trait Resume: Encoder + Sized + 'static {
    /// Whether what may have arrived can be sent once more without harm.
    const IS_REPEATABLE: bool = false;

    /// What clients may set, each for itself.
    type Settings: fmt::Debug + Send;

    /// Where all of this kind are remembered.
    fn store() -> &'static Store<Self>;

    /// One that knows nothing yet.
    fn fresh(settings: &Self::Settings) -> Self;

    /// Values are encoded so often from now on, at the least.
    fn adapt(_: &mut Self::Settings, _: Duration) {}

    /// Goes on, for a client with these settings.
    fn resume(&mut self, settings: &Self::Settings);
}

/// An encoder of differences that goes on where the last one for the same ended.
#[derive(Debug)]
pub(super) struct Remembered<E: Resume> {
    /// Nothing where the source cannot be known again.
    key: Option<Key>,
    /// Nothing while another client has it.
    encoder: Option<Shared<E>>,
    settings: E::Settings,
    /// What may have arrived is not sent again.
    at_most_once: bool,
    is_last: bool,
    /// Nothing was learned since the encoder was taken.
    is_new: bool,
}

/// What tells one series of pushes from others.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    place: String,
    source: Identity,
    labels: LabelSet,
}

/// Shared with what is remembered, because a client may never give it back: its thread exits.
type Shared<E> = Arc<Mutex<E>>;

/// What is remembered for a key.
#[derive(Debug)]
struct Entry<E> {
    key: Key,
    encoder: Shared<E>,
    lent: Option<Loan>,
}

/// A client has the encoder.
#[derive(Clone, Copy, Debug)]
struct Loan {
    to: ThreadId,
    /// For its last push, which may have been read already; otherwise it pushes what others record
    /// as well.
    for_last: bool,
}

/// All that is remembered of one kind of encoder.
pub(super) struct Store<E: 'static>(PerProcess<Mutex<Vec<Entry<E>>>>);

impl<E: Send> Store<E> {
    pub(super) const fn new() -> Self {
        Self(PerProcess::new())
    }
}

/// So many are remembered. Of places made up anew for each run, the oldest are forgotten.
const MANY: usize = 1024;

impl<E: Resume> Remembered<E> {
    pub(super) fn new(
        place: &str,
        pushing: &Pushing<'_>,
        settings: E::Settings,
        at_most_once: bool,
    ) -> Self {
        let key = pushing.source.map(|source| Key {
            place: place.to_owned(),
            source: source.clone(),
            labels: pushing.labels.clone(),
        });
        Self {
            key,
            encoder: None,
            settings,
            at_most_once,
            is_last: false,
            is_new: true,
        }
    }

    /// Takes what is remembered, unless another client has it.
    fn take(&mut self) {
        let loan = Loan {
            to: ThreadId::current(),
            for_last: self.is_last,
        };
        let fresh = || Arc::new(Mutex::new(E::fresh(&self.settings)));
        let Some(key) = &self.key else {
            self.encoder = Some(fresh());
            return;
        };
        let mut all = lock(E::store().0.get());
        let Some(entry) = all.iter_mut().find(|entry| entry.key == *key) else {
            // Registries that were made for one run go with it.
            all.retain(|entry| entry.lent.is_some() || !entry.key.source.outlives());
            if all.len() >= MANY
                && let Some(oldest) = all.iter().position(|entry| entry.lent.is_none())
            {
                all.remove(oldest);
            }
            let encoder = fresh();
            self.encoder = Some(Arc::clone(&encoder));
            return all.push(Entry {
                key: key.clone(),
                encoder,
                lent: Some(loan),
            });
        };
        match entry.lent {
            None => {}
            // The client was in the middle of something that called `exit`, and never goes on.
            Some(other) if log::is_silent_here() && other.to == loan.to => {
                if self.at_most_once
                    && let Some(mut encoder) = lock_at_end(&entry.encoder)
                {
                    encoder.delivered(0..usize::MAX);
                }
            }
            Some(_) => return,
        }
        entry.lent = Some(loan);
        let Some(mut encoder) = lock_at_end(&entry.encoder) else {
            return;
        };
        encoder.resume(&self.settings);
        self.encoder = Some(Arc::clone(&entry.encoder));
    }

    /// Who has what is remembered, where that is somebody else.
    fn lent(&self) -> Option<Loan> {
        let (Some(key), None) = (&self.key, &self.encoder) else {
            return None;
        };
        let all = lock(E::store().0.get());
        all.iter().find(|entry| entry.key == *key)?.lent
    }

    /// Notes who has the encoder, where it is this client.
    fn note(&self, lent: Option<Loan>) {
        let (Some(key), Some(_)) = (&self.key, &self.encoder) else {
            return;
        };
        let mut all = lock(E::store().0.get());
        if let Some(index) = all.iter().position(|entry| entry.key == *key) {
            // To the end, where the newest are.
            let entry = all.remove(index);
            all.push(Entry { lent, ..entry });
        }
    }
}

impl<E: Resume> Encoder for Remembered<E> {
    fn encode(&mut self, snapshot: &Snapshot, labels: &LabelSet, out: &mut Vec<u8>) -> Omitted {
        // While another client pushes the same, it does so for both; also where it has ended since
        // the values were read: it may have told newer ones.
        let Some(encoder) = &self.encoder else {
            return Omitted::default();
        };
        let mut encoder = lock(encoder);
        if self.is_last {
            encoder.begin_last();
        }
        encoder.encode(snapshot, labels, out)
    }

    fn set_period(&mut self, period: Duration) {
        E::adapt(&mut self.settings, period);
        if let Some(encoder) = &self.encoder {
            lock(encoder).resume(&self.settings);
        }
    }

    fn begin_last(&mut self) {
        self.is_last = true;
        self.note(Some(Loan {
            to: ThreadId::current(),
            for_last: true,
        }));
    }

    fn must_wait(&mut self) -> bool {
        if self.encoder.is_none() {
            self.take();
            self.is_new = true;
        }
        self.is_last && self.lent().is_some_and(|loan| loan.for_last)
    }

    /// Another destination of the same client may wait for it.
    fn end_last(&mut self) {
        self.note(None);
        self.encoder = None;
    }

    fn is_repeatable(&self) -> bool {
        E::IS_REPEATABLE
    }

    fn changes(&mut self) -> Option<&mut dyn StreamEncoder> {
        Some(self)
    }

    fn delivered(&mut self, lines: Range<usize>) {
        if let Some(encoder) = &self.encoder {
            lock(encoder).delivered(lines);
        }
    }
}

impl<E: Resume> Remembered<E> {
    /// Has the encoder do something with changes, where no other client has it.
    fn with_changes<T>(&mut self, act: impl FnOnce(&mut dyn StreamEncoder) -> T) -> Option<T> {
        let mut encoder = lock(self.encoder.as_ref()?);
        encoder.changes().map(act)
    }
}

/// Of a stream. While another client pushes the same, it does so for both.
impl<E: Resume> StreamEncoder for Remembered<E> {
    fn start(&mut self) {
        self.with_changes(|changes| changes.start());
    }

    fn encode_changes(&mut self, events: &[Event], lines: &mut Lines) -> usize {
        if self.is_new && self.encoder.is_some() {
            return 0; // to be learned first
        }
        self.with_changes(|changes| changes.encode_changes(events, lines))
            .unwrap_or(events.len())
    }

    fn learn(
        &mut self,
        snapshot: (&Snapshot, &LabelSet),
        held: &dyn Held,
        when: When<'_>,
        lines: &mut Lines,
    ) {
        let is_taken_over = self.encoder.is_some() && mem::take(&mut self.is_new);
        self.with_changes(|changes| match when {
            // Another client has told a part of it: what of all totals, but for the changes that
            // wait, was not sent yet is said now.
            When::Between | When::Review if is_taken_over => {
                let told_from = mem::replace(&mut lines.told_from, u64::MAX);
                let when = When::Start {
                    before: &Snapshot::new(),
                    is_whole: false,
                };
                changes.learn(snapshot, held, when, lines);
                lines.told_from = told_from;
            }
            _ => changes.learn(snapshot, held, when, lines),
        });
    }

    fn catch_up(&mut self, all: bool, lines: &mut Lines) {
        self.with_changes(|changes| changes.catch_up(all, lines));
    }

    fn stop(&mut self) {
        self.with_changes(|changes| changes.stop());
    }
}

impl<E: Resume> Drop for Remembered<E> {
    fn drop(&mut self) {
        self.note(None);
    }
}

#[cfg(test)]
mod tests {
    use ppc_core::{Counter, Registry, Source};

    use super::*;
    use crate::encode::{DeltaExposition, Gauges};

    fn push(place: &str, registry: &Registry) -> String {
        let (source, labels) = (Source::identity(registry), LabelSet::new());
        let pushing = Pushing {
            source: source.as_ref(),
            labels: &labels,
            streams: false,
            period: Duration::from_secs(1),
        };
        let settings = (Gauges::Delta, Vec::new());
        let (mut encoder, mut out) = (
            Remembered::<DeltaExposition>::new(place, &pushing, settings, true),
            Vec::new(),
        );
        assert!(!encoder.must_wait());
        encoder.encode(&registry.gather(), &labels, &mut out);
        encoder.delivered(0..out.len());
        String::from_utf8(out).unwrap()
    }

    fn remembered(place: &str) -> usize {
        let all = lock(DeltaExposition::store().0.get());
        all.iter().filter(|entry| entry.key.place == place).count()
    }

    #[test]
    fn f11_the_next_client_goes_on_where_the_last_one_ended() {
        let registry = Registry::new();
        let counter = Counter::builder("c").register(&registry).unwrap();
        counter.inc_by(2);
        assert!(push("a", &registry).ends_with("c_total 2\n"));
        counter.inc();
        assert!(push("a", &registry).ends_with("c_total 1\n"));
        assert!(
            push("b", &registry).ends_with("c_total 3\n"),
            "another place"
        );
    }

    #[test]
    fn f11_values_that_were_read_before_another_client_ended_are_not_told() {
        let registry = Registry::new();
        let counter = Counter::builder("c").register(&registry).unwrap();
        let (source, labels) = (Source::identity(&registry), LabelSet::new());
        let pushing = Pushing {
            source: source.as_ref(),
            labels: &labels,
            streams: false,
            period: Duration::from_secs(1),
        };
        let client = || {
            let settings = (Gauges::Delta, Vec::new());
            Remembered::<DeltaExposition>::new("older", &pushing, settings, true)
        };
        let (mut one, mut other, mut out) = (client(), client(), Vec::new());
        assert!(!one.must_wait() && !other.must_wait(), "none is the last");
        counter.inc();
        let older = registry.gather();
        counter.inc();
        one.encode(&registry.gather(), &labels, &mut out);
        one.delivered(0..out.len());
        drop(one);
        out.clear();
        other.encode(&older, &labels, &mut out);
        assert_eq!(out, b"");
        counter.inc();
        assert!(!other.must_wait());
        other.encode(&registry.gather(), &labels, &mut out);
        assert!(out.ends_with(b"c_total 1\n"));
    }

    #[test]
    fn registries_that_are_gone_are_not_kept() {
        for _ in 0..10 {
            let registry = Registry::new();
            Counter::builder("c").register(&registry).unwrap().inc();
            push("gone", &registry);
        }
        assert!(remembered("gone") <= 1);
    }
}
