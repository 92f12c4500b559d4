//! A small blocking HTTP/1.1 client, so that tests ask a receiver without our own senders.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// For each read and write; a query of a busy receiver takes its time.
pub(super) const IO_TIMEOUT: Duration = Duration::from_secs(20);

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// The first header of that name, in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends a GET; `target` is the path with its query, already encoded.
pub(crate) fn get(address: SocketAddr, target: &str) -> io::Result<Response> {
    request(address, "GET", target, &[], b"")
}

/// Sends a POST with a body.
pub(crate) fn post(
    address: SocketAddr,
    target: &str,
    content_type: &str,
    body: &[u8],
) -> io::Result<Response> {
    let headers = [("Content-Type", content_type)];
    request(address, "POST", target, &headers, body)
}

/// Sends any request; its length is said where it has a body.
pub(crate) fn request(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Response> {
    let host = address.to_string();
    over(connect(address)?, &host, method, target, headers, body)
}

/// A connection that gives up in time.
pub(super) fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, CONNECT_TIMEOUT)?;
    stream.set_read_timeout(Some(IO_TIMEOUT))?;
    stream.set_write_timeout(Some(IO_TIMEOUT))?;
    Ok(stream)
}

/// The same over a connection that is there, and may be more than TCP.
pub(super) fn over(
    mut stream: impl Read + Write,
    host: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Response> {
    let length = body.len().to_string();
    let mut lines = vec![("Host", host), ("Connection", "close")];
    lines.extend(headers);
    if !body.is_empty() || method == "POST" || method == "PUT" {
        lines.push(("Content-Length", &length));
    }
    let lines = lines
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"));
    let head = format!(
        "{method} {target} HTTP/1.1\r\n{}\r\n",
        lines.collect::<String>()
    );
    // In one piece: a server that answers before it has read all may close on the rest.
    stream.write_all(&[head.as_bytes(), body].concat())?;
    stream.flush()?;
    read(&mut BufReader::new(stream))
}

/// Encodes a part of a query: all but the characters that stand for themselves everywhere.
pub(crate) fn percent(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => {
                encoded.push('%');
                encoded.push(hex(byte >> 4));
                encoded.push(hex(byte & 15));
            }
        }
    }
    encoded
}

fn hex(digit: u8) -> char {
    char::from(b"0123456789ABCDEF"[usize::from(digit)])
}

fn read(stream: &mut impl BufRead) -> io::Result<Response> {
    let status_line = line(stream)?;
    let status = status_line
        .strip_prefix("HTTP/1.")
        .and_then(|rest| rest.split(' ').nth(1))
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| invalid(&format!("expected a status line, found `{status_line}`")))?;
    let mut response = Response {
        status,
        headers: headers(stream)?,
        body: Vec::new(),
    };
    let chunked = response
        .header("Transfer-Encoding")
        .is_some_and(|coding| coding == "chunked");
    let length = response
        .header("Content-Length")
        .map(|length| number(length, 10))
        .transpose()?;
    response.body = match length {
        _ if chunked => chunks(stream)?,
        _ if status == 204 || status == 304 => Vec::new(),
        Some(length) => exactly(stream, length)?,
        None => {
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest)?;
            rest
        }
    };
    Ok(response)
}

pub(super) fn headers(stream: &mut impl BufRead) -> io::Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let line = line(stream)?;
        if line.is_empty() {
            return Ok(headers);
        }
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| invalid(&format!("expected a header, found `{line}`")))?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
}

pub(super) fn chunks(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(stream)?;
        let size = number(size.split(';').next().unwrap_or_default(), 16)?;
        if size == 0 {
            headers(stream)?;
            return Ok(body);
        }
        body.extend(exactly(stream, size)?);
        line(stream)?;
    }
}

pub(super) fn exactly(stream: &mut impl BufRead, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = stream.take(length).read_to_end(&mut bytes)?;
    if read as u64 == length {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

pub(super) fn line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

fn number(text: &str, radix: u32) -> io::Result<u64> {
    u64::from_str_radix(text.trim(), radix)
        .map_err(|error| invalid(&format!("`{text}` is no length: {error}")))
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::net::TcpListener;
    use std::thread;

    fn check(answer: &str, expected: &str) {
        let response = read(&mut answer.as_bytes()).unwrap();
        assert_eq!(
            (response.status, &*response.text()),
            (200, expected),
            "{answer:?}"
        );
    }

    #[test]
    fn a_body_ends_by_length_chunks_or_close() {
        check("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nabc", "ab");
        check(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
             3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\nmore",
            "abc0123456789",
        );
        check("HTTP/1.0 200 OK\r\n\r\nall of it", "all of it");
    }

    #[test]
    fn a_body_cut_short_is_an_error() {
        for answer in [
            "",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        ] {
            let error = read(&mut answer.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{answer:?}");
        }
        assert!(read(&mut &b"nonsense\r\n\r\n"[..]).is_err());
    }

    #[test]
    fn a_post_carries_its_body() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = BufReader::new(stream.try_clone().unwrap());
            let first = line(&mut request).unwrap();
            let length = headers(&mut request).unwrap();
            let length = length
                .iter()
                .find(|(name, _)| name == "Content-Length")
                .unwrap();
            let body = exactly(&mut request, length.1.parse().unwrap()).unwrap();
            write!(stream, "HTTP/1.1 204 No Content\r\n\r\n").unwrap();
            (first, body)
        });
        let response = post(address, "/write?db=d", "text/plain", b"cpu v=1").unwrap();
        assert_eq!(response.status, 204);
        let (first, body) = server.join().unwrap();
        assert_eq!(
            (&*first, &*body),
            ("POST /write?db=d HTTP/1.1", &b"cpu v=1"[..])
        );
    }

    #[test]
    fn queries_are_percent_encoded() {
        assert_eq!(percent(r#"{a!="b c"}"#), "%7Ba%21%3D%22b%20c%22%7D");
    }
}
