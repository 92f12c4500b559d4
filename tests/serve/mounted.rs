//! The examples that mount the service in what others have built.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use super::{rest, sent};
use crate::support::http::{get, request};
use crate::support::job::example;

/// An example that runs, at an address of its own.
struct Example {
    child: Child,
    address: SocketAddr,
}

impl Example {
    #[track_caller]
    fn start(name: &str) -> Self {
        let mut child = Command::new(example(name))
            .arg("127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        stdout.read_line(&mut line).expect("it says where it is");
        let address = line.trim().strip_prefix("http://");
        let address = address.and_then(|rest| rest.strip_suffix("/metrics"));
        let address = address.and_then(|address| address.parse().ok());
        let address = address.unwrap_or_else(|| panic!("{name} said {line:?}"));
        Self { child, address }
    }

    fn head(&self) -> String {
        let text = "HEAD /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        rest(sent(self.address, text))
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn k21_axum_has_a_route_of_metrics() {
    let example = Example::start("serve_axum");
    for _ in 0..3 {
        assert_eq!(get(example.address, "/").unwrap().text(), "hello\n");
    }
    let page = "# HELP greetings_total Greetings said.\n# TYPE greetings_total counter\n\
                greetings_total 3\n";
    let answer = get(example.address, "/metrics").unwrap();
    assert_eq!((answer.status, &*answer.text()), (200, page));
    let head = example.head();
    assert!(head.ends_with("\r\n\r\n"), "{head}");
    assert!(
        head.contains(&format!("content-length: {}\r\n", page.len())),
        "{head}"
    );
    let headers = [("Accept-Encoding", "gzip")];
    let packed = request(example.address, "GET", "/metrics", &headers, b"").unwrap();
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert_eq!(
        request(example.address, "PUT", "/metrics", &[], b"")
            .unwrap()
            .status,
        405
    );
    assert_eq!(get(example.address, "/no/where").unwrap().status, 404);
}

#[test]
fn k21_hyper_serves_metrics() {
    let example = Example::start("serve_hyper");
    let page = |count| {
        format!(
            "# HELP connections_total Connections taken.\n\
             # TYPE connections_total counter\nconnections_total {count}\n"
        )
    };
    assert_eq!(get(example.address, "/metrics").unwrap().text(), page(1));
    assert_eq!(get(example.address, "/any/where").unwrap().text(), page(2));
    let head = example.head();
    assert!(
        head.contains(&format!("content-length: {}\r\n", page(3).len())),
        "{head}"
    );
    assert_eq!(get(example.address, "/-/healthy").unwrap().text(), "OK\n");
}
