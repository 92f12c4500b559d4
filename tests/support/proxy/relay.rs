//! A connection through the proxy.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::{Fault, POLL, Shared};

/// Between two bytes of the slow reader.
const SLOW: Duration = Duration::from_secs(1);

/// Longer than from one push of the tests to the next.
const NOW_AND_THEN: Duration = Duration::from_millis(150);

/// Serves it until an end has gone, or a fault cuts it.
pub(super) fn serve(client: &TcpStream, shared: &Shared) -> io::Result<()> {
    prepare(client)?;
    // What hangs up on purpose resets, as a process does that dies with bytes to read.
    let reset = || SockRef::from(client).set_linger(Some(Duration::ZERO));
    let mut way = Way {
        shared,
        server: None,
        to: None,
        came: 0,
        slow_until: None,
        cut: None,
    };
    loop {
        let Some(fault) = shared.now() else {
            return reset();
        };
        let to = way.destination(&fault);
        if fault == Fault::Refused {
            if way.is_cut(client)? {
                return reset();
            }
            continue;
        }
        if way.to.is_some_and(|old| Some(old) != to) {
            return reset();
        }
        let passed = match fault {
            Fault::BlackHole => {
                thread::sleep(POLL);
                true
            }
            Fault::Slow => way.slowly(client)?,
            Fault::ResetAfter(limit) => {
                way.swallow(client)?;
                if way.came >= limit {
                    return reset();
                }
                true
            }
            Fault::Says(words) => {
                if way.swallow(client)? {
                    (&mut &*client).write_all(&words)?;
                    return client.shutdown(Shutdown::Both);
                }
                true
            }
            Fault::HalfAnswer => {
                let goes_on = way.forward(client, to, 16 * 1024)? != Passed::End;
                if way.back(client, 2)? == Passed::Something {
                    return client.shutdown(Shutdown::Both);
                }
                goes_on
            }
            _ => {
                let goes_on = way.forward(client, to, 16 * 1024)? != Passed::End;
                way.back(client, 1)? != Passed::End && goes_on
            }
        };
        if !passed {
            way.finish(client)?;
            return Ok(());
        }
    }
}

/// What there was to be passed on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Passed {
    Nothing,
    Something,
    End,
}

impl Passed {
    fn of(length: usize) -> Self {
        if length == 0 {
            Self::End
        } else {
            Self::Something
        }
    }
}

/// The other end, once there was something for it.
struct Way<'a> {
    shared: &'a Shared,
    server: Option<TcpStream>,
    to: Option<SocketAddr>,
    came: usize,
    slow_until: Option<Instant>,
    /// Since when it is to be cut, and whether something has passed since.
    cut: Option<(Instant, bool)>,
}

impl Way<'_> {
    /// The server that a fault leads to; none where it stands where it stood.
    fn destination(&self, fault: &Fault) -> Option<SocketAddr> {
        match fault {
            Fault::Elsewhere(address) => Some(*address),
            Fault::None | Fault::HalfAnswer => Some(self.shared.server),
            _ => self.to,
        }
    }

    /// Passes on what the client has said.
    fn forward(
        &mut self,
        mut client: &TcpStream,
        to: Option<SocketAddr>,
        most: usize,
    ) -> io::Result<Passed> {
        if self.server.is_none() {
            let to = to.unwrap_or(self.shared.server);
            let server = TcpStream::connect(to).inspect_err(|_| {
                let _ = SockRef::from(client).set_linger(Some(Duration::ZERO));
            })?;
            prepare(&server)?;
            (self.server, self.to) = (Some(server), Some(to));
        }
        let mut buffer = vec![0; most];
        let Some(length) = some(client.read(&mut buffer))? else {
            return Ok(Passed::Nothing);
        };
        if let Some(mut server) = self.server.as_ref() {
            server.write_all(&buffer[..length])?;
        }
        Ok(Passed::of(length))
    }

    /// Passes on a part of what the server has said.
    fn back(&mut self, mut client: &TcpStream, part: usize) -> io::Result<Passed> {
        let Some(mut server) = self.server.as_ref() else {
            return Ok(Passed::Nothing);
        };
        let mut buffer = [0; 16 * 1024];
        let Some(length) = some(server.read(&mut buffer))? else {
            return Ok(Passed::Nothing);
        };
        client.write_all(&buffer[..length / part])?;
        Ok(Passed::of(length))
    }

    /// Whether it may be cut: just after something has passed, so that chance does not say how much of
    /// what comes every now and then is cut with it.
    fn is_cut(&mut self, client: &TcpStream) -> io::Result<bool> {
        if self.server.is_none() {
            return Ok(true);
        }
        let (since, mut has_passed) = self.cut.unwrap_or((Instant::now(), false));
        let is_over = match self.forward(client, None, 16 * 1024)? {
            Passed::End => true,
            Passed::Nothing => has_passed || since.elapsed() > NOW_AND_THEN,
            Passed::Something => {
                has_passed = true;
                false
            }
        };
        self.cut = Some((since, has_passed));
        Ok(is_over || self.back(client, 1)? == Passed::End)
    }

    fn slowly(&mut self, client: &TcpStream) -> io::Result<bool> {
        let now = Instant::now();
        if self.slow_until.is_some_and(|until| now < until) {
            thread::sleep(POLL);
            return Ok(true);
        }
        self.slow_until = Some(now + SLOW);
        let to = self.to;
        Ok(self.forward(client, to, 1)? != Passed::End)
    }

    /// Reads and keeps nothing; true where there was something.
    fn swallow(&mut self, mut client: &TcpStream) -> io::Result<bool> {
        let mut buffer = [0; 64];
        match some(client.read(&mut buffer))? {
            Some(0) => Err(ErrorKind::UnexpectedEof.into()),
            Some(length) => {
                self.came += length;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// The client has said all: the server may still answer.
    fn finish(&mut self, client: &TcpStream) -> io::Result<()> {
        if let Some(server) = &self.server {
            server.shutdown(Shutdown::Write)?;
            let start = Instant::now();
            while self.shared.now().is_some() && start.elapsed() < Duration::from_secs(5) {
                if self.back(client, 1)? == Passed::End {
                    break;
                }
            }
        }
        client.shutdown(Shutdown::Both)
    }
}

fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(POLL))?;
    stream.set_write_timeout(Some(Duration::from_secs(5)))
}

/// Nothing where nothing came in time.
fn some(read: io::Result<usize>) -> io::Result<Option<usize>> {
    match read {
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            Ok(None)
        }
        read => read.map(Some),
    }
}
