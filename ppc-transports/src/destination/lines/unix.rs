//! A Unix socket, of datagrams or a stream.

use std::io;
use std::path::PathBuf;

use super::{LOCAL_DATAGRAM_SIZE, Transport, check_datagram_size};
use crate::choice::{Chosen, Words, choices, chosen};
use crate::destination::url::{Params, Taken, Url, encode_path, refused};
use crate::error::{Error, ErrorKind};
use crate::push::MakeSender;
use crate::send::{Sender, SocketSender, Unix as Place, Wire};

/// The type of a Unix socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UnixSocket {
    /// Whichever it is of, which connecting to it tells.
    #[default]
    Any,
    /// `SOCK_DGRAM`, as the Datadog agent has it.
    Datagram,
    /// `SOCK_STREAM`, as Telegraf has it.
    Stream,
}

choices! {
    UnixSocket:
        "any" => UnixSocket::Any, "datagram" => UnixSocket::Datagram, "stream" => UnixSocket::Stream;
}

/// A path, and how lines go there.
#[derive(Clone, Debug)]
pub(in crate::destination) struct Unix {
    path: Result<PathBuf, Error>,
    pub(in crate::destination) socket: Chosen<UnixSocket>,
    pub(in crate::destination) datagram_size: usize,
}

impl Unix {
    pub(in crate::destination) fn at(path: Result<PathBuf, Error>) -> Self {
        Self {
            path,
            socket: Ok(UnixSocket::default()),
            datagram_size: LOCAL_DATAGRAM_SIZE,
        }
    }
}

impl Transport for Unix {
    const NAME: &'static str = "unix";
    const PARAMS: &'static [&'static str] = &["socket", "datagram_size"];

    fn from_text(text: &str) -> Self {
        Self::at(Ok(text.into()))
    }

    fn broken(error: Error) -> Self {
        Self::at(Err(error))
    }

    fn from_url(url: &Url) -> Result<Self, Error> {
        Ok(Self::at(Ok(url.path_alone("a socket", "run/name.sock")?)))
    }

    fn set(&mut self, name: &str, value: &str) -> Taken {
        match name {
            "socket" => self.socket = Words::of_word(value),
            "datagram_size" => {
                return Taken::parse(value, "a number of bytes", |n| self.datagram_size = n);
            }
            _ => return Taken::Unknown,
        }
        Taken::Yes
    }

    fn add(&self, params: &mut Params) {
        params.add_choice("socket", &self.socket);
        params.add_unless("datagram_size", self.datagram_size, &LOCAL_DATAGRAM_SIZE);
    }

    fn place(&self) -> String {
        let path = self.path.as_ref().map(|path| encode_path(path));
        path.unwrap_or_default()
    }

    fn make(&self) -> Result<(Box<MakeSender>, usize), Error> {
        let path = self.path.clone()?;
        if path.file_name().is_none() {
            let text = path.display().to_string();
            return Err(refused(&text, "the path of a socket is missing"));
        }
        let fault = |error: io::Error| ErrorKind::Setting {
            what: format!("path {}", path.display()),
            reason: error.to_string(),
        };
        let wire = match chosen("socket", &self.socket)? {
            UnixSocket::Any => None,
            UnixSocket::Datagram => Some(Wire::Datagrams),
            UnixSocket::Stream => Some(Wire::Stream),
        };
        // Relative paths are those of now, wherever the job goes.
        let place = std::path::absolute(&path).and_then(|path| Place::new(path, wire));
        let place = place.map_err(fault)?;
        let limit = check_datagram_size(self.datagram_size)?;
        let make = move |_| -> Box<dyn Sender> { Box::new(SocketSender::new(place.clone())) };
        Ok((Box::new(make), limit))
    }
}

/// The setters of everything over Unix sockets.
macro_rules! unix_settings {
    ($type:ident) => {
        impl $type {
            /// To the socket at this path, which may appear and vanish as it likes.
            pub fn new(path: impl AsRef<std::path::Path>) -> Self {
                use $crate::destination::lines::Lines;
                let path = path.as_ref();
                let url = path.to_str().and_then($crate::destination::url::url_form);
                url.unwrap_or_else(|| {
                    let path = Ok(path.to_owned());
                    Self(Lines::to($crate::destination::lines::unix::Unix::at(path)))
                })
            }

            /// The type of the socket, `"any"` by default.
            #[must_use]
            pub fn socket(
                mut self,
                socket: impl $crate::choice::Choice<$crate::destination::UnixSocket>,
            ) -> Self {
                self.0.transport.socket = socket.choice();
                self
            }

            /// Bytes in a datagram, or on a stream in a write, at most, from 1 to 65,507; 8192 by
            /// default. A line that is longer goes alone.
            #[must_use]
            pub fn datagram_size(mut self, bytes: usize) -> Self {
                self.0.transport.datagram_size = bytes;
                self
            }
        }

        impl $crate::destination::AsDestination<$type> for std::path::Path {
            fn as_destination(&self) -> $type {
                $type::new(self)
            }
        }

        impl $crate::destination::AsDestination<$type> for std::path::PathBuf {
            fn as_destination(&self) -> $type {
                $type::new(self)
            }
        }
    };
}

pub(in crate::destination) use unix_settings;
