//! Nothing is lost in the feed but what is counted, and each thread's changes keep their order.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Arc, Barrier};
use std::thread;

use ppc_core::feed::{Change, Feed, Real};

use super::*;
use crate::encode::{Event, Held};

fn feed(full: Full) -> (Arc<ChangeFeed>, Inbox) {
    let feed = ChangeFeed::new(full, Streams::Values);
    (Arc::clone(&feed), Inbox::new(feed))
}

fn added(amount: f64) -> Change {
    Change::Added(amount.into())
}

/// Everything that waits, taken by slices of at most so many.
fn take(inbox: &mut Inbox, most: usize) -> Vec<Event> {
    let mut all = Vec::new();
    inbox.look();
    while inbox.has_more() {
        inbox.drain(false, |events| {
            let taken = events.len().min(most);
            all.extend_from_slice(&events[..taken]);
            taken
        });
    }
    all
}

#[test]
fn every_kind_of_change_comes_back_as_it_was() {
    let (feed, mut inbox) = feed(Full::DropNewest);
    let series = [1, 2, 1 << 52];
    let amounts = [
        0.0,
        -0.0,
        1.0,
        254.0,
        255.0,
        -1.0,
        0.5,
        1e300,
        f64::INFINITY,
    ];
    let mut changes: Vec<Change> = amounts.map(added).into();
    changes.extend(amounts.map(|level| Change::Set(level.into())));
    changes.extend([
        Change::Set(f64::NAN.into()),
        Change::Observed(Real(7)),
        Change::States(u64::MAX),
        Change::Replaced,
        Change::Removed,
    ]);
    let mut expected = Vec::new();
    for series in series {
        for &change in &changes {
            feed.changed(series, change);
            expected.push(Event { series, change });
        }
    }
    inbox.look();
    assert_eq!(inbox.count(), expected.len());
    // Not told from 0 by any sum.
    let minus_zero = |event: &Event| event.change == added(-0.0);
    let found = take(&mut inbox, 3);
    for (found, expected) in found.iter().zip(&expected) {
        assert!(
            found == expected || minus_zero(expected),
            "{found:?} {expected:?}"
        );
    }
    assert_eq!(found.len(), expected.len());
    assert_eq!(inbox.count(), 0);
}

#[test]
fn what_threads_tell_is_taken_once_and_in_order() {
    const EACH: u64 = 20_000;
    let (feed, mut inbox) = feed(Full::Block);
    let done = AtomicBool::new(false);
    let mut found = Vec::new();
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut all = Vec::new();
            loop {
                let is_last = done.load(Acquire);
                all.extend(take(&mut inbox, 100));
                inbox.look();
                inbox.mark();
                let mut held = Vec::new();
                inbox.for_each(&mut |event| held.push(event));
                let before = all.len();
                while inbox.has_marked() {
                    inbox.drain(true, |events| {
                        all.extend_from_slice(events);
                        events.len()
                    });
                }
                assert_eq!(all[before..].len(), held.len());
                if is_last {
                    return all;
                }
            }
        });
        let tellers = [1, 2, 3, 4].map(|series| {
            let feed = &feed;
            scope.spawn(move || {
                for number in 0..EACH {
                    // Two words at the end, and now and then before.
                    let amount = number as f64 + if number % 3 == 0 { 0.5 } else { 0.0 };
                    feed.changed(series, added(amount));
                }
            })
        });
        // The end of a scope does not wait for what threads leave behind; joining them does.
        for teller in tellers {
            teller.join().unwrap();
        }
        done.store(true, Release);
        found = reader.join().unwrap();
    });
    for series in 1..=4 {
        let of_series = found.iter().filter(|event| event.series == series);
        let numbers = of_series.map(|event| match event.change {
            Change::Added(amount) => amount.get().floor(),
            other => panic!("{other:?}"),
        });
        assert!(numbers.eq((0..EACH).map(|number| number as f64)));
    }
    // The threads are gone, and their queues with them.
    assert_eq!(inbox.look(), 0);
    assert_eq!(inbox.readers(), 0);
}

