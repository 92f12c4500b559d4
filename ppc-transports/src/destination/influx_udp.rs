//! Influx line protocol over UDP.

use super::lines::influx::{InfluxLines, influx_settings};
use super::lines::lines;
use super::lines::udp::{Udp, udp_settings};

lines! {
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
    InfluxUdp: InfluxLines, Udp, &["influx+udp"]
}
udp_settings!(InfluxUdp);
influx_settings!(InfluxUdp);

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;
    use crate::destination::url::UrlForm;
    use crate::encode::Timestamps;

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
