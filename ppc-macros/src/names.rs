//! The grammar of metric, label and unit names.
//!
//! The same grammar stands in `ppc-core`, which this crate must not know; a test feeds every short
//! string to both. That test includes this file, hence `super` in place of `crate`.

use super::kind::Kind;

/// Says why `name` cannot be a metric name, or nothing where it can.
pub(crate) fn metric_name_fault(name: &str) -> Option<&'static str> {
    fault(name, |byte| byte == b':')
}

/// Says why `name` cannot be a label name of a metric of this kind, or nothing where it can.
pub(crate) fn label_name_fault(name: &str, kind: Kind) -> Option<&'static str> {
    match (kind, name) {
        (Kind::Histogram, "le") => Some("`le` is reserved for the buckets of a histogram"),
        (Kind::Summary, "quantile") => {
            Some("`quantile` is reserved for the quantiles of a summary")
        }
        _ => fault(name, |_| false),
    }
}

/// Says why `unit` cannot be a unit of this kind, or nothing where it can.
pub(crate) fn unit_fault(unit: &str, kind: Kind) -> Option<&'static str> {
    // OpenMetrics 1.0, "Unit": Info and StateSet have none.
    if matches!(kind, Kind::Info | Kind::StateSet) {
        return Some("an info or a state set has no unit");
    }
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if unit.is_empty() || !unit.bytes().all(legal) {
        return Some("a unit consists of letters, digits and `_`");
    }
    None
}

fn fault(name: &str, also: fn(u8) -> bool) -> Option<&'static str> {
    let Some(first) = name.bytes().next() else {
        return Some("a name has at least one character");
    };
    if first.is_ascii_digit() {
        return Some("a name does not begin with a digit");
    }
    if name.starts_with("__") {
        return Some("names that begin with `__` are reserved");
    }
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || also(byte);
    if name.bytes().all(legal) {
        None
    } else if also(b':') {
        Some("a metric name consists of ASCII letters, digits, `_` and `:`")
    } else {
        Some("a label name consists of ASCII letters, digits and `_`")
    }
}

/// Puts a family's name together, as `ppc-core` does when it registers: without `_total` or
/// `_info`, with namespace and subsystem in front and the unit at the end.
pub(crate) fn family_name(kind: Kind, pieces: [&str; 3], unit: &str) -> String {
    let [namespace, subsystem, name] = pieces;
    let name = match kind {
        Kind::Counter => name.strip_suffix("_total").unwrap_or(name),
        Kind::Info => name.strip_suffix("_info").unwrap_or(name),
        _ => name,
    };
    let present: Vec<&str> = [namespace, subsystem, name]
        .into_iter()
        .filter(|piece| !piece.is_empty())
        .collect();
    let mut family = present.join("_");
    let has_unit = family
        .strip_suffix(unit)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('_'));
    if !unit.is_empty() && !has_unit {
        family.push('_');
        family.push_str(unit);
    }
    family
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_named_as_the_registry_names_them() {
        for (kind, pieces, unit, family) in [
            (Kind::Counter, ["", "", "jobs_total"], "", "jobs"),
            (
                Kind::Counter,
                ["a", "b", "read_total"],
                "bytes",
                "a_b_read_bytes",
            ),
            (Kind::Gauge, ["", "", "jobs_total"], "", "jobs_total"),
            (Kind::Gauge, ["", "", "seconds"], "seconds", "seconds"),
            (
                Kind::Gauge,
                ["", "", "milliseconds"],
                "seconds",
                "milliseconds_seconds",
            ),
            (Kind::Info, ["a", "", "build_info"], "", "a_build"),
        ] {
            assert_eq!(family_name(kind, pieces, unit), family);
        }
    }

    #[test]
    fn faults_are_found() {
        for name in ["a", "_a", "a1", "A_b"] {
            assert_eq!(metric_name_fault(name), None);
            assert_eq!(label_name_fault(name, Kind::Gauge), None);
        }
        for name in ["", "1a", "__a", "a-b", "ä", "a b"] {
            assert!(metric_name_fault(name).is_some(), "{name}");
            assert!(label_name_fault(name, Kind::Gauge).is_some(), "{name}");
        }
        assert_eq!(metric_name_fault("a:b"), None);
        assert!(label_name_fault("a:b", Kind::Gauge).is_some());
        assert!(label_name_fault("le", Kind::Histogram).is_some());
        assert!(label_name_fault("quantile", Kind::Summary).is_some());
        assert!(unit_fault("m/s", Kind::Gauge).is_some());
        assert!(unit_fault("seconds", Kind::Info).is_some());
    }
}
