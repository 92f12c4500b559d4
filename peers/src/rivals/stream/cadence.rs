//! `cadence`: a line for each call, formatted on the thread that records; sent from there once a
//! buffer is full, or by a thread of its own from a queue.

use std::hint::black_box;
use std::net::UdpSocket;
use std::sync::Arc;

use cadence::prelude::*;
use cadence::{BufferedUdpMetricSink, QueuingMetricSink, StatsdClient};

use super::{LABELS, Sending, numbered};
use crate::rounds::{Operation, repeat};

/// Where lines go at first.
#[derive(Clone, Copy)]
pub(crate) enum Sink {
    /// Into a buffer that all threads share.
    Buffer,
    /// Into a queue without a bound, and from there into a buffer.
    Queue,
}

pub(crate) struct Cadence(Arc<StatsdClient>);

impl Cadence {
    /// Sends datagrams of at most so many bytes.
    pub(crate) fn start(to: &str, sink: Sink, size: usize) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has a port");
        let buffer = BufferedUdpMetricSink::with_capacity(to, socket, size);
        let buffer = buffer.expect("it is an address");
        Self(Arc::new(match sink {
            Sink::Buffer => StatsdClient::from_sink("", buffer),
            Sink::Queue => StatsdClient::from_sink("", QueuingMetricSink::from(buffer)),
        }))
    }
}

impl Sending for Cadence {
    fn count(&self) -> Operation {
        let client = Arc::clone(&self.0);
        repeat(move || drop(client.count("jobs", 1)))
    }

    fn gauge(&self) -> Operation {
        let client = Arc::clone(&self.0);
        numbered(move |n| drop(client.gauge("level", u64::from(n))))
    }

    fn observe(&self) -> Operation {
        let client = Arc::clone(&self.0);
        repeat(move || drop(client.histogram("latency", black_box(5.5))))
    }

    fn look_up(&self) -> Operation {
        let client = Arc::clone(&self.0);
        repeat(move || {
            let [account, host, event_type] = black_box(LABELS);
            client
                .count_with_tags("events", 1)
                .with_tag("account", account)
                .with_tag("host", host)
                .with_tag("event_type", event_type)
                .send();
        })
    }
}
