//! Connections against sockets of this machine.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// Does one step of a push as a driver would, until it is more than waiting.
fn drive(mut step: impl FnMut() -> Progress) -> Progress {
    let start = Instant::now();
    loop {
        match step() {
            Progress::Wait(pause) => std::thread::sleep(pause),
            progress => return progress,
        }
        assert!(start.elapsed() < Duration::from_secs(30), "never done");
    }
}

fn send(sender: &mut SocketSender, payload: &[u8]) -> Progress {
    drive(|| sender.send(payload, Instant::now()))
}

/// Sends what is to arrive whatever happens, as the engine does where nothing is newer.
#[track_caller]
fn deliver(sender: &mut SocketSender, payload: &[u8]) {
    let start = Instant::now();
    loop {
        match send(sender, payload) {
            Progress::Sent => return,
            Progress::Retry(_, pause) => std::thread::sleep(pause),
            other => panic!("{other:?}"),
        }
        assert!(start.elapsed() < Duration::from_secs(30), "never delivered");
    }
}

fn push(sender: &mut SocketSender, payload: &[u8]) {
    sender.begin(plan(None));
    deliver(sender, payload);
    assert!(matches!(
        drive(|| sender.settle(Instant::now())),
        Progress::Sent
    ));
    assert_eq!(sender.end().unsure, Unsure::default());
}

fn tcp(listener: &TcpListener) -> SocketSender {
    let address = listener.local_addr().unwrap().to_string();
    SocketSender::new(Tcp::new(address.parse().unwrap()))
}

fn line(reader: &mut impl BufRead) -> String {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    line
}

fn accept(listener: &TcpListener) -> BufReader<TcpStream> {
    let (stream, _) = listener.accept().unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    BufReader::new(stream)
}

/// A path where nothing is.
fn path() -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("ppc-{}-{count}.sock", process::id()));
    let _ = fs::remove_file(&path);
    path
}

#[test]
fn one_connection_is_kept_and_each_payload_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sender = tcp(&listener);
    push(&mut sender, b"a 1\nb 2");
    push(&mut sender, b"a 3");
    let mut stream = accept(&listener);
    let lines = [line(&mut stream), line(&mut stream), line(&mut stream)];
    assert_eq!(lines, ["a 1\n", "b 2\n", "a 3\n"]);
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "there is no other one");
}

#[test]
fn one_that_was_closed_between_two_pushes_is_made_again_without_a_word() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sender = tcp(&listener);
    for payload in ["one", "two", "three"] {
        sender.begin(plan(None));
        let progress = send(&mut sender, payload.as_bytes());
        assert!(matches!(progress, Progress::Sent), "{progress:?}");
        assert!(matches!(
            drive(|| sender.settle(Instant::now())),
            Progress::Sent
        ));
        sender.end();
        assert_eq!(line(&mut accept(&listener)), format!("{payload}\n"));
    }
}

#[test]
fn what_may_be_lost_with_a_connection_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sender = tcp(&listener);
    sender.begin(plan(None));
    for _ in 0..3 {
        assert!(matches!(send(&mut sender, b"lost"), Progress::Sent));
    }
    drop(accept(&listener));
    let Progress::Broken(failure, pause, unsure) = send(&mut sender, b"next") else {
        panic!("it is known by now");
    };
    assert_eq!(failure.reason, "broken");
    let begun = false;
    assert_eq!(unsure, Unsure { sent: 3, begun });
    assert!(sender.is_between_tries());
    std::thread::sleep(pause);
    deliver(&mut sender, b"next");
    assert_eq!(line(&mut accept(&listener)), "next\n");
    let Progress::Broken(_, _, Unsure { sent: 1, .. }) = drive(|| sender.settle(Instant::now()))
    else {
        panic!("it is closed before it was known to have arrived");
    };
}

#[test]
fn nobody_there_is_tried_again_and_the_host_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut sender = tcp(&listener);
    drop(listener);
    sender.begin(plan(None));
    let Progress::Retry(failure, pause) = send(&mut sender, b"x") else {
        panic!("nobody listens");
    };
    let text = failure.error.to_string();
    assert!(text.contains(&address.to_string()), "{text}");
    assert_eq!(failure.reason, "unreachable");
    assert!(pause <= Duration::from_millis(250) && sender.is_between_tries());
    let listener = TcpListener::bind(address).unwrap();
    deliver(&mut sender, b"x");
    assert_eq!(line(&mut accept(&listener)), "x\n");
}

/// A host with two addresses, of which nobody listens at the first one.
#[derive(Debug)]
struct TwoAddresses {
    paths: [PathBuf; 2],
    choice: usize,
    tried: usize,
}

impl Place for TwoAddresses {
    fn open(&mut self, now: Instant) -> Opening {
        let path = self.paths[self.choice % 2].clone();
        Unix::new(path, Some(Wire::Stream)).unwrap().open(now)
    }

