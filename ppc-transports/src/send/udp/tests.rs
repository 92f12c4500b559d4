//! The UDP sender against sockets on loopback.

use std::io;

use super::*;

fn plan(deadline: Option<Duration>) -> Plan {
    let start = Instant::now();
    Plan {
        payloads: 1,
        new_series: false,
        start,
        deadline: deadline.map(|after| start + after),
        succeeded: false,
        repeatable: true,
        kept: false,
    }
}

fn sender(host: &str, port: u16, options: UdpOptions) -> UdpSender {
    UdpSender::new(format!("{host}:{port}").parse().unwrap(), options)
}

/// Sends a payload as a driver would, and returns what became of it and how long that took.
fn drive(sender: &mut UdpSender, payload: &[u8]) -> (Progress, Duration) {
    let start = Instant::now();
    loop {
        match sender.send(payload, Instant::now()) {
            Progress::Wait(wait) => std::thread::sleep(wait),
            progress => return (progress, start.elapsed()),
        }
        assert!(start.elapsed() < Duration::from_secs(20), "never done");
    }
}

fn receive(socket: &UdpSocket) -> io::Result<Vec<u8>> {
    socket.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut buffer = vec![0; 65_536];
    let len = socket.recv(&mut buffer)?;
    buffer.truncate(len);
    Ok(buffer)
}

#[test]
fn f09_both_families_and_names_receive() {
    let both = |_: &str, port| {
        Ok(vec![
            (Ipv6Addr::LOCALHOST, port).into(),
            (Ipv4Addr::LOCALHOST, port).into(),
        ])
    };
    for (bind, host) in [
        ("127.0.0.1:0", "127.0.0.1"),
        ("[::1]:0", "[::1]"),
        ("127.0.0.1:0", "localhost"),
        ("127.0.0.1:0", "both.test"),
        ("[::1]:0", "both.test"),
    ] {
        let receiver = UdpSocket::bind(bind).unwrap();
        let port = receiver.local_addr().unwrap().port();
        let mut sender = sender(host, port, UdpOptions::default());
        if host == "both.test" {
            sender.lookup = Lookup::with(&sender.address, both);
        }
        for payload in [b"one", b"two"] {
            sender.begin(plan(None));
            assert!(
                matches!(drive(&mut sender, payload).0, Progress::Sent),
                "{host}"
            );
            assert_eq!(
                receive(&receiver).unwrap(),
                payload,
                "{host}: the first is not lost"
            );
            assert_eq!(sender.end().refused, 0, "{host}");
        }
    }
}

#[test]
fn f10_a_line_too_long_for_the_kernel_is_dropped_and_the_next_one_goes() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut sender = sender(
        "127.0.0.1",
        receiver.local_addr().unwrap().port(),
        UdpOptions::default(),
    );
    sender.begin(plan(None));
    let long = vec![b'x'; 2_000_000];
    match drive(&mut sender, &long).0 {
        Progress::Dropped(failure) => {
            assert_eq!(failure.reason, "too_long");
            assert!(
                failure.error.to_string().contains("2000000 bytes"),
                "{}",
                failure.error
            );
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(drive(&mut sender, b"next").0, Progress::Sent));
    assert_eq!(receive(&receiver).unwrap(), b"next");
}

#[test]
fn refused_datagrams_are_told_and_a_receiver_that_returns_gets_the_next() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = receiver.local_addr().unwrap();
    drop(receiver);
    let mut sender = sender("127.0.0.1", address.port(), UdpOptions::default());
    let refuse = |sender: &mut UdpSender| {
        sender.begin(plan(None));
        for _ in 0..5 {
            match drive(sender, b"x").0 {
                Progress::Absent(failure) => assert_eq!(failure.reason, "refused"),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(sender.end().refused, 0, "told already");
    };
    refuse(&mut sender);
    let receiver = UdpSocket::bind(address).unwrap();
    sender.begin(plan(None));
    assert!(matches!(drive(&mut sender, b"back").0, Progress::Sent));
    assert_eq!(receive(&receiver).unwrap(), b"back");
    assert_eq!(sender.end().refused, 0);
    drop(receiver);
    refuse(&mut sender); // also after it had received
}

#[test]
fn larger_datagrams_go_fewer_together() {
    for (len, empty, a_quarter) in [(1, 32, 32), (1432, 32, 32), (8192, 7, 4), (65_507, 1, 1)] {
        let bursts = [0, 53_248].map(|used| burst(212_992, used, len));
        assert_eq!(bursts, [empty, a_quarter], "{len}");
    }
    assert_eq!((burst(0, 0, 1432), burst(u32::MAX, 0, 1)), (1, 32));
}

#[test]
fn k04_a_name_that_does_not_resolve_fails_the_push_and_names_the_host() {
    let mut sender = sender("no-such-host.invalid", 8089, UdpOptions::default());
    sender.begin(plan(None));
    match drive(&mut sender, b"x").0 {
        Progress::Absent(failure) => {
            assert_eq!(failure.reason, "unresolved");
            assert!(
                failure
                    .error
                    .to_string()
                    .contains("no-such-host.invalid:8089")
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_receiver_that_does_not_read_is_waited_for_and_given_up() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = receiver.local_addr().unwrap().port();
    let mut local = sender("127.0.0.1", port, UdpOptions::default());
    for len in [1400, 8192] {
        receiver.set_nonblocking(true).unwrap();
        local.begin(plan(None));
        let mut sent = 0;
        let failure = loop {
            match drive(&mut local, &vec![b'x'; len]).0 {
                Progress::Sent => sent += 1,
                Progress::Absent(failure) => break failure,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(failure.reason, "stalled");
        let mut read = 0;
        while receiver.recv(&mut vec![0; len]).is_ok() {
            read += 1;
        }
        assert_eq!(
            read, sent,
            "nothing that was sent was dropped by the kernel"
        );
    }
    // A final push does not wait for it beyond four fifths of its time.
    local.begin(plan(Some(Duration::from_millis(500))));
    for _ in 0..100 {
        assert!(matches!(drive(&mut local, &[b'x'; 1400]).0, Progress::Sent));
    }
    assert!(local.end().hurried > 0);
}
