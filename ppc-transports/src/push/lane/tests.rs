//! What a push does with what its sender says, where that is hard to bring about with a socket.

mod kept;

use std::io;
use std::sync::{Arc, Mutex};

use super::*;
use crate::encode::Omitted;
use crate::send::{Failure, Part, Progress, Report, Unsure};

/// Writes three lines, and then those that have not arrived: differences.
#[derive(Debug)]
struct Differences(Arc<Mutex<Vec<usize>>>);

impl Encoder for Differences {
    fn encode(&mut self, _: &Snapshot, _: &LabelSet, out: &mut Vec<u8>) -> Omitted {
        let arrived = self.0.lock().unwrap();
        let left = (0..3).filter(|line| !arrived.contains(line));
        left.for_each(|line| out.extend_from_slice(format!("{line}\n").as_bytes()));
        Omitted::default()
    }

    fn is_repeatable(&self) -> bool {
        false
    }

    fn delivered(&mut self, lines: Range<usize>) {
        // As long as nothing had arrived before the encoding.
        self.0.lock().unwrap().push(lines.start / 2);
    }
}

/// Gives these answers, the last one first, and notes what it was given.
#[derive(Debug)]
struct Scripted {
    answers: Vec<Progress>,
    unsure: Unsure,
    /// The last answer was that it is to be tried again.
    tries_again: bool,
    sent: Arc<Mutex<Vec<String>>>,
}

impl Sender for Scripted {
    fn begin(&mut self, _: Plan) {}

    fn send(&mut self, payload: &[u8], _: Instant) -> Progress {
        let progress = self.answers.pop().unwrap_or(Progress::Sent);
        self.tries_again = matches!(progress, Progress::Retry(..));
        if matches!(progress, Progress::Sent) {
            let payload = String::from_utf8(payload.to_vec()).unwrap();
            self.sent.lock().unwrap().push(payload);
        }
        progress
    }

    fn settle(&mut self, _: Instant) -> Progress {
        self.sent.lock().unwrap().push("settled".to_owned());
        Progress::Sent
    }

    fn is_between_tries(&self) -> bool {
        self.tries_again
    }

    fn end(&mut self) -> Report {
        Report {
            unsure: std::mem::take(&mut self.unsure),
            ..Report::default()
        }
    }
}

/// A lane whose sender gives these answers, and what that was given.
fn lane(answers: Vec<Progress>, unsure: Unsure) -> (Lane, Arc<Mutex<Vec<String>>>) {
    lane_of(Differences(Arc::default()), answers, unsure)
}

fn lane_of(
    encoder: impl Encoder + 'static,
    answers: Vec<Progress>,
    unsure: Unsure,
) -> (Lane, Arc<Mutex<Vec<String>>>) {
    let sent = Arc::default();
    let sender = Scripted {
        answers,
        unsure,
        tries_again: false,
        sent: Arc::clone(&sent),
    };
    let lane = Lane {
        teller: Teller::new("scripted"),
        encoder: Box::new(encoder),
        stream: None,
        packer: Packer::new(1),
        body: None,
        sender: Box::new(sender),
        lines: Vec::new(),
        made: (0..0, Vec::new()),
        current: None,
        known: 0,
        due: true,
        waits: false,
        torn: false,
        soon: None,
        backlog: None,
        spool: None,
    };
    (lane, sent)
}

fn begin(lane: &mut Lane) -> Option<Instant> {
    let now = Instant::now();
    lane.begin(&Snapshot::new(), &LabelSet::new(), now, None);
    lane.advance(now)
}

const BEGUN: Unsure = Unsure {
    sent: 0,
    begun: true,
};

#[test]
fn f11_a_difference_that_went_in_part_is_not_sent_again_by_the_push_that_takes_over() {
    let wait = || Progress::Wait(Duration::ZERO);
    let (mut lane, sent) = lane(vec![wait(), Progress::Sent, Progress::Sent], BEGUN);
    assert!(begin(&mut lane).is_some());
    lane.order_last();
    lane.make_way(Instant::now(), false);
    assert!(begin(&mut lane).is_none());
    // There is nothing new, but the rest of that line is to be written.
    assert_eq!(*sent.lock().unwrap(), ["0", "1", "settled"]);
    lane.order_last();
    begin(&mut lane);
    assert!(lane.is_idle());
    assert_eq!(sent.lock().unwrap().len(), 3, "now there is nothing at all");
}

#[test]
fn f11_a_difference_that_went_in_part_into_a_broken_connection_is_not_sent_again() {
    let failure = Failure {
        reason: "broken",
        error: io::Error::other("gone"),
    };
    let broken = Progress::Broken(failure, Duration::ZERO, BEGUN);
    let (mut lane, sent) = lane(vec![broken, Progress::Sent], Unsure::default());
    assert!(begin(&mut lane).is_some(), "to be continued");
    assert!(lane.advance(Instant::now()).is_none());
    assert_eq!(*sent.lock().unwrap(), ["0", "2", "settled"]);
}

#[test]
fn the_last_line_of_a_payload_that_went_in_part_is_counted() {
    let failure = || Failure {
        reason: "scripted",
        error: io::Error::other("refused"),
    };
    let parts = vec![
        Part {
            range: 0..2,
            lost: None,
        },
        Part {
            range: 4..5,
            lost: None,
        },
    ];
    let partly = Progress::Partly(parts, Some((failure(), Duration::ZERO)));
    let (mut lane, _) = lane(vec![partly], Unsure::default());
    lane.packer = Packer::new(usize::MAX);
    assert!(begin(&mut lane).is_some(), "to be continued");
    assert_eq!(lane.current.unwrap().settled, 2);
}

#[test]
fn nothing_follows_the_end_of_what_pushes_soon() {
    let (mut lane, sent) = lane(Vec::new(), Unsure::default());
    lane.soon = Some(Soon::default());
    assert!(begin(&mut lane).is_none());
    assert!(lane.next_look().is_some());
    lane.order_last();
    lane.pump(Instant::now(), Some(Instant::now()));
    begin(&mut lane);
    assert!(lane.is_idle() && sent.lock().unwrap().len() > 1);
    // Another destination may not be through yet, and is waited for in peace.
    assert_eq!(lane.next_look(), None);
}
