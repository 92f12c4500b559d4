//! What is not delivered at once is delivered later, with its own timestamps, or counted.

use std::sync::OnceLock;

use super::*;
use crate::push::backlog::Limits;
use crate::push::current::Stamp;

/// Writes a line with the number of the encoding, as one with a timestamp would be.
#[derive(Debug, Default)]
struct Dated(usize);

impl Encoder for Dated {
    fn encode(&mut self, _: &Snapshot, _: &LabelSet, out: &mut Vec<u8>) -> Omitted {
        out.extend_from_slice(format!("{}\n", self.0).as_bytes());
        self.0 += 1;
        Omitted::default()
    }

    fn timestamp_unit(&self) -> Option<Duration> {
        Some(Duration::from_millis(1))
    }
}

fn failure() -> Failure {
    Failure {
        reason: "scripted",
        error: io::Error::other("not now"),
    }
}

fn absent() -> Progress {
    Progress::Absent(failure())
}

fn wait() -> Progress {
    Progress::Wait(Duration::from_hours(1))
}

/// A lane that keeps what is not delivered, within so many bytes.
fn keeping(bytes: usize, mut answers: Vec<Progress>) -> (Lane, Arc<Mutex<Vec<String>>>) {
    answers.reverse();
    let (mut lane, sent) = lane_of(Dated::default(), answers, Unsure::default());
    lane.packer = Packer::new(5);
    let age = Duration::from_hours(1);
    lane.backlog = Some(Backlog::new(Limits { bytes, age }, Duration::ZERO));
    (lane, sent)
}

/// What an engine does at a tick, and until nothing is left to be done now.
fn tick(lane: &mut Lane, now: Instant) {
    lane.tick(now);
    run(lane, now, None);
}

fn run(lane: &mut Lane, now: Instant, stop: Option<&Stop>) {
    if lane.is_ready() {
        static START: OnceLock<Instant> = OnceLock::new();
        let mut snapshot = Snapshot::new();
        let start = *START.get_or_init(|| now);
        snapshot.start(Duration::from_hours(1) + now.duration_since(start));
        lane.begin(&snapshot, &LabelSet::new(), now, stop);
    }
    while lane.advance(now).is_some_and(|next| next <= now) {}
}

fn payloads(sent: &Mutex<Vec<String>>) -> Vec<String> {
    let sent = sent.lock().unwrap();
    sent.iter()
        .filter(|text| *text != "settled")
        .cloned()
        .collect()
}

fn stop(now: Instant) -> Stop {
    Stop {
        ordered: now,
        deadline: now + Duration::from_secs(5),
        succeeded: true,
    }
}

#[test]
fn what_was_not_delivered_follows_once_the_receiver_is_back() {
    let (mut lane, sent) = keeping(1000, vec![absent(), absent(), absent(), absent(), absent()]);
    let start = Instant::now();
    for n in 0..8 {
        tick(&mut lane, start + Duration::from_secs(n));
    }
    // The fresh one first, then the oldest ones, as many as go together, with the newest between.
    assert_eq!(payloads(&sent), ["5", "0\n1\n2", "4", "3", "6", "7"]);
    assert!(lane.is_backlog_empty());
}

#[test]
fn what_a_failed_try_left_is_kept_and_the_fresh_one_tried() {
    let retry = || Progress::Retry(failure(), Duration::from_hours(1));
    let (mut lane, sent) = keeping(1000, vec![retry(), retry()]);
    let start = Instant::now();
    tick(&mut lane, start);
    tick(&mut lane, start + Duration::from_secs(1));
    tick(&mut lane, start + Duration::from_secs(2));
    assert_eq!(payloads(&sent), ["2", "0\n1"]);
}

#[test]
fn beside_a_push_that_stands_still_values_are_read_and_kept() {
    let (mut lane, sent) = keeping(1000, vec![wait(), wait(), wait(), wait()]);
    let start = Instant::now();
    for n in 0..4 {
        tick(&mut lane, start + Duration::from_secs(n));
    }
    assert!(payloads(&sent).is_empty(), "it hangs");
    tick(&mut lane, start + Duration::from_secs(4));
    assert_eq!(payloads(&sent), ["0", "1\n2\n3", "4"]);
}

#[test]
fn the_oldest_go_for_want_of_room_and_with_age() {
    let (mut lane, sent) = keeping(4, vec![absent(), absent(), absent(), absent()]);
    let start = Instant::now();
    for n in 0..5 {
        tick(&mut lane, start + Duration::from_secs(n));
    }
    assert_eq!(payloads(&sent), ["4", "2\n3"], "two lines of two bytes");
    let (mut lane, sent) = keeping(1000, vec![absent(), absent()]);
    tick(&mut lane, start);
    tick(&mut lane, start + Duration::from_mins(59));
    tick(&mut lane, start + Duration::from_mins(61));
    assert_eq!(payloads(&sent), ["2", "1"]);
}

