//! Graphite's plaintext protocol over TCP.

use super::lines::graphite::{GraphiteLines, graphite_settings};
use super::lines::lines;
use super::lines::tcp::{Tcp, tcp_settings};

lines! {
    /// Graphite's plaintext protocol with tags, over TCP, to carbon, `VictoriaMetrics` and their like.
    ///
    /// One connection is kept, and made again when it breaks; what may have been lost with it is
    /// sent again. The last push waits until the receiver has read everything.
    ///
    /// A setting that is wrong is reported when pushing starts.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_transports::{Push, GraphiteTcp};
    ///
    /// let push = Push::to(GraphiteTcp::new("carbon.acme.net:2003")).period(15);
    /// # let _ = push;
    /// ```
    GraphiteTcp: GraphiteLines, Tcp, &["graphite+tcp"]
}
tcp_settings!(GraphiteTcp);
graphite_settings!(GraphiteTcp);
