//! Influx line protocol over TCP.

use super::lines::influx::{InfluxLines, influx_settings};
use super::lines::lines;
use super::lines::tcp::{Tcp, tcp_settings};

lines! {
    /// Influx line protocol over TCP, to `VictoriaMetrics`, Telegraf and their like.
    ///
    /// One connection is kept, and made again when it breaks; what may have been lost with it is
    /// sent again. The last push waits until the receiver has read everything.
    ///
    /// A setting that is wrong is reported when pushing starts.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_transports::{InfluxTcp, Push};
    ///
    /// let push = Push::to(InfluxTcp::new("victoria.acme.net:8089")).period(15);
    /// # let _ = push;
    /// ```
    InfluxTcp: InfluxLines, Tcp, &["influx+tcp"]
}
tcp_settings!(InfluxTcp);
influx_settings!(InfluxTcp);
