//! What the samples of a kind look like, alone and together.

use std::collections::BTreeMap;

use super::line::number;
use super::{Family, Kind, Sample};
use crate::support::series::{self, Labels};

/// Whether a sample of that name belongs to the family.
pub(super) fn owns(family: &Family, name: &str) -> bool {
    match (family.kind, name.strip_prefix(&*family.name)) {
        (_, None) => false,
        (Kind::Histogram, Some(suffix)) => ["_bucket", "_sum", "_count"].contains(&suffix),
        (Kind::Summary, Some(suffix)) => ["", "_sum", "_count"].contains(&suffix),
        (_, Some(suffix)) => suffix.is_empty(),
    }
}

pub(super) fn check_sample(family: &Family, sample: &Sample) -> Result<(), String> {
    let suffix = &sample.name[family.name.len()..];
    let reserved = match (family.kind, suffix) {
        (Kind::Histogram, "_bucket") => Some("le"),
        (Kind::Summary, "") => Some("quantile"),
        _ => None,
    };
    for name in ["le", "quantile"] {
        let value = sample.labels.get(name);
        match (value, reserved == Some(name)) {
            (Some(value), true) => drop(number(value)?),
            (None, true) => return Err(format!("{} without {name}", sample.name)),
            (Some(_), false) if reserved.is_some() => {
                return Err(format!("{} with {name}", sample.name));
            }
            _ => {}
        }
    }
    let never_falls = matches!(
        (family.kind, suffix),
        (Kind::Counter, _) | (Kind::Histogram, "_bucket" | "_count") | (Kind::Summary, "_count")
    );
    if never_falls && sample.value < 0.0 {
        return Err(format!("{} is negative", sample.name));
    }
    Ok(())
}

/// Looks at a family as a whole.
pub(super) fn check(family: &Family) -> Result<(), String> {
    match family.kind {
        Kind::Histogram => series_of(family, "le")
            .into_iter()
            .try_for_each(|(labels, parts)| {
                check_histogram(&parts).map_err(|error| with(&labels, &error))
            }),
        Kind::Summary => {
            series_of(family, "quantile")
                .into_iter()
                .try_for_each(|(labels, parts)| {
                    parts.total().map_err(|error| with(&labels, &error))?;
                    Ok(())
                })
        }
        _ => Ok(()),
    }
}

/// The samples of one series.
#[derive(Default)]
struct Parts {
    /// Bounds and counts, in the order of the document.
    buckets: Vec<(f64, f64)>,
    sum: Option<f64>,
    count: Option<f64>,
}

impl Parts {
    fn total(&self) -> Result<f64, String> {
        self.sum.ok_or("no sum")?;
        Ok(self.count.ok_or("no count")?)
    }
}

fn series_of(family: &Family, bound: &str) -> BTreeMap<Labels, Parts> {
    let mut series: BTreeMap<Labels, Parts> = BTreeMap::new();
    for sample in &family.samples {
        let mut labels = sample.labels.clone();
        match &sample.name[family.name.len()..] {
            "_sum" => series.entry(labels).or_default().sum = Some(sample.value),
            "_count" => series.entry(labels).or_default().count = Some(sample.value),
            _ => {
                let bound = labels.remove(bound).unwrap_or_default();
                let bound = number(&bound).unwrap_or(f64::NAN);
                let parts = series.entry(labels).or_default();
                parts.buckets.push((bound, sample.value));
            }
        }
    }
    series
}

fn check_histogram(parts: &Parts) -> Result<(), String> {
    let count = parts.total()?;
    for pair in parts.buckets.windows(2) {
        let [(bound, count), (next_bound, next_count)] = pair else {
            continue;
        };
        if bound >= next_bound || bound.is_nan() || next_bound.is_nan() {
            return Err(format!("bucket {next_bound} after {bound}"));
        }
        if count > next_count {
            return Err(format!(
                "bucket {next_bound} has {next_count}, less than {count}"
            ));
        }
    }
    match parts.buckets.last() {
        Some((bound, all)) if *bound == f64::INFINITY && *all == count => Ok(()),
        Some((bound, all)) if *bound == f64::INFINITY => {
            Err(format!("bucket +Inf has {all}, the count is {count}"))
        }
        _ => Err("no bucket +Inf".to_owned()),
    }
}

fn with(labels: &Labels, error: &str) -> String {
    format!("{} {error}", series::key("", labels))
        .trim()
        .to_owned()
}
