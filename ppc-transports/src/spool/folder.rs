//! What one destination of one client has in a spool's folder: the segment that it writes, those
//! that are full, and those that it took over from processes that ended.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io;
use std::mem;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use ppc_core::unix_time;

use super::file::{Segment, State, Taken};
use super::segment;

/// A segment that is longer than this is not written any further.
const LONG: u64 = 4 * 1024 * 1024;
/// What files are called.
const ENDING: &str = ".spool";

/// What is to be written.
#[derive(Debug)]
pub(super) struct Put {
    pub(super) number: u64,
    pub(super) lines: Vec<u8>,
    pub(super) samples: u64,
    /// In milliseconds since the Unix epoch.
    pub(super) read: u64,
    /// Only for the case that the process ends without saying more.
    pub(super) is_state: bool,
}

/// Something that was read.
#[derive(Debug)]
pub(crate) struct Found {
    pub(super) number: u64,
    pub(crate) lines: Vec<u8>,
    pub(crate) samples: u64,
    /// In milliseconds since the Unix epoch.
    pub(crate) read: u64,
    /// This client had stored it.
    pub(crate) is_own: bool,
}

/// What came to light.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Samples that cannot be read.
    pub(super) damaged: u64,
    /// Samples that made room for newer ones.
    pub(super) full: u64,
    /// Numbers of what did, and is still in memory, with how many samples there are.
    pub(super) gone: Vec<(u64, u64)>,
    /// Files of a newer version.
    pub(super) newer: Option<(PathBuf, u16)>,
    /// What the system said last.
    pub(super) trouble: Option<String>,
}

/// What one destination has in a spool.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    name: String,
    /// Tells files of destinations apart.
    key: u64,
    limit: u64,
    /// By their paths, which begin with when they were begun.
    segments: BTreeMap<PathBuf, Segment>,
    writing: Option<PathBuf>,
    /// Where the records are that somebody knows by a number.
    places: HashMap<u64, (PathBuf, usize)>,
    /// What stands there for the case that the process ends without saying more.
    standby: Vec<u64>,
    /// Numbers of what is read count down, those that are given count up.
    next_number: u64,
    /// Files that are of no use here.
    foreign: BTreeSet<PathBuf>,
    pub(super) news: News,
}

impl Folder {
    pub(super) fn new(path: &Path, name: &str, limit: u64) -> Self {
        let name = segment::cut(name).to_owned();
        Self {
            path: path.to_owned(),
            key: hash(name.as_bytes()),
            name,
            limit,
            segments: BTreeMap::new(),
            writing: None,
            places: HashMap::new(),
            standby: Vec::new(),
            next_number: u64::MAX,
            foreign: BTreeSet::new(),
            news: News::default(),
        }
    }

    /// Writes all of this, and has it stored once.
    pub(super) fn put(&mut self, puts: &[Put]) -> io::Result<()> {
        let need = puts.iter().map(|put| put.lines.len() + segment::HEAD);
        self.make_room(need.sum::<usize>() as u64)?;
        let path = self.writing()?;
        let Some(segment) = self.segments.get_mut(&path) else {
            return Err(io::Error::other("there is no segment"));
        };
        let (mut bytes, mut heads) = (Vec::new(), Vec::new());
        for put in puts {
            let at = segment.len + bytes.len() as u64;
            let samples = u32::try_from(put.samples).unwrap_or(u32::MAX);
            let head = segment::write_record(&put.lines, samples, put.read, &mut bytes);
            let head =
                head.ok_or_else(|| io::Error::other("a push is longer than a spool takes"))?;
            heads.push((at, head));
        }
        segment.append(&bytes)?;
        // Each says all that a state before it says, and more.
        let mut old = mem::take(&mut self.standby);
        for (put, (at, head)) in puts.iter().zip(heads) {
            let state = if put.is_state {
                State::Standby
            } else {
                State::Held
            };
            let index = segment.add(at, head, state);
            self.places.insert(put.number, (path.clone(), index));
            old.append(&mut self.standby);
            self.standby.extend(put.is_state.then_some(put.number));
        }
        for number in old {
            self.finish(number);
        }
        Ok(())
    }

    /// Something was delivered.
    pub(super) fn finish(&mut self, number: u64) {
        let Some((path, index)) = self.places.remove(&number) else {
            return;
        };
        if let Some(segment) = self.segments.get_mut(&path) {
            segment.finish(index);
            self.tidy(&path);
        }
    }

    /// Nobody has these lines in memory any more.
    pub(super) fn leave(&mut self, number: u64) {
        if let Some((path, index)) = self.places.remove(&number)
            && let Some(segment) = self.segments.get_mut(&path)
        {
            segment.set_state(index, State::Left);
        }
    }

    /// Whether records wait to be read.
    pub(super) fn has_left(&self) -> bool {
        self.segments
            .values()
            .any(|segment| segment.count(State::Left) > 0)
    }

