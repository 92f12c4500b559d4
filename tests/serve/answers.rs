//! What a request is answered with.

use std::io::Read as _;
use std::net::Shutdown;

use ppc::expose::CONTENT_TYPE_PLAIN_0_0_4;

use super::{JOBS, eventually, jobs, local, rest, sent, serve};
use crate::support::http::{get, request};

/// The head of an answer in lower case, without its date, and the body.
fn ask(address: std::net::SocketAddr, first_line: &str) -> (String, String) {
    let text = format!("{first_line} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    let answer = rest(sent(address, &text));
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let lines = head.lines().map(str::to_ascii_lowercase);
    let mut lines: Vec<_> = lines.filter(|line| !line.starts_with("date:")).collect();
    // Their order says nothing.
    lines[1..].sort();
    (lines.join("\n"), body.to_owned())
}

#[test]
fn k20_any_path_serves() {
    let server = serve(jobs());
    for path in ["/metrics", "/", "/any/where?x=y", "//", "/metrics?name=x"] {
        let answer = get(server.local_addr(), path).unwrap();
        assert_eq!((answer.status, &*answer.text()), (200, JOBS), "{path}");
        assert_eq!(
            answer.header("content-type"),
            Some(CONTENT_TYPE_PLAIN_0_0_4)
        );
        assert_eq!(answer.header("vary"), Some("Accept, Accept-Encoding"));
        assert_eq!(answer.header("content-encoding"), None);
    }
    let icon = get(server.local_addr(), "/favicon.ico").unwrap();
    assert_eq!((icon.status, &*icon.text()), (200, ""));
    let healthy = get(server.local_addr(), "/-/healthy").unwrap();
    assert_eq!((healthy.status, &*healthy.text()), (200, "OK\n"));
    eventually("so many scrapes", || server.scrapes() == 5);
}

#[test]
fn f22_head_has_the_headers_of_get() {
    let server = serve(jobs());
    for path in [
        "/metrics",
        "/metrics?name[]=no_such",
        "/-/healthy",
        "/favicon.ico",
    ] {
        let (head, body) = ask(server.local_addr(), &format!("HEAD {path}"));
        assert_eq!(body, "");
        let (of_get, body) = ask(server.local_addr(), &format!("GET {path}"));
        assert_eq!(head, of_get, "{path}");
        let length = format!("content-length: {}", body.len());
        assert!(head.lines().any(|line| line == length), "{head}");
    }
}

#[test]
fn k20_methods_that_are_not_to_be_had_are_named() {
    let server = serve(jobs());
    let (head, body) = ask(server.local_addr(), "OPTIONS *");
    assert!(head.starts_with("http/1.1 200 ") && head.contains("allow: get, head, options"));
    assert_eq!(body, "");
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
        let (head, _) = ask(server.local_addr(), &format!("{method} /metrics"));
        assert!(head.starts_with("http/1.1 405 "), "{method}: {head}");
        assert!(head.contains("allow: get, head, options"), "{head}");
    }
    // A body is no reason to wait.
    let text = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\nabc";
    let answer = rest(sent(server.local_addr(), text));
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    let text = "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\nabc";
    let answer = rest(sent(server.local_addr(), text));
    assert!(answer.ends_with(JOBS), "{answer}");
    eventually("so many scrapes", || server.scrapes() == 1);
}

