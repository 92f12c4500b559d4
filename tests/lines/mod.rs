//! Lines over UDP, TCP and Unix sockets, received by sockets of the tests' own.

mod breaks;
mod comings;
mod faults;
mod graphite;
mod influx;
mod statsd;

use crate::support::matrix::{self, Pushed};
use crate::support::socket::{Kind, Socket};

/// Small enough for many datagrams, and larger than any line.
const SIZE: usize = 600;

/// Pushes everything to a socket of this kind, in payloads of at most this size, and returns them.
#[track_caller]
fn push(format: &str, kind: Kind, parameters: &str, size: usize) -> (Vec<Vec<u8>>, Pushed) {
    let socket = Socket::start(kind);
    let url = format!("{format}+{}?{parameters}", socket.place());
    let pushed = matrix::push(&url);
    let payloads = socket.finish();
    for payload in &payloads {
        if kind.is_datagram() {
            assert!(payload.len() <= size, "{url}: {} bytes", payload.len());
        }
        let ends = payload.ends_with(b"\n");
        assert_eq!(ends, !kind.is_datagram(), "{url}: {payload:?}");
    }
    assert!(!payloads.is_empty(), "{url}");
    (payloads, pushed)
}
