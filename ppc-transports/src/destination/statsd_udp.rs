//! StatsD over UDP.

use super::lines::lines;
use super::lines::statsd::{StatsdLines, statsd_settings};
use super::lines::udp::{Udp, udp_settings};

lines! {
    /// StatsD over UDP, to Telegraf, `statsd_exporter`, the Datadog agent, netdata and their like; see
    /// [`dialect`](Self::dialect) for which of them reads what, and [`types`](Self::types).
    ///
    /// A setting that is wrong is reported when pushing starts.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_transports::{Push, StatsdUdp};
    ///
    /// let statsd = StatsdUdp::new("localhost:8125").dialect("dogstatsd").types("native");
    /// let push = Push::to(statsd).period(15);
    /// # let _ = push;
    /// ```
    StatsdUdp: StatsdLines, Udp, &["statsd+udp"]
}
udp_settings!(StatsdUdp);
statsd_settings!(StatsdUdp);
