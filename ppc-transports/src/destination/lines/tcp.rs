//! One connection over TCP.

use super::Transport;
use crate::destination::url::{Params, Taken, Url};
use crate::error::Error;
use crate::push::MakeSender;
use crate::send::{Address, Sender, SocketSender, Tcp as Place};

/// Bytes that are written at once.
const WRITE_SIZE: usize = 65_536;

/// A host's port.
#[derive(Clone, Debug)]
pub(in crate::destination) struct Tcp(Result<Address, Error>);

impl Transport for Tcp {
    const NAME: &'static str = "tcp";
    const PARAMS: &'static [&'static str] = &[];

    fn from_text(text: &str) -> Self {
        Self(text.parse())
    }

    fn broken(error: Error) -> Self {
        Self(Err(error))
    }

    fn from_url(url: &Url) -> Result<Self, Error> {
        Ok(Self(Ok(url.address_alone()?)))
    }

    fn set(&mut self, _: &str, _: &str) -> Taken {
        Taken::Unknown
    }

    fn add(&self, _: &mut Params) {}

    fn place(&self) -> String {
        self.0.as_ref().map(Address::to_string).unwrap_or_default()
    }

    fn make(&self) -> Result<(Box<MakeSender>, usize), Error> {
        let address = self.0.clone()?;
        let make = move |_| -> Box<dyn Sender> {
            Box::new(SocketSender::new(Place::new(address.clone())))
        };
        Ok((Box::new(make), WRITE_SIZE))
    }
}

/// What everything over TCP has.
macro_rules! tcp_settings {
    ($type:ident) => {
        impl $type {
            /// To the receiver at `host:port`; an IPv6 address stands in brackets.
            pub fn new(address: impl AsRef<str>) -> Self {
                $crate::destination::url::UrlForm::from_text(address.as_ref())
            }
        }

        impl $crate::destination::AsDestination<$type> for std::net::SocketAddr {
            fn as_destination(&self) -> $type {
                $type::new(self.to_string())
            }
        }
    };
}

pub(in crate::destination) use tcp_settings;
