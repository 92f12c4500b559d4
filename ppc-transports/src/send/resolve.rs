//! Names to addresses, off every other thread: a look-up may hang for as long as it likes.
//!
//! Each name is looked up by one short-lived thread at a time for the whole process, when it is
//! first needed, a minute after the last answer, and after an error.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, Weak};
use std::task::Waker;
use std::time::{Duration, Instant};

use super::Address;
use crate::lock::lock;
use crate::os::{self, PerProcess};

/// An answer older than this is looked up again, and used until the new one is there.
const FRESH: Duration = Duration::from_mins(1);

/// A failed look-up, or one that errors made doubtful, is repeated after this.
const RETRY: Duration = Duration::from_secs(1);

/// The pause before looking again for the answer to a look-up that is under way.
pub(crate) const LOOKUP_PAUSE: Duration = Duration::from_millis(5);

/// How names are looked up; another one in tests.
pub(crate) type Resolve = fn(&str, u16) -> io::Result<Vec<SocketAddr>>;

fn system(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    (host, port).to_socket_addrs().map(Iterator::collect)
}

/// What is known of one name, shared by all who send there.
#[derive(Debug)]
struct Name {
    address: Address,
    resolve: Resolve,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    answer: Vec<SocketAddr>,
    error: Option<String>,
    looking: bool,
    /// When the next look-up is due; none was made where this is empty.
    due: Option<Instant>,
    /// Those who wait for the look-up that is under way.
    wakers: Vec<Waker>,
}

type Names = Mutex<HashMap<Address, Weak<Name>>>;

/// The addresses of one host, kept up to date.
#[derive(Clone, Debug)]
pub(crate) struct Lookup(Arc<Name>);

/// What is known now.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    /// At least one address, in the order of the system's preference.
    Known(Vec<SocketAddr>),
    /// The first look-up is under way.
    Pending,
    /// The last look-up failed.
    Unknown(String),
}

impl Lookup {
    pub(crate) fn new(address: &Address) -> Self {
        static NAMES: PerProcess<Names> = PerProcess::new();
        let mut names = lock(NAMES.get());
        names.retain(|_, name| name.strong_count() > 0);
        if let Some(name) = names.get(address).and_then(Weak::upgrade) {
            return Self(name);
        }
        let lookup = Self::with(address, system);
        names.insert(address.clone(), Arc::downgrade(&lookup.0));
        lookup
    }

    pub(super) fn with(address: &Address, resolve: Resolve) -> Self {
        let mut state = State::default();
        if let Some(ip) = address.ip() {
            state.answer.push(SocketAddr::new(ip, address.port()));
        }
        let state = Mutex::new(state);
        Self(Arc::new(Name {
            address: address.clone(),
            resolve,
            state,
        }))
    }

    /// What is known; starts a look-up where one is due.
    pub(crate) fn answer(&self, now: Instant) -> Answer {
        let mut state = lock(&self.0.state);
        if !state.looking && state.due.is_none_or(|due| now >= due) && self.0.address.ip().is_none()
        {
            self.look_up(&mut state, now);
        }
        if !state.answer.is_empty() {
            return Answer::Known(state.answer.clone());
        }
        match &state.error {
            Some(error) => Answer::Unknown(error.clone()),
            None => Answer::Pending,
        }
    }

    /// As [`answer`](Self::answer); one that is pending wakes when it is there.
    pub(crate) fn answer_or_wake(&self, now: Instant, waker: &Waker) -> Answer {
        let answer = self.answer(now);
        let mut state = lock(&self.0.state);
        if answer == Answer::Pending && state.looking {
            if !state.wakers.iter().any(|known| known.will_wake(waker)) {
                state.wakers.push(waker.clone());
            }
            return answer;
        }
        drop(state);
        // It came in between.
        if answer == Answer::Pending {
            self.answer(now)
        } else {
            answer
        }
    }

    /// Sending to the answer failed: it is to be looked up again soon.
    pub(crate) fn doubt(&self, now: Instant) {
        let mut state = lock(&self.0.state);
        let soon = now + RETRY;
        state.due = state.due.map(|due| due.min(soon));
    }

