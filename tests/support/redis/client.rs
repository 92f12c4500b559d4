//! A client of the tests' own, so that they do not ask through what they test.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::reply::{self, Reply};
use crate::support::access;
use crate::support::certificates::{Files, Identity};
use crate::support::http::{self, IO_TIMEOUT};

/// A connection, over which one command is sent after another.
pub(crate) struct Client {
    stream: Box<dyn Stream>,
    /// Of the same socket, for its settings.
    handle: Handle,
    /// What came and is not yet read.
    buffer: Vec<u8>,
}

enum Handle {
    Tcp(TcpStream),
    Unix(UnixStream),
}

trait Stream: Read + Write + Send {}

impl<T: Read + Write + Send> Stream for T {}

impl Client {
    pub(crate) fn tcp(address: SocketAddr) -> io::Result<Self> {
        let stream = http::connect(address)?;
        let handle = stream.try_clone()?;
        Ok(Self::over(stream, Handle::Tcp(handle)))
    }

    /// Over TLS, which trusts our authority alone; who has a certificate shows it.
    pub(crate) fn tls(
        address: SocketAddr,
        files: &Files,
        identity: Option<Identity>,
    ) -> io::Result<Self> {
        let stream = http::connect(address)?;
        let handle = stream.try_clone()?;
        let stream = access::over_tls(stream, address, files, identity)?;
        Ok(Self::over(stream, Handle::Tcp(handle)))
    }

    pub(crate) fn unix(path: &Path) -> io::Result<Self> {
        let stream = UnixStream::connect(path)?;
        stream.set_read_timeout(Some(IO_TIMEOUT))?;
        stream.set_write_timeout(Some(IO_TIMEOUT))?;
        let handle = stream.try_clone()?;
        Ok(Self::over(stream, Handle::Unix(handle)))
    }

    fn over(stream: impl Stream + 'static, handle: Handle) -> Self {
        Self {
            stream: Box::new(stream),
            handle,
            buffer: Vec::new(),
        }
    }

    /// Waits no longer than this for a reply, which is else a lot of time.
    pub(crate) fn give_up_after(&self, time: Duration) -> io::Result<()> {
        match &self.handle {
            Handle::Tcp(stream) => stream.set_read_timeout(Some(time)),
            Handle::Unix(stream) => stream.set_read_timeout(Some(time)),
        }
    }

    /// Sends a command and waits for its reply, which may be an error of the server's.
    pub(crate) fn command(&mut self, words: &[&str]) -> io::Result<Reply> {
        self.stream.write_all(&reply::command(words))?;
        self.stream.flush()?;
        self.reply()
    }

    /// Sends commands all at once and waits for their replies.
    pub(crate) fn batch(&mut self, commands: &[&[&str]]) -> io::Result<Vec<Reply>> {
        let bytes: Vec<u8> = commands
            .iter()
            .flat_map(|words| reply::command(words))
            .collect();
        self.stream.write_all(&bytes)?;
        self.stream.flush()?;
        commands.iter().map(|_| self.reply()).collect()
    }

    fn reply(&mut self) -> io::Result<Reply> {
        loop {
            if let Some((reply, length)) = reply::read(&self.buffer) {
                self.buffer.drain(..length);
                return Ok(reply);
            }
            let mut more = [0; 16 * 1024];
            let read = self.stream.read(&mut more)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.buffer.extend_from_slice(&more[..read]);
        }
    }
}
