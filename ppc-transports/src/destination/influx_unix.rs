//! Influx line protocol to a Unix socket.

use super::lines::influx::{InfluxLines, influx_settings};
use super::lines::lines;
use super::lines::unix::{Unix, unix_settings};

lines! {
    /// Influx line protocol to a Unix socket, of Telegraf and its like.
    ///
    /// A setting that is wrong is reported when pushing starts.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_transports::{InfluxUnix, Push};
    ///
    /// let push = Push::to(InfluxUnix::new("/run/telegraf.sock").socket("stream")).period(15);
    /// # let _ = push;
    /// ```
    InfluxUnix: InfluxLines, Unix, &["influx+unix"]
}
unix_settings!(InfluxUnix);
influx_settings!(InfluxUnix);
