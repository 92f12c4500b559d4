//! Sockets that record what arrives, of any type, for those who parse it.

use std::io::{ErrorKind, Read};
use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::receiver::Folder;

const POLL: Duration = Duration::from_millis(1);

/// What arrived: a datagram each, or all of a connection each.
type Parts = Vec<Vec<u8>>;

/// Reads on a thread of its own, as fast as it can.
#[derive(Debug)]
pub(crate) struct Socket {
    place: String,
    parts: Arc<Mutex<Parts>>,
    is_over: Arc<AtomicBool>,
    reading: Option<JoinHandle<()>>,
    _folder: Folder,
}

/// A type of socket, in words of the URLs of destinations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Udp,
    Tcp,
    UnixDatagram,
    UnixStream,
}

impl Kind {
    /// Whether each payload is a message.
    pub(crate) fn is_datagram(self) -> bool {
        matches!(self, Self::Udp | Self::UnixDatagram)
    }
}

/// A step of reading: whether something came.
type Step = Box<dyn FnMut(&mut Parts) -> bool + Send>;

impl Socket {
    pub(crate) fn start(kind: Kind) -> Self {
        let folder = Folder::create("socket");
        let path = folder.path().join("s");
        let (place, step) = match kind {
            Kind::Udp => udp(),
            Kind::Tcp => tcp(),
            Kind::UnixDatagram => unix_datagram(&path),
            Kind::UnixStream => unix_stream(&path),
        };
        let parts = Arc::<Mutex<Parts>>::default();
        let is_over = Arc::<AtomicBool>::default();
        let reading = read(step, Arc::clone(&parts), Arc::clone(&is_over));
        Self {
            place,
            parts,
            is_over,
            reading: Some(reading),
            _folder: folder,
        }
    }

    /// What stands behind the `+` of a URL that leads here.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// All that was sent, once its senders are gone.
    pub(crate) fn finish(mut self) -> Parts {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(reading) = self.reading.take() {
            reading.join().expect("reading does not fail");
        }
        std::mem::take(&mut *self.parts.lock().expect("nobody panics with it"))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(reading) = self.reading.take() {
            let _ = reading.join();
        }
    }
}

/// Ends once there is nothing more and it is told to.
fn read(mut step: Step, parts: Arc<Mutex<Parts>>, is_over: Arc<AtomicBool>) -> JoinHandle<()> {
    thread::spawn(move || {
        loop {
            let is_last = is_over.load(Ordering::Relaxed);
            let came = step(&mut parts.lock().expect("nobody panics with it"));
            if !came && is_last {
                return;
            }
            if !came {
                thread::sleep(POLL);
            }
        }
    })
}

fn udp() -> (String, Step) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has a port");
    socket.set_nonblocking(true).expect("it need not block");
    let address = socket.local_addr().expect("it is bound");
    let step = datagrams(move |buffer| socket.recv(buffer));
    (format!("udp://{address}"), step)
}

fn unix_datagram(path: &Path) -> (String, Step) {
    let socket = UnixDatagram::bind(path).expect("the folder is ours");
    socket.set_nonblocking(true).expect("it need not block");
    let step = datagrams(move |buffer| socket.recv(buffer));
    (format!("unix://{}", path.display()), step)
}

fn tcp() -> (String, Step) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a port");
    listener.set_nonblocking(true).expect("it need not block");
    let address = listener.local_addr().expect("it is bound");
    let step = connections(move || {
        let (stream, _) = listener.accept().ok()?;
        stream.set_nonblocking(true).expect("it need not block");
        Some(stream)
    });
    (format!("tcp://{address}"), step)
}

fn unix_stream(path: &Path) -> (String, Step) {
    let listener = UnixListener::bind(path).expect("the folder is ours");
    listener.set_nonblocking(true).expect("it need not block");
    let step = connections(move || {
        let (stream, _) = listener.accept().ok()?;
        stream.set_nonblocking(true).expect("it need not block");
        Some(stream)
    });
    (format!("unix://{}", path.display()), step)
}

fn datagrams(
    mut receive: impl FnMut(&mut [u8]) -> std::io::Result<usize> + Send + 'static,
) -> Step {
    let mut buffer = vec![0; 70_000];
    Box::new(move |parts| match receive(&mut buffer) {
        Ok(length) => {
            parts.push(buffer[..length].to_vec());
            true
        }
        Err(_) => false,
    })
}

fn connections<S: Read + Send + 'static>(
    mut accept: impl FnMut() -> Option<S> + Send + 'static,
) -> Step {
    let mut streams: Vec<S> = Vec::new();
    let mut buffer = vec![0; 70_000];
    Box::new(move |parts| {
        let mut came = false;
        while let Some(stream) = accept() {
            streams.push(stream);
            parts.push(Vec::new());
            came = true;
        }
        for (stream, part) in streams.iter_mut().zip(parts) {
            match stream.read(&mut buffer) {
                Ok(0) => {}
                Ok(length) => {
                    part.extend_from_slice(&buffer[..length]);
                    came = true;
                }
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}"),
            }
        }
        came
    })
}
