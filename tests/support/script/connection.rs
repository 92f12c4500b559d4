//! One connection of the scripted server, from its greeting to its end.

use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Shared;
use super::message::{Answer, Greeting, Reply, Request};
use super::stream::Stream;
use crate::support::http;

/// How long the rest of a request is read that was answered before its end.
const LINGER: Duration = Duration::from_secs(2);

/// Whether more requests may come.
#[derive(PartialEq)]
enum Then {
    GoOn,
    End,
}

/// Serves it until it ends; what fails is the client's, which the test looks at.
pub(super) fn serve(stream: Stream, nth: usize, shared: &Arc<Shared>) {
    match (shared.script.connection)(nth) {
        Greeting::Serve => {}
        Greeting::Close => return,
        Greeting::Hang => {
            shared.pause(None);
            return;
        }
    }
    if let Ok(reading) = stream.try_clone() {
        let mut connection = Connection {
            reading: BufReader::new(reading),
            stream,
            nth,
            shared,
        };
        while let Ok(Then::GoOn) = connection.exchange() {}
    }
}

struct Connection<'a> {
    reading: BufReader<Stream>,
    stream: Stream,
    nth: usize,
    shared: &'a Shared,
}

impl Connection<'_> {
    fn exchange(&mut self) -> io::Result<Then> {
        let mut request = self.head()?;
        let is_head = request.method == "HEAD";
        let before = self.shared.lock().requests.len();
        if let Some(answer) = (self.shared.script.head)(&request, before) {
            self.shared.record(request);
            let lingers = !matches!(answer, Answer::Close);
            self.answer(answer, is_head)?;
            if lingers {
                self.linger();
            }
            return Ok(Then::End);
        }
        let expects = request.header("Expect");
        if expects.is_some_and(|expects| expects.eq_ignore_ascii_case("100-continue")) {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let body = body(&mut self.reading, &request);
        request.at = Instant::now();
        request.is_whole = body.is_ok();
        let broke_off = body.map(|body| request.body = body);
        let ends = request
            .header("Connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"));
        let nth = self.shared.record(request.clone());
        broke_off?;
        let then = self.answer((self.shared.script.request)(&request, nth), is_head)?;
        Ok(if ends { Then::End } else { then })
    }

    fn head(&mut self) -> io::Result<Request> {
        let line = http::line(&mut self.reading)?;
        let mut words = line.split(' ').map(str::to_owned);
        let (Some(method), Some(target)) = (words.next(), words.next()) else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        Ok(Request {
            connection: self.nth,
            method,
            target,
            headers: http::headers(&mut self.reading)?,
            body: Vec::new(),
            is_whole: false,
            at: Instant::now(),
        })
    }

    fn answer(&mut self, answer: Answer, to_head: bool) -> io::Result<Then> {
        match answer {
            Answer::Reply(reply) => self.reply(&reply, to_head),
            Answer::Late(pause, reply) => {
                if self.shared.pause(Some(pause)) {
                    self.reply(&reply, to_head)
                } else {
                    Ok(Then::End)
                }
            }
            Answer::Slowly(pause, reply) => {
                for byte in reply.bytes(to_head) {
                    if !self.shared.pause(Some(pause)) {
                        return Ok(Then::End);
                    }
                    self.stream.write_all(&[byte])?;
                }
                Ok(after(&reply))
            }
            Answer::Raw(bytes) => {
                self.stream.write_all(&bytes)?;
                Ok(Then::End)
            }
            Answer::Close => Ok(Then::End),
            Answer::Hang => {
                self.shared.pause(None);
                Ok(Then::End)
            }
        }
    }

    fn reply(&mut self, reply: &Reply, to_head: bool) -> io::Result<Then> {
        self.stream.write_all(&reply.bytes(to_head))?;
        Ok(after(reply))
    }

    /// Reads on for a while: to close with something unread would take the answer away as well.
    fn linger(&mut self) {
        self.stream.end_writing();
        self.stream.give_up_reading_after(LINGER);
        let started = Instant::now();
        let mut rest = [0; 4096];
        while started.elapsed() < LINGER && self.reading.read(&mut rest).is_ok_and(|read| read > 0)
        {
        }
    }
}

fn after(reply: &Reply) -> Then {
    if reply.closes { Then::End } else { Then::GoOn }
}

fn body(reading: &mut impl BufRead, request: &Request) -> io::Result<Vec<u8>> {
    let coding = request.header("Transfer-Encoding");
    if coding.is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        return http::chunks(reading);
    }
    match request.header("Content-Length").map(str::parse) {
        None => Ok(Vec::new()),
        Some(Ok(length)) => http::exactly(reading, length),
        Some(Err(_)) => Err(io::ErrorKind::InvalidData.into()),
    }
}
