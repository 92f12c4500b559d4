//! Destinations: a format and an address together; the only place that pairs an encoder with a
//! sender.

#[cfg(all(feature = "influx", feature = "udp"))]
mod influx_udp;

#[cfg(all(feature = "influx", feature = "udp"))]
pub use influx_udp::{AsInfluxUdp, Choice, InfluxUdp};
