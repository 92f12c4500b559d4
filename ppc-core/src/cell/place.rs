//! How a series is recorded: with atomics of its own, or in words of each thread.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU16, AtomicU32, AtomicU64};

use super::block::{self, CHUNK, NOWHERE};
use super::numbers::{self, Refused, Shape};

/// Stands at the head of every series, and for one where a static is not registered yet.
#[derive(Debug)]
pub(super) struct Place {
    /// What recordings go by: the number of words, or one of those below.
    number: AtomicU16,
    /// The number of the words that the series has, while it has any.
    words: AtomicU16,
    /// How many there are that keep the series.
    pub(super) kept: AtomicU32,
}

const fn nowhere(low: u8) -> u16 {
    u16::from_be_bytes([NOWHERE, low])
}

/// No words.
const NONE: u16 = nowhere(255);
/// A recording must be noticed: the series is hidden, or may be found idle.
const ASLEEP: u16 = nowhere(254);
/// Every recording is told to the feed.
const WATCHED: u16 = nowhere(253);
/// Recorded with atomics; up to the next, the numbers count signs that several threads record.
const PLAIN: u16 = nowhere(0);
/// What series without words go by that were set in this process: one below [`PLAIN`] for each fork
/// that it comes after, and so none that they went by in a parent.
static AWAKE: AtomicU16 = AtomicU16::new(PLAIN);

/// After a fork, in the child.
pub(super) fn in_child() {
    // Nobody comes after so many forks that there is none left.
    let _ = AWAKE.fetch_update(Relaxed, Relaxed, |awake| awake.checked_sub(1));
}

/// So many signs, and the series gets words of each thread.
const SIGNED: u16 = nowhere(6);
/// The same, with no words to be had: it is not asked for them again.
const RESIGNED: u16 = nowhere(7);

/// A series recorded so many times, or as many times more, is worth words of each thread even
/// where one thread alone records: writing them takes no atomic addition.
pub(super) const OFTEN: u64 = 64;

/// Why a series has no words.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wordless {
    /// It is not worth them yet.
    Plain,
    /// It never gets any, as all its recordings go the long way.
    Long,
    /// It is set.
    Set,
}

impl Wordless {
    fn number(self) -> u16 {
        match self {
            Self::Plain => PLAIN,
            Self::Long => NONE,
            Self::Set => AWAKE.load(Relaxed),
        }
    }
}

fn is_signing(number: u16) -> bool {
    (PLAIN..SIGNED).contains(&number)
}

impl Place {
    pub(super) const fn new() -> Self {
        Self {
            number: AtomicU16::new(PLAIN),
            words: AtomicU16::new(NONE),
            kept: AtomicU32::new(1),
        }
    }

    /// Of a series that is set, and has no words.
    pub(super) fn awake() -> Self {
        Self {
            number: AtomicU16::new(AWAKE.load(Relaxed)),
            ..Self::new()
        }
    }

    /// Of a series that never gets words; or of none, where nothing is recorded.
    pub(super) const fn without_words() -> Self {
        Self {
            number: AtomicU16::new(NONE),
            ..Self::new()
        }
    }

    /// This thread's own word, where the series has such words and this thread made its own.
    #[inline]
    pub(super) fn own_word(&self) -> Option<&'static AtomicU64> {
        // Acquire: who took the number before left zeros in its words.
        block::current().word(self.number.load(Acquire))
    }

    /// The same for a sum and its counts; the index-th count is this many words behind.
    #[inline]
    pub(super) fn own_words(
        &self,
        index: usize,
    ) -> Option<(&'static AtomicU64, &'static AtomicU64)> {
        let number = self.number.load(Acquire);
        let chunk = block::current().chunk(number >> 8)?;
        // Never goes round for a number: its words are within one chunk.
        let count = (usize::from(number) + 1 + index) % CHUNK;
        Some((&chunk[usize::from(number & 0xFF)], &chunk[count]))
    }

    /// Makes this thread's own words where the series has such words; the caller then finds them.
    #[cold]
    pub(super) fn make_own(&self) -> bool {
        block::own_word(self.number.load(Acquire)).is_some()
    }

    /// Whether recordings of a series that is set need not be noticed.
    #[inline]
    pub(super) fn is_awake(&self) -> bool {
        // Acquire: what was set in a parent process is gone before this one sets it.
        self.number.load(Acquire) == AWAKE.load(Relaxed)
    }

    #[inline]
    pub(super) fn is_asleep(&self) -> bool {
        self.number.load(Relaxed) == ASLEEP
    }

    #[inline]
    pub(super) fn is_watched(&self) -> bool {
        self.number.load(Relaxed) == WATCHED
    }

    /// Asks to notice the next recording of a series without words.
    pub(super) fn fall_asleep(&self) {
        self.number.store(ASLEEP, Release);
    }

    /// True for one of those who notice.
    #[cold]
    pub(super) fn wake(&self, watched: bool) -> bool {
        let awake = if watched {
            WATCHED
        } else {
            AWAKE.load(Relaxed)
        };
        self.number
            .compare_exchange(ASLEEP, awake, Release, Relaxed)
            .is_ok()
    }

    /// Has every recording told, or no longer; `otherwise` is what a series goes by that has no
    /// words. Who is asleep is asked when it wakes.
    pub(super) fn watch(&self, on: bool, otherwise: Wordless) {
        let awake = match self.words() {
            _ if on => WATCHED,
            None => otherwise.number(),
            Some(words) => words,
        };
        self.change(|now| now != ASLEEP, awake);
    }

    /// Goes by another number, if that is right for the one it goes by.
    fn change(&self, is_right: impl Fn(u16) -> bool, number: u16) {
        let change = |now| is_right(now).then_some(number);
        // Release: who reads with Acquire finds the words zero.
        let _ = self.number.fetch_update(Release, Relaxed, change);
    }

    /// Notes that several threads record, or one through a handle. After a few such signs the
    /// series gets words.
    #[cold]
    pub(super) fn sign(&self, shape: Option<Shape>) {
        let now = self.number.load(Relaxed);
        if !is_signing(now) {
        } else if is_signing(now + 1) {
            // A sign that is lost is no harm.
            let _ = self.number.compare_exchange(now, now + 1, Relaxed, Relaxed);
        } else {
            self.promote(shape);
        }
    }

    /// Whether the series may get words yet.
    pub(super) fn is_signing(&self) -> bool {
        is_signing(self.number.load(Relaxed))
    }

    /// Gives the series words of each thread, where there are any to be had.
    pub(super) fn promote(&self, shape: Option<Shape>) {
        let Some(shape) = shape.filter(|_| is_signing(self.number.load(Relaxed))) else {
            return;
        };
        let words = match self.words() {
            Some(words) => Ok(words),
            None => self.take_words(shape),
        };
        let number = match words {
            Ok(words) => words,
            // Asked again after as many signs.
            Err(Refused::Now) => PLAIN,
            Err(Refused::Ever) => RESIGNED,
        };
        self.change(is_signing, number);
    }

    fn take_words(&self, shape: Shape) -> Result<u16, Refused> {
        let number = numbers::take(shape)?;
        let known = self.words.compare_exchange(NONE, number, Release, Acquire);
        match known {
            Ok(_) => Ok(number),
            Err(words) => {
                numbers::give_back(number, shape); // another thread was first
                Ok(words)
            }
        }
    }

    /// The number of the words, for reading.
    #[inline]
    pub(super) fn words(&self) -> Option<u16> {
        let words = self.words.load(Acquire);
        (words != NONE).then_some(words)
    }
}
