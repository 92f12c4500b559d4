//! A row: three runs, and what becomes of them in words.

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use super::AT_ONCE;
use super::run::{Came, Plan};
use crate::support::stored;

/// How long the work takes, about.
const WORK: f64 = 1.0;

/// Of a run that sees the fault come and go: before it, and while it lasts.
const BEFORE: Duration = Duration::from_millis(400);
const MEANWHILE: Duration = Duration::from_millis(600);

/// What `flush_timeout` is where the fault stays, and what the process may take beyond it.
const FLUSH: Duration = Duration::from_secs(1);
const BEYOND: Duration = Duration::from_millis(500);

/// What the job may take longer than without us: the greater of them.
const LONGER: Duration = Duration::from_millis(200);

/// What we may have, in KiB: the buffer, as much again to send from, and what threads and their
/// runtime take.
const MEMORY: u64 = 8 * 1024;
const BUFFER: &str = "1MiB";

/// How often it is measured again, where other processes were in the way of a bound.
const TRIES: usize = 10;

/// A fault and a transport.
pub(super) struct Case<'a> {
    pub(super) fault: &'static str,
    pub(super) transport: &'static str,
    /// How the job runs; where it lacks something for good, the other name is `lack` for a while.
    pub(super) plan: Plan,
    /// Has the fault come, or go.
    pub(super) toggle: Box<dyn Fn(bool) + Send + Sync + 'a>,
    /// What has arrived of a run, in a word.
    pub(super) arrived: Box<dyn Fn(&Came) -> String + Send + Sync + 'a>,
    /// What is said beside the address: one of them.
    pub(super) says: &'static [&'static str],
}

/// What may arrive and is complete: each that was read (twice, where a reply was lost, and the same),
/// the last of each second where times are no finer, or the last where a receiver keeps one.
pub(super) const ALL: &str = "all";
pub(super) const SECONDS: &str = "the last of each second";
pub(super) const LAST: &str = "the last";
pub(super) const NONE: &str = "none";

/// The cells, as the page has them.
pub(super) type Row = Vec<String>;

pub(super) const HEAD: [&str; 9] = [
    "fault",
    "transport",
    "result",
    "its time",
    "the end",
    "memory",
    "after recovery",
    "what is lost",
    "the log says",
];

/// Measures all, some at a time.
#[track_caller]
pub(super) fn measure(cases: Vec<Case<'_>>) -> Vec<Row> {
    let queue = Mutex::new(cases.into_iter().enumerate());
    let rows = Mutex::new(Vec::new());
    let next = || queue.lock().expect("nobody panics with it").next();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((number, case)) = next() {
                    let row = case.row();
                    let mut rows = rows.lock().expect("nobody panics with it");
                    rows.push((number, row));
                }
            });
        }
    });
    let mut rows = rows.into_inner().expect("nobody panics with it");
    rows.sort_by_key(|(number, _)| *number);
    rows.into_iter().map(|(_, row)| row).collect()
}