#[test]
fn what_does_not_fit_is_counted_or_folded() {
    const MANY: u64 = 3_000_000;
    for full in [Full::DropNewest, Full::Coalesce] {
        let (feed, mut inbox) = feed(full);
        let mut dropped = 0;
        for number in 0..MANY {
            feed.changed(1, Change::Set((number as f64).into()));
            if number % 1000 == 0 {
                dropped += inbox.look(); // makes room, up to the limit
            }
        }
        dropped += inbox.look();
        assert!(inbox.take_behind() && !inbox.take_behind());
        let found = take(&mut inbox, usize::MAX);
        match full {
            Full::DropNewest => assert_eq!(found.len() as u64 + dropped, MANY),
            _ => assert_eq!(dropped, 0),
        }
        // The oldest ones, about half a million of them, without a gap.
        assert!((500_000..550_000).contains(&found.len()), "{}", found.len());
        let in_order = found.iter().zip(0_u64..);
        for (event, number) in in_order {
            assert_eq!(event.change, Change::Set((number as f64).into()));
        }
        // There is room again.
        feed.changed(2, added(1.0));
        assert_eq!(take(&mut inbox, 1).len(), 1);
    }
}

#[test]
fn nobody_waits_for_a_feed_that_is_closed() {
    let (feed, mut inbox) = feed(Full::Block);
    let full = thread::scope(|scope| {
        let blocked = scope.spawn(|| {
            for number in 0..1_000_000_u64 {
                feed.changed(1, added(number as f64));
            }
        });
        while feed.blocks.take().is_some() {}
        feed.close();
        blocked.join().is_ok()
    });
    assert!(full);
    assert!(inbox.look() > 0, "what did not fit is counted");
}

#[test]
fn what_the_sending_thread_records_is_not_told() {
    let (feed, mut inbox) = feed(Full::DropNewest);
    feed.changed(1, added(1.0));
    ChangeFeed::while_sending(|| feed.changed(1, added(2.0)));
    feed.changed(1, added(3.0));
    let found: Vec<_> = take(&mut inbox, 9)
        .iter()
        .map(|event| event.change)
        .collect();
    assert_eq!(found, [added(1.0), added(3.0)]);
}

#[test]
fn each_of_many_threads_has_room() {
    const THREADS: usize = 2_100;
    // As many as are in a block, of one word each.
    const BLOCK: usize = blocks::WORDS - 1;
    let (feed, mut inbox) = feed(Full::DropNewest);
    let all_there = Barrier::new(THREADS + 1);
    // One after the other: a queue that cannot be announced at once is not waited for.
    let joining = Mutex::new(());
    thread::scope(|scope| {
        let mut tellers = Vec::new();
        for series in (1_u64..).take(THREADS) {
            let (feed, all_there, joining) = (&feed, &all_there, &joining);
            let thread = thread::Builder::new().stack_size(64 << 10);
            let told = move || {
                // A block of each, to its end.
                let turn = joining.lock().unwrap();
                feed.changed(series, added(1.0));
                drop(turn);
                (1..BLOCK).for_each(|_| feed.changed(series, added(1.0)));
                all_there.wait();
                all_there.wait();
                // All at once would be as much as waits at most.
                if series % 2 == 0 {
                    feed.changed(series, added(2.0));
                }
            };
            tellers.push(thread.spawn_scoped(scope, told).unwrap());
        }
        all_there.wait();
        let dropped = inbox.look();
        let found = take(&mut inbox, usize::MAX).len();
        inbox.look();
        all_there.wait();
        assert_eq!((found, dropped), (THREADS * BLOCK, 0));
        // With what they leave behind, which the end of a scope does not wait for.
        for teller in tellers {
            teller.join().unwrap();
        }
    });
    assert_eq!(inbox.look(), 0);
    assert_eq!(take(&mut inbox, usize::MAX).len(), THREADS / 2);
}

#[test]
fn telling_takes_no_heap_memory_but_for_a_threads_first_change() {
    let (feed, mut inbox) = feed(Full::DropNewest);
    feed.changed(1, added(1.0));
    let info = allocation_counter::measure(|| {
        for number in 0..10_000_u32 {
            feed.changed(1, Change::Set(f64::from(number).into()));
            feed.changed(2, added(1.0));
        }
    });
    assert_eq!(info.count_total, 0);
    assert_eq!(take(&mut inbox, usize::MAX).len(), 20_001);
}
