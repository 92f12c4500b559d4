//! What a connection is at: its service and its wire both tell, and both ask.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::limits::Limits;
use super::progress::Progress;
use crate::lock::lock;

#[derive(Debug)]
pub(super) struct Exchange {
    state: Mutex<State>,
    progress: Arc<Progress>,
    limits: Limits,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    /// When the phase began.
    since: Instant,
    /// Bytes that the socket has taken.
    written: u64,
    /// How many these have to be for the answers that are known to be out.
    owed: u64,
    /// Scrapes among these answers, and the number of the latest.
    scrapes: u64,
    latest: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing was said since the last answer.
    Idle,
    /// A request's head, or a handshake, is under way, or should be.
    Head,
    /// The answer is being made.
    Making,
    /// The answer is on its way.
    Writing,
}

impl Exchange {
    pub(super) fn new(progress: Arc<Progress>, limits: Limits) -> Self {
        let state = State {
            phase: Phase::Head,
            since: Instant::now(),
            written: 0,
            owed: 0,
            scrapes: 0,
            latest: 0,
        };
        Self {
            state: Mutex::new(state),
            progress,
            limits,
        }
    }

    /// Bytes have come.
    pub(super) fn has_read(&self) {
        let mut state = lock(&self.state);
        if state.phase == Phase::Idle {
            state.enter(Phase::Head);
        }
    }

    /// A request is known, and its answer is being made.
    pub(super) fn has_begun(&self) {
        let mut state = lock(&self.state);
        // One behind another: the client has no more time for reading because of it.
        if state.phase == Phase::Writing {
            state.phase = Phase::Making;
        } else {
            state.enter(Phase::Making);
        }
    }

    /// The answer is made, with a body of so many bytes; a scrape has a number.
    pub(super) fn is_made(&self, body: u64, scrape: Option<u64>) {
        let mut state = lock(&self.state);
        // The head has a byte at least.
        state.owed = state.owed.max(state.written) + body + 1;
        if let Some(number) = scrape {
            state.scrapes += 1;
            state.latest = number;
        }
        if state.phase == Phase::Making {
            state.phase = Phase::Writing;
        }
    }

    /// The socket took so many bytes.
    pub(super) fn has_written(&self, bytes: usize) {
        lock(&self.state).written += bytes as u64;
    }

    /// All that was to be written is.
    pub(super) fn is_flushed(&self) {
        let mut state = lock(&self.state);
        if state.phase != Phase::Writing || state.written < state.owed {
            return;
        }
        state.enter(Phase::Idle);
        let scrapes = std::mem::take(&mut state.scrapes);
        let latest = state.latest;
        drop(state);
        if scrapes > 0 {
            self.progress.finish(scrapes, latest);
        }
    }

    /// When the client has had its time; nothing while it waits for us.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let state = lock(&self.state);
        let time = match state.phase {
            Phase::Idle => self.limits.idle_timeout,
            Phase::Head => self.limits.header_timeout,
            Phase::Making => return None,
            Phase::Writing => self.limits.answer_timeout,
        };
        state.since.checked_add(time)
    }

    /// Since when nobody waits for anything of ours here.
    pub(super) fn unused_since(&self) -> Option<Instant> {
        let state = lock(&self.state);
        matches!(state.phase, Phase::Idle | Phase::Head).then_some(state.since)
    }
}

impl State {
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.since = Instant::now();
    }
}
