//! Annotated functions called again and again, at once and recursively: no thread, socket or
//! memory stays behind.

use std::net::UdpSocket;

use crate::support::job::Job;

#[track_caller]
fn check(how: &str) {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    receiver.set_nonblocking(true).unwrap();
    let job = Job::start(
        receiver.local_addr().unwrap(),
        "run",
        &format!("repeated-{how}"),
        0.0,
    );
    let reading = std::thread::spawn(move || {
        // Keeps the queue empty until the job has ended.
        let mut buffer = [0; 2000];
        let mut quiet = 0;
        let mut calls = 0.0_f64;
        while quiet < 200 {
            match receiver.recv(&mut buffer) {
                Ok(len) => {
                    quiet = 0;
                    calls = calls.max(most_calls(&String::from_utf8_lossy(&buffer[..len])));
                }
                Err(_) => {
                    quiet += 1;
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
            }
        }
        calls
    });
    let ended = job.wait();
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(ended.stderr, "");
    let numbers: Vec<Vec<i64>> = ended
        .stdout
        .lines()
        .map(|line| {
            line.split(' ')
                .map(|number| number.parse().unwrap())
                .collect()
        })
        .collect();
    let [before, after] = &numbers[..] else {
        panic!("{}", ended.stdout)
    };
    assert_eq!(
        before[..2],
        after[..2],
        "threads, descriptors: {}",
        ended.stdout
    );
    assert!(after[2] - before[2] < 2_000, "kilobytes: {}", ended.stdout);
    let calls = reading.join().unwrap();
    assert_eq!(calls, 1000.0, "the final value arrived");
}

/// The highest value of the counter in a datagram.
fn most_calls(datagram: &str) -> f64 {
    let lines = datagram
        .lines()
        .filter_map(|line| line.strip_prefix("repeated_calls"));
    let value = |line: &str| line.split("total=").nth(1)?.split(' ').next()?.parse().ok();
    lines.filter_map(value).fold(0.0, f64::max)
}

#[test]
fn f01_a_thousand_times_in_a_row() {
    check("in_a_row");
}

#[test]
fn k03_recursively() {
    check("recursively");
}

#[test]
fn k03_a_hundred_at_once() {
    check("at_once");
}

#[test]
fn k03_a_hundred_clients_at_once() {
    check("apart");
}

#[test]
fn k03_a_thousand_tasks() {
    check("as_tasks");
}