    fn look_up(&self, state: &mut State, now: Instant) {
        state.looking = true;
        // Settled anew when the answer is there; until then it keeps others from looking.
        state.due = Some(now + RETRY);
        let name = Arc::clone(&self.0);
        let look = move || {
            let answer = (name.resolve)(name.address.host(), name.address.port());
            let mut state = lock(&name.state);
            state.settle(answer, Instant::now());
            let wakers = std::mem::take(&mut state.wakers);
            drop(state);
            wakers.into_iter().for_each(Waker::wake);
        };
        if let Err(error) = os::spawn("ppc-resolve", look) {
            state.settle(Err(error), now);
        }
    }
}

impl State {
    fn settle(&mut self, answer: io::Result<Vec<SocketAddr>>, now: Instant) {
        self.looking = false;
        match answer {
            Ok(answer) if !answer.is_empty() => {
                self.answer = answer;
                self.error = None;
                self.due = Some(now + FRESH);
            }
            // An answer from before stays in use.
            Ok(_) => self.fail("the name has no address".to_owned(), now),
            Err(error) => self.fail(error.to_string(), now),
        }
    }

    fn fail(&mut self, error: String, now: Instant) {
        self.error = Some(error);
        self.due = Some(now + RETRY);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn name(text: &str) -> Address {
        text.parse().unwrap()
    }

    /// Waits for the look-up that is under way.
    fn settled(lookup: &Lookup, now: Instant) -> Answer {
        let _ = lookup.answer(now);
        while lock(&lookup.0.state).looking {
            std::thread::yield_now();
        }
        // By the clock that the answer is settled by: at a later time it would be looked up again.
        lookup.answer(Instant::now())
    }

    #[test]
    fn an_address_needs_no_look_up() {
        let lookup = Lookup::with(&name("[::1]:80"), |_, _| panic!("looked up"));
        let expected = "[::1]:80".parse().unwrap();
        assert_eq!(lookup.answer(Instant::now()), Answer::Known(vec![expected]));
    }

    #[test]
    fn f09_a_name_is_looked_up_once_a_minute_and_never_on_this_thread() {
        static LOOKED: AtomicU32 = AtomicU32::new(0);
        static HERE: Mutex<Option<std::thread::ThreadId>> = Mutex::new(None);
        let here = std::thread::current().id();
        *HERE.lock().unwrap() = Some(here);
        let lookup = Lookup::with(&name("a.test:80"), |_, port| {
            assert_ne!(*HERE.lock().unwrap(), Some(std::thread::current().id()));
            LOOKED.fetch_add(1, Ordering::Relaxed);
            Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))])
        });
        let now = Instant::now();
        assert!(matches!(settled(&lookup, now), Answer::Known(_)));
        for _ in 0..1000 {
            settled(&lookup, now + Duration::from_secs(30));
        }
        assert_eq!(LOOKED.load(Ordering::Relaxed), 1);
        settled(&lookup, now + Duration::from_secs(70));
        assert_eq!(LOOKED.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn f09_a_name_that_fails_is_tried_again_and_an_old_answer_kept() {
        static LOOKED: AtomicU32 = AtomicU32::new(0);
        let lookup = Lookup::with(&name("b.test:80"), |_, port| {
            match LOOKED.fetch_add(1, Ordering::Relaxed) {
                1 => Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))]),
                _ => Err(io::Error::other("no such name")),
            }
        });
        let now = Instant::now();
        assert_eq!(
            settled(&lookup, now),
            Answer::Unknown("no such name".into())
        );
        assert!(matches!(
            settled(&lookup, now + Duration::from_secs(5)),
            Answer::Known(_)
        ));
        lookup.doubt(now + Duration::from_secs(6));
        assert!(matches!(
            settled(&lookup, now + Duration::from_secs(8)),
            Answer::Known(_)
        ));
        assert_eq!(LOOKED.load(Ordering::Relaxed), 3);
    }
}
