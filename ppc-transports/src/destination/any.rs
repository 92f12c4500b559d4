//! A destination of whatever kind, from its URL form.

use std::str::FromStr;

use super::url::{Kind, Url, list};
use super::{
    AGGREGATION_GATEWAY, GRAPHITE_TCP, GRAPHITE_UDP, INFLUX_HTTP, INFLUX_TCP, INFLUX_UDP,
    INFLUX_UNIX, OPENMETRICS_HTTP, PUSHGATEWAY, REDIS, SERVE, SQLITE, STATSD_TCP, STATSD_UDP,
    STATSD_UNIX, TEXTFILE,
};
use crate::error::Error;
use crate::push::Destination;

/// All kinds, those included that this build has switched off.
const KINDS: [Kind; 16] = [
    INFLUX_UDP,
    INFLUX_TCP,
    INFLUX_UNIX,
    INFLUX_HTTP,
    STATSD_UDP,
    STATSD_TCP,
    STATSD_UNIX,
    GRAPHITE_UDP,
    GRAPHITE_TCP,
    OPENMETRICS_HTTP,
    PUSHGATEWAY,
    AGGREGATION_GATEWAY,
    TEXTFILE,
    SERVE,
    REDIS,
    SQLITE,
];

impl FromStr for Destination {
    type Err = Error;

    /// Reads the URL form of a destination; the documentation of each type has its parameters,
    /// which are named as its methods are.
    ///
    /// # Errors
    ///
    /// When the text is no URL, or its scheme, a parameter or a value is wrong; what is known is
    /// listed.
    fn from_str(text: &str) -> Result<Self, Error> {
        let url = Url::parse(text)?;
        let mut kinds = KINDS.iter();
        let kind = kinds.find(|kind| kind.schemes.contains(&url.scheme.as_str()));
        let Some(kind) = kind else {
            let known: Vec<&str> = KINDS
                .iter()
                .flat_map(|kind| kind.schemes)
                .copied()
                .collect();
            let (scheme, known) = (&url.scheme, list(&known));
            return Err(url.refuse(format!("unknown scheme `{scheme}`: known are {known}")));
        };
        (kind.read)(&url)
    }
}
