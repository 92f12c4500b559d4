//! A stream to one destination: from the changes that are recorded to lines that are to be sent.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ppc_core::feed::Watch;
use ppc_core::{LabelSet, Snapshot, unix_time};

use super::destination::Streams;
use super::feed::{ChangeFeed, Inbox};
use super::pushed::Pushed;
use super::stream_settings::{Full, StreamSettings};
use crate::encode::{Event, Held, Lines, StreamEncoder, When};

/// Bytes of lines after which they are sent before more are written.
const BATCH: usize = 1 << 20;

/// Longest time between two looks into the feed.
const LOOK: Duration = Duration::from_millis(10);

/// The same while a look finds more than a payload: then what waits is still in the cache.
const BUSY: Duration = Duration::from_millis(1);

/// What changes do not tell is gathered so often.
const REVIEW: Duration = Duration::from_mins(1);

/// After changes were dropped, totals are put right no sooner than this after the last time.
const RECOVERY: Duration = Duration::from_secs(1);

/// Gathering takes no more than this part of the time.
const SHARE: u32 = 4;

/// A line has about so many bytes, before any was written.
const LINE: usize = 64;

/// Servers keep milliseconds, and the final values are to be the last ones.
const STEP: Duration = Duration::from_millis(1);

/// A clock that is further behind the last line than this was set back.
const SET_BACK: Duration = Duration::from_secs(1);

/// Recordings that are told to a feed, until this is dropped.
#[derive(Debug)]
pub(crate) struct Watched {
    inbox: Inbox,
    watch: Option<Watch>,
    /// What they said before.
    before: Snapshot,
    /// All that is told is shown as well.
    is_whole: bool,
}

impl Watched {
    /// Has every recording of a source's registries told from now on.
    pub(crate) fn new(source: &Pushed, full: Full, streams: Streams) -> Self {
        let registries = source.registries();
        let mut before = Snapshot::new();
        for registry in registries {
            registry.gather_into(&mut before);
        }
        let feed = ChangeFeed::new(full, streams);
        let watch = Watch::new(Arc::clone(&feed) as _, registries.to_vec());
        Self {
            inbox: Inbox::new(feed),
            watch: Some(watch),
            before,
            is_whole: source.is_whole(),
        }
    }

    fn end(&mut self) {
        // First: the watch waits for whoever is being told something, and that may wait for room.
        self.inbox.feed().close();
        self.watch = None;
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.end();
    }
}

/// How far a stream has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing is known yet.
    Starting,
    Running,
    /// Only the final values are left.
    Last,
}

/// Turns changes into lines.
#[derive(Debug)]
pub(crate) struct Stream {
    watched: Watched,
    settings: StreamSettings,
    stage: Stage,
    /// What was recorded up to now is sent without further waiting, and is the last.
    is_ending: bool,
    pub(crate) lines: Lines,
    /// Changes that were not recorded for want of room.
    dropped: u64,
    /// Values were gathered, and are to be compared with what was told once the changes up to then
    /// are encoded; with true, levels as well.
    catches_up: Option<bool>,
    /// Values are to be gathered.
    wants: bool,
    /// All values are to be compared, at this time or later.
    recovers: Option<Instant>,
    last_learned: Instant,
    /// Values are gathered no sooner than this.
    next_learn: Instant,
    next_look: Instant,
    /// The same while others are on their way.
    next_room: Instant,
    /// Changes were seen to wait at this time.
    since: Option<Instant>,
    /// Bytes that a change takes, as seen of late.
    size: usize,
}

impl Stream {
    pub(crate) fn new(watched: Watched, settings: StreamSettings, now: Instant) -> Self {
        let told_from = watched.watch.as_ref().map_or(0, Watch::told_from);
        Self {
            watched,
            settings,
            stage: Stage::Starting,
            is_ending: false,
            lines: Lines {
                told_from,
                ..Lines::default()
            },
            dropped: 0,
            catches_up: None,
            wants: false,
            recovers: None,
            last_learned: now,
            next_learn: now,
            next_look: now,
            next_room: now,
            since: None,
            size: LINE,
        }
    }

    /// What was recorded up to now is the last.
    pub(crate) fn order_last(&mut self) {
        self.is_ending = true;
        // Others may go on recording, and there would be more to send for as long as they do.
        self.watched.end();
        self.next_look = Instant::now();
    }

    /// Whether the final values are what comes next.
    pub(crate) fn is_last(&self) -> bool {
        self.stage == Stage::Last
    }

    /// When changes are looked for.
    pub(crate) fn next_look(&self) -> Instant {
        self.next_look
    }

    /// How many changes were not recorded since this was last asked.
    pub(crate) fn take_dropped(&mut self) -> u64 {
        mem::take(&mut self.dropped)
    }

    /// How many changes since this was last asked were of series that had been removed by the time
    /// that their names were asked for. Where only some of a registry are shown, it cannot be told
    /// whose they were.
    pub(crate) fn take_nameless(&mut self) -> u64 {
        let nameless = mem::take(&mut self.lines.nameless);
        if self.watched.is_whole { nameless } else { 0 }
    }

    /// Gives up what has not been encoded when the end was ordered; how many changes that was.
    pub(crate) fn give_up(&mut self) -> u64 {
        self.look();
        self.stage = Stage::Last;
        self.watched.inbox.count() as u64
    }

