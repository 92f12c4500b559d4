//! The grammar of metric, label and unit names, and how a family's full names are put together.
//!
//! The grammar is that of the Prometheus data model and exposition formats: a metric name is
//! `[a-zA-Z_:][a-zA-Z0-9_:]*`, a label name `[a-zA-Z_][a-zA-Z0-9_]*`; what begins with `__` is
//! reserved for the server. `ppc-macros` holds the same grammar for its compile-time checks; a
//! test feeds every short string to both.

use crate::error::{Error, ErrorKind};
use crate::kind::Kind;

/// Says why `name` cannot be a metric name, or nothing where it can.
pub fn metric_name_fault(name: &str) -> Option<&'static str> {
    fault(name, |byte| byte == b':')
}

/// Says why `name` cannot be a label name of a family of this kind, or nothing where it can.
pub fn label_name_fault(name: &str, kind: Kind) -> Option<&'static str> {
    match (kind, name) {
        (Kind::Histogram, "le") => Some("`le` is reserved for the buckets of a histogram"),
        (Kind::Summary, "quantile") => {
            Some("`quantile` is reserved for the quantiles of a summary")
        }
        _ => fault(name, |_| false),
    }
}

/// Says why `unit` cannot be a unit of this kind, or nothing where it can.
pub fn unit_fault(unit: &str, kind: Kind) -> Option<&'static str> {
    // OpenMetrics 1.0, "Unit": Info and StateSet have none.
    if matches!(kind, Kind::Info | Kind::StateSet) {
        return Some("an info or a state set has no unit");
    }
    if unit.is_empty()
        || !unit
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
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

/// The parts that a family's name is put together from.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NameParts<'a> {
    pub(crate) namespace: &'a str,
    pub(crate) subsystem: &'a str,
    pub(crate) name: &'a str,
    pub(crate) unit: &'a str,
}

/// Every name of a family that can stand in front of a value, computed once from name, unit and
/// kind, so that no encoder has to guess at suffixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    family: Box<str>,
    samples: Box<[Box<str>]>,
    /// What OpenMetrics calls the total of a counter that has another name elsewhere.
    total: Option<Box<str>>,
}

impl Names {
    pub(crate) fn new(kind: Kind, parts: NameParts<'_>) -> Result<Self, Error> {
        if !parts.unit.is_empty()
            && let Some(reason) = unit_fault(parts.unit, kind)
        {
            return Err(ErrorKind::Name {
                what: "unit",
                found: parts.unit.into(),
                reason,
            }
            .into());
        }
        let bare = bare_name(kind, parts);
        if let Some(reason) = metric_name_fault(&bare) {
            return Err(ErrorKind::Name {
                what: "metric name",
                found: bare,
                reason,
            }
            .into());
        }
        Ok(Self {
            samples: samples(kind, &bare),
            family: bare.into(),
            total: None,
        })
    }

    /// Those of a family of another registry, whose samples have names of their own: a counter is
    /// with or without `_total` there. Characters that a name cannot have on every wire are
    /// replaced.
    pub(crate) fn mirrored(kind: Kind, name: &str) -> Self {
        Self::spelled(kind, &legacy_name(name, true))
    }

    /// The same as they are there.
    pub(crate) fn spelled(kind: Kind, name: &str) -> Self {
        let bare = match bare_suffix(kind, name) {
            "" => name,
            bare => bare,
        };
        let total = (kind == Kind::Counter).then(|| format!("{bare}_total"));
        let samples = match kind {
            Kind::Counter => [name.into()].into(),
            _ => samples(kind, bare),
        };
        Self {
            family: bare.into(),
            samples,
            total: total.filter(|total| total != name).map(Into::into),
        }
    }

    /// The family's name: without `_total`, `_info`, `_bucket` and their like.
    pub fn family(&self) -> &str {
        &self.family
    }

    /// The names of the samples, in the fixed order of the family's kind: `x_total` for a
    /// counter; `x_bucket`, `x_count`, `x_sum` for a histogram; `x_count`, `x_sum` for a summary,
    /// whose quantiles are under the family's name; `x_info` for an info; `x` for a gauge or a state
    /// set.
    pub fn samples(&self) -> impl ExactSizeIterator<Item = &str> {
        self.samples.iter().map(|name| &**name)
    }

    /// All names that no other family may have.
    pub(crate) fn taken(&self) -> impl Iterator<Item = &str> {
        let total = self.total.as_deref();
        self.samples().chain([self.family()]).chain(total)
    }

    /// The name of sample `index`, in the order of [`samples`](Self::samples).
    ///
    /// # Panics
    ///
    /// When the kind has no sample of that index.
    pub fn sample(&self, index: usize) -> &str {
        &self.samples[index]
    }
}

