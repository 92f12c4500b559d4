//! Graphite's plaintext protocol over UDP.

use super::lines::graphite::{GraphiteLines, graphite_settings};
use super::lines::lines;
use super::lines::udp::{Udp, udp_settings};

lines! {
    /// Graphite's plaintext protocol with tags, over UDP, to carbon, `VictoriaMetrics` and their like.
    ///
    /// A setting that is wrong is reported when pushing starts.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_transports::{Push, GraphiteUdp};
    ///
    /// let push = Push::to(GraphiteUdp::new("carbon.acme.net:2003")).period(15);
    /// # let _ = push;
    /// ```
    GraphiteUdp: GraphiteLines, Udp, &["graphite+udp"]
}
udp_settings!(GraphiteUdp);
graphite_settings!(GraphiteUdp);
