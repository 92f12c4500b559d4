//! What each policy promises, to a receiver that reads late or slowly.

use std::io::Read;
use std::thread;
use std::time::Duration;

use super::{FLOOD, Said, listen, read_all, start, totals};
use crate::changes::values;
use crate::support::job::Job;

#[test]
fn drop_newest_counts_each_observation_that_is_not_sent() {
    // It reads only once all is recorded.
    let listener = listen();
    let (job, stream) = start(&listener, "native", "drop_newest", "observations", 0.0);
    let lines = read_all(stream);
    let said = Said::of(job.wait());
    let lines = lines.join().unwrap();
    assert_eq!(values(&lines, "sizes:1|", "").len(), lines.len());
    let dropped = said.dropped.get("feed_full").copied().unwrap_or_default();
    assert_eq!(lines.len() as u64 + dropped, FLOOD, "{:?}", said.dropped);
    assert!(
        dropped > 0 && said.all_dropped() == dropped,
        "{:?}",
        said.dropped
    );
    let told: Vec<_> = said.ended.stderr.lines().collect();
    assert_eq!(told.len(), 1, "once a minute: {told:#?}");
    assert!(
        told[0].contains("came faster than they could be sent"),
        "{told:?}"
    );
}

#[test]
fn drop_newest_puts_totals_right() {
    for format in ["native", "influx"] {
        let listener = listen();
        let (job, stream) = start(&listener, format, "drop_newest", "counters", 1.5);
        let lines = read_all(stream);
        let said = Said::of(job.wait());
        let lines = lines.join().unwrap();
        assert!(said.dropped["feed_full"] > 0);
        if format == "native" {
            let counted = values(&lines, "jobs_total:", "|c");
            let sum: f64 = counted
                .iter()
                .map(|text| text.parse::<f64>().unwrap())
                .sum();
            assert_eq!(sum, (FLOOD + 1) as f64);
            assert_eq!(values(&lines, "a_level:", "|g").last(), Some(&"7"));
        } else {
            let totals = totals(&lines);
            assert!(totals.is_sorted(), "no total falls");
            assert_eq!(totals.last(), Some(&(FLOOD + 1)));
            // Soon: before the job's last increment.
            let at = totals.iter().position(|total| *total == FLOOD);
            assert!(
                at.is_some_and(|at| at < totals.len() - 1),
                "{:?}",
                &totals[totals.len() - 5..]
            );
            assert_eq!(values(&lines, "a level=", "").last(), Some(&"7"));
        }
    }
}

#[test]
fn coalesce_counts_nothing_and_is_never_too_high() {
    let listener = listen();
    let (job, stream) = start(&listener, "influx", "coalesce", "counters", 0.5);
    let lines = read_all(stream);
    let said = Said::of(job.wait());
    let totals = totals(&lines.join().unwrap());
    assert_eq!(
        (said.all_dropped(), &*said.ended.stderr),
        (0, ""),
        "{:?}",
        said.dropped
    );
    assert!(totals.is_sorted(), "no total falls");
    assert!(
        totals[..totals.len() - 2]
            .iter()
            .all(|total| *total <= FLOOD)
    );
    assert_eq!(totals.last(), Some(&(FLOOD + 1)));
    assert!((totals.len() as u64) < FLOOD, "some became one");
}

#[test]
fn coalesce_counts_observations_which_cannot_become_one() {
    let listener = listen();
    let (job, stream) = start(&listener, "native", "coalesce", "observations", 0.0);
    let lines = read_all(stream);
    let said = Said::of(job.wait());
    let sent = lines.join().unwrap().len() as u64;
    assert_eq!(sent + said.all_dropped(), FLOOD, "{:?}", said.dropped);
}

/// Within its memory a stream bears a receiver that pauses.
#[test]
fn what_fits_into_memory_is_sent_late_and_not_dropped() {
    let listener = listen();
    let (job, stream) = start(&listener, "native", "drop_newest", "burst", 0.05);
    let lines = read_all(stream);
    let said = Said::of(job.wait());
    let lines = lines.join().unwrap();
    assert_eq!(
        (said.all_dropped(), &*said.ended.stderr),
        (0, ""),
        "{:?}",
        said.dropped
    );
    // What the stream began with, and each change.
    assert_eq!(values(&lines, "jobs_total:1|", "").len() as u64, FLOOD / 5);
}

#[test]
fn block_loses_nothing_to_a_slow_reader() {
    let listener = listen();
    let address = listener.local_addr().unwrap();
    let reader = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut buffer, mut count, mut pauses) = (vec![0; 1 << 16], 0, 0);
        while let Ok(length @ 1..) = stream.read(&mut buffer) {
            count += memchr::memchr_iter(b'\n', &buffer[..length]).count() as u64;
            // For longer than it takes to fill everything on the way, but not all the time.
            if pauses < 200 {
                pauses += 1;
                thread::sleep(Duration::from_millis(10));
            }
        }
        count
    });
    let url = format!("statsd+tcp://{address}?types=native");
    let settings = [("PPC_FLUSH_TIMEOUT", "60")];
    let job = Job::start_at(&url, "block", "streamed-observations", 0.0, &settings);
    let said = Said::of(job.wait());
    assert_eq!((said.all_dropped(), &*said.ended.stderr), (0, ""));
    assert_eq!(reader.join().unwrap(), FLOOD);
}
