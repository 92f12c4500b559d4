//! How a lane sends the lines of a stream.

use std::mem;
use std::time::Instant;

use ppc_core::{LabelSet, Snapshot};

use super::Lane;
use crate::push::current::Role;
use crate::push::orders::Stop;
use crate::push::stream::Stream;
use crate::send::Plan;

impl Lane {
    /// Does what a stream has to do while nothing is on its way. After `patience`, when the end was
    /// ordered, what has not been encoded is given up for the final values.
    pub(crate) fn pump(&mut self, now: Instant, patience: Option<Instant>) {
        if let Some(soon) = &self.soon {
            self.due |= patience.is_none() && self.current.is_none() && soon.is_due(now);
            return;
        }
        let Some(stream) = &mut self.stream else {
            return;
        };
        if patience.is_some_and(|patience| now >= patience) && !stream.is_last() {
            let given_up = stream.give_up();
            if given_up > 0 {
                let text = format!(
                    "{given_up} changes were not sent within half of flush_timeout; the final \
                     values are"
                );
                self.teller.dropped("deadline", given_up, &text);
            }
            self.encoder.begin_last();
            self.due = true;
        }
        if self.current.is_some() || self.due {
            stream.make_room(now);
            return self.tell_dropped();
        }
        if !stream.wants_values(now) {
            // Another client may have ended, which has told the same up to now.
            self.encoder.must_wait();
            if let Some(changes) = self.encoder.changes() {
                stream.fill(changes, self.packer.limit(), now);
            }
            if !stream.is_last() {
                return self.send_lines(now, (0, false), None);
            }
            self.encoder.begin_last();
        }
        self.due = true;
    }

    /// When a stream wants to be pumped again.
    pub(crate) fn next_look(&self) -> Option<Instant> {
        let is_free = self.current.is_none() && !self.due;
        if let Some(soon) = &self.soon {
            return is_free.then(|| soon.next());
        }
        let stream = self.stream.as_ref()?;
        Some(if is_free {
            stream.next_look()
        } else {
            stream.next_room()
        })
    }

    /// Tells of changes that were dropped.
    fn tell_dropped(&mut self) {
        let dropped = self.stream.as_mut().map_or(0, Stream::take_dropped);
        if dropped > 0 {
            let text = format!(
                "{dropped} changes came faster than they could be sent, and were dropped; the totals \
                 are put right"
            );
            self.teller.dropped("feed_full", dropped, &text);
        }
        let nameless = self.stream.as_mut().map_or(0, Stream::take_nameless);
        if nameless > 0 {
            let text = format!(
                "{nameless} changes are not sent: their series were removed before they were seen"
            );
            self.teller.dropped("removed", nameless, &text);
        }
    }

    /// Takes the values of a snapshot for a stream, and sends what it has to say of them.
    pub(super) fn learn(
        &mut self,
        snapshot: &Snapshot,
        labels: &LabelSet,
        now: Instant,
        stop: Option<&Stop>,
    ) {
        let (Some(stream), Some(changes)) = (&mut self.stream, self.encoder.changes()) else {
            return;
        };
        stream.learn(changes, (snapshot, labels), now);
        let is_last = stream.is_last();
        if is_last {
            changes.stop();
        }
        let new = self.find_new(snapshot);
        self.send_lines(now, new, stop.filter(|_| is_last));
        if is_last {
            // It ends here, and what it watches with it.
            self.stream = None;
            if self.current.is_none() {
                self.encoder.end_last();
            }
        }
    }

    /// Sends the lines that a stream has written; what is `new` in them, as `find_new` says it.
    fn send_lines(&mut self, now: Instant, new: (u64, bool), last: Option<&Stop>) {
        self.tell_dropped();
        let Some(stream) = &mut self.stream else {
            return;
        };
        self.teller.omitted(&mem::take(&mut stream.lines.omitted));
        self.lines.clear();
        mem::swap(&mut self.lines, &mut stream.lines.bytes);
        if self.lines.is_empty() && !self.torn {
            return;
        }
        let (newest, new_series) = new;
        let plan = Plan {
            new_series,
            ..self.plan(now, last)
        };
        self.start_sending(plan, newest, Role::of(last), Vec::new());
    }
}
