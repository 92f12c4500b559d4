//! What the scripted server does, seen by a client of the tests.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use super::*;
use crate::support::http;

/// Sends bytes and reads until the server closes.
fn talk(server: &Server, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    // A connection that was reset has no more to say.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

#[test]
fn requests_are_recorded_and_answered_by_number() {
    let server = Server::answering(|request, nth| match nth {
        0 => Reply::status(503).header("Retry-After", "1").into(),
        _ => Reply::status(200).body(request.body.clone()).into(),
    });
    let first = http::post(server.address(), "/a?b=c", "text/plain", b"x").unwrap();
    assert_eq!(
        (first.status, first.header("retry-after")),
        (503, Some("1"))
    );
    let second = http::post(server.address(), "/", "text/plain", b"echo").unwrap();
    assert_eq!((second.status, &*second.text()), (200, "echo"));
    let requests = server.requests();
    let [first, second] = &requests[..] else {
        panic!("{requests:?}")
    };
    assert_eq!((&*first.method, &*first.target), ("POST", "/a?b=c"));
    assert_eq!(first.header("content-type"), Some("text/plain"));
    assert_eq!((first.connection, &*first.text()), (0, "x"));
    assert!(first.is_whole && second.at >= first.at);
    assert_eq!((second.connection, server.connections()), (1, 2));
}

#[test]
fn connections_are_kept_and_chunks_joined() {
    let server = Server::answering(|_, nth| match nth {
        0 => 204.into(),
        _ => Reply::status(200).body("end").and_close().into(),
    });
    let answers = talk(
        &server,
        b"PUT /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n\
          HEAD /2 HTTP/1.1\r\n\r\n",
    );
    let expected = "HTTP/1.1 204 Scripted\r\n\r\n\
                    HTTP/1.1 200 Scripted\r\nContent-Length: 3\r\n\r\n";
    assert_eq!(answers, expected);
    let requests = server.wait_for(|requests| requests.len() == 2);
    assert_eq!(requests[0].text(), "abc");
    assert_eq!((&*requests[1].target, requests[1].connection), ("/2", 0));
}

#[test]
fn a_body_is_awaited_where_the_client_asks() {
    let server = Server::answering(|_, _| Reply::status(200).and_close().into());
    let mut stream = TcpStream::connect(server.address()).unwrap();
    write!(
        stream,
        "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"
    )
    .unwrap();
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"x").unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(rest.starts_with("HTTP/1.1 200 "), "{rest}");
    assert_eq!(server.requests()[0].text(), "x");
}

#[test]
fn a_head_is_answered_before_the_body_is_sent() {
    let script = Script::answering(|_, _| 200.into())
        .on_head(|request, _| (request.target == "/large").then(|| 413.into()));
    let server = Server::start(script);
    let answer = talk(
        &server,
        b"POST /large HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf",
    );
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(!server.requests()[0].is_whole);
    let answer = http::post(server.address(), "/small", "text/plain", b"x").unwrap();
    assert_eq!(answer.status, 200);
}

#[test]
fn a_request_that_breaks_off_is_seen() {
    let server = Server::answering(|_, _| panic!("it is not whole"));
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream
        .write_all(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf")
        .unwrap();
    drop(stream);
    let requests = server.wait_for(|requests| !requests.is_empty());
    assert!(!requests[0].is_whole);
}

#[test]
fn connections_close_before_or_after_a_request() {
    let script = Script::answering(|_, nth| match nth {
        0 => Answer::Close,
        1 => Answer::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut".to_vec()),
        _ => 200.into(),
    });
    let script = script.on_connection(|nth| match nth {
        0 => Greeting::Close,
        _ => Greeting::Serve,
    });
    let server = Server::start(script);
    let post = || http::post(server.address(), "/", "text/plain", b"x");
    for requests in [0, 1, 2] {
        let error = post().unwrap_err();
        let closed = [
            ErrorKind::UnexpectedEof,
            ErrorKind::ConnectionReset,
            ErrorKind::BrokenPipe,
        ];
        assert!(closed.contains(&error.kind()), "{error}");
        assert_eq!(server.requests().len(), requests);
    }
    assert_eq!(post().unwrap().status, 200);
}

#[test]
fn answers_take_their_time() {
    let pause = Duration::from_millis(60);
    let server = Server::answering(move |_, nth| match nth {
        0 => Answer::Late(pause, Reply::status(200)),
        _ => Answer::Slowly(pause / 60, Reply::status(200).body("one by one")),
    });
    for body in ["", "one by one"] {
        let start = Instant::now();
        let answer = http::get(server.address(), "/").unwrap();
        assert_eq!(answer.text(), body);
        assert!(start.elapsed() >= pause, "{:?}", start.elapsed());
    }
}

#[test]
fn a_server_that_hangs_can_be_dropped() {
    let script = Script::answering(|_, _| Answer::Hang).on_connection(|nth| match nth {
        0 => Greeting::Hang,
        _ => Greeting::Serve,
    });
    let server = Server::start(script);
    let mut silent: Vec<TcpStream> = (0..3)
        .map(|_| TcpStream::connect(server.address()).unwrap())
        .collect();
    silent[1].write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    server.wait_for(|requests| requests.len() == 1);
    let start = Instant::now();
    drop(server);
    for stream in &mut silent {
        assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
    }
    assert!(start.elapsed() < WITHIN);
}

#[test]
#[should_panic(expected = "the script of the server panicked")]
fn an_assertion_in_a_script_fails_the_test() {
    let server = Server::answering(|request, _| panic!("{} is not expected", request.target));
    assert!(http::get(server.address(), "/x").is_err());
}

#[test]
fn a_unix_socket_serves_as_well() {
    let server = Server::start_unix(Script::answering(|_, _| 204.into()));
    let path = server.path().to_owned();
    let stream = UnixStream::connect(&path).unwrap();
    let answer = http::over(stream, "localhost", "GET", "/", &[], b"").unwrap();
    assert_eq!(answer.status, 204);
    drop(server);
    assert!(!path.exists());
}

#[test]
#[should_panic(expected = "only [] came, over 0 connections")]
fn requests_that_do_not_come_are_reported() {
    let server = Server::answering(|_, _| 200.into());
    server.wait_within(Duration::ZERO, |requests| !requests.is_empty());
}
