//! The features of the facade, as far as keys depend on them: the one place that asks.

mod off;
mod on;

#[cfg(not(feature = "graphite"))]
use off as graphite;
#[cfg(not(feature = "gzip"))]
use off as gzip;
#[cfg(not(feature = "http"))]
use off as http;
#[cfg(not(feature = "influx"))]
use off as influx;
#[cfg(not(feature = "openmetrics"))]
use off as openmetrics;
#[cfg(not(feature = "pushgateway"))]
use off as pushgateway;
#[cfg(not(feature = "redis"))]
use off as redis;
#[cfg(not(feature = "serve"))]
use off as serve;
#[cfg(not(feature = "signals"))]
use off as signals;
#[cfg(not(feature = "snappy"))]
use off as snappy;
#[cfg(not(feature = "spool"))]
use off as spool;
#[cfg(not(feature = "sqlite"))]
use off as sqlite;
#[cfg(not(feature = "statsd"))]
use off as statsd;
#[cfg(not(feature = "tcp"))]
use off as tcp;
#[cfg(not(feature = "textfile"))]
use off as textfile;
#[cfg(not(feature = "tls"))]
use off as tls;
#[cfg(not(feature = "tokio"))]
use off as tokio;
#[cfg(not(feature = "udp"))]
use off as udp;
#[cfg(not(feature = "unix"))]
use off as unix;
#[cfg(not(feature = "zstd"))]
use off as zstd;
#[cfg(feature = "graphite")]
use on as graphite;
#[cfg(feature = "gzip")]
use on as gzip;
#[cfg(feature = "http")]
use on as http;
#[cfg(feature = "influx")]
use on as influx;
#[cfg(feature = "openmetrics")]
use on as openmetrics;
#[cfg(feature = "pushgateway")]
use on as pushgateway;
#[cfg(feature = "redis")]
use on as redis;
#[cfg(feature = "serve")]
use on as serve;
#[cfg(feature = "signals")]
use on as signals;
#[cfg(feature = "snappy")]
use on as snappy;
#[cfg(feature = "spool")]
use on as spool;
#[cfg(feature = "sqlite")]
use on as sqlite;
#[cfg(feature = "statsd")]
use on as statsd;
#[cfg(feature = "tcp")]
use on as tcp;
#[cfg(feature = "textfile")]
use on as textfile;
#[cfg(feature = "tls")]
use on as tls;
#[cfg(feature = "tokio")]
use on as tokio;
#[cfg(feature = "udp")]
use on as udp;
#[cfg(feature = "unix")]
use on as unix;
#[cfg(feature = "zstd")]
use on as zstd;

// Some builds use only one of the two; no build is to call the other dead.
const _: () = assert!(on::ENABLED && !off::ENABLED);

/// Which features are on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Features(&'static [(&'static str, bool)]);

impl Features {
    /// Those of this build; `Cargo.toml` of the facade switches them on together with its own.
    pub(crate) const OF_THIS_BUILD: Self = Self(&[
        ("gzip", gzip::ENABLED),
        ("graphite", graphite::ENABLED),
        ("http", http::ENABLED),
        ("influx", influx::ENABLED),
        ("openmetrics", openmetrics::ENABLED),
        ("pushgateway", pushgateway::ENABLED),
        ("redis", redis::ENABLED),
        ("serve", serve::ENABLED),
        ("signals", signals::ENABLED),
        ("snappy", snappy::ENABLED),
        ("spool", spool::ENABLED),
        ("sqlite", sqlite::ENABLED),
        ("statsd", statsd::ENABLED),
        ("tcp", tcp::ENABLED),
        ("textfile", textfile::ENABLED),
        ("tls", tls::ENABLED),
        ("tokio", tokio::ENABLED),
        ("udp", udp::ENABLED),
        ("unix", unix::ENABLED),
        ("zstd", zstd::ENABLED),
    ]);

