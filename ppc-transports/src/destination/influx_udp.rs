//! Influx line protocol over UDP.

use std::fmt;
use std::net::SocketAddr;

use crate::encode::{Influx, Names, Timestamps};
use crate::error::{Error, ErrorKind};
use crate::pack::Packer;
use crate::push::{Destination, Parts};
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
    address: String,
    datagram_size: usize,
    rate: Option<f64>,
    names: Result<Names, String>,
    timestamps: Result<Timestamps, String>,
}

/// What fits into an Ethernet frame, whatever tunnel of today is in between.
const DATAGRAM_SIZE: usize = 1432;
/// What the kernel takes at most over IPv4.
const MAX_DATAGRAM_SIZE: usize = 65_507;

impl InfluxUdp {
    /// To the receiver at `host:port`; an IPv6 address stands in brackets.
    pub fn new(address: impl AsRef<str>) -> Self {
        Self {
            address: address.as_ref().to_owned(),
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

    fn parts(&self) -> Result<Parts, Error> {
        let address: Address = self.address.parse()?;
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
        let names = known("names", &self.names, "\"prometheus\" and \"influxdb\"")?;
        let timestamps = known("timestamps", &self.timestamps, "\"client\" and \"server\"")?;
        let options = UdpOptions { rate: self.rate };
        Ok(Parts {
            name: format!("influx+udp://{address}"),
            encoder: Box::new(move || Box::new(Influx::new(names, timestamps))),
            packer: Packer::new(self.datagram_size),
            sender: Box::new(move |_| Box::new(UdpSender::new(address.clone(), options))),
            at_start: true,
        })
    }
}

fn known<T: Copy>(
    what: &'static str,
    choice: &Result<T, String>,
    known: &'static str,
) -> Result<T, Error> {
    choice
        .clone()
        .map_err(|found| ErrorKind::Choice { what, found, known }.into())
}

/// A choice, as itself or as the word for it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is none of the choices of `{T}`",
    label = "expected a `{T}`, or the word for one"
)]
pub trait Choice<T> {
    #[doc(hidden)]
    fn choice(self) -> Result<T, String>;
}

macro_rules! choices {
    ($($type:ident: $($word:literal => $variant:ident),*;)*) => {$(
        impl Choice<$type> for $type {
            fn choice(self) -> Result<$type, String> {
                Ok(self)
            }
        }

        impl Choice<$type> for &str {
            fn choice(self) -> Result<$type, String> {
                match self {
                    $($word => Ok($type::$variant),)*
                    other => Err(other.to_owned()),
                }
            }
        }

        impl Choice<$type> for &String {
            fn choice(self) -> Result<$type, String> {
                Choice::<$type>::choice(self.as_str())
            }
        }

        impl<T: Copy + Choice<$type>> Choice<$type> for &T {
            fn choice(self) -> Result<$type, String> {
                (*self).choice()
            }
        }
    )*};
}

choices! {
    Names: "prometheus" => Prometheus, "influxdb" => InfluxDb;
    Timestamps: "client" => Client, "server" => Server;
}

/// What an [`InfluxUdp`] can be made from: an address, as text or as a [`SocketAddr`], or a
/// reference to one that is made already.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no address to push to",
    label = "expected `host:port` as text, a `SocketAddr`, or an `InfluxUdp`"
)]
pub trait AsInfluxUdp {
    #[doc(hidden)]
    fn influx_udp(&self) -> InfluxUdp;
}

impl AsInfluxUdp for InfluxUdp {
    fn influx_udp(&self) -> InfluxUdp {
        self.clone()
    }
}

impl AsInfluxUdp for str {
    fn influx_udp(&self) -> InfluxUdp {
        InfluxUdp::new(self)
    }
}

impl AsInfluxUdp for String {
    fn influx_udp(&self) -> InfluxUdp {
        InfluxUdp::new(self)
    }
}

impl AsInfluxUdp for SocketAddr {
    fn influx_udp(&self) -> InfluxUdp {
        InfluxUdp::new(self.to_string())
    }
}

impl<T: AsInfluxUdp + ?Sized> AsInfluxUdp for &T {
    fn influx_udp(&self) -> InfluxUdp {
        (**self).influx_udp()
    }
}

impl<T: AsInfluxUdp + ?Sized> From<&T> for InfluxUdp {
    fn from(value: &T) -> Self {
        value.influx_udp()
    }
}

impl From<InfluxUdp> for Destination {
    fn from(influx: InfluxUdp) -> Self {
        let identity = format!("{influx:?}");
        Self::new(identity, influx.parts())
    }
}

impl fmt::Display for InfluxUdp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "influx+udp://{}", self.address)
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
            let error = wrong.parts().unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert!(
            good()
                .names(&String::from("influxdb"))
                .timestamps(Timestamps::Server)
                .parts()
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
