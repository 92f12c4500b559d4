//! Clients that ask for `/metrics` again and again, each over a connection of its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;

/// As Prometheus asks, but for the compression: what is compared is the exposition.
const REQUEST: &[u8] = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain;version=0.0.4;q=1,*/*;q=0.1\r\n\r\n";

/// What the clients found.
pub(super) struct Found {
    pub(super) per_second: f64,
    /// Of the last response.
    pub(super) bytes: usize,
    /// Of each request, rising.
    times: Vec<Duration>,
}

impl Found {
    pub(super) fn quantile(&self, quantile: f64) -> Duration {
        let last = self.times.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place in a list"
        )]
        let place = (last as f64 * quantile).round() as usize;
        self.times.get(place).copied().unwrap_or_default()
    }
}

/// Asks over so many connections for so long, after a tenth of the time to warm up.
pub(super) fn run(address: SocketAddr, connections: usize, time: Duration) -> Result<Found> {
    let start = Instant::now() + time / 10;
    let end = start + time;
    let clients: Vec<_> = (0..connections)
        .map(|_| thread::spawn(move || ask(address, start, end).map_err(|error| error.to_string())))
        .collect();
    let mut found = Found {
        per_second: 0.0,
        bytes: 0,
        times: Vec::new(),
    };
    for client in clients {
        let (times, bytes) = client.join().map_err(|_| "a client panicked")??;
        found.times.extend(times);
        found.bytes = bytes;
    }
    found.times.sort_unstable();
    found.per_second = found.times.len() as f64 / time.as_secs_f64();
    Ok(found)
}

/// The times of the requests that began after the start, and the length of the last body.
fn ask(address: SocketAddr, start: Instant, end: Instant) -> Result<(Vec<Duration>, usize)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let (mut times, mut buffer, mut bytes) = (Vec::new(), vec![0; 1 << 20], 0);
    loop {
        let begin = Instant::now();
        if begin >= end {
            return Ok((times, bytes));
        }
        stream.write_all(REQUEST)?;
        bytes = answer(&mut stream, &mut buffer)?;
        if begin >= start {
            times.push(begin.elapsed());
        }
    }
}

/// Reads a response; the length of its body.
fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<usize> {
    let mut len = 0;
    let end = loop {
        len += read(stream, &mut buffer[len..])?;
        if let Some(end) = memchr::memmem::find(&buffer[..len], b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = std::str::from_utf8(&buffer[..end])?.to_ascii_lowercase();
    if !head.starts_with("http/1.1 200") {
        return Err(head.lines().next().unwrap_or_default().into());
    }
    let (mut body, mut read_so_far) = (None, len - end);
    if let Some((_, rest)) = head.split_once("content-length:") {
        body = rest
            .lines()
            .next()
            .and_then(|len| len.trim().parse::<usize>().ok());
    }
    let body = body.ok_or("the response has a length")?;
    while read_so_far < body {
        read_so_far += read(stream, buffer)?;
    }
    Ok(body)
}

fn read(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<usize> {
    match stream.read(buffer)? {
        0 => Err("the connection was closed".into()),
        read => Ok(read),
    }
}
