//! StatsD to a Unix socket.

use super::lines::lines;
use super::lines::statsd::{StatsdLines, statsd_settings};
use super::lines::unix::{Unix, unix_settings};

lines! {
    /// StatsD to a Unix socket, of the Datadog agent and its like; see [`dialect`](Self::dialect) for
    /// which of them reads what, and [`types`](Self::types).
    ///
    /// A setting that is wrong is reported when pushing starts.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_transports::{Push, StatsdUnix};
    ///
    /// let agent = StatsdUnix::new("/run/datadog/dsd.socket").dialect("dogstatsd");
    /// let push = Push::to(agent).period(15);
    /// # let _ = push;
    /// ```
    StatsdUnix: StatsdLines, Unix, &["statsd+unix"]
}
unix_settings!(StatsdUnix);
statsd_settings!(StatsdUnix);
