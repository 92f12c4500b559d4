//! A socket that records what arrives.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Sent by ourselves: what came before it is read, once it is.
const MARK: &[u8] = b"\0";

/// Reads datagrams on a thread of its own, as fast as they come.
#[derive(Debug)]
pub(crate) struct Recorder {
    address: SocketAddr,
    datagrams: Arc<Mutex<Vec<String>>>,
    /// How many lines there were when one was last expected.
    expected: AtomicUsize,
    /// Which of our own datagrams it has read last.
    marks: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    reading: Option<JoinHandle<()>>,
}

impl Recorder {
    pub(crate) fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has a port");
        socket
            .set_read_timeout(Some(Duration::from_millis(10)))
            .expect("it can have a time-out");
        let address = socket.local_addr().expect("it is bound");
        let (datagrams, stop) = (
            Arc::<Mutex<Vec<String>>>::default(),
            Arc::<AtomicBool>::default(),
        );
        let (kept, stopped) = (Arc::clone(&datagrams), Arc::clone(&stop));
        let marks = Arc::<AtomicUsize>::default();
        let seen = Arc::clone(&marks);
        let reading = thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while !stopped.load(Ordering::Relaxed) {
                let Ok(len) = socket.recv(&mut buffer) else {
                    continue;
                };
                if let Some(mark) = buffer[..len].strip_prefix(MARK) {
                    seen.store(usize::from(mark[0]), Ordering::Relaxed);
                } else {
                    let text = String::from_utf8_lossy(&buffer[..len]).into_owned();
                    kept.lock().expect("nobody panics with it").push(text);
                }
            }
        });
        Self {
            address,
            datagrams,
            expected: AtomicUsize::new(0),
            marks,
            stop,
            reading: Some(reading),
        }
    }

    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// The datagrams so far.
    pub(crate) fn datagrams(&self) -> Vec<String> {
        self.datagrams
            .lock()
            .expect("nobody panics with it")
            .clone()
    }

    /// The lines so far, without their timestamps.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.datagrams()
            .iter()
            .flat_map(|datagram| datagram.lines().map(bare))
            .collect()
    }

    /// Waits until `enough` is satisfied with the lines.
    #[track_caller]
    pub(crate) fn wait_for(&self, enough: impl Fn(&[String]) -> bool) -> Vec<String> {
        let start = Instant::now();
        loop {
            let lines = self.lines();
            if enough(&lines) {
                return lines;
            }
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "only {lines:#?} came"
            );
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits for a line with all of these parts, after those that were expected before.
    #[track_caller]
    pub(crate) fn expect(&self, parts: &[&str]) {
        let has_all = |line: &String| parts.iter().all(|part| line.contains(part));
        let before = self.expected.load(Ordering::Relaxed);
        let lines = self.wait_for(|lines| lines[before..].iter().any(has_all));
        self.expected.store(lines.len(), Ordering::Relaxed);
    }

    /// True where nothing has arrived since a line was expected, and nothing does in a little
    /// while.
    pub(crate) fn is_silent(&self) -> bool {
        thread::sleep(Duration::from_millis(50));
        self.lines().len() == self.expected.load(Ordering::Relaxed)
    }

    /// Waits until it has read what has come so far, however busy the machine is.
    fn wait_until_read(&self) {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has a port");
        // Of the last time there may be some on their way.
        let mark = self.marks.load(Ordering::Relaxed) % 200 + 1;
        let bytes = [MARK[0], u8::try_from(mark).expect("200 at most")];
        let start = Instant::now();
        while self.marks.load(Ordering::Relaxed) != mark {
            assert!(start.elapsed() < Duration::from_secs(20), "nobody reads");
            // A full queue has no room for it.
            let _ = socket.send_to(&bytes, self.address);
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// The lines once nothing more comes.
    pub(crate) fn settled(&self) -> Vec<String> {
        self.wait_until_read();
        let mut before = self.lines();
        loop {
            thread::sleep(Duration::from_millis(100));
            self.wait_until_read();
            let now = self.lines();
            if now.len() == before.len() {
                return now;
            }
            before = now;
        }
    }
}

/// A line without its timestamp.
pub(crate) fn bare(line: &str) -> String {
    let is_stamp = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match line.rsplit_once(' ') {
        Some((line, stamp)) if is_stamp(stamp) => line.to_owned(),
        _ => line.to_owned(),
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(reading) = self.reading.take() {
            let _ = reading.join();
        }
    }
}
