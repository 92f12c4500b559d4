//! It is asked what it was sent.

use super::*;

use std::io::Write;
use std::net::{Ipv4Addr, TcpStream, UdpSocket};

const SOON: Duration = Duration::from_secs(10);

fn send(server: &Server, datagrams: &[&str]) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    for datagram in datagrams {
        socket
            .send_to(datagram.as_bytes(), server.influx_address())
            .unwrap();
    }
}

#[test]
fn lines_sent_are_read_back() {
    let server = Server::start();
    assert!(server.series().is_empty());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let (ms, ns) = (
        i64::try_from(now.as_millis()).unwrap(),
        now.as_millis() * 1_000_000,
    );
    let line = |fields: &str, later: u128| format!("{fields} {}", ns + later * 1_000_000);
    send(
        &server,
        &[
            &[
                line("a_jobs,z=1,b=x\\ y\\,z total=3", 0),
                line(",q=\" plain=1.5", 0),
            ]
            .join("\n"),
            // In the wrong order: the last value is the one of the latest timestamp.
            &line("a_jobs,z=1,b=x\\ y\\,z total=5", 7),
            &line("a_jobs,z=1,b=x\\ y\\,z total=4", 3),
        ],
    );
    server.wait_for_rows(4, SOON);
    let key = r#"a_jobs_total{b="x y,z",z="1"}"#;
    let plain = r#"plain{q="\""}"#;
    let series = server.series();
    assert_eq!(
        series.keys().collect::<Vec<_>>(),
        [key, plain],
        "{}",
        server.log()
    );
    assert_eq!(series[key], [(ms, 3.0), (ms + 3, 4.0), (ms + 7, 5.0)]);
    let last = server.last_values();
    assert_eq!((last[key], last[plain]), (5.0, 1.5));
    assert_eq!((server.inserted_rows(), server.invalid_rows()), (4, 0));
}

#[test]
fn infinity_is_kept_and_labels_may_be_missing() {
    let server = Server::start();
    let body = b"up +Inf\nup{a=\"b\"} -Inf\n";
    let answer = http::post(
        server.http_address(),
        "/api/v1/import/prometheus",
        "text/plain",
        body,
    );
    assert_eq!(answer.unwrap().status, 204);
    let last = server.last_values();
    let found = (last["up"], last[r#"up{a="b"}"#]);
    assert_eq!(found, (f64::INFINITY, f64::NEG_INFINITY));
}

#[test]
fn bad_lines_are_counted_and_logged() {
    let server = Server::start();
    // The same port takes TCP.
    let mut stream = TcpStream::connect(server.influx_address()).unwrap();
    stream.write_all(b"no_fields_here\na_b c=1\n").unwrap();
    drop(stream);
    server.wait_for_rows(1, SOON);
    assert_eq!(server.invalid_rows(), 1);
    assert!(server.log().contains("no_fields_here"), "{}", server.log());
}

#[test]
fn lines_of_graphite_are_read_back() {
    let server = Server::start();
    let address = server.graphite_address();
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .write_all(b"a.b;x=y;z=1 3 1700000000\nno value\na.c -1.5 1700000000\n")
        .unwrap();
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket
        .send_to(b"a.b;x=y;z=1 4 1700000001\n", address)
        .unwrap();
    server.wait_for_graphite_rows(3, SOON);
    let rows = (server.graphite_rows(), server.invalid_graphite_rows());
    assert_eq!(rows, (3, 1), "{}", server.log());
    assert_eq!((server.inserted_rows(), server.invalid_rows()), (0, 0));
    let series = server.series();
    let tagged = &series[r#"a.b{x="y",z="1"}"#];
    assert_eq!(
        tagged,
        &[(1_700_000_000_000, 3.0), (1_700_000_001_000, 4.0)]
    );
    assert_eq!(server.last_values()["a.c"], -1.5);
}

#[test]
fn it_starts_again_where_it_was() {
    let mut server = Server::start();
    let address = server.graphite_address();
    for (value, is_killed) in [(1, false), (2, false), (3, true)] {
        let mut stream = TcpStream::connect(address).unwrap();
        writeln!(stream, "up.{value} {value} 1700000000").unwrap();
        server.wait_for_graphite_rows(1, SOON);
        if is_killed {
            server.kill();
        } else {
            server.terminate();
        }
        assert!(TcpStream::connect(address).is_err());
        server.start_again();
        assert_eq!(server.graphite_rows(), 0);
    }
    let values = server.last_values();
    // The last one may be lost: it was killed.
    assert_eq!((values["up.1"], values["up.2"]), (1.0, 2.0));
}

#[test]
#[should_panic(expected = "expected 1 rows within 0ns, found 0")]
fn rows_that_do_not_come_are_reported() {
    Server::start().wait_for_rows(1, Duration::ZERO);
}

#[test]
fn many_run_beside_each_other_and_leave_nothing() {
    let servers: Vec<Server> = (0..3).map(|_| Server::start()).collect();
    send(&servers[1], &["x y=1"]);
    servers[1].wait_for_rows(1, SOON);
    assert_eq!(
        servers
            .iter()
            .map(Server::inserted_rows)
            .collect::<Vec<_>>(),
        [0, 1, 0]
    );
    let left: Vec<_> = servers
        .iter()
        .map(|s| (s.http_address(), s.process.folder().to_owned()))
        .collect();
    drop(servers);
    for (address, folder) in left {
        assert!(http::get(address, "/health").is_err());
        assert!(!folder.exists());
    }
}
