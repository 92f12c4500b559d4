//! How far scrapes have come: counted by the server, waited for by whoever lingers.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::lock::lock;

#[derive(Debug, Default)]
pub(super) struct Progress {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Scrapes that were asked for; the number of the latest.
    begun: u64,
    /// The highest number of a scrape that was answered.
    latest: u64,
    answered: u64,
    /// The latest scrape that began before the values were final, once they are.
    mark: Option<u64>,
    is_cut: bool,
    has_ended: bool,
}

impl Progress {
    /// A scrape begins: its number.
    pub(super) fn begin(&self) -> u64 {
        let mut state = lock(&self.state);
        state.begun += 1;
        state.begun
    }

    /// So many scrapes were answered, to the last byte, of which this is the latest.
    pub(super) fn finish(&self, scrapes: u64, latest: u64) {
        let mut state = lock(&self.state);
        state.answered += scrapes;
        state.latest = state.latest.max(latest);
        drop(state);
        self.changed.notify_all();
    }

    /// Scrapes that were answered.
    pub(super) fn answered(&self) -> u64 {
        lock(&self.state).answered
    }

    /// The server is gone.
    pub(super) fn end(&self) {
        lock(&self.state).has_ended = true;
        self.changed.notify_all();
    }

    /// Nobody lingers any more.
    pub(super) fn cut(&self) {
        lock(&self.state).is_cut = true;
        self.changed.notify_all();
    }

    /// A scrape that begins from now on is the one that is waited for.
    pub(super) fn mark(&self) {
        let mut state = lock(&self.state);
        state.mark = Some(state.begun);
    }

    /// Waits for a scrape that began behind the mark, where there is one, else from now on, and whether
    /// there was one.
    pub(super) fn await_scrape(&self, deadline: Instant) -> bool {
        let mark = {
            let state = lock(&self.state);
            state.mark.unwrap_or(state.begun)
        };
        let is_over = |state: &State| state.latest > mark || state.is_cut || state.has_ended;
        self.wait(deadline, is_over, |state| state.latest > mark)
    }

    /// Waits for the end of the server, and whether it came.
    pub(super) fn await_end(&self, deadline: Instant) -> bool {
        self.wait(deadline, |state| state.has_ended, |state| state.has_ended)
    }

    fn wait(
        &self,
        deadline: Instant,
        is_over: impl Fn(&State) -> bool,
        answer: impl Fn(&State) -> bool,
    ) -> bool {
        let mut state = lock(&self.state);
        loop {
            let rest = deadline.saturating_duration_since(Instant::now());
            if is_over(&state) || rest == Duration::ZERO {
                return answer(&state);
            }
            let waited = self.changed.wait_timeout(state, rest);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scrape_that_was_under_way_is_not_waited_for() {
        let progress = Progress::default();
        let before = progress.begin();
        std::thread::scope(|scope| {
            let waiting =
                scope.spawn(|| progress.await_scrape(Instant::now() + Duration::from_millis(50)));
            progress.finish(1, before);
            assert!(!waiting.join().unwrap());
        });
        let far = Instant::now() + Duration::from_mins(1);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| progress.await_scrape(far));
            // As many as it takes for one to begin after the wait did.
            while !waiting.is_finished() {
                let next = progress.begin();
                progress.finish(1, next);
            }
            assert!(waiting.join().unwrap());
        });
        assert!(progress.answered() >= 2);
        progress.cut();
        assert!(!progress.await_scrape(far));
    }

    #[test]
    fn the_end_of_the_server_ends_the_wait() {
        let progress = Progress::default();
        progress.end();
        let far = Instant::now() + Duration::from_mins(1);
        assert!(!progress.await_scrape(far));
        assert!(progress.await_end(far));
    }
}
