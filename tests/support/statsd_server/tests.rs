//! It is asked what it was sent.

use super::*;

use std::net::Ipv4Addr;

const SOON: Duration = Duration::from_secs(10);

fn send(server: &Server, datagram: &str) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket
        .send_to(datagram.as_bytes(), server.address())
        .unwrap();
}

fn map<T: Clone>(values: &[(&str, T)]) -> BTreeMap<String, T> {
    let values = values.iter().cloned();
    values
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

#[test]
fn lines_sent_are_read_back() {
    let server = Server::start();
    assert!(server.counters().is_empty() && server.timers().is_empty());
    send(
        &server,
        "a.total:1|c\na.total:2.5|c|@0.5\ng:-3|g\ng/h:0|g\ng/h:-4.5|g\ng:+1|g",
    );
    server.wait_for_lines(6, SOON);
    assert_eq!(server.counters(), map(&[("a.total", 6.0)]));
    // What has a sign is added, but to a gauge of zero it is not.
    assert_eq!(server.gauges(), map(&[("g", -2.0), ("g-h", -4.5)]));
    assert!(server.timers().is_empty());
    assert_eq!((server.lines(), server.bad_lines()), (6, 0));
}

#[test]
fn connections_are_read_line_by_line() {
    let server = Server::start();
    let mut stream = TcpStream::connect(server.address()).unwrap();
    // More values than a person would be shown.
    let lines: Vec<String> = (0..300).map(|nth| format!("t:{nth}.5|ms\n")).collect();
    stream.write_all(lines.concat().as_bytes()).unwrap();
    stream.write_all(b"unfinished:1|c").unwrap();
    drop(stream);
    server.wait_for_lines(300, SOON);
    let expected: Vec<f64> = (0..300).map(|nth| f64::from(nth) + 0.5).collect();
    assert_eq!(server.timers(), map(&[("t", expected)]));
    assert!(server.counters().is_empty());
}

#[test]
fn names_are_sanitized_or_not() {
    let line = "a b/c%:1|c|#env:prod,k:v/w";
    for (names, expected) in [
        (Names::Sanitized, "a_b-c;env=prod;k=v-w"),
        (Names::AsSent, "a b/c%;env=prod;k=v/w"),
    ] {
        let server = Server::start_with(names);
        send(&server, line);
        server.wait_for_lines(1, SOON);
        assert_eq!(
            server.counters(),
            map(&[(expected, 1.0)]),
            "{}",
            server.log()
        );
    }
}

#[test]
fn bad_lines_are_counted_and_logged() {
    let server = Server::start();
    send(&server, "a:1|c\nb:x|c\nc:1|c|T5\nd:1\ne:1|nonsense");
    server.wait_for_lines(5, SOON);
    assert_eq!(server.bad_lines(), 3);
    assert_eq!(server.counters(), map(&[("a", 1.0), ("e", 1.0)]));
    assert!(server.log().contains("b:x|c"), "{}", server.log());
}

#[test]
#[should_panic(expected = "expected 1 lines within 0ns, found 0")]
fn lines_that_do_not_come_are_reported() {
    Server::start().wait_for_lines(1, Duration::ZERO);
}

#[test]
fn many_run_beside_each_other_and_leave_nothing() {
    let servers: Vec<Server> = (0..3).map(|_| Server::start()).collect();
    send(&servers[1], "x:1|c");
    servers[1].wait_for_lines(1, SOON);
    let lines: Vec<u64> = servers.iter().map(Server::lines).collect();
    assert_eq!(lines, [0, 1, 0]);
    let left: Vec<_> = servers
        .iter()
        .map(|s| (s.address(), s.process.folder().to_owned()))
        .collect();
    drop(servers);
    for (address, folder) in left {
        assert!(TcpStream::connect(address).is_err());
        assert!(!folder.exists());
    }
}