impl Case<'_> {
    fn row(&self) -> Row {
        let mut row = vec![self.fault.to_owned(), self.transport.to_owned()];
        let stays = self.stays(&mut row);
        let goes = self.goes();
        let arrived = (self.arrived)(&goes);
        let lost = lost(&arrived, goes.dropped());
        row.extend([arrived, lost, self.said(&stays)]);
        row
    }

    /// The fault is there throughout.
    fn stays(&self, row: &mut Row) -> Came {
        let (mut own, mut alone, mut end) = (Duration::MAX, Duration::MAX, Duration::MAX);
        let lasting = Plan {
            lack: match &*self.plan.lack {
                "none" => "none".to_owned(),
                lack => format!("{lack}_for_good"),
            },
            ..self.plan.clone()
        };
        for attempt in 1.. {
            let paired = lasting.start(WORK, &[("PPC_PUSH", "off")]).wait();
            (self.toggle)(true);
            let settings = [("PPC_FLUSH_TIMEOUT", "1"), ("PPC_BUFFER", BUFFER)];
            let stays = lasting.start(WORK, &settings).wait();
            (self.toggle)(false);
            (own, alone) = (own.min(stays.own), alone.min(paired.own));
            end = end.min(stays.end);
            let is_in_time = own <= alone + LONGER.max(alone / 10);
            let ends_in_time = end <= FLUSH + BEYOND;
            if attempt < TRIES && !(is_in_time && ends_in_time) {
                continue;
            }
            let same = stays.result == paired.result && paired.ended.stderr.is_empty();
            let more = stays.memory.saturating_sub(paired.memory);
            row.extend([
                word(same, "same", || format!("{stays:?}")),
                word(is_in_time, "within", || format!("{own:?}, alone {alone:?}")),
                word(ends_in_time, "within", || format!("{end:?}")),
                word(more <= MEMORY, "bounded", || format!("{more} KiB more")),
            ]);
            return stays;
        }
        unreachable!("the last try returns")
    }

    /// The fault comes and goes while it runs.
    fn goes(&self) -> Came {
        let settings = [("PPC_FLUSH_TIMEOUT", "10"), ("FAULT_COUNTS", "1")];
        let run = self.plan.start(1.8 * WORK, &settings);
        thread::sleep(BEFORE);
        (self.toggle)(true);
        thread::sleep(MEANWHILE);
        (self.toggle)(false);
        run.wait()
    }

    /// A cause once, beside the address.
    fn said(&self, came: &Came) -> String {
        let lines: Vec<&str> = came.ended.stderr.lines().collect();
        let mut without_numbers: Vec<String> = lines
            .iter()
            .map(|line| line.replace(|letter: char| letter.is_ascii_digit(), ""))
            .collect();
        without_numbers.sort();
        if without_numbers.windows(2).any(|pair| pair[0] == pair[1]) {
            return format!("the same again: {lines:#?}");
        }
        let place = self.plan.place();
        let says = |word: &&&str| {
            let mut named = lines.iter().filter(|line| line.contains(place));
            named.any(|line| line.contains(**word))
        };
        match self.says.iter().find(says) {
            Some(_) => self.says[0].to_owned(),
            None if self.says.is_empty() && lines.is_empty() => "nothing".to_owned(),
            None => format!("{lines:#?}"),
        }
    }
}

fn word(holds: bool, word: &str, found: impl FnOnce() -> String) -> String {
    if holds { word.to_owned() } else { found() }
}

/// What is not there, and whether that was counted.
fn lost(arrived: &str, dropped: f64) -> String {
    let words = match (arrived, dropped > 0.0) {
        (LAST | SECONDS, _) => "older values, by design",
        (ALL, false) => "nothing",
        (ALL, true) => "nothing, but counted",
        (_, true) => "counted",
        (_, false) => "not known",
    };
    words.to_owned()
}

/// How much of what was read is stored, each with its time, in any order: a clock may be set back.
pub(super) fn how_much(read: &[(i64, f64)], stored: &[(i64, f64)], has_seconds: bool) -> String {
    let missing = |sample: &&(i64, f64)| !stored.contains(sample);
    let last_of_its_second = |sample: &&(i64, f64)| {
        let later = |other: &(i64, f64)| other.0 == sample.0 && other.1 > sample.1;
        !read.iter().any(later)
    };
    let words = if let Some(other) = stored.iter().find(|sample| !read.contains(sample)) {
        return format!("{other:?}, which was not read");
    } else if stored.is_empty() {
        NONE
    } else if !read.iter().any(|sample| missing(&sample)) {
        ALL
    } else if has_seconds
        && !read
            .iter()
            .filter(last_of_its_second)
            .any(|one| missing(&one))
    {
        SECONDS
    } else if read.last().is_some_and(|last| stored.contains(last)) {
        "some, and the last"
    } else {
        "some, not the last"
    };
    words.to_owned()
}

/// Whether all that was counted is in a store.
pub(super) fn all_steps(url: &str, came: &Came) -> String {
    let line = format!(
        "fault_steps_total{{run=\"{}\"}} {}",
        came.name,
        came.steps()
    );
    let samples = stored::samples(url);
    if samples.contains(&line) {
        ALL.to_owned()
    } else {
        format!("{samples:?}, not {line}")
    }
}
