//! What every store can do.

use std::fmt;
use std::time::Duration;

use crate::batch::{Chunk, Declared};

/// The version of what is stored, which is beside everything that is: who finds another one leaves
/// it alone.
pub(crate) const SCHEMA: &str = "1";

/// A place where the totals of many processes are. It blocks, for a bounded time.
pub(crate) trait Backend: fmt::Debug + Send {
    /// Applies chunks, each as a whole or not at all, and none that was applied before; a verdict
    /// for each.
    fn apply(&mut self, chunks: &[Chunk<'_>]) -> Vec<Verdict>;

    /// Reads everything.
    fn read(&mut self) -> Result<Reading, Fault>;

    /// Removes a family, with its declaration; whether there was one.
    fn drop_family(&mut self, name: &str) -> Result<bool, Fault>;

    /// Removes everything of this prefix.
    fn reset(&mut self) -> Result<(), Fault>;

    /// What is stored of a family that was set aside; nothing where none was.
    fn aside(&mut self, name: &str) -> Result<Option<Shelf>, Fault>;

    /// Moves what is stored of a family aside, so that another declaration takes its name, or finds
    /// what was moved before; nothing where there is neither. What is moved now is given the mark.
    fn set_aside(&mut self, name: &str, mark: &str) -> Result<Option<Shelf>, Fault>;

    /// Removes what was set aside.
    fn drop_aside(&mut self, name: &str) -> Result<(), Fault>;
}

/// What became of a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is applied, now or before.
    Applied,
    /// It never will be.
    Refused(Fault),
    /// It was not, and is to be sent again.
    Again(Fault),
}

/// Why something is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// One word for counting and for telling causes apart.
    pub(crate) reason: &'static str,
    pub(crate) text: String,
}

impl Fault {
    pub(crate) fn new(reason: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { reason, text }
    }

    /// Of what is stored in another version.
    pub(crate) fn schema(found: &str) -> Self {
        let text = format!("what is stored is of version {found}, and this is version {SCHEMA}");
        Self::new("schema", text)
    }

    /// Of a chunk that has to wait for another one.
    pub(crate) fn order() -> Self {
        Self::new("order", "what was to be written before is not")
    }

    /// Of two declarations of one name.
    pub(crate) fn declared(family: &str, stored: &str, told: &str) -> Self {
        let named = |text: &str| {
            let declared = Declared::parse(text);
            declared.map_or_else(|| text.to_owned(), |declared| declared.to_string())
        };
        let (stored, told) = (named(stored), named(told));
        let text = format!("`{family}` is {stored} in the store, and {told} here");
        Self::new("declared", text)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Everything that is stored, at one time.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// The time of the store, as time since the Unix epoch.
    pub(crate) now: Duration,
    pub(crate) families: Vec<Shelf>,
    /// What could not be read.
    pub(crate) faults: Vec<String>,
}

/// A family as it is stored.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    pub(crate) name: String,
    /// See [`Declared`].
    pub(crate) declared: String,
    pub(crate) help: String,
    pub(crate) unit: String,
    /// Which series, and [`Row`](super::row::Row).
    pub(crate) series: Vec<(String, String)>,
    /// What was given when it was set aside.
    pub(crate) mark: String,
    /// The writer, which series, and [`Row`](super::row::Row).
    pub(crate) each: Vec<(String, String)>,
}
