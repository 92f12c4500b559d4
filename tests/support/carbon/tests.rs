//! It is asked what it was sent.

use super::*;

use std::io::Write;
use std::net::{Ipv4Addr, UdpSocket};
use std::time::{SystemTime, UNIX_EPOCH};

const SOON: Duration = Duration::from_secs(20);

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}

fn send(server: &Server, lines: &str) {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(lines.as_bytes()).unwrap();
}

#[test]
fn lines_sent_are_read_back() {
    let server = Server::start();
    let (now, before) = (now(), now() - 2);
    send(
        &server,
        &format!(
            "a.b_c;z=1.5;k=v 1 {before}\na.b_c;z=1.5;k=v 2.5 {now}\nx.y -1e300 {now}\n\
             x.nan nan {now}\nbad\nlost 1 {now}"
        ),
    );
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let datagram = format!("udp.a 1 {now}\nudp.b 2 {now}");
    socket
        .send_to(datagram.as_bytes(), server.address())
        .unwrap();
    let tagged = "a.b_c;k=v;z=1.5";
    let expected = [
        (tagged, 2.5),
        ("x.y", -1e300),
        ("udp.a", 1.0),
        ("udp.b", 2.0),
    ];
    server.wait_for_values(&expected, SOON);
    server.wait_for_received(5.0, SOON);
    assert_eq!((server.received(), server.bad_lines()), (5.0, 1));
    let series = server.series();
    assert_eq!(series[tagged], [(before, 1.0), (now, 2.5)]);
    assert_eq!(series.len(), expected.len(), "{series:?}");
}

#[test]
fn it_starts_again_where_it_was() {
    let mut server = Server::start();
    for (name, is_killed) in [("a", false), ("b", true), ("c", false)] {
        let received = server.received();
        send(&server, &format!("{name} 1 {}\n", now()));
        if is_killed {
            server.wait_for_values(&[(name, 1.0)], SOON);
            server.kill();
        } else {
            server.wait_for_received(received + 1.0, SOON);
            server.terminate();
        }
        assert!(TcpStream::connect(server.address()).is_err());
        server.start_again();
    }
    let values = server.last_values();
    assert_eq!(values.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[test]
#[should_panic(expected = "expected 1 lines within 0ns, found 0")]
fn lines_that_do_not_come_are_reported() {
    Server::start().wait_for_received(1.0, Duration::ZERO);
}

#[test]
fn many_run_beside_each_other_and_leave_nothing() {
    let servers: Vec<Server> = (0..3).map(|_| Server::start()).collect();
    send(&servers[1], &format!("x 1 {}\n", now()));
    servers[1].wait_for_values(&[("x", 1.0)], SOON);
    let counts: Vec<usize> = servers.iter().map(|s| s.series().len()).collect();
    assert_eq!(counts, [0, 1, 0]);
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