    fn failed(&mut self, _: Instant) -> bool {
        self.choice += 1;
        self.tried += 1;
        self.tried < 2
    }

    fn begin(&mut self) {
        self.tried = 0;
    }

    fn timeout(&self) -> Duration {
        Duration::from_secs(5)
    }

    fn knows_what_was_read(&self) -> bool {
        false
    }

    fn name(&self) -> String {
        "two".to_owned()
    }
}

#[test]
fn behind_a_break_every_address_is_tried_before_there_is_another_pause() {
    let path = path();
    let listener = UnixListener::bind(&path).unwrap();
    let mut sender = SocketSender::new(TwoAddresses {
        paths: ["/nothing/there".into(), path.clone()],
        choice: 0,
        tried: 0,
    });
    sender.begin(plan(None));
    assert!(matches!(send(&mut sender, b"lost"), Progress::Sent));
    drop(listener.accept().unwrap());
    let Progress::Broken(_, pause, _) = send(&mut sender, b"next") else {
        panic!("it is closed");
    };
    std::thread::sleep(pause);
    let progress = send(&mut sender, b"next");
    assert!(matches!(progress, Progress::Sent), "{progress:?}");
    fs::remove_file(&path).unwrap();
}

#[test]
fn a_line_is_never_split_between_connections() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sender = tcp(&listener);
    // More than the buffers of both sides hold.
    let payload = vec![b'x'; 1 << 20];
    sender.begin(plan(None));
    let mut whole = 0;
    while matches!(
        sender.send(&payload, Instant::now()),
        Progress::Sent | Progress::Wait(_)
    ) && !sender.is_begun
    {
        whole += 1;
    }
    assert!(whole > 0 && sender.is_begun);
    // Something newer is to be sent: what is torn goes on all the same.
    sender.end();
    sender.begin(plan(None));
    let mut stream = accept(&listener);
    let reader = std::thread::spawn(move || {
        let (mut lines, mut last) = (Vec::new(), String::new());
        while last != "new\n" {
            last = line(&mut stream);
            lines.push(last.len());
        }
        (lines, stream)
    });
    deliver(&mut sender, b"new");
    let (lines, mut stream) = reader.join().unwrap();
    let (new, whole) = lines.split_last().unwrap();
    assert_eq!(*new, 4);
    assert!(
        whole.iter().all(|len| *len == payload.len() + 1),
        "{whole:?}"
    );
    // Nor is it, where nothing newer comes.
    sender.begin(plan(None));
    while !sender.is_begun {
        sender.send(&payload, Instant::now());
    }
    assert!(sender.end().unsure.begun);
    let reader = std::thread::spawn(move || {
        let mut lines = 0;
        while line(&mut stream).len() == payload.len() + 1 {
            lines += 1;
        }
        lines
    });
    sender.begin(plan(Some(Duration::from_secs(20))));
    assert!(matches!(
        drive(|| sender.settle(Instant::now())),
        Progress::Sent
    ));
    sender.end();
    assert!(reader.join().unwrap() > 0);
}

#[test]
fn what_is_torn_at_the_very_end_is_reset() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sender = tcp(&listener);
    let payload = vec![b'x'; 1 << 20];
    // There is no later: whoever reads a part of a line is told that it is one.
    sender.begin(plan(Some(Duration::from_secs(1))));
    while !sender.is_begun {
        sender.send(&payload, Instant::now());
    }
    assert!(sender.end().unsure.begun);
    let mut stream = accept(&listener);
    let end = stream.read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(end.kind(), ErrorKind::ConnectionReset);
}

/// Begins a push of differences, and sends until a payload is there in part; returns how many are
/// whole.
fn fill(sender: &mut SocketSender, payload: &[u8]) -> usize {
    let differences = Plan {
        repeatable: false,
        ..plan(None)
    };
    sender.begin(differences);
    let start = Instant::now();
    let mut whole = 0;
    while !sender.is_begun || start.elapsed() < Duration::from_millis(200) {
        match sender.send(payload, Instant::now()) {
            Progress::Sent => whole += 1,
            Progress::Wait(pause) => std::thread::sleep(pause),
            other => panic!("{other:?}"),
        }
    }
    whole
}

#[test]
fn what_was_begun_of_differences_is_told() {
    let payload = vec![b'x'; 1 << 20];
    // The connection breaks: those before may be lost, and so may be the one at hand.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sender = tcp(&listener);
    let unsure = Unsure {
        sent: fill(&mut sender, &payload),
        begun: true,
    };
    assert!(sender.must_settle());
    drop(accept(&listener));
    let Progress::Broken(_, _, found) = send(&mut sender, &payload) else {
        panic!("it is told");
    };
    assert_eq!(found, unsure);
    deliver(&mut sender, b"next");
    // A push is given up: the same.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sender = tcp(&listener);
    let unsure = Unsure {
        sent: fill(&mut sender, &payload),
        begun: true,
    };
    assert_eq!(sender.end().unsure, unsure);
    assert!(!sender.must_settle());
}