    /// Reads the oldest one that waits.
    pub(super) fn next(&mut self) -> Option<Found> {
        loop {
            let mut segments = self.segments.iter_mut();
            let (path, segment, index) = segments.find_map(|(path, segment)| {
                let index = segment.first(State::Left)?.0;
                Some((path.clone(), segment, index))
            })?;
            let is_own = segment.is_own;
            let (lines, samples, read) = segment.read(index);
            self.next_number -= 1;
            let number = self.next_number;
            segment.set_state(index, State::Held);
            self.places.insert(number, (path, index));
            match lines {
                Ok(Some(lines)) => {
                    return Some(Found {
                        number,
                        lines,
                        samples,
                        read,
                        is_own,
                    });
                }
                Ok(None) => {}
                Err(error) => self.news.trouble = Some(format!("cannot be read: {error}")),
            }
            self.news.damaged += samples;
            self.finish(number);
        }
    }

    /// Takes over what processes left that have ended.
    pub(super) fn take_over(&mut self) -> io::Result<()> {
        for path in self.files()? {
            let is_known = self.foreign.contains(&path) || self.segments.contains_key(&path);
            if key_of(&path) != Some(self.key) || is_known {
                continue;
            }
            match Segment::take(&path, self.limit, |name| name == self.name) {
                Ok(Taken::Yes(segment, damage)) => {
                    self.news.damaged += damage.samples + damage.places;
                    self.segments.insert(path.clone(), segment);
                    self.tidy(&path);
                }
                Ok(Taken::No) => {}
                Ok(Taken::Foreign) => drop(self.foreign.insert(path)),
                Ok(Taken::Newer(version)) => {
                    self.news.newer = Some((path.clone(), version));
                    self.foreign.insert(path);
                }
                Err(error) => {
                    let text = format!("{} cannot be taken over: {error}", path.display());
                    self.news.trouble = Some(text);
                    self.foreign.insert(path);
                }
            }
        }
        Ok(())
    }

    /// Nothing more is written. What is delivered leaves nothing behind, and the rest is left to
    /// others.
    pub(super) fn close(&mut self) {
        self.writing = None;
        let paths: Vec<_> = self.segments.keys().cloned().collect();
        for path in &paths {
            self.tidy(path);
        }
    }

    /// Removes a segment of which nothing is left to be delivered; the one that is written begins
    /// anew.
    fn tidy(&mut self, path: &Path) {
        let Some(segment) = self
            .segments
            .get_mut(path)
            .filter(|segment| segment.is_done())
        else {
            return;
        };
        if self.writing.as_deref() == Some(path) {
            segment.empty();
        } else if let Some(segment) = self.segments.remove(path) {
            segment.remove();
        }
    }

    /// The segment that is written; a new one where the last is long.
    fn writing(&mut self) -> io::Result<PathBuf> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let long = LONG.min(self.limit / 4);
        if let Some(path) = &self.writing
            && self
                .segments
                .get(path)
                .is_some_and(|segment| segment.len < long)
        {
            return Ok(path.clone());
        }
        fs::create_dir_all(&self.path)?;
        let now = unix_time().as_millis();
        let (process, number) = (process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let name = format!("{now:013}-{:016x}-{process}-{number}{ENDING}", self.key);
        let path = self.path.join(name);
        let segment = Segment::create(path.clone(), &self.name)?;
        self.segments.insert(path.clone(), segment);
        self.writing = Some(path.clone());
        Ok(path)
    }

    /// Removes the oldest segments of the folder until there is room for so many bytes.
    fn make_room(&mut self, need: u64) -> io::Result<()> {
        let files = match self.files() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            files => files?,
        };
        let len = |path: &PathBuf| fs::symlink_metadata(path).map_or(0, |file| file.len());
        let lens: Vec<_> = files.iter().map(len).collect();
        let mut used: u64 = lens.iter().sum();
        for (path, len) in files.iter().zip(lens) {
            if used.saturating_add(need) <= self.limit {
                return Ok(());
            }
            let segment = match self.segments.remove(path) {
                Some(segment) => segment,
                // Whoever lives makes room for himself.
                None => match Segment::take(path, self.limit, |_| true) {
                    Ok(Taken::Yes(segment, damage)) => {
                        self.news.damaged += damage.samples + damage.places;
                        segment
                    }
                    _ => continue,
                },
            };
            self.news.full += segment.samples();
            let gone = self.places.extract_if(|_, (place, _)| place == path);
            let gone = gone.map(|(number, (_, index))| (number, segment.samples_of(index)));
            self.news.gone.extend(gone);
            segment.remove();
            used -= len;
            self.writing.take_if(|writing| writing == path);
        }
        if used.saturating_add(need) <= self.limit {
            return Ok(());
        }
        let text = format!("there is no room: `spool_size` is {} bytes", self.limit);
        Err(io::Error::other(text))
    }

    /// The segments of the folder, the oldest first.
    fn files(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let path = entry?.path();
            if key_of(&path).is_some() {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }
}

/// Which destinations a file is for, by its name; nothing where it is none of ours.
fn key_of(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?.strip_suffix(ENDING)?;
    let mut parts = name.split('-');
    let (time, key) = (parts.next()?, parts.next()?);
    let is_ours = time.len() >= 13 && time.bytes().all(|digit| digit.is_ascii_digit());
    u64::from_str_radix(key, 16)
        .ok()
        .filter(|_| is_ours && key.len() == 16)
}

/// The same in all processes and versions (FNV-1a).
pub(super) fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
