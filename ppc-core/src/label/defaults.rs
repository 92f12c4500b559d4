//! The defaults of labels, each computed once, when first needed.
//!
//! A default may be any expression, also one that records: to other metrics, whose defaults then
//! are computed within it, and to its own. Nobody waits for a default within another one, so no
//! two threads wait for each other.

use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::lock::at_once;

/// Where a label's default comes from.
#[derive(Clone, Debug)]
pub(crate) enum DefaultValue {
    /// Given as text at run time.
    Text(Box<str>),
    /// Declared in `metric!`: any expression, run once.
    Expression(fn() -> String),
}

/// The defaults of a family's labels, by index; each is computed once, when first needed. One that
/// records its own metric finds it without that label.
#[derive(Debug)]
pub struct Defaults(Box<[Option<Computed>]>);

#[derive(Debug)]
struct Computed {
    source: DefaultValue,
    text: OnceLock<Box<str>>,
    /// Held by the one who computes it.
    turn: Mutex<()>,
}

impl Defaults {
    pub(crate) fn new(sources: impl IntoIterator<Item = Option<DefaultValue>>) -> Self {
        let slot = |source| Computed {
            source,
            text: OnceLock::new(),
            turn: Mutex::new(()),
        };
        Self(sources.into_iter().map(|source| source.map(slot)).collect())
    }

    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<&str> {
        let default = self.0.get(index)?.as_ref()?;
        Some(match default.text.get() {
            Some(text) => text,
            None => default.compute(),
        })
    }

    /// Whether this thread is computing any of them: it is an empty text for now.
    pub(crate) fn is_under_way(&self) -> bool {
        self.0.iter().flatten().any(Computed::is_under_way)
    }
}

impl Computed {
    #[cold]
    #[inline(never)]
    fn compute(&self) -> &str {
        let run = match &self.source {
            DefaultValue::Text(text) => return self.text.get_or_init(|| text.clone()),
            DefaultValue::Expression(run) => run,
        };
        if self.is_under_way() {
            return "";
        }
        // Within another default nobody waits: who has the turn may wait for that other one.
        let _turn = if Computing::is_any() {
            at_once(&self.turn)
        } else {
            Some(self.turn.lock().unwrap_or_else(PoisonError::into_inner))
        };
        if let Some(text) = self.text.get() {
            return text;
        }
        let computing = Computing::note(self);
        let text = run();
        drop(computing);
        self.text.get_or_init(|| text.into())
    }

    fn is_under_way(&self) -> bool {
        self.text.get().is_none() && Computing::is(self)
    }
}

thread_local! {
    /// The defaults that this thread is computing, the innermost last. Never dropped, since what
    /// records may do so at the very end of a thread; it holds no memory while it is empty.
    static COMPUTING: ManuallyDrop<RefCell<Vec<*const Computed>>> =
        const { ManuallyDrop::new(RefCell::new(Vec::new())) };
}

/// Notes, while it lives, that this thread computes a default.
struct Computing;

impl Computing {
    fn note(default: &Computed) -> Self {
        COMPUTING.with(|computing| computing.borrow_mut().push(default));
        Self
    }

    fn is_any() -> bool {
        COMPUTING.with(|computing| !computing.borrow().is_empty())
    }

    fn is(default: &Computed) -> bool {
        COMPUTING.with(|computing| {
            let computing = computing.borrow();
            computing.iter().any(|&known| ptr::eq(known, default))
        })
    }
}

impl Drop for Computing {
    fn drop(&mut self) {
        COMPUTING.with(|computing| {
            let mut computing = computing.borrow_mut();
            computing.pop();
            if computing.is_empty() {
                *computing = Vec::new();
            }
        });
    }
}
