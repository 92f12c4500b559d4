//! The proxy does what it says.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::time::Duration;

use super::{Fault, Proxy};
use crate::support::http;
use crate::support::script::Server;
use crate::support::udp::Recorder;

#[test]
fn a_way_is_closed_and_opened() {
    let server = Server::answering(|_, _| 204.into());
    let proxy = Proxy::start(server.address());
    let get = || http::get(proxy.address(), "/");
    assert_eq!(get().unwrap().status, 204);
    proxy.set(Fault::Refused);
    assert_eq!(get().unwrap_err().kind(), ErrorKind::ConnectionRefused);
    proxy.set(Fault::ResetAfter(1));
    assert_eq!(get().unwrap_err().kind(), ErrorKind::ConnectionReset);
    proxy.set(Fault::HalfAnswer);
    get().unwrap_err();
    proxy.set(Fault::None);
    assert_eq!(get().unwrap().status, 204);
    // Of the request whose answer was cut, the server knows.
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn another_server_or_other_words_take_its_place() {
    let (server, other) = (
        Server::answering(|_, _| 204.into()),
        Server::answering(|_, _| 503.into()),
    );
    let proxy = Proxy::start(server.address());
    proxy.set(Fault::Elsewhere(other.address()));
    assert_eq!(http::get(proxy.address(), "/").unwrap().status, 503);
    proxy.set(Fault::Says(b"no".to_vec()));
    let mut stream = TcpStream::connect(proxy.address()).unwrap();
    stream.write_all(b"hello").unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    assert_eq!(said, "no");
    assert!(server.requests().is_empty());
}

#[test]
fn what_waits_in_a_black_hole_comes_out_of_it() {
    let server = Server::answering(|_, _| 204.into());
    let proxy = Proxy::start(server.address());
    proxy.set(Fault::BlackHole);
    let mut stream = TcpStream::connect(proxy.address()).unwrap();
    let timeout = |stream: &TcpStream, time| stream.set_read_timeout(Some(time)).unwrap();
    timeout(&stream, Duration::from_millis(100));
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    let mut answer = [0; 12];
    let error = stream.read_exact(&mut answer).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    assert!(server.requests().is_empty());
    proxy.set(Fault::None);
    timeout(&stream, Duration::from_secs(20));
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 204");
}

#[test]
fn three_datagrams_of_ten_are_lost() {
    let recorder = Recorder::start();
    let proxy = Proxy::start(recorder.address().parse().unwrap());
    proxy.set(Fault::Lossy);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for number in 1..=10 {
        let line = format!("line{number}\n");
        socket.send_to(line.as_bytes(), proxy.address()).unwrap();
    }
    recorder.wait_for(|lines| lines.iter().any(|line| line == "line10"));
    assert_eq!(recorder.lines().len(), 7);
}