    fn look(&mut self) {
        self.dropped += self.watched.inbox.look();
        if self.watched.inbox.take_behind() {
            let soonest = match self.settings.full {
                Full::Coalesce => self.last_learned,
                _ => self.last_learned + RECOVERY,
            };
            self.recovers.get_or_insert(soonest);
        }
    }

    /// Sees to room for more changes, while others are on their way.
    pub(crate) fn make_room(&mut self, now: Instant) {
        if now >= self.next_room {
            self.next_room = now + LOOK;
            self.look();
        }
    }

    /// When room is seen to again.
    pub(crate) fn next_room(&self) -> Instant {
        self.next_room
    }

    /// Whether values are to be gathered now.
    pub(crate) fn wants_values(&self, now: Instant) -> bool {
        match self.stage {
            Stage::Starting | Stage::Last => true,
            Stage::Running if self.is_ending => self.wants,
            Stage::Running => {
                let is_due = self.wants || self.must_recover(now);
                is_due && now >= self.next_learn
            }
        }
    }

    fn must_recover(&self, now: Instant) -> bool {
        now >= self.last_learned + REVIEW || self.recovers.is_some_and(|at| now >= at)
    }

    /// Takes gathered values, and writes what is to be said of them at once. `began` is when that
    /// gathering did.
    pub(crate) fn learn(
        &mut self,
        encoder: &mut dyn StreamEncoder,
        (snapshot, labels): (&Snapshot, &LabelSet),
        began: Instant,
    ) {
        self.look();
        self.watched.inbox.mark();
        let before = mem::take(&mut self.watched.before);
        let reviews = self.must_recover(began);
        let when = match self.stage {
            Stage::Starting => When::Start {
                before: &before,
                is_whole: self.watched.is_whole,
            },
            Stage::Running if reviews => When::Review,
            Stage::Running => When::Between,
            Stage::Last => When::End,
        };
        self.set_time(snapshot.timestamp());
        if let When::End = when {
            self.lines.time += STEP;
        }
        encoder.start();
        let none = Vec::new();
        let held: &dyn Held = match when {
            // They are in the values.
            When::End => &none,
            _ => &self.watched.inbox,
        };
        encoder.learn((snapshot, labels), held, when, &mut self.lines);
        if self.stage != Stage::Last {
            // At the start: what was recorded just before the watch began.
            let all = reviews || self.stage == Stage::Starting;
            self.catches_up = Some(all || self.catches_up == Some(true));
            self.stage = Stage::Running;
        }
        if reviews {
            self.recovers = None;
        }
        self.wants = false;
        let now = Instant::now();
        self.last_learned = now;
        self.next_learn = now + LOOK.max(now.saturating_duration_since(began) * SHARE);
        self.next_look = now;
    }

    /// Has the lines that follow be of this time, or of one that is later than those before.
    fn set_time(&mut self, now: Duration) {
        let next = self.lines.time + Duration::from_nanos(1);
        self.lines.time = if next > now + SET_BACK {
            now
        } else {
            now.max(next)
        };
    }

    /// Writes the lines of what has changed, where they are to be sent now: with as many bytes as
    /// a payload has, or after a while.
    pub(crate) fn fill(&mut self, encoder: &mut dyn StreamEncoder, payload: usize, now: Instant) {
        if self.stage != Stage::Running || now < self.next_look {
            return;
        }
        // Not at once, where nothing is to wait for anything: that would take a whole processor.
        let pause = self.settings.linger.clamp(BUSY, LOOK);
        self.next_look = now + pause;
        self.look();
        let is_behind = self.catches_up.is_some();
        if !is_behind && !self.watched.inbox.has_more() {
            self.since = None;
            return self.end_where_ordered();
        }
        let since = *self.since.get_or_insert(now);
        let waited = now.saturating_duration_since(since) + pause;
        if !is_behind
            && !self.is_ending
            && waited < self.settings.linger
            && self.watched.inbox.count() * self.size < payload
        {
            return;
        }
        self.since = None;
        self.set_time(unix_time());
        encoder.start();
        let taken = self.encode(encoder);
        self.watched.inbox.unstall();
        self.size = (self.lines.bytes.len() / taken.max(1)).clamp(1, BATCH);
        self.wants |= mem::take(&mut self.lines.is_behind);
        let len = self.lines.bytes.len();
        if len >= BATCH || self.is_ending {
            self.next_look = now;
        } else if len >= payload {
            self.next_look = now + pause.min(BUSY);
        }
    }

    /// Encodes what waits, up to a batch; how many changes that was.
    fn encode(&mut self, encoder: &mut dyn StreamEncoder) -> usize {
        let Self {
            watched,
            lines,
            wants,
            catches_up,
            ..
        } = self;
        let mut all = 0;
        let mut take = |events: &[Event], encoder: &mut dyn StreamEncoder, lines: &mut Lines| {
            if lines.bytes.len() >= BATCH {
                return 0;
            }
            let taken = encoder.encode_changes(events, lines);
            *wants |= taken < events.len();
            all += taken;
            taken
        };
        if let Some(levels) = *catches_up {
            watched
                .inbox
                .drain(true, |events| take(events, encoder, lines));
            if watched.inbox.has_marked() {
                return all;
            }
            *catches_up = None;
            encoder.catch_up(levels, lines);
        }
        watched
            .inbox
            .drain(false, |events| take(events, encoder, lines));
        all
    }

    /// Nothing waits: where the end was ordered, nothing more is told since, and only the final
    /// values are left.
    fn end_where_ordered(&mut self) {
        if self.is_ending && !self.wants {
            self.stage = Stage::Last;
        }
    }
}
