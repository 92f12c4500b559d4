//! What goes wrong with pushing stays there: the job's result and time are its own, the cause is
//! named once, and what is lost is counted.

use std::net::UdpSocket;

use crate::support::job::{Ended, Job};

/// A port where nobody receives.
fn dead() -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().to_string()
}

/// A number that the job printed behind `name`.
#[track_caller]
fn printed(ended: &Ended, name: &str) -> u64 {
    let line = ended
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let number = line.and_then(|number| number.parse().ok());
    number.unwrap_or_else(|| panic!("no `{name}` in {ended:?}"))
}

/// Runs a faulty job beside one that pushes nothing, and compares; returns the faulty one.
#[track_caller]
fn check(address: &str, how: &str, cause: &str, reason: &str) -> Ended {
    let mut best = [u64::MAX; 2];
    let mut last = None;
    // The least of three runs is what the machine's other business does not blur.
    for _ in 0..3 {
        for (n, how) in ["disabled", how].into_iter().enumerate() {
            let job = Job::start_at(address, "run", &format!("faulty-{how}"), 1.0, &[]);
            let ended = job.wait();
            assert_eq!(
                ended.status.code(),
                Some(21),
                "the job's own result: {ended:?}"
            );
            best[n] = best[n].min(printed(&ended, "job"));
            if n == 0 {
                assert_eq!(ended.stderr, "", "what is off says nothing");
            } else {
                let end = printed(&ended, "all") - printed(&ended, "job");
                assert!(
                    end <= 1000 + 500,
                    "the end took {end} ms, flush_timeout is 1 s"
                );
                last = Some(ended);
            }
        }
    }
    let [without, with] = best;
    let slack = (without / 10).max(200);
    assert!(
        with <= without + slack,
        "{with} ms with us, {without} ms without"
    );
    let ended = last.expect("it ran");
    let lines: Vec<&str> = ended.stderr.lines().collect();
    assert_eq!(lines.len(), 1, "told once: {lines:#?}");
    assert!(
        lines[0].starts_with("ppc: warning: push to influx+udp://"),
        "{}",
        lines[0]
    );
    assert!(
        lines[0].contains(address) && lines[0].contains(cause),
        "{}",
        lines[0]
    );
    assert!(
        printed(&ended, &format!("ppc_dropped {reason}")) >= 2,
        "{}",
        ended.stdout
    );
    ended
}

#[test]
fn k04_a_refused_port() {
    let address = dead();
    let ended = check(&address, "plain", "connection refused", "refused");
    assert!(printed(&ended, &format!("ppc_pushes influx+udp://{address} error")) >= 2);
}

#[test]
fn k04_a_name_that_does_not_resolve() {
    check(
        "no-such-host.invalid:8089",
        "plain",
        "no-such-host.invalid:8089",
        "unresolved",
    );
}

#[test]
fn f10_a_label_of_two_megabytes() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = receiver.local_addr().unwrap().to_string();
    check(&address, "long_label", "a line of 20000", "too_long");
    // The rest went out.
    receiver.set_nonblocking(true).unwrap();
    let mut lines = String::new();
    let mut buffer = vec![0; 65_536];
    while let Ok(len) = receiver.recv(&mut buffer) {
        lines += &String::from_utf8_lossy(&buffer[..len]);
        lines += "\n";
    }
    assert!(lines.contains("work,what=some total=1 "), "{lines}");
    assert!(!lines.contains("xxx"));
}

#[test]
fn k04_an_address_that_is_none() {
    let job = Job::start_at("no-port-here", "run", "faulty-plain", 0.1, &[]);
    let ended = job.wait();
    assert_eq!(ended.status.code(), Some(21));
    let told = "ppc: warning: invalid address \"no-port-here\": an address is `host:port`, and the \
                port is missing; the job runs on\n\
                ppc: info: there is no destination to push to; the job runs on\n";
    assert_eq!(ended.stderr, told);
}

#[test]
fn a_period_with_a_stream_is_told_unless_the_environment_says_it() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = receiver.local_addr().unwrap().to_string();
    let told = "ppc: warning: invalid period: a stream sends each change at once: leave out \
                `period`, or `stream`; the job runs on\n";
    for (how, environment, told) in [
        ("period", &[][..], told),
        ("stream", &[], ""),
        ("stream", &[("PPC_PERIOD", "5")], ""),
    ] {
        let job = Job::start_at(&address, "run", &format!("faulty-{how}"), 0.0, environment);
        let ended = job.wait();
        assert_eq!(ended.status.code(), Some(21), "{how}: {ended:?}");
        assert_eq!(ended.stderr, told, "{how}");
    }
}

#[test]
fn the_log_goes_where_the_job_logs() {
    let address = dead();
    let told = "connection refused";
    for how in ["subscriber", "scoped_subscriber"] {
        let job = Job::start_at(&address, "run", &format!("faulty-{how}"), 0.3, &[]);
        let ended = job.wait();
        assert_eq!(ended.stderr, "", "{how}");
        let events: Vec<&str> = ended
            .stdout
            .lines()
            .filter(|line| line.starts_with("event ppc WARN"))
            .collect();
        assert_eq!(events.len(), 1, "{how}: {}", ended.stdout);
        assert!(events[0].contains(told), "{how}: {}", events[0]);
    }
    let ended = Job::start_at(&address, "run", "faulty-plain", 0.3, &[("PPC_LOG", "off")]).wait();
    assert_eq!(ended.stderr, "", "silenced");
}

#[test]
fn a_subscriber_that_panics_or_hangs_is_no_reason_to_fail_or_to_hang() {
    let address = dead();
    for how in [
        "panicking_subscriber",
        "hung_subscriber",
        "async_hung_subscriber",
    ] {
        let ended = Job::start_at(&address, "run", &format!("faulty-{how}"), 0.3, &[]).wait();
        assert_eq!(ended.status.code(), Some(21), "{how}: {ended:?}");
        let end = printed(&ended, "all") - printed(&ended, "job");
        assert!(
            end <= 1000 + 1000,
            "{how}: the end took {end} ms, flush_timeout is 1 s"
        );
        if how == "panicking_subscriber" {
            assert!(
                printed(&ended, "ppc_dropped refused") >= 2,
                "pushing went on: {ended:?}"
            );
        }
    }
}
