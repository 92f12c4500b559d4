//! The features of the facade, as far as keys depend on them: the one place that asks.

mod off;
mod on;

#[cfg(not(feature = "influx"))]
use off as influx;
#[cfg(not(feature = "signals"))]
use off as signals;
#[cfg(not(feature = "tokio"))]
use off as tokio;
#[cfg(not(feature = "udp"))]
use off as udp;
#[cfg(feature = "influx")]
use on as influx;
#[cfg(feature = "signals")]
use on as signals;
#[cfg(feature = "tokio")]
use on as tokio;
#[cfg(feature = "udp")]
use on as udp;

// Some builds use only one of the two; no build is to call the other dead.
const _: () = assert!(on::ENABLED && !off::ENABLED);

/// Which features are on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Features(&'static [(&'static str, bool)]);

impl Features {
    /// Those of this build; `Cargo.toml` of the facade switches them on together with its own.
    pub(crate) const OF_THIS_BUILD: Self = Self(&[
        ("influx", influx::ENABLED),
        ("udp", udp::ENABLED),
        ("tokio", tokio::ENABLED),
        ("signals", signals::ENABLED),
    ]);

    /// Says which features the key is missing, where it is missing any.
    pub(crate) fn fault(self, key: &str) -> Option<String> {
        let needed: &[&str] = match key {
            "influx_udp" => &["influx", "udp"],
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
        ("influx", true),
        ("udp", true),
        ("tokio", true),
        ("signals", true),
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
        assert!(
            udp.fault("influx_udp")
                .unwrap()
                .contains("the feature `influx` of")
        );
        let none = Features::NONE;
        assert!(
            none.fault("influx_udp")
                .unwrap()
                .contains("features `influx` and `udp` of")
        );
        assert!(none.fault("task").unwrap().contains("feature `tokio` of"));
        assert!(
            none.fault("signals")
                .unwrap()
                .contains("feature `signals` of")
        );
        assert_eq!(none.fault("period"), None);
        for key in ["influx_udp", "task", "signals"] {
            assert_eq!(Features::FULL.fault(key), None);
        }
    }
}