#[test]
fn f03_behind_the_final_values_goes_all_that_was_kept() {
    let (mut lane, sent) = keeping(1000, vec![absent(), absent(), wait()]);
    let start = Instant::now();
    for n in 0..3 {
        tick(&mut lane, start + Duration::from_secs(n));
    }
    lane.order_last();
    let end = start + Duration::from_secs(3);
    lane.make_way(end, false);
    run(&mut lane, end, Some(&stop(end)));
    assert_eq!(payloads(&sent), ["3\n0\n1", "2"]);
    assert!(lane.is_idle());
}

#[test]
fn a_push_that_was_refused_without_telling_which_is_kept_whole() {
    #[derive(Debug)]
    struct Refusing(u64, Arc<Mutex<Vec<String>>>);
    impl Sender for Refusing {
        fn begin(&mut self, _: Plan) {}
        fn send(&mut self, payload: &[u8], _: Instant) -> Progress {
            let payload = String::from_utf8(payload.to_vec()).unwrap();
            self.1.lock().unwrap().push(payload);
            Progress::Sent
        }
        fn end(&mut self) -> Report {
            Report {
                refused: std::mem::take(&mut self.0),
                ..Report::default()
            }
        }
    }
    let (mut lane, sent) = keeping(1000, Vec::new());
    lane.sender = Box::new(Refusing(1, Arc::clone(&sent)));
    let start = Instant::now();
    tick(&mut lane, start);
    tick(&mut lane, start + Duration::from_secs(1));
    assert_eq!(payloads(&sent), ["0", "1", "0"]);
}

#[test]
fn what_cannot_be_delivered_before_the_end_is_counted() {
    let lost = || {
        let name = "ppc_dropped";
        let snapshot = crate::client_metrics().gather();
        let families = snapshot
            .families()
            .filter(|family| family.descriptor().names().family() == name);
        let series = families.flat_map(ppc_core::FamilySnapshot::series);
        let own = series.filter(|series| series.labels().any(|(_, value)| value == "scripted_end"));
        own.map(|series| match series.value() {
            ppc_core::Value::Counter(count) => count,
            _ => 0.0,
        })
        .sum::<f64>()
    };
    let before = lost();
    let failed = Progress::Failed(Failure {
        reason: "scripted_end",
        error: io::Error::other("no"),
    });
    let (mut lane, sent) = keeping(1000, vec![absent(), absent(), failed]);
    let start = Instant::now();
    tick(&mut lane, start);
    tick(&mut lane, start + Duration::from_secs(1));
    lane.order_last();
    let end = start + Duration::from_secs(2);
    run(&mut lane, end, Some(&stop(end)));
    assert!(lane.is_idle(), "there is nobody to wait for");
    lane.close();
    assert!(payloads(&sent).is_empty());
    assert_eq!(lost() - before, 3.0, "the final value and the two before");
}

#[test]
fn of_values_with_the_same_timestamp_the_newest_come_last() {
    let (mut lane, sent) = keeping(1000, vec![absent(), absent(), wait(), wait()]);
    let age = Duration::from_hours(1);
    let limits = Limits { bytes: 1000, age };
    // As of Graphite: a server keeps what comes last within a second.
    lane.backlog = Some(Backlog::new(limits, Duration::from_secs(10)));
    let start = Instant::now();
    for seconds in [0, 10, 20, 21] {
        tick(&mut lane, start + Duration::from_secs(seconds));
    }
    // The third stands still; the fourth, of the same ten seconds, waits for it.
    tick(&mut lane, start + Duration::from_secs(22));
    let sent = payloads(&sent);
    assert_eq!(sent[0], "2");
    assert!(
        !sent[1..].iter().any(|payload| payload.contains('3')),
        "4 says it: {sent:?}"
    );
    assert_eq!(sent.concat().replace('\n', "").len(), 4, "{sent:?}");
}

#[test]
fn the_newest_values_are_not_superseded_by_themselves() {
    let age = Duration::from_hours(1);
    let mut backlog = Backlog::new(Limits { bytes: 0, age }, Duration::from_secs(1));
    let stamp = |read, is_read_back| Stamp {
        read,
        since: Instant::now(),
        ticket: None,
        is_read_back,
    };
    backlog.supersede(&stamp(5_200, false));
    // They were left to the disk, and are read back before there is anything newer.
    assert!(!backlog.is_superseded(&stamp(5_200, true)));
    assert!(backlog.is_superseded(&stamp(5_100, true)));
    assert!(!backlog.is_superseded(&stamp(4_900, true)));
}
