//! What the two jobs measure. Each job has a registry of its own, so that it pushes what is its.

use std::io::{Error, ErrorKind};

use ppc::{LabelValue, Registry, metric};

pub(crate) static LISTING: Registry = Registry::new();
pub(crate) static READING: Registry = Registry::new();

/// What an entry of a directory is.
#[derive(Clone, Copy, Debug, LabelValue)]
pub(crate) enum EntryKind {
    File,
    Directory,
    Link,
    /// A socket, a pipe, a device.
    Special,
    /// A directory that is not listed: `target`, `.git`.
    Skipped,
}

/// Why something could not be listed or read.
#[derive(Clone, Copy, Debug, LabelValue)]
pub(crate) enum Fault {
    Denied,
    /// It was there a moment ago.
    Gone,
    /// There was no time left for the rest of a file.
    OutOfTime,
    Other,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::PermissionDenied => Self::Denied,
            ErrorKind::NotFound => Self::Gone,
            _ => Self::Other,
        }
    }
}

/// Bounds of the buckets for the size of a file, in bytes.
pub(crate) const SIZES: [f64; 5] = [64.0, 1024.0, 8192.0, 65_536.0, 524_288.0];
/// Bounds of the buckets for the time of a read, in seconds.
pub(crate) const LATENCIES: [f64; 7] = [2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 1e-3];

// Of the job `list`. What is `eager` appears as 0 from the first push on.
metric! {
    /// The directory tree that the job walks.
    pub(crate) static TREE: Info { registry: LISTING }

    /// Entries of directories, by what they are.
    pub(crate) static ENTRIES: Counter { labels: [kind: EntryKind], eager, registry: LISTING }

    /// Entries and directories that could not be looked at.
    pub(crate) static LIST_ERRORS: Counter { labels: [reason: Fault], eager, registry: LISTING }

    /// Sizes of the files.
    pub(crate) static FILE_SIZE: Histogram {
        unit: "bytes", buckets: SIZES, eager, registry: LISTING,
    }

    /// Time spent on listing a directory.
    pub(crate) static DIRECTORY: Summary { unit: "seconds", eager, registry: LISTING }

    /// Directories that are known and not listed yet.
    pub(crate) static DIRECTORIES_WAITING: Gauge { eager, registry: LISTING }
}

// Of the job `read`.
metric! {
    /// Files read to their end, by extension.
    pub(crate) static FILES: Counter { labels: [extension], registry: READING }

    /// Bytes read.
    pub(crate) static READ_BYTES: Counter {
        unit: "bytes", labels: [extension], registry: READING,
    }

    /// Line ends read.
    pub(crate) static LINES: Counter { labels: [extension], registry: READING }

    /// Time spent in one call to read, of up to 64 KiB.
    pub(crate) static READ: Histogram {
        unit: "seconds", buckets: LATENCIES, eager, registry: READING,
    }

    /// Files that could not be read to their end.
    pub(crate) static READ_ERRORS: Counter { labels: [reason: Fault], eager, registry: READING }

    /// Files that are open.
    pub(crate) static FILES_IN_PROGRESS: Gauge { eager, registry: READING }

    /// Files that are still to be read.
    pub(crate) static FILES_LEFT: Gauge { eager, registry: READING }
}
