//! What a lane stores on the disk, and reads from there.

use std::time::Instant;

use ppc_core::{LabelSet, Snapshot};

use super::Lane;
use crate::push::backlog::Kept;
use crate::push::count_samples::count_samples;
use crate::push::current::{Current, Origin, Share, Stamp};
use crate::spool::{SpoolNews, Ticket};

impl Lane {
    /// Has the lines at hand stored. Returns what they are of.
    pub(super) fn store(&mut self, stamp: Stamp) -> Vec<Share> {
        if self.backlog.is_none() || self.lines.is_empty() {
            return Vec::new();
        }
        let (end, mut stamp) = (self.lines.len(), stamp);
        let samples = count_samples(&self.lines);
        let spool = self.spool.as_mut();
        stamp.ticket = spool.map(|spool| spool.put(&self.lines, samples, stamp.read, false));
        vec![Share { end, stamp }]
    }

    /// Stores values that are not to be sent, unless this process ends without another word.
    pub(crate) fn store_state(&mut self, snapshot: &Snapshot, labels: &LabelSet, now: Instant) {
        let Some(spool) = &mut self.spool else { return };
        let (mut lines, read) = (Vec::new(), Stamp::of(snapshot, now).read);
        self.encoder.encode(snapshot, labels, &mut lines);
        if !lines.is_empty() {
            spool.put(&lines, count_samples(&lines), read, true);
        }
    }

    /// Whether values are stored between pushes.
    pub(crate) fn stores_states(&self) -> bool {
        self.spool.is_some()
    }

    /// Everything of a push was seen to.
    pub(super) fn finish_tickets(&self, current: &Current) {
        for share in &current.shares {
            self.finish_ticket(share.stamp.ticket.as_ref());
        }
    }

    /// Leaves what is stored of a push to who reads it next.
    pub(super) fn leave_tickets(&self, current: &Current) {
        for share in &current.shares {
            self.leave_ticket(share.stamp.ticket.as_ref());
        }
    }

    pub(super) fn finish_ticket(&self, ticket: Option<&Ticket>) {
        if let (Some(spool), Some(ticket)) = (&self.spool, ticket) {
            spool.finish(ticket);
        }
    }

    pub(super) fn leave_ticket(&self, ticket: Option<&Ticket>) {
        if let (Some(spool), Some(ticket)) = (&self.spool, ticket) {
            spool.leave(ticket);
        }
    }

    /// Takes what was read from the disk: as many as have no more than `limit` bytes together, where
    /// they `may_join`.
    pub(super) fn read_back(&mut self, limit: usize, may_join: bool, now: Instant) -> Vec<Kept> {
        let (Some(spool), Some(backlog)) = (&self.spool, &self.backlog) else {
            return Vec::new();
        };
        let (mut bytes, mut kept) = (0, Vec::new());
        while (kept.is_empty() || may_join)
            && let Some((found, ticket)) = spool.next(limit.saturating_sub(bytes), !kept.is_empty())
        {
            let stamp = Stamp {
                read: found.read,
                since: now,
                ticket: Some(ticket),
                origin: if found.is_own {
                    Origin::ReadBack
                } else {
                    Origin::Others
                },
            };
            if backlog.is_superseded(&stamp) {
                stamp.ticket.iter().for_each(|ticket| spool.finish(ticket));
                continue;
            }
            bytes += found.lines.len();
            kept.push(Kept {
                lines: found.lines,
                samples: found.samples,
                stamp,
            });
        }
        kept
    }

    /// Tells what came to light of the spool.
    pub(super) fn tell_news(&self) {
        let Some(spool) = &self.spool else { return };
        let SpoolNews {
            damaged,
            full,
            unstored,
            newer,
            trouble,
        } = spool.take_news();
        if damaged > 0 {
            let text = format!("{damaged} samples in the spool are damaged, and lost");
            self.teller.dropped("spool_damaged", damaged, &text);
        }
        if full > 0 {
            let text = format!("{full} samples are lost: they are more than `spool_size` holds");
            self.teller.dropped("spool_full", full, &text);
        }
        if unstored > 0 {
            let text = format!("{unstored} samples are lost: neither disk nor memory has them");
            self.teller.dropped("spool_failed", unstored, &text);
        }
        if let Some((file, version)) = newer {
            let text = format!(
                "{} is of version {version} of the spool, which is newer than this program: it is \
                 left alone",
                file.display()
            );
            self.teller.warn("spool_newer", &text);
        }
        if let Some(trouble) = trouble {
            let text = format!("the spool does not work: {trouble}; values are kept in memory");
            self.teller.warn("spool", &text);
        }
    }
}
