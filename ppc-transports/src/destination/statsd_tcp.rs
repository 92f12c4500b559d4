//! StatsD over TCP.

use super::lines::lines;
use super::lines::statsd::{StatsdLines, statsd_settings};
use super::lines::tcp::{Tcp, tcp_settings};

lines! {
    /// StatsD over TCP; see [`dialect`](Self::dialect) for which server reads what, and
    /// [`types`](Self::types).
    ///
    /// One connection is kept, and made again when it breaks: gauges that may have been lost with it
    /// are sent again, and differences are counted. The last push waits until the receiver has read
    /// everything.
    ///
    /// A setting that is wrong is reported when pushing starts.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_transports::{Push, StatsdTcp};
    ///
    /// let push = Push::to(StatsdTcp::new("statsd.acme.net:8125")).period(15);
    /// # let _ = push;
    /// ```
    StatsdTcp: StatsdLines, Tcp, &["statsd+tcp"]
}
tcp_settings!(StatsdTcp);
statsd_settings!(StatsdTcp);