#[test]
fn f22_bodies_are_compressed_as_asked() {
    let server = serve(jobs());
    for (accepted, coding) in [
        ("gzip", Some("gzip")),
        ("zstd", Some("zstd")),
        ("gzip, deflate, br, zstd", Some("zstd")),
        ("gzip;q=1.0, zstd;q=0.5", Some("gzip")),
        ("gzip;q=0", None),
        ("gzip;q=0.0, *;q=0.1", Some("zstd")),
        ("deflate", None),
        ("identity", None),
        ("*;q=0.5, identity;q=0.8", None),
    ] {
        let headers = [("Accept-Encoding", accepted)];
        let answer = request(server.local_addr(), "GET", "/", &headers, b"").unwrap();
        assert_eq!(
            (answer.status, answer.header("content-encoding")),
            (200, coding),
            "{accepted}"
        );
        let body = match coding {
            Some("gzip") => gunzip(&answer.body),
            Some(_) => unzstd(&answer.body),
            None => answer.body,
        };
        assert_eq!(String::from_utf8_lossy(&body), JOBS, "{accepted}");
    }
    let headers = [("Accept-Encoding", "identity;q=0, br")];
    let answer = request(server.local_addr(), "GET", "/", &headers, b"").unwrap();
    assert_eq!(answer.status, 406);
}

#[test]
fn k20_compression_can_be_disabled() {
    let server = local()
        .source(jobs())
        .disable_compression()
        .start()
        .unwrap();
    let headers = [("Accept-Encoding", "gzip, zstd")];
    let answer = request(server.local_addr(), "GET", "/", &headers, b"").unwrap();
    assert_eq!(
        (answer.header("content-encoding"), &*answer.text()),
        (None, JOBS)
    );
}

#[test]
fn k20_samples_are_asked_for_by_name() {
    let registry = jobs();
    let size = ppc::Histogram::builder("size")
        .help("A size.")
        .buckets([1.0]);
    size.register(&registry).unwrap().observe(3);
    let server = serve(registry);
    let get = |query: &str| {
        get(server.local_addr(), &format!("/metrics{query}"))
            .unwrap()
            .text()
    };
    assert_eq!(get("?name[]=jobs_total"), JOBS);
    let size = "# HELP size A size.\n# TYPE size histogram\n";
    assert_eq!(
        get("?name%5B%5D=size_sum&x=y&name[]=size%5fcount"),
        format!("{size}size_count 1\nsize_sum 3\n")
    );
    assert_eq!(get("?name[]=jobs&name[]=size"), "");
    let both = format!("{JOBS}{size}size_sum 3\n");
    assert_eq!(get("?name[]=size_sum&name[]=jobs_total"), both);
}

#[test]
fn k19_openmetrics_ends_once_however_it_is_asked_for() {
    let server = serve(jobs());
    let headers = [("Accept", "application/openmetrics-text; version=1.0.0")];
    for path in ["/", "/?name[]=jobs_total"] {
        let answer = request(server.local_addr(), "GET", path, &headers, b"").unwrap();
        let body = answer.text();
        // Until the header is read, the answer is text for everyone.
        if answer.header("content-type") != Some(CONTENT_TYPE_PLAIN_0_0_4) {
            assert!(
                body.ends_with("jobs_total{queue=\"a\"} 2\n# EOF\n"),
                "{body}"
            );
            assert_eq!(body.matches("# EOF").count(), 1, "{body}");
        }
    }
}

#[test]
fn a_connection_serves_again_and_again() {
    let server = serve(jobs());
    let one = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    let last = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    // All at once, which is allowed.
    let answers = rest(sent(server.local_addr(), &format!("{one}{one}{one}{last}")));
    assert_eq!(answers.matches(JOBS).count(), 4, "{answers}");
    eventually("so many scrapes", || server.scrapes() == 4);
}

fn gunzip(gzip: &[u8]) -> Vec<u8> {
    // Ten bytes of a head without options, eight behind the data.
    miniz_oxide::inflate::decompress_to_vec(&gzip[10..gzip.len() - 8]).unwrap()
}

fn unzstd(frame: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(frame).unwrap();
    decoder.read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn who_says_no_more_is_answered() {
    let server = serve(jobs());
    let request = "GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n";
    let stream = sent(server.local_addr(), request);
    stream.shutdown(Shutdown::Write).unwrap();
    let answer = rest(stream);
    assert!(answer.ends_with(JOBS), "{answer:?}");
    eventually("it is counted", || server.scrapes() == 1);
}
