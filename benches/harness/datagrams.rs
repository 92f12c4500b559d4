//! Lines into datagrams without a library: what writing and sending them takes at least. Nobody
//! asks whether the receiver keeps up.

use std::net::UdpSocket;

/// No line is longer.
const LONGEST: usize = 32;

/// Datagrams under way.
pub(crate) struct Datagrams {
    socket: UdpSocket,
    size: usize,
    bytes: Vec<u8>,
}

impl Datagrams {
    /// Of at most so many bytes.
    pub(crate) fn to(address: &str, size: usize) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has a port");
        socket.connect(address).expect("it is an address");
        let bytes = Vec::with_capacity(size);
        Self {
            socket,
            size,
            bytes,
        }
    }

    /// Writes a number's line.
    #[inline]
    pub(crate) fn write(&mut self, number: u64) {
        self.bytes.extend_from_slice(b"level:");
        let mut text = itoa::Buffer::new();
        self.bytes.extend_from_slice(text.format(number).as_bytes());
        self.bytes.extend_from_slice(b"|g\n");
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bytes.len() + LONGEST > self.size
    }

    /// Sends what there is, which stays.
    pub(crate) fn send(&self) {
        // What is not taken shows in what arrives.
        let _ = self.socket.send(&self.bytes);
    }

    /// Writes a number's line, and sends once a datagram is full.
    #[inline]
    pub(crate) fn push(&mut self, number: u64) {
        self.write(number);
        if self.is_full() {
            self.send();
            self.bytes.clear();
        }
    }
}