#[test]
fn the_last_push_waits_until_the_other_side_has_read_it_all() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sender = tcp(&listener);
    sender.begin(plan(Some(Duration::from_secs(20))));
    deliver(&mut sender, b"last");
    let reader = std::thread::spawn(move || {
        let mut stream = accept(&listener);
        std::thread::sleep(Duration::from_millis(100));
        let mut all = String::new();
        stream.read_to_string(&mut all).unwrap();
        (all, Instant::now())
    });
    assert!(matches!(
        drive(|| sender.settle(Instant::now())),
        Progress::Sent
    ));
    let settled = Instant::now();
    let (all, read) = reader.join().unwrap();
    assert_eq!(all, "last\n");
    assert!(
        settled + Duration::from_millis(50) > read,
        "it was not read by then"
    );
}

#[test]
fn the_last_push_does_not_wait_long_for_one_that_never_closes() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sender = tcp(&listener);
    sender.begin(plan(Some(Duration::from_millis(500))));
    deliver(&mut sender, b"last");
    let _open = accept(&listener);
    assert!(matches!(
        drive(|| sender.settle(Instant::now())),
        Progress::Sent
    ));
    assert_eq!(sender.end().unsure, Unsure::default());
}

#[test]
fn unix_sockets_of_both_types_appear_vanish_and_reappear() {
    for wire in [None, Some(Wire::Datagrams)] {
        let path = path();
        let mut sender = SocketSender::new(Unix::new(path.clone(), wire).unwrap());
        sender.begin(plan(None));
        let Progress::Retry(failure, _) = send(&mut sender, b"x") else {
            panic!("it is not there");
        };
        assert!(failure.error.to_string().contains(&*path.to_string_lossy()));
        for payload in [b"one", b"two"] {
            let receiver = UnixDatagram::bind(&path).unwrap();
            let reader = std::thread::spawn(move || {
                let mut buffer = [0; 100];
                let len = receiver.recv(&mut buffer).unwrap();
                buffer[..len].to_vec()
            });
            push(&mut sender, payload);
            assert_eq!(reader.join().unwrap(), payload, "without a newline");
            fs::remove_file(&path).unwrap();
        }
    }
    for wire in [None, Some(Wire::Stream)] {
        let path = path();
        let mut sender = SocketSender::new(Unix::new(path.clone(), wire).unwrap());
        for payload in ["one", "two"] {
            let listener = UnixListener::bind(&path).unwrap();
            let reader = std::thread::spawn(move || {
                let (stream, _) = listener.accept().unwrap();
                line(&mut BufReader::new(stream))
            });
            push(&mut sender, payload.as_bytes());
            assert_eq!(reader.join().unwrap(), format!("{payload}\n"));
            fs::remove_file(&path).unwrap();
        }
    }
}

#[test]
fn a_socket_of_the_other_type_is_named() {
    let path = path();
    let _listener = UnixListener::bind(&path).unwrap();
    let mut sender = SocketSender::new(Unix::new(path.clone(), Some(Wire::Datagrams)).unwrap());
    sender.begin(plan(None));
    assert!(matches!(send(&mut sender, b"x"), Progress::Retry(..)));
    fs::remove_file(&path).unwrap();
}

#[test]
fn datagrams_wait_for_a_receiver_that_is_slow_and_lose_nothing() {
    let path = path();
    let receiver = UnixDatagram::bind(&path).unwrap();
    let reader = std::thread::spawn(move || {
        let mut buffer = [0; 100];
        for n in 0..2_000 {
            let len = receiver.recv(&mut buffer).unwrap();
            assert_eq!(buffer[..len], *n.to_string().as_bytes());
        }
    });
    let mut sender = SocketSender::new(Unix::new(path.clone(), None).unwrap());
    sender.begin(plan(None));
    for n in 0..2_000 {
        assert!(matches!(
            send(&mut sender, n.to_string().as_bytes()),
            Progress::Sent
        ));
    }
    reader.join().unwrap();
    let long = vec![b'x'; 10_000_000];
    assert!(!matches!(send(&mut sender, &long), Progress::Sent));
    fs::remove_file(&path).unwrap();
}

#[test]
fn f10_a_line_too_long_for_a_datagram_is_dropped_and_the_next_one_goes() {
    let path = path();
    let receiver = UnixDatagram::bind(&path).unwrap();
    let mut sender = SocketSender::new(Unix::new(path.clone(), None).unwrap());
    sender.begin(plan(None));
    let Progress::Dropped(failure) = send(&mut sender, &vec![b'x'; 10_000_000]) else {
        panic!("no datagram is that long");
    };
    assert_eq!(failure.reason, "too_long");
    assert!(matches!(send(&mut sender, b"next"), Progress::Sent));
    let mut buffer = [0; 10];
    assert_eq!(receiver.recv(&mut buffer).unwrap(), 4);
    fs::remove_file(&path).unwrap();
}
