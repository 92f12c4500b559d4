//! Influx line protocol over UDP.

use std::net::SocketAddr;

use super::choice::{Chosen, Words, chosen};
use super::given::destination;
use super::url::{Kind, Params, Taken, Url, UrlForm, url_form};
use super::{AsDestination, Choice};
use crate::encode::{Influx, Names, Timestamps};
use crate::error::{Error, ErrorKind};
use crate::pack::Packer;
use crate::push::Parts;
use crate::send::{Address, UdpOptions, UdpSender};

/// Influx line protocol over UDP, to `VictoriaMetrics`, `InfluxDB`, Telegraf and their like.
///
/// A setting that is wrong is reported when pushing starts.
///
/// # Examples
///
/// ```
/// use ppc_transports::{InfluxUdp, Push};
///
/// let destination = InfluxUdp::new("victoria.acme.net:8089").datagram_size(8192);
/// let push = Push::to(destination).period(15);
/// # let _ = push;
/// ```
#[derive(Clone, Debug)]
pub struct InfluxUdp {
    address: Result<Address, Error>,
    datagram_size: usize,
    rate: Option<f64>,
    names: Chosen<Names>,
    timestamps: Chosen<Timestamps>,
}

/// What fits into an Ethernet frame, whatever tunnel of today is in between.
const DATAGRAM_SIZE: usize = 1432;
/// What the kernel takes at most over IPv4.
const MAX_DATAGRAM_SIZE: usize = 65_507;

impl InfluxUdp {
    /// To the receiver at `host:port`; an IPv6 address stands in brackets.
    pub fn new(address: impl AsRef<str>) -> Self {
        Self::from_text(address.as_ref())
    }

    fn at(address: Result<Address, Error>) -> Self {
        Self {
            address,
            datagram_size: DATAGRAM_SIZE,
            rate: None,
            names: Ok(Names::default()),
            timestamps: Ok(Timestamps::default()),
        }
    }

    /// Bytes in a datagram at most, from 1 to 65,507; 1432 by default. A line that is longer
    /// goes alone.
    #[must_use]
    pub fn datagram_size(mut self, bytes: usize) -> Self {
        self.datagram_size = bytes;
        self
    }

    /// Datagrams a second at most, wherever the receiver is. By default a receiver on this
    /// machine gets them as fast as it reads; one elsewhere 500 a second while many series are
    /// new to it, and 2,000 a second later.
    #[must_use]
    pub fn datagrams_per_second(mut self, rate: f64) -> Self {
        self.rate = Some(rate);
        self
    }

    /// What becomes of a name without an inner `_`: `Names::Prometheus` by default.
    #[must_use]
    pub fn names(mut self, names: impl Choice<Names>) -> Self {
        self.names = names.choice();
        self
    }

    /// Whose clock stamps the samples: `Timestamps::Client` by default.
    #[must_use]
    pub fn timestamps(mut self, timestamps: impl Choice<Timestamps>) -> Self {
        self.timestamps = timestamps.choice();
        self
    }
}

destination!(InfluxUdp);

pub(super) const KIND: Kind = Kind::of::<InfluxUdp>();

impl AsDestination<InfluxUdp> for SocketAddr {
    fn as_destination(&self) -> InfluxUdp {
        InfluxUdp::new(self.to_string())
    }
}

impl UrlForm for InfluxUdp {
    const SCHEMES: &'static [&'static str] = &["influx+udp"];

    fn known() -> Vec<&'static str> {
        vec![
            "datagram_size",
            "datagrams_per_second",
            "names",
            "timestamps",
        ]
    }

    fn from_text(text: &str) -> Self {
        url_form(text).unwrap_or_else(|| Self::at(text.parse()))
    }

    fn broken(error: Error) -> Self {
        Self::at(Err(error))
    }

    fn from_url(url: &Url) -> Result<Self, Error> {
        if !matches!(&*url.path, "" | "/") || url.user.is_some() {
            return Err(url.refuse("a datagram goes to `influx+udp://host:port` alone"));
        }
        Ok(Self::at(Ok(url.authority.parse()?)))
    }

    fn set(&mut self, name: &str, value: &str) -> Taken {
        match name {
            "datagram_size" => {
                return Taken::parse(value, "a number of bytes", |n| self.datagram_size = n);
            }
            "datagrams_per_second" => {
                return Taken::parse(value, "a number", |rate| self.rate = Some(rate));
            }
            "names" => self.names = Words::of_word(value),
            "timestamps" => self.timestamps = Words::of_word(value),
            _ => return Taken::Unknown,
        }
        Taken::Yes
    }

    fn url(&self) -> String {
        let mut params = Params::default();
        params.add_unless("datagram_size", self.datagram_size, &DATAGRAM_SIZE);
        if let Some(rate) = self.rate {
            params.add("datagrams_per_second", rate);
        }
        params.add_choice("names", &self.names);
        params.add_choice("timestamps", &self.timestamps);
        let address = self.address.as_ref().map(Address::to_string);
        params.behind(format!("influx+udp://{}", address.unwrap_or_default()))
    }

    fn identity(&self) -> String {
        self.url()
    }

    fn parts(&self, _: Option<&str>) -> Result<Parts, Error> {
        let address: Address = self.address.clone()?;
        if !(1..=MAX_DATAGRAM_SIZE).contains(&self.datagram_size) {
            let (found, reason) = (self.datagram_size.to_string(), "from 1 to 65507 bytes");
            return Err(ErrorKind::Number {
                what: "datagram_size",
                found,
                reason,
            }
            .into());
        }
        if let Some(rate) = self.rate
            && !(rate.is_finite() && rate > 0.0)
        {
            let (found, reason) = (rate.to_string(), "a number above 0");
            return Err(ErrorKind::Number {
                what: "datagrams_per_second",
                found,
                reason,
            }
            .into());
        }
        let names = chosen("names", &self.names)?;
        let timestamps = chosen("timestamps", &self.timestamps)?;
        let options = UdpOptions { rate: self.rate };
        Ok(Parts {
            name: self.url(),
            encoder: Box::new(move |_| Box::new(Influx::new(names, timestamps))),
            packer: Packer::new(self.datagram_size),
            body: None,
            sender: Box::new(move |_| Box::new(UdpSender::new(address.clone(), options))),
            at_start: true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_settings_are_named_when_built() {
        let good = || InfluxUdp::new("localhost:8089");
        for (wrong, expected) in [
            (InfluxUdp::new("localhost"), "\"localhost\""),
            (good().datagram_size(0), "datagram_size 0"),
            (good().datagram_size(65_508), "datagram_size 65508"),
            (good().datagrams_per_second(-1.0), "datagrams_per_second -1"),
            (good().names("influx"), "names \"influx\""),
            (good().timestamps("mine"), "timestamps \"mine\""),
        ] {
            let error = wrong.parts(None).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert!(
            good()
                .names(String::from("influxdb"))
                .timestamps(Timestamps::Server)
                .parts(None)
                .is_ok()
        );
    }

    #[test]
    fn an_address_can_be_given_in_every_form() {
        let text = String::from("[::1]:1");
        let address: SocketAddr = text.parse().unwrap();
        for influx in [
            InfluxUdp::from(&*text),
            InfluxUdp::from(&&text),
            InfluxUdp::from(&address),
        ] {
            assert_eq!(InfluxUdp::from(&influx).to_string(), "influx+udp://[::1]:1");
        }
    }
}
