//! Without the feature `spool` there is none.

use std::io;
use std::path::{Path, PathBuf};
use std::task::Waker;

/// The spool of one destination of one client: there is none.
#[derive(Debug)]
pub(crate) enum Spool {}

/// Stands for something that was given to a spool.
#[derive(Clone, Debug)]
pub(crate) enum Ticket {}

/// What came to light of a spool.
#[derive(Debug, Default)]
pub(crate) struct SpoolNews {
    pub(crate) damaged: u64,
    pub(crate) full: u64,
    pub(crate) unstored: u64,
    pub(crate) newer: Option<(PathBuf, u16)>,
    pub(crate) trouble: Option<String>,
}

/// Something that was read.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) lines: Vec<u8>,
    pub(crate) read: u64,
    pub(crate) is_own: bool,
    pub(crate) samples: u64,
}

impl Ticket {
    pub(crate) fn is_stored(&self) -> bool {
        match *self {}
    }

    pub(crate) fn has_failed(&self) -> bool {
        match *self {}
    }
}

impl Spool {
    pub(crate) const IS_ON: bool = false;

    /// That it was asked for has been refused before.
    pub(crate) fn open(_: &Path, _: u64, _: &str, _: Waker) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn put(&mut self, _: &[u8], _: u64, _: u64, _: bool) -> Ticket {
        match *self {}
    }

    pub(crate) fn finish(&self, _: &Ticket) {
        match *self {}
    }

    pub(crate) fn leave(&self, _: &Ticket) {
        match *self {}
    }

    pub(crate) fn has_left(&self) -> bool {
        match *self {}
    }

    pub(crate) fn next(&self, _: usize, _: bool) -> Option<(Found, Ticket)> {
        match *self {}
    }

    pub(crate) fn close(&self) -> bool {
        match *self {}
    }

    pub(crate) fn take_news(&self) -> SpoolNews {
        match *self {}
    }
}
