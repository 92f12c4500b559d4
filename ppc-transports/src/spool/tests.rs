//! Spools on a real disk: what is stored, taken over, damaged and dropped.

use std::cell::RefCell;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::folder::News;
use super::*;

const NAME: &str = "influx+udp://h:8089";
const LARGE: u64 = 1 << 30;

/// A folder of a test's own, which goes with it.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("ppc-spool-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn folder(&self, limit: u64) -> Folder {
        let mut folder = Folder::new(&self.0, NAME, limit);
        let _ = folder.take_over();
        folder
    }

    fn files(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(&self.0).map(|files| files.map(|file| file.unwrap().path()));
        let mut files: Vec<_> = files.into_iter().flatten().collect();
        files.sort();
        files
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn put(number: u64, lines: &str) -> Put {
    Put {
        number,
        lines: lines.into(),
        samples: number,
        read: number,
        is_state: false,
    }
}

fn state(number: u64, lines: &str) -> Put {
    Put {
        is_state: true,
        ..put(number, lines)
    }
}

/// Everything that is to be read, as text.
fn read_all(folder: &mut Folder) -> Vec<String> {
    let found = std::iter::from_fn(|| folder.next());
    found
        .map(|found| String::from_utf8(found.lines).unwrap())
        .collect()
}

#[test]
fn what_is_delivered_leaves_nothing_behind_and_the_rest_is_taken_over() {
    let place = Place::new();
    let mut one = place.folder(LARGE);
    one.put(&[put(1, "a"), put(2, "b"), put(3, "c")]).unwrap();
    one.finish(2);
    let mut other = place.folder(LARGE);
    assert!(!other.has_left(), "its writer lives");
    drop(one);
    other.take_over().unwrap();
    assert!(other.has_left());
    let found = other.next().unwrap();
    assert_eq!(
        (&*found.lines, found.samples, found.read),
        (&b"a"[..], 1, 1)
    );
    assert_eq!(read_all(&mut other), ["c"]);
    // Not delivered after all; it is read again, by this one or the next.
    other.leave(found.number);
    assert_eq!(read_all(&mut other), ["a"]);
    drop(other);
    let mut third = place.folder(LARGE);
    let numbers: Vec<_> = std::iter::from_fn(|| third.next())
        .map(|found| found.number)
        .collect();
    assert_eq!(numbers.len(), 2);
    for number in numbers {
        third.finish(number);
    }
    third.close();
    assert_eq!(place.files(), Vec::<PathBuf>::new());
}

#[test]
fn of_states_only_the_last_word_of_a_process_counts() {
    let place = Place::new();
    let mut killed = place.folder(LARGE);
    killed.put(&[state(1, "early"), state(2, "later")]).unwrap();
    killed.put(&[put(3, "push")]).unwrap();
    killed.put(&[state(4, "late")]).unwrap();
    killed.put(&[state(5, "last")]).unwrap();
    assert!(!killed.has_left(), "not while it lives");
    drop(killed);
    assert_eq!(read_all(&mut place.folder(LARGE)), ["push", "last"]);
    let mut ended = place.folder(LARGE);
    ended.put(&[state(6, "state"), put(7, "final")]).unwrap();
    ended.finish(7);
    ended.close();
    drop(ended);
    assert_eq!(place.files().len(), 1, "of the one that was killed");
}

#[test]
fn other_destinations_and_strange_files_are_left_alone() {
    let place = Place::new();
    let mut other = Folder::new(&place.0, "graphite+tcp://h:2003", LARGE);
    other.put(&[put(1, "other")]).unwrap();
    drop(other);
    let strange = place.0.join("0000000000001-00000000000000zz-1-1.spool");
    fs::write(&strange, "mine").unwrap();
    fs::write(place.0.join("notes.txt"), "mine").unwrap();
    // The name of a file is a hash; its header says the destination in full.
    let forged = place.0.join(format!(
        "0000000000001-{:016x}-1-1.spool",
        folder::hash(NAME.as_bytes())
    ));
    fs::copy(&place.files()[1], &forged).unwrap();
    // Nobody reads what fills the memory.
    let vast = place.0.join(format!(
        "0000000000001-{:016x}-1-2.spool",
        folder::hash(NAME.as_bytes())
    ));
    File::create(&vast).unwrap().set_len(1 << 40).unwrap();
    let mut folder = place.folder(LARGE);
    assert!(!folder.has_left());
    assert_eq!(place.files().len(), 5);
    fs::remove_file(vast).unwrap();
    folder.put(&[put(1, "own")]).unwrap();
    folder.leave(1);
    assert_eq!(read_all(&mut folder), ["own"]);
}

#[test]
fn a_torn_tail_and_a_flipped_bit_are_counted_and_the_rest_is_delivered() {
    let place = Place::new();
    let mut folder = place.folder(LARGE);
    folder
        .put(&[
            put(1, "one"),
            put(20, "two"),
            put(3, "three"),
            put(400, "four"),
        ])
        .unwrap();
    drop(folder);
    let path = place.files().remove(0);
    let bytes = fs::read(&path).unwrap();
    let two = bytes
        .windows(3)
        .position(|window| window == b"two")
        .unwrap();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all_at(b"tvo", two as u64).unwrap();
    file.set_len(bytes.len() as u64 - 1).unwrap();
    let mut folder = place.folder(LARGE);
    assert_eq!(folder.news.damaged, 420);
    assert_eq!(read_all(&mut folder), ["one", "three"]);
    // What becomes wrong after it was taken over is noticed as well.
    let mut folder = Folder::new(&place.0, "x", LARGE);
    folder.put(&[put(1, "one"), put(2, "two")]).unwrap();
    folder.leave(1);
    let path = place.files().pop().unwrap();
    let len = fs::metadata(&path).unwrap().len();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all_at(b"X", len - 36 - 2).unwrap();
    assert_eq!(read_all(&mut folder), [""; 0]);
    assert_eq!(folder.news.damaged, 1);
}

#[test]
fn a_damaged_header_costs_nothing_and_a_newer_version_is_left_alone() {
    let place = Place::new();
    let mut folder = place.folder(LARGE);
    folder.put(&[put(1, "one")]).unwrap();
    drop(folder);
    let path = place.files().remove(0);
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all_at(b"?", 13).unwrap();
    let mut folder = place.folder(LARGE);
    assert_eq!(
        (read_all(&mut folder), folder.news.damaged),
        (vec!["one".to_owned()], 0)
    );
    drop(folder);
    file.write_all_at(&9_u16.to_le_bytes(), 8).unwrap();
    let mut folder = place.folder(LARGE);
    assert_eq!(read_all(&mut folder), [""; 0]);
    assert_eq!(folder.news.newer, Some((path.clone(), 9)));
    folder.news = News::default();
    folder.take_over().unwrap();
    assert_eq!(folder.news.newer, None, "told once");
    assert!(path.exists());
    // One that was made and never begun is nobody's.
    file.set_len(3).unwrap();
    let _ = place.folder(LARGE);
    assert!(!path.exists());
}

#[test]
fn the_oldest_make_room_and_are_counted() {
    let place = Place::new();
    let mut gone = Folder::new(&place.0, "of another destination", LARGE);
    gone.put(&[put(5, &"x".repeat(3000))]).unwrap();
    drop(gone);
    let mut folder = place.folder(10_000);
    for number in 10..20 {
        folder.put(&[put(number, &"y".repeat(1500))]).unwrap();
        if number % 2 == 0 {
            folder.leave(number);
        }
        let size = |path: &PathBuf| fs::metadata(path).unwrap().len();
        let used: u64 = place.files().iter().map(size).sum();
        assert!(used <= 10_000, "{used}");
    }
    assert!(folder.news.full >= 5 + 10 + 12, "{}", folder.news.full);
    assert!(
        folder.news.gone.contains(&(11, 11)),
        "still in memory: {:?}",
        folder.news.gone
    );
    let error = folder.put(&[put(99, &"z".repeat(20_000))]).unwrap_err();
    assert!(error.to_string().contains("spool_size"), "{error}");
    folder.put(&[put(100, "small")]).unwrap();
}

#[test]
fn neither_links_nor_pipes_are_followed() {
    let place = Place::new();
    fs::create_dir_all(&place.0).unwrap();
    let name = |n: u32| {
        place.0.join(format!(
            "000000000000{n}-{:016x}-1-1.spool",
            folder::hash(NAME.as_bytes())
        ))
    };
    let target = place.0.join("target");
    let mut victim = place.folder(LARGE);
    victim.put(&[put(1, "victim")]).unwrap();
    drop(victim);
    fs::rename(place.files().pop().unwrap(), &target).unwrap();
    std::os::unix::fs::symlink(&target, name(1)).unwrap();
    let pipe = std::process::Command::new("mkfifo")
        .arg(name(2))
        .status()
        .unwrap();
    assert!(pipe.success());
    let mut folder = place.folder(LARGE);
    assert!(!folder.has_left() && target.exists());
    assert!(folder.news.trouble.take().is_some(), "the link is told");
}

/// Waits until something holds.
#[track_caller]
fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "{what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// What is asked for, and there some time later.
#[track_caller]
fn read_back(spool: &Spool) -> (Found, Ticket) {
    let found = RefCell::new(None);
    until("read", || {
        *found.borrow_mut() = spool.next(usize::MAX, false);
        found.borrow().is_some()
    });
    found.into_inner().unwrap()
}

fn spool(place: &Place) -> Spool {
    Spool::open(&place.0, LARGE, NAME, Waker::noop().clone()).unwrap()
}

#[test]
fn a_client_stores_reads_again_and_leaves_nothing() {
    let place = Place::new();
    let mut one = spool(&place);
    let (kept, delivered) = (
        one.put(b"kept", 1, 1, false),
        one.put(b"delivered", 1, 2, false),
    );
    until("stored", || kept.is_stored() && delivered.is_stored());
    one.finish(&delivered);
    until("closed", || one.close());
    assert!(!one.put(b"too late", 1, 3, false).is_stored());
    drop(one);
    let two = spool(&place);
    until("taken over", || two.has_left());
    let (found, _) = read_back(&two);
    assert_eq!((&*found.lines, found.read), (&b"kept"[..], 1));
    until("closed", || two.close());
    assert_eq!(place.files().len(), 1, "it was read, and not delivered");
    let three = spool(&place);
    until("taken over", || three.has_left());
    three.finish(&read_back(&three).1);
    until("closed", || three.close());
    assert_eq!(place.files(), Vec::<PathBuf>::new());
}

#[test]
fn a_folder_that_cannot_be_written_is_told_and_nothing_else() {
    let place = Place::new();
    // A file where the folder should be: also for a user to whom no permission is denied.
    File::create(&place.0).unwrap();
    let mut spool = spool(&place);
    let ticket = spool.put(b"lines", 1, 1, false);
    until("told", || spool.take_news().trouble.is_some());
    assert!(!ticket.is_stored() && !spool.has_left());
    until("closed", || spool.close());
    fs::remove_file(&place.0).unwrap();
    fs::create_dir(&place.0).unwrap();
    fs::set_permissions(&place.0, fs::Permissions::from_mode(0o700)).unwrap();
}
