//! The dialects: how labels stand in a line.

use crate::encode::escape;

/// How labels stand in a line, which StatsD itself has none of.
///
/// A label that is empty is left out, in every dialect. What a server would misread becomes `_`,
/// character by character: control characters everywhere, and what is named below; in the names
/// of metrics each `:`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// `name,tag=value:3|g`, in words `influx`: Telegraf, `statsd_exporter`. In values `,`, `=`,
    /// `:`, `|`, `[` and `]` are replaced.
    #[default]
    Influx,
    /// `name:3|g|#tag:value`, in words `dogstatsd`: the Datadog agent, `statsd_exporter`, Telegraf
    /// with `datadog_extensions`. In values `,` and `|` are replaced. No metric should have a name
    /// that begins with `_sc` or `_e`, by which the agent knows what is no metric.
    DogStatsd,
    /// `name#tag=value,tag2=value:3|g`, in words `librato`: Librato, `statsd_exporter`. In values
    /// the same is replaced as for Influx.
    Librato,
    /// `name[tag=value,tag2=value]:3|g`, in words `signalfx`: `SignalFx`, `statsd_exporter`. In
    /// values the same is replaced as for Influx.
    SignalFx,
    /// `name.tag.value.tag2.value:3|g`, in words `graphite`: Etsy's `statsd` and others that write
    /// to Graphite without tags. In values everything is replaced but ASCII letters, digits, `_`
    /// and `-`.
    Graphite,
    /// `name:3|g`, in words `plain`: servers that know no labels. All labels are left out, and so
    /// is what they alone can say: buckets, quantiles, infos and state sets, which is counted. Of
    /// several series of a metric the oldest one is sent, and the others are counted as left out;
    /// but not those of totals as [`Types::Native`](crate::Types::Native), which the server adds up.
    Plain,
}

impl Dialect {
    /// Appends what stands in front of a label's value; the first label's is put right with its
    /// line.
    pub(super) fn write_label(self, name: &str, out: &mut Vec<u8>) {
        let (before, behind) = match self {
            Self::Influx | Self::Librato | Self::SignalFx => (b',', b'='),
            Self::DogStatsd => (b',', b':'),
            Self::Graphite | Self::Plain => (b'.', b'.'),
        };
        out.push(before);
        out.extend_from_slice(name.as_bytes());
        out.push(behind);
    }

    /// Appends a label's value. Returns whether something was replaced.
    pub(super) fn write_value(self, value: &str, out: &mut Vec<u8>) -> bool {
        match self {
            Self::Influx | Self::Librato | Self::SignalFx => escape::statsd_tag(value, out),
            Self::DogStatsd => escape::dogstatsd_tag(value, out),
            Self::Graphite | Self::Plain => escape::graphite_node(value, out),
        }
    }

    /// Appends a name with its labels, each of which [`write_label`](Self::write_label) began, to
    /// where the number follows.
    #[inline]
    pub(super) fn write_before(self, name: &[u8], labels: [&[u8]; 2], out: &mut Vec<u8>) {
        out.extend_from_slice(name);
        let start = out.len();
        if self != Self::DogStatsd {
            for labels in labels {
                out.extend_from_slice(labels);
            }
            let (first, last): (_, &[u8]) = match self {
                Self::Librato => (b'#', b""),
                Self::SignalFx => (b'[', b"]"),
                _ => return out.push(b':'),
            };
            if let Some(byte) = out.get_mut(start) {
                *byte = first;
                out.extend_from_slice(last);
            }
        }
        out.push(b':');
    }

    /// The type of a single observation, and by what it is multiplied: servers that know times alone
    /// want them in milliseconds.
    pub(super) fn observation(self, is_seconds: bool) -> (&'static [u8], f64) {
        match self {
            Self::Influx | Self::Librato | Self::SignalFx => (b"h", 1.0),
            Self::DogStatsd => (b"d", 1.0),
            Self::Graphite | Self::Plain if is_seconds => (b"ms", 1000.0),
            Self::Graphite | Self::Plain => (b"ms", 1.0),
        }
    }

    /// Appends the labels where they follow the number and its type.
    #[inline]
    pub(super) fn write_behind(self, labels: [&[u8]; 2], out: &mut Vec<u8>) {
        if self == Self::DogStatsd {
            let start = out.len();
            out.push(b'|');
            for labels in labels {
                out.extend_from_slice(labels);
            }
            match out.get_mut(start + 1) {
                Some(byte) => *byte = b'#',
                None => out.truncate(start),
            }
        }
    }
}