fn suffixes(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Counter => &["_total"],
        Kind::Gauge | Kind::StateSet | Kind::Unknown => &[""],
        Kind::Histogram => &["_bucket", "_count", "_sum"],
        Kind::Summary => &["_count", "_sum"],
        Kind::Info => &["_info"],
    }
}

fn samples(kind: Kind, bare: &str) -> Box<[Box<str>]> {
    let names = suffixes(kind)
        .iter()
        .map(|suffix| format!("{bare}{suffix}").into());
    names.collect()
}

/// `jobs` and `jobs_total` are the same counter; the suffix is the formats' business.
fn bare_suffix(kind: Kind, name: &str) -> &str {
    let suffix = match kind {
        Kind::Counter => "_total",
        Kind::Info => "_info",
        _ => return name,
    };
    name.strip_suffix(suffix).unwrap_or(name)
}

/// A name as every server reads it: what is no letter, digit or `_` becomes `_`, as does a digit in
/// front; a metric may have a `:`.
pub(crate) fn legacy_name(name: &str, of_metric: bool) -> String {
    let is_legal = |index: usize, letter: char| {
        letter.is_ascii_alphabetic()
            || letter == '_'
            || letter.is_ascii_digit() && index > 0
            || letter == ':' && of_metric
    };
    let letters = name.chars().enumerate();
    letters
        .map(|(index, letter)| if is_legal(index, letter) { letter } else { '_' })
        .collect()
}

fn bare_name(kind: Kind, parts: NameParts<'_>) -> String {
    let pieces = [
        parts.namespace,
        parts.subsystem,
        bare_suffix(kind, parts.name),
    ];
    let mut bare = String::new();
    for piece in pieces.into_iter().filter(|piece| !piece.is_empty()) {
        if !bare.is_empty() {
            bare.push('_');
        }
        bare.push_str(piece);
    }
    let has_unit = bare
        .strip_suffix(parts.unit)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('_'));
    if !parts.unit.is_empty() && !has_unit {
        bare.push('_');
        bare.push_str(parts.unit);
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, parts: [&str; 4], family: &str, samples: &[&str]) {
        let [namespace, subsystem, name, unit] = parts;
        let names = Names::new(
            kind,
            NameParts {
                namespace,
                subsystem,
                name,
                unit,
            },
        )
        .unwrap();
        assert_eq!(names.family(), family);
        assert_eq!(names.samples().collect::<Vec<_>>(), samples);
    }

    #[test]
    fn names_come_from_parts_unit_and_kind() {
        check(Kind::Counter, ["", "", "jobs", ""], "jobs", &["jobs_total"]);
        check(
            Kind::Counter,
            ["", "", "jobs_total", ""],
            "jobs",
            &["jobs_total"],
        );
        check(
            Kind::Counter,
            ["a", "b", "read", "bytes"],
            "a_b_read_bytes",
            &["a_b_read_bytes_total"],
        );
        check(
            Kind::Counter,
            ["", "", "read_bytes_total", "bytes"],
            "read_bytes",
            &["read_bytes_total"],
        );
        check(
            Kind::Gauge,
            ["", "", "leaky_bucket", ""],
            "leaky_bucket",
            &["leaky_bucket"],
        );
        check(
            Kind::Gauge,
            ["", "", "seconds", "seconds"],
            "seconds",
            &["seconds"],
        );
        check(
            Kind::Gauge,
            ["", "", "milliseconds", "seconds"],
            "milliseconds_seconds",
            &["milliseconds_seconds"],
        );
        check(
            Kind::Histogram,
            ["", "", "h", "seconds"],
            "h_seconds",
            &["h_seconds_bucket", "h_seconds_count", "h_seconds_sum"],
        );
        check(Kind::Summary, ["", "", "s", ""], "s", &["s_count", "s_sum"]);
        check(
            Kind::Info,
            ["", "", "build_info", ""],
            "build",
            &["build_info"],
        );
        check(Kind::StateSet, ["", "", "phase", ""], "phase", &["phase"]);
    }

    #[test]
    fn bad_names_are_refused_with_what_was_found() {
        let parts = |name, unit| NameParts {
            name,
            unit,
            ..NameParts::default()
        };
        for (name, unit) in [
            ("", ""),
            ("1a", ""),
            ("a-b", ""),
            ("a b", ""),
            ("__a", ""),
            ("ä", ""),
            ("a", "m/s"),
        ] {
            let error = Names::new(Kind::Gauge, parts(name, unit))
                .unwrap_err()
                .to_string();
            assert!(
                error.contains(if unit.is_empty() { name } else { unit }),
                "{error}"
            );
        }
        assert!(Names::new(Kind::Info, parts("a", "seconds")).is_err());
        assert_eq!(label_name_fault("le", Kind::Gauge), None);
        assert!(label_name_fault("le", Kind::Histogram).is_some());
        assert!(label_name_fault("quantile", Kind::Summary).is_some());
        assert!(label_name_fault("a:b", Kind::Gauge).is_some());
    }
}
