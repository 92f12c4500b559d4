//! What the sender says of what a store does.

use std::sync::Mutex;
use std::thread;

use super::*;
use crate::batch::Chunk;
use crate::lock::lock;
use crate::store::{Backend, Reading, Shelf};

/// Gives these answers, of so many chunks each, and notes which numbers it was given.
#[derive(Debug, Default)]
struct Script {
    answers: Vec<Vec<Verdict>>,
    given: Vec<Vec<u64>>,
}

#[derive(Debug)]
struct Scripted(Arc<Mutex<Script>>);

impl Backend for Scripted {
    fn apply(&mut self, chunks: &[Chunk<'_>]) -> Vec<Verdict> {
        let mut script = lock(&self.0);
        let numbers = chunks.iter().map(|chunk| chunk.head.number).collect();
        script.given.push(numbers);
        assert!(!script.answers.is_empty(), "it panics");
        script.answers.remove(0)
    }

    fn read(&mut self) -> Result<Reading, Fault> {
        unreachable!()
    }

    fn drop_family(&mut self, _: &str) -> Result<bool, Fault> {
        unreachable!()
    }

    fn reset(&mut self) -> Result<(), Fault> {
        unreachable!()
    }

    fn aside(&mut self, _: &str) -> Result<Option<Shelf>, Fault> {
        unreachable!()
    }

    fn set_aside(&mut self, _: &str, _: &str) -> Result<Option<Shelf>, Fault> {
        unreachable!()
    }

    fn drop_aside(&mut self, _: &str) -> Result<(), Fault> {
        unreachable!()
    }
}

fn again() -> Verdict {
    Verdict::Again(Fault::new("down", "it is down"))
}

fn sender(answers: Vec<Vec<Verdict>>) -> (StoreSender, Arc<Mutex<Script>>) {
    let given = Vec::new();
    let script = Arc::new(Mutex::new(Script { answers, given }));
    let scripted = Arc::clone(&script);
    let make = Arc::new(move || Box::new(Scripted(Arc::clone(&scripted))) as Box<dyn Backend>);
    (StoreSender::new(make, Waker::noop().clone()), script)
}

fn plan(deadline: Option<Instant>) -> Plan {
    Plan {
        payloads: 1,
        new_series: false,
        start: Instant::now(),
        deadline,
        succeeded: true,
        repeatable: true,
        kept: false,
    }
}

/// Chunks of these numbers, without the newline of the last line.
fn payload(numbers: &[u64]) -> Vec<u8> {
    let chunk = |number| format!("#{number} 0 0 - 1 w i f{number} counter;;;last \\e \\e\n+1\t\n");
    let text: String = numbers.iter().map(chunk).collect();
    text.trim_end_matches('\n').into()
}

/// Sends until something is known.
fn send(sender: &mut StoreSender, payload: &[u8]) -> Progress {
    loop {
        match sender.send(payload, Instant::now()) {
            Progress::Wait(_) => thread::sleep(Duration::from_millis(1)),
            progress => return progress,
        }
    }
}

fn ranges(progress: Progress) -> (Vec<Range<usize>>, bool) {
    let Progress::Partly(parts, again) = progress else {
        panic!("{progress:?}")
    };
    let ranges = parts.into_iter().map(|part| part.range).collect();
    (ranges, again.is_some())
}

#[test]
fn what_is_done_with_stands_where_it_stood_in_the_payload() {
    let refused = Verdict::Refused(Fault::new("declared", "otherwise"));
    let (mut sender, script) = sender(vec![
        vec![again(), Verdict::Applied, again(), refused],
        vec![again(), Verdict::Applied],
        vec![Verdict::Applied],
    ]);
    let payload = payload(&[1, 2, 3, 4]);
    let len = payload.len().div_ceil(4);
    let only = |range, again| (vec![range], again);
    sender.begin(plan(None));
    let first = ranges(send(&mut sender, &payload));
    assert_eq!(first, (vec![len..2 * len, 3 * len..payload.len()], true));
    let second = ranges(send(&mut sender, &payload));
    assert_eq!(second, only(2 * len..3 * len, true));
    assert_eq!(ranges(send(&mut sender, &payload)), only(0..len, false));
    let given = &script.lock().unwrap().given;
    assert_eq!(*given, [vec![1, 2, 3, 4], vec![1, 3], vec![1]]);
}

#[test]
fn what_became_of_an_older_push_says_nothing_of_this_one() {
    let (mut sender, script) = sender(vec![vec![Verdict::Applied], vec![again()]]);
    sender.begin(plan(None));
    let started = sender.send(&payload(&[1]), Instant::now());
    assert!(matches!(started, Progress::Wait(_)) && sender.must_settle());
    sender.begin(plan(None));
    assert!(!sender.must_settle());
    assert_eq!(ranges(send(&mut sender, &payload(&[2]))), (vec![], true));
    assert_eq!(script.lock().unwrap().given, [[1], [2]]);
}

#[test]
fn a_store_that_panics_is_tried_again_and_at_the_end_often() {
    let (mut sender, script) = sender(Vec::new());
    let start = Instant::now();
    sender.begin(plan(Some(start + Duration::from_mins(1))));
    for _ in 0..7 {
        assert_eq!(ranges(send(&mut sender, &payload(&[1]))), (vec![], true));
    }
    let applied = vec![Verdict::Applied];
    lock(&script).answers = vec![applied];
    assert!(!ranges(send(&mut sender, &payload(&[1]))).1);
    // By pauses that double it took at least sixteen seconds.
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
}
