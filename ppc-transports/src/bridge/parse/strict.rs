//! What OpenMetrics 1.0 forbids and no reader needs to know.

use std::collections::HashSet;

use super::cursor::{Label, number};
use super::document::{Document, Family, Sample};
use super::fault::{Fault, Unexpected, unexpected};
use super::types::{Part, Type};

/// Checks a sample by itself: its value, its labels and its exemplar.
pub(super) fn check_sample(
    family: &Family<'_>,
    sample: &Sample<'_>,
    labels: &[Label<'_>],
) -> Result<(), Unexpected> {
    use Part::{Bucket, Count, Created, Sum, Value};
    use Type::{Counter, GaugeHistogram, Histogram, Info, StateSet, Summary};
    let (kind, value) = (family.kind(), sample.value);
    let is_total = match (kind, sample.part) {
        (GaugeHistogram, Sum) => {
            if value.is_nan() {
                return unexpected("a sum that is a number", sample.text);
            }
            false
        }
        (Counter, Value) | (_, Bucket | Count | Sum) => true,
        _ => false,
    };
    if is_total && (value.is_nan() || value < 0.0) {
        return unexpected("a number that is not negative", sample.text);
    }
    if matches!(sample.part, Bucket | Count) && value.fract() != 0.0 {
        return unexpected("a whole number", sample.text);
    }
    match kind {
        Info if value != 1.0 => return unexpected("the value 1 of an info", sample.text),
        StateSet if value != 0.0 && value != 1.0 => {
            return unexpected("the value 0 or 1 of a state", sample.text);
        }
        Summary if sample.part == Value && value < 0.0 => {
            return unexpected("a quantile that is not negative", sample.text);
        }
        _ => {}
    }
    if sample.exemplar.is_some()
        && !matches!(
            (kind, sample.part),
            (Counter, Value) | (Histogram | GaugeHistogram, Bucket)
        )
    {
        return unexpected("no exemplar but on a counter or a bucket", &sample.name);
    }
    let Some(own) = kind.own_label(sample.part, &family.name) else {
        return match sample.part {
            Created if !value.is_finite() => unexpected("a time", sample.text),
            _ => Ok(()),
        };
    };
    let mut labels = labels[sample.labels.clone()].iter();
    let Some(label) = labels.find(|label| label.name == own) else {
        return unexpected("the label that tells samples of a series apart", "none");
    };
    check_own(kind, &label.value)
}

/// OpenMetrics 1.0, "Numbers": what is infinite is written in one way.
fn check_own(kind: Type, text: &str) -> Result<(), Unexpected> {
    if kind == Type::StateSet {
        return Ok(());
    }
    let value = number(text).filter(|value| !value.is_infinite() || text == "+Inf");
    if kind == Type::Summary {
        return match value {
            Some(value) if (0.0..=1.0).contains(&value) => Ok(()),
            _ => unexpected("a quantile from 0 to 1", text),
        };
    }
    match value {
        Some(value) if !value.is_nan() => Ok(()),
        _ => unexpected("the bound of a bucket, the last of which is `+Inf`", text),
    }
}

/// Checks what is said of families: units, and names that only one of them may have.
pub(super) fn check_names(document: &Document<'_>) -> Result<(), Fault> {
    let mut taken = HashSet::new();
    for family in &document.families {
        let fault = |expected, found: &str| Err(Unexpected::new(expected, found).at(family.line));
        let (kind, unit) = (family.kind(), family.unit.unwrap_or_default());
        if !unit.is_empty() {
            let bare = family.name.strip_suffix(unit);
            if !bare.is_some_and(|bare| bare.ends_with('_')) {
                return fault("a name that ends in `_` and its unit", &family.name);
            }
            if matches!(kind, Type::Info | Type::StateSet) {
                return fault("no unit of an info or a state set", unit);
            }
        }
        let suffixes = kind
            .samples(document.rules)
            .iter()
            .map(|(suffix, _)| *suffix);
        for suffix in suffixes.filter(|suffix| !suffix.is_empty()).chain([""]) {
            let name = format!("{}{suffix}", family.name);
            if taken.contains(&name) {
                return fault("names that no other family has", &name);
            }
            taken.insert(name);
        }
    }
    Ok(())
}
