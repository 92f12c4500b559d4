//! A file that is replaced as a whole.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::sync::{Mutex, MutexGuard};
use std::task::Waker;
use std::time::{Duration, Instant};

use super::{Failure, Plan, Progress, Report, Sender};
use crate::lock::lock;
use crate::os::{self, PerProcess};
use crate::slots::Slots;

/// When to look again though nobody has woken the driver.
const WOKEN: Duration = Duration::from_secs(10);

/// Writes each payload to a file beside the target, and renames it. A thread of its own does so:
/// a disk, or the network behind it, may take its time.
#[derive(Debug)]
pub(crate) struct FileSender {
    path: PathBuf,
    waker: Waker,
    /// What becomes of the file that is being written.
    writing: Option<Receiver<io::Result<()>>>,
    /// It is of a push that was given up.
    is_old: bool,
}

impl FileSender {
    pub(crate) fn new(path: PathBuf, waker: Waker) -> Self {
        Self {
            path,
            waker,
            writing: None,
            is_old: false,
        }
    }

    fn start(&self, payload: &[u8]) -> io::Result<Receiver<io::Result<()>>> {
        let (told, written) = mpsc::channel();
        let slot = WRITERS.take();
        let slot = slot.ok_or_else(|| io::Error::other("too many writes of files hang"))?;
        let (path, payload, waker) = (self.path.clone(), payload.to_owned(), self.waker.clone());
        let number = Newest::note(&path);
        os::spawn("ppc-textfile", move || {
            let _slot = slot;
            let _ = told.send(replace(&path, &payload, number));
            waker.wake();
        })?;
        Ok(written)
    }

    fn failure(&self, error: &io::Error) -> Failure {
        let text = format!("{}: {error}", self.path.display());
        Failure {
            reason: "unwritten",
            error: io::Error::new(error.kind(), text),
        }
    }
}

impl Sender for FileSender {
    fn begin(&mut self, _: Plan) {
        // One file at a time: the newer one is written when the older one is.
        self.is_old = self.writing.is_some();
    }

    fn send(&mut self, payload: &[u8], _: Instant) -> Progress {
        if let Some(writing) = &self.writing {
            let result = match writing.try_recv() {
                Err(TryRecvError::Empty) => return Progress::Wait(WOKEN),
                Err(TryRecvError::Disconnected) => Err(io::Error::other("the writer is gone")),
                Ok(result) => result,
            };
            self.writing = None;
            if !std::mem::take(&mut self.is_old) {
                return match result {
                    Ok(()) => Progress::Sent,
                    Err(error) => Progress::Failed(self.failure(&error)),
                };
            }
        }
        match self.start(payload) {
            Ok(writing) => {
                self.writing = Some(writing);
                Progress::Wait(WOKEN)
            }
            Err(error) => Progress::Failed(self.failure(&error)),
        }
    }

    fn end(&mut self) -> Report {
        Report::default()
    }
}

/// Threads that may write at a time: more of them hang.
static WRITERS: Slots = Slots::new(32);

/// The number of the newest content of each file: what was held up must not replace what came
/// after it.
#[derive(Debug, Default)]
struct Newest(Mutex<HashMap<PathBuf, u64>>);

impl Newest {
    fn of_this_process() -> MutexGuard<'static, HashMap<PathBuf, u64>> {
        static NEWEST: PerProcess<Newest> = PerProcess::new();
        lock(&NEWEST.get().0)
    }

    /// Notes newer content, and returns its number.
    fn note(path: &Path) -> u64 {
        let mut all = Self::of_this_process();
        let number = all.entry(path.to_owned()).or_default();
        *number += 1;
        *number
    }

    fn is(path: &Path, number: u64) -> bool {
        Self::of_this_process().get(path) == Some(&number)
    }
}

/// Writes a file as a whole, on this thread.
pub(crate) fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    replace(path, content, Newest::note(path))
}

/// Replaces the file; whoever reads it sees the old one or the new one, also after a crash.
fn replace(path: &Path, content: &[u8], number: u64) -> io::Result<()> {
    let (mut file, beside) = create_beside(path)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    let result = written.and_then(|()| {
        if Newest::is(path, number) {
            fs::rename(&beside, path)
        } else {
            fs::remove_file(&beside)
        }
    });
    if result.is_err() {
        let _ = fs::remove_file(&beside);
        return result;
    }
    // The name itself; a file system that cannot is no reason to fail.
    if let Some(folder) = path.parent() {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

/// A new file beside this one. What has its name already may be written by a process of the same
/// number in another container, be left of a crash, or be a link that leads elsewhere.
fn create_beside(path: &Path) -> io::Result<(File, PathBuf)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut tries = 1000;
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        // Not a name that a collector would read.
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.{count}.tmp", process::id()));
        let beside = path.with_file_name(name);
        match File::create_new(&beside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tries > 0 => tries -= 1,
            created => return Ok((created?, beside)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: impl AsRef<Path>, content: &[u8]) -> io::Result<()> {
        write_file(path.as_ref(), content)
    }

    #[test]
    fn k22_what_was_held_up_does_not_replace_what_came_after_it() {
        let folder = std::env::temp_dir().join(format!("ppc-newest-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a.prom");
        let old = Newest::note(&path);
        written(&path, b"new\n").unwrap();
        replace(&path, b"old\n", old).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new\n");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn k22_a_file_is_replaced_as_a_whole_and_nothing_stays_beside_it() {
        let folder = std::env::temp_dir().join(format!("ppc-file-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a.prom");
        for content in ["one\n", "two\n"] {
            written(&path, content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
        let names = || {
            let entries = fs::read_dir(&folder).unwrap();
            entries
                .map(|entry| entry.unwrap().file_name())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(), ["a.prom"]);
        // A folder of that name cannot be replaced.
        fs::create_dir(folder.join("b.prom")).unwrap();
        assert!(written(folder.join("b.prom"), b"x").is_err());
        fs::remove_dir(folder.join("b.prom")).unwrap();
        assert_eq!(names(), ["a.prom"], "the temporary file is gone");
        assert!(written(folder.join("none/c.prom"), b"x").is_err());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn k22_what_has_the_name_of_the_temporary_file_is_left_alone() {
        let folder = std::env::temp_dir().join(format!("ppc-file-taken-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (path, other) = (folder.join("a.prom"), folder.join("other"));
        fs::write(&other, "other").unwrap();
        for count in 0..50 {
            let name = format!("a.prom.{}.{count}.tmp", process::id());
            std::os::unix::fs::symlink(&other, folder.join(name)).unwrap();
        }
        written(&path, b"one\n").unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), "other");
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\n");
        assert!(!fs::symlink_metadata(&path).unwrap().is_symlink());
        fs::remove_dir_all(&folder).unwrap();
    }
}
