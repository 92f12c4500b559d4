//! The kinds of destinations that this build has switched off: each names its features.

use super::url::{Kind, Url};
use crate::error::Error;
use crate::push::Destination;

pub(super) const INFLUX_UDP: Kind = Kind {
    schemes: &["influx+udp"],
    read: |url| off(url, "features `influx` and `udp`"),
};
pub(super) const INFLUX_TCP: Kind = Kind {
    schemes: &["influx+tcp"],
    read: |url| off(url, "features `influx` and `tcp`"),
};
pub(super) const INFLUX_UNIX: Kind = Kind {
    schemes: &["influx+unix"],
    read: |url| off(url, "features `influx` and `unix`"),
};
pub(super) const INFLUX_HTTP: Kind = Kind {
    schemes: &["influx+http", "influx+https"],
    read: |url| off(url, "features `influx` and `http`"),
};
pub(super) const STATSD_UDP: Kind = Kind {
    schemes: &["statsd+udp"],
    read: |url| off(url, "features `statsd` and `udp`"),
};
pub(super) const STATSD_TCP: Kind = Kind {
    schemes: &["statsd+tcp"],
    read: |url| off(url, "features `statsd` and `tcp`"),
};
pub(super) const STATSD_UNIX: Kind = Kind {
    schemes: &["statsd+unix"],
    read: |url| off(url, "features `statsd` and `unix`"),
};
pub(super) const GRAPHITE_UDP: Kind = Kind {
    schemes: &["graphite+udp"],
    read: |url| off(url, "features `graphite` and `udp`"),
};
pub(super) const GRAPHITE_TCP: Kind = Kind {
    schemes: &["graphite+tcp"],
    read: |url| off(url, "features `graphite` and `tcp`"),
};
pub(super) const OPENMETRICS_HTTP: Kind = Kind {
    schemes: &["openmetrics+http", "openmetrics+https"],
    read: |url| off(url, "features `openmetrics` and `http`"),
};
pub(super) const PUSHGATEWAY: Kind = Kind {
    schemes: &["pushgateway+http", "pushgateway+https"],
    read: |url| off(url, "feature `pushgateway`"),
};
pub(super) const AGGREGATION_GATEWAY: Kind = Kind {
    schemes: &["aggregation+http", "aggregation+https"],
    read: |url| off(url, "feature `pushgateway`"),
};
pub(super) const TEXTFILE: Kind = Kind {
    schemes: &["textfile"],
    read: |url| off(url, "feature `textfile`"),
};
pub(super) const SERVE: Kind = Kind {
    schemes: &["serve"],
    read: |url| off(url, "feature `serve`"),
};

pub(super) const REDIS: Kind = Kind {
    schemes: &[
        "redis",
        "rediss",
        "redis+unix",
        "valkey",
        "valkeys",
        "valkey+unix",
    ],
    read: |url| off(url, "feature `redis`"),
};
pub(super) const SQLITE: Kind = Kind {
    schemes: &["sqlite"],
    read: |url| off(url, "feature `sqlite`"),
};

// No build uses all of them; none is to be called dead.
const _: [Kind; 16] = [
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

fn off(url: &Url, features: &str) -> Result<Destination, Error> {
    let scheme = &url.scheme;
    Err(url.refuse(format!(
        "`{scheme}` needs the {features}, which this build has switched off"
    )))
}
