//! Datagrams over UDP.

use super::{LOCAL_DATAGRAM_SIZE, Transport, check_datagram_size};
use crate::destination::url::{Params, Taken, Url};
use crate::error::{Error, ErrorKind};
use crate::push::MakeSender;
use crate::send::{Address, Sender, UdpOptions, UdpSender};

/// What fits into an Ethernet frame, whatever tunnel of today is in between.
const DATAGRAM_SIZE: usize = 1432;

/// A host's port, and how datagrams go there.
#[derive(Clone, Debug)]
pub(in crate::destination) struct Udp {
    address: Result<Address, Error>,
    /// As is usual for the address, where nothing is said.
    pub(in crate::destination) datagram_size: Option<usize>,
    pub(in crate::destination) rate: Option<f64>,
}

impl Udp {
    fn at(address: Result<Address, Error>) -> Self {
        Self {
            address,
            datagram_size: None,
            rate: None,
        }
    }
}

impl Transport for Udp {
    const NAME: &'static str = "udp";
    const PARAMS: &'static [&'static str] = &["datagram_size", "datagrams_per_second"];

    fn from_text(text: &str) -> Self {
        Self::at(text.parse())
    }

    fn broken(error: Error) -> Self {
        Self::at(Err(error))
    }

    fn from_url(url: &Url) -> Result<Self, Error> {
        Ok(Self::at(Ok(url.address_alone()?)))
    }

    fn set(&mut self, name: &str, value: &str) -> Taken {
        match name {
            "datagram_size" => Taken::parse(value, "a number of bytes", |bytes| {
                self.datagram_size = Some(bytes);
            }),
            "datagrams_per_second" => {
                Taken::parse(value, "a number", |rate| self.rate = Some(rate))
            }
            _ => Taken::Unknown,
        }
    }

    fn add(&self, params: &mut Params) {
        params.add_some("datagram_size", self.datagram_size);
        params.add_some("datagrams_per_second", self.rate);
    }

    fn place(&self) -> String {
        let address = self.address.as_ref().map(Address::to_string);
        address.unwrap_or_default()
    }

    fn make(&self) -> Result<(Box<MakeSender>, usize), Error> {
        let address = self.address.clone()?;
        let usual = if address.is_loopback() {
            LOCAL_DATAGRAM_SIZE
        } else {
            DATAGRAM_SIZE
        };
        let limit = check_datagram_size(self.datagram_size.unwrap_or(usual))?;
        if let Some(rate) = self.rate
            && !(rate.is_finite() && rate > 0.0)
        {
            return Err(ErrorKind::Number {
                what: "datagrams_per_second",
                found: rate.to_string(),
                reason: "a number above 0",
            }
            .into());
        }
        let options = UdpOptions { rate: self.rate };
        let make =
            move |_| -> Box<dyn Sender> { Box::new(UdpSender::new(address.clone(), options)) };
        Ok((Box::new(make), limit))
    }
}

/// The setters of everything over UDP.
macro_rules! udp_settings {
    ($type:ident) => {
        impl $type {
            /// To the receiver at `host:port`; an IPv6 address stands in brackets.
            pub fn new(address: impl AsRef<str>) -> Self {
                $crate::destination::url::UrlForm::from_text(address.as_ref())
            }

            /// Bytes in a datagram at most, from 1 to 65,507; by default 8192 to this machine
            /// (`localhost`, or an address of loopback), and 1432 elsewhere, which fits into a
            /// frame of the networks of today. A line that is longer goes alone.
            #[must_use]
            pub fn datagram_size(mut self, bytes: usize) -> Self {
                self.0.transport.datagram_size = Some(bytes);
                self
            }

            /// Datagrams a second at most, wherever the receiver is. By default a receiver on this
            /// machine gets them as fast as it reads; one elsewhere 500 a second while many series
            /// are new to it, and 2,000 a second later.
            #[must_use]
            pub fn datagrams_per_second(mut self, rate: f64) -> Self {
                self.0.transport.rate = Some(rate);
                self
            }
        }

        impl $crate::destination::AsDestination<$type> for std::net::SocketAddr {
            fn as_destination(&self) -> $type {
                $type::new(self.to_string())
            }
        }
    };
}

pub(in crate::destination) use udp_settings;
