//! A socket that lines arrive at.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(crate) struct Receiver(UdpSocket);

impl Receiver {
    pub(crate) fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port on loopback");
        Self(socket)
    }

    pub(crate) fn address(&self) -> String {
        self.0.local_addr().expect("a bound socket").to_string()
    }

    /// Waits for a line with all of these parts.
    #[track_caller]
    pub(crate) fn expect(&self, parts: &[&str]) {
        let (start, mut seen) = (Instant::now(), String::new());
        while start.elapsed() < Duration::from_secs(10) {
            let Some(datagram) = self.receive(Duration::from_millis(100)) else {
                continue;
            };
            if datagram
                .lines()
                .any(|line| parts.iter().all(|part| line.contains(part)))
            {
                return;
            }
            seen += &datagram;
            seen += "\n";
        }
        panic!("no line with {parts:?} in:\n{seen}");
    }

    /// True where nothing has arrived, and nothing does in a little while.
    pub(crate) fn is_silent(&self) -> bool {
        self.receive(Duration::from_millis(50)).is_none()
    }

    fn receive(&self, timeout: Duration) -> Option<String> {
        self.0
            .set_read_timeout(Some(timeout))
            .expect("a timeout that is not 0");
        let mut buffer = vec![0; 65_536];
        let length = self.0.recv(&mut buffer).ok()?;
        Some(String::from_utf8_lossy(&buffer[..length]).into_owned())
    }
}
