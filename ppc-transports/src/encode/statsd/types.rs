//! The types that samples are sent as.

/// Which of the types of StatsD samples are sent as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Types {
    /// Everything as a gauge, `g`, with its current value; in words `gauges`. A datagram that is
    /// lost is made good by the next push, a server that starts anew has everything after one.
    #[default]
    Gauges,
    /// Counters, and the counts, sums and buckets of histograms and summaries, as counters, `c`,
    /// in words `native`: what came on top of what was sent before, for the server to add up over
    /// all that send to it. A line is sent once when it is new, be it 0, and then where something
    /// came on top. Everything else is sent as a gauge.
    ///
    /// A datagram that is lost on its way over UDP is lost for good. A sum falls where what is
    /// negative is observed, and is a negative counter then, which `statsd_exporter` refuses.
    /// Telegraf and netdata count in whole numbers, and cut fractions off.
    Native,
}
