//! One segment of a spool on the disk: a file that its writer holds locked.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::segment::{self, Head, Start};

/// A record of a segment, and what becomes of it.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) at: u64,
    pub(super) head: Head,
    state: State,
}

/// What becomes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Somebody has its lines in memory, and is about to deliver them.
    Held,
    /// To be read and delivered.
    Left,
    /// To be delivered only where its process ends without saying more.
    Standby,
    Done,
}

/// A segment that is locked by this process.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) path: PathBuf,
    file: File,
    pub(super) len: u64,
    /// Where its records begin.
    start: u64,
    /// Not taken over.
    pub(super) is_own: bool,
    records: Vec<Record>,
    /// How many of them are in each state.
    states: [usize; 4],
}

/// What was found where there was a segment.
#[derive(Debug)]
pub(super) enum Taken {
    /// Ours now, and how many places of it, or samples, are damaged.
    Yes(Segment, Damage),
    /// It belongs to a process that lives, or is gone.
    No,
    /// Of another destination.
    Foreign,
    /// Of a version that is newer than this one.
    Newer(u16),
}

/// What of a segment cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Damage {
    /// Samples of records that are not whole.
    pub(super) samples: u64,
    /// Places where it is not known how many samples there were.
    pub(super) places: u64,
}

impl Segment {
    fn new(path: PathBuf, file: File, start: u64, len: u64) -> Self {
        Self {
            path,
            file,
            len,
            start,
            is_own: false,
            records: Vec::new(),
            states: [0; 4],
        }
    }

    /// A new one at this path, for this destination.
    pub(super) fn create(path: PathBuf, name: &str) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)?;
        let begun = (|| {
            file.try_lock()?;
            let mut start = Vec::new();
            segment::write_start(name, &mut start);
            file.write_all_at(&start, 0)?;
            file.sync_data()?;
            // So that the name is there after a power failure, too.
            path.parent()
                .map_or(Ok(()), |folder| File::open(folder)?.sync_all())?;
            Ok(start.len() as u64)
        })();
        match begun {
            Ok(len) => Ok(Self {
                is_own: true,
                ..Self::new(path, file, len, len)
            }),
            Err(error) => {
                let _ = fs::remove_file(&path);
                Err(error)
            }
        }
    }

    /// Takes one over whose process has ended; `is_ours` says of which destination, where its header can
    /// be read. One that is longer than `most` is none that we wrote.
    pub(super) fn take(
        path: &Path,
        most: u64,
        is_ours: impl Fn(&str) -> bool,
    ) -> io::Result<Taken> {
        let Some(file) = open_unused(path)? else {
            return Ok(Taken::No);
        };
        if file.metadata()?.len() > most {
            return Ok(Taken::Foreign);
        }
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut &file, &mut bytes)?;
        let (start, mut damage) = match segment::read_start(&bytes) {
            Start::Of(name, _) if !is_ours(&name) => return Ok(Taken::Foreign),
            Start::Of(_, start) => (start, Damage::default()),
            Start::Newer(version) => return Ok(Taken::Newer(version)),
            Start::Torn => {
                fs::remove_file(path)?;
                return Ok(Taken::No);
            }
            // What follows is known by sums of its own, and the name of the file says for whom it is.
            Start::Damaged => (0, Damage::default()),
        };
        let (found, places) = segment::read_records(&bytes, start);
        // A header that is damaged is no record.
        damage.places = places.saturating_sub(u64::from(start == 0));
        let mut segment = Self::new(path.to_owned(), file, start as u64, bytes.len() as u64);
        for record in found.into_iter().filter(|record| !record.is_done) {
            if record.is_whole {
                segment.add(record.at as u64, record.head, State::Left);
            } else {
                damage.samples += u64::from(record.head.samples);
            }
        }
        Ok(Taken::Yes(segment, damage))
    }

    /// Appends the bytes of records, and has the disk store them.
    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self
            .file
            .write_all_at(bytes, self.len)
            .and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // What stands there in part is no record; where this fails it is found to be torn.
            let _ = self.file.set_len(self.len);
            return Err(error);
        }
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Notes a record that stands there. Returns which one it is.
    pub(super) fn add(&mut self, at: u64, head: Head, state: State) -> usize {
        self.states[state as usize] += 1;
        self.records.push(Record { at, head, state });
        self.records.len() - 1
    }

    /// Another state than [`State::Done`].
    pub(super) fn set_state(&mut self, index: usize, state: State) {
        if let Some(record) = self.records.get_mut(index) {
            self.states[record.state as usize] -= 1;
            self.states[state as usize] += 1;
            record.state = state;
        }
    }

    pub(super) fn count(&self, state: State) -> usize {
        self.states[state as usize]
    }

    /// The first record in this state.
    pub(super) fn first(&self, state: State) -> Option<(usize, &Record)> {
        if self.count(state) == 0 {
            return None;
        }
        let mut records = self.records.iter().enumerate();
        records.find(|(_, record)| record.state == state)
    }

    /// The lines of a record, if they are still what was written.
    /// With how many samples they have, and when they were read.
    pub(super) fn read(&self, index: usize) -> (io::Result<Option<Vec<u8>>>, u64, u64) {
        let Some(Record { at, head, .. }) = self.records.get(index) else {
            return (Ok(None), 0, 0);
        };
        let mut lines = vec![0; head.len as usize];
        let read = self
            .file
            .read_exact_at(&mut lines, at + segment::HEAD as u64);
        let whole = read.map(|()| segment::is_whole(Some(&lines), head).then_some(lines));
        (whole, u64::from(head.samples), head.read)
    }

    /// Notes that a record is done with. Not stored at once: after a power failure it may be
    /// delivered once more.
    pub(super) fn finish(&mut self, index: usize) {
        self.set_state(index, State::Done);
        let Some(record) = self.records.get(index) else {
            return;
        };
        // Where even this fails it is delivered twice.
        let _ = self
            .file
            .write_all_at(&[segment::DONE], record.at + segment::STATE);
    }

    pub(super) fn is_done(&self) -> bool {
        self.count(State::Done) == self.records.len()
    }

    /// Samples that have not been delivered, and that nobody has in memory.
    pub(super) fn samples(&self) -> u64 {
        let is_left = |state| matches!(state, State::Left | State::Standby);
        let left = self.records.iter().filter(|record| is_left(record.state));
        left.map(|record| u64::from(record.head.samples)).sum()
    }

    /// How many a record has.
    pub(super) fn samples_of(&self, index: usize) -> u64 {
        let record = self.records.get(index);
        record.map_or(0, |record| u64::from(record.head.samples))
    }

    /// Empties one whose records are all done with.
    pub(super) fn empty(&mut self) {
        if self.file.set_len(self.start).is_ok() {
            self.len = self.start;
            self.records.clear();
            self.states = [0; 4];
        }
    }

    /// Takes it from the disk.
    pub(super) fn remove(self) {
        // Whoever finds it finds that all is done.
        let _ = fs::remove_file(&self.path);
    }
}

/// Opens and locks a file that nobody else has locked, if it still has that name by then.
fn open_unused(path: &Path) -> io::Result<Option<File>> {
    // Neither a link that somebody put there, nor a pipe that would be waited for.
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let file = match options.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let own = file.metadata()?;
    if !own.is_file() {
        return Ok(None);
    }
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // Its process may have removed it, and another made one of that name, before it was locked.
    let same = fs::symlink_metadata(path)
        .is_ok_and(|there| (there.dev(), there.ino()) == (own.dev(), own.ino()));
    Ok(same.then_some(file))
}