    /// Says which features the key is missing, where it is missing any.
    pub(crate) fn fault(self, key: &str) -> Option<String> {
        let needed: &[&str] = match key {
            "influx_udp" => &["influx", "udp"],
            "influx_tcp" => &["influx", "tcp"],
            "influx_unix" => &["influx", "unix"],
            "influx_http" => &["influx", "http"],
            "statsd_udp" => &["statsd", "udp"],
            "statsd_tcp" => &["statsd", "tcp"],
            "statsd_unix" => &["statsd", "unix"],
            "graphite_udp" => &["graphite", "udp"],
            "graphite_tcp" => &["graphite", "tcp"],
            "openmetrics_http" => &["openmetrics", "http"],
            "pushgateway" | "aggregation_gateway" => &["pushgateway"],
            "textfile" => &["textfile"],
            "redis" => &["redis"],
            "sqlite" => &["sqlite"],
            "spool" => &["spool"],
            "serve" => &["serve"],
            "https://"
            | "rediss://"
            | "valkeys://"
            | "ca_file"
            | "client_certificate"
            | "client_key"
            | "min_tls_version"
            | "insecure_skip_verify" => &["tls"],
            "compression = \"gzip\"" => &["gzip"],
            "compression = \"snappy\"" => &["snappy"],
            "compression = \"zstd\"" => &["zstd"],
            "task" => &["tokio"],
            "signals" => &["signals"],
            _ => return None,
        };
        let off: Vec<_> = needed
            .iter()
            .filter(|name| !self.has(name))
            .map(|name| format!("`{name}`"))
            .collect();
        let features = if off.len() == 1 {
            "feature"
        } else {
            "features"
        };
        (!off.is_empty()).then(|| {
            format!(
                "`{key}` needs the {features} {} of `prometheus-push-client`, which this build has \
                 switched off",
                off.join(" and ")
            )
        })
    }

    fn has(self, name: &str) -> bool {
        self.0.iter().any(|&(known, on)| known == name && on)
    }
}

#[cfg(test)]
impl Features {
    /// Everything on.
    pub(crate) const FULL: Self = Self(&[
        ("gzip", true),
        ("graphite", true),
        ("http", true),
        ("influx", true),
        ("openmetrics", true),
        ("pushgateway", true),
        ("redis", true),
        ("serve", true),
        ("signals", true),
        ("snappy", true),
        ("spool", true),
        ("sqlite", true),
        ("statsd", true),
        ("tcp", true),
        ("textfile", true),
        ("tls", true),
        ("tokio", true),
        ("udp", true),
        ("unix", true),
        ("zstd", true),
    ]);
    /// Everything off.
    pub(crate) const NONE: Self = Self(&[]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_feature_is_named() {
        let udp = Features(&[("influx", false), ("udp", true)]);
        let found = udp.fault("influx_udp").unwrap();
        assert!(found.contains("the feature `influx` of"), "{found}");
        for (key, features) in [
            ("influx_udp", "features `influx` and `udp`"),
            ("influx_tcp", "features `influx` and `tcp`"),
            ("influx_unix", "features `influx` and `unix`"),
            ("influx_http", "features `influx` and `http`"),
            ("statsd_udp", "features `statsd` and `udp`"),
            ("statsd_tcp", "features `statsd` and `tcp`"),
            ("statsd_unix", "features `statsd` and `unix`"),
            ("graphite_udp", "features `graphite` and `udp`"),
            ("graphite_tcp", "features `graphite` and `tcp`"),
            ("openmetrics_http", "features `openmetrics` and `http`"),
            ("pushgateway", "feature `pushgateway`"),
            ("aggregation_gateway", "feature `pushgateway`"),
            ("textfile", "feature `textfile`"),
            ("redis", "feature `redis`"),
            ("sqlite", "feature `sqlite`"),
            ("https://", "feature `tls`"),
            ("rediss://", "feature `tls`"),
            ("valkeys://", "feature `tls`"),
            ("ca_file", "feature `tls`"),
            ("client_certificate", "feature `tls`"),
            ("client_key", "feature `tls`"),
            ("min_tls_version", "feature `tls`"),
            ("insecure_skip_verify", "feature `tls`"),
            ("compression = \"gzip\"", "feature `gzip`"),
            ("compression = \"snappy\"", "feature `snappy`"),
            ("compression = \"zstd\"", "feature `zstd`"),
            ("task", "feature `tokio`"),
            ("signals", "feature `signals`"),
        ] {
            let found = Features::NONE.fault(key).unwrap();
            let start = format!("`{key}` needs the {features} of");
            assert!(found.starts_with(&start), "{found}");
            assert_eq!(Features::FULL.fault(key), None);
        }
        for key in ["period", "compression = \"none\"", "method"] {
            assert_eq!(Features::NONE.fault(key), None);
        }
    }
}
