//! The two jobs: what a program of yours would look like. Everything else in this example shows
//! what arrives, or checks it.
//!
//! Each job counts twice, in metrics and in a [`tally`](crate::tally) of plain variables; only so
//! that what arrived can be compared with what was counted.

use std::cell::RefCell;
use std::fs::{DirEntry, File, read_dir};
use std::future::poll_fn;
use std::io::{self, Read};
use std::mem;
use std::path::{Path, PathBuf};
use std::task::Poll;

use futures_util::{StreamExt, stream};
use memchr::memchr_iter;
use ppc::push_metrics;

use crate::extensions::{Extension, Extensions};
use crate::metrics::{
    DIRECTORIES_WAITING, DIRECTORY, ENTRIES, EntryKind, FILE_SIZE, FILES_IN_PROGRESS, FILES_LEFT,
    Fault, LIST_ERRORS, LISTING, READ, READ_ERRORS, READING, TREE,
};
use crate::run::Run;
use crate::tally::{Found, Listed, ReadOut};

/// Seconds between pushes: few, because somebody watches. The default is 15.
const PERIOD: f64 = 0.25;

/// Files that are read at the same time.
const AT_ONCE: usize = 4;

/// More files than this are not listed, so that memory stays bounded.
const MOST_FILES: usize = 200_000;

/// Directories that are counted and not listed.
const SKIPPED: [&str; 2] = ["target", ".git"];

/// Walks the tree and looks at each entry; links are not followed.
#[push_metrics(influx_udp = to, period = PERIOD, job = "quickstart-list", registry = LISTING)]
pub(crate) fn list(to: &str, root: &Path, run: &Run) -> Listed {
    let mut tally = Listed::new(root);
    TREE.set([("path", &tally.path)]);
    let mut waiting = vec![root.to_owned()];
    let mut directories = 0;
    while let Some(directory) = waiting.pop() {
        DIRECTORIES_WAITING.set(waiting.len());
        tally.waiting = waiting.len();
        if run.is_listing_over() || tally.files.len() >= MOST_FILES {
            tally.is_cut_short = true;
            break;
        }
        let timer = DIRECTORY.start_timer();
        let listed = list_directory(&directory, run, &mut tally, &mut waiting);
        tally.directory_seconds.observe(timer.stop());
        if let Err(error) = listed {
            count_list_error(error, &mut tally);
        }
        directories += 1;
        run.list.set(directories, directories + waiting.len());
        run.pace_listing();
    }
    tally
}

/// Reads the files to their end, some at the same time, and counts bytes and lines.
#[push_metrics(influx_udp = to, period = PERIOD, job = "quickstart-read", registry = READING)]
pub(crate) async fn read(to: &str, files: &[Found], run: &Run) -> ReadOut {
    let extensions = Extensions::of(files);
    let tally = RefCell::new(ReadOut::new(files.len(), extensions.names()));
    FILES_LEFT.set(files.len());
    run.start_reading(files.len());
    stream::iter(files)
        .for_each_concurrent(AT_ONCE, |file| async {
            read_file(file, extensions.of_file(file), run, &tally).await;
        })
        .await;
    run.pace_reading();
    tally.into_inner()
}

fn list_directory(
    directory: &Path,
    run: &Run,
    tally: &mut Listed,
    waiting: &mut Vec<PathBuf>,
) -> io::Result<()> {
    for entry in read_dir(directory)? {
        if run.is_listing_over() {
            tally.is_cut_short = true;
            break;
        }
        match entry.and_then(|entry| look_at(&entry, tally, waiting)) {
            Ok(kind) => {
                ENTRIES.kind(kind).inc();
                tally.entries[kind as usize] += 1;
            }
            Err(error) => count_list_error(error, tally),
        }
    }
    Ok(())
}

fn look_at(
    entry: &DirEntry,
    tally: &mut Listed,
    waiting: &mut Vec<PathBuf>,
) -> io::Result<EntryKind> {
    let kind = entry.file_type()?;
    Ok(if kind.is_dir() {
        if SKIPPED.iter().any(|name| entry.file_name() == *name) {
            return Ok(EntryKind::Skipped);
        }
        waiting.push(entry.path());
        EntryKind::Directory
    } else if kind.is_file() {
        let bytes = entry.metadata()?.len();
        FILE_SIZE.observe(bytes);
        tally.sizes.observe(bytes);
        tally.files.push(Found {
            path: entry.path(),
            bytes,
        });
        EntryKind::File
    } else if kind.is_symlink() {
        EntryKind::Link
    } else {
        EntryKind::Special
    })
}

fn count_list_error(error: io::Error, tally: &mut Listed) {
    let fault = Fault::from(error);
    LIST_ERRORS.reason(fault).inc();
    tally.errors[fault as usize] += 1;
}

async fn read_file(file: &Found, extension: &Extension, run: &Run, tally: &RefCell<ReadOut>) {
    run.pace_reading();
    if run.is_over() {
        return; // It stays among the files left.
    }
    let in_progress = FILES_IN_PROGRESS.track_in_progress();
    match read_to_end(file, extension, run, tally).await {
        Ok(()) => {
            extension.files.inc();
            tally.borrow_mut().of(extension).files += 1;
        }
        Err(fault) => {
            READ_ERRORS.reason(fault).inc();
            tally.borrow_mut().errors[fault as usize] += 1;
        }
    }
    drop(in_progress);
    FILES_LEFT.dec();
    tally.borrow_mut().left -= 1;
    run.read.advance();
}

async fn read_to_end(
    file: &Found,
    extension: &Extension,
    run: &Run,
    tally: &RefCell<ReadOut>,
) -> Result<(), Fault> {
    // What claims to be empty is, or it is a file of the kernel, whose read may wait for ever.
    if file.bytes == 0 {
        return Ok(());
    }
    let mut input = File::open(&file.path)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        if run.is_over() {
            return Err(Fault::OutOfTime);
        }
        let timer = READ.start_timer();
        let length = input.read(&mut buffer);
        tally.borrow_mut().latencies.observe(timer.stop());
        let length = length?;
        if length == 0 {
            return Ok(());
        }
        let lines = memchr_iter(b'\n', &buffer[..length]).count();
        extension.bytes.inc_by(length);
        extension.lines.inc_by(lines);
        tally.borrow_mut().of(extension).add(length, lines);
        run.add_bytes(length);
        let_others_run().await;
    }
}

/// Reads of files do not wait in an executor, so the other files get their turn this way.
async fn let_others_run() {
    let mut others_ran = false;
    poll_fn(|context| {
        if mem::replace(&mut others_ran, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
