//! Refuses what the registry would refuse at run time, and what no program can mean.

use syn::ext::IdentExt;

use crate::diag::Diagnostics;
use crate::keys::Keyed;
use crate::kind::Kind;
use crate::names::{family_name, label_name_fault, metric_name_fault, unit_fault};
use crate::times::{self, Zero};
use crate::words;

use super::model::{Label, Labelled, Metric, Source, Text};
use super::{settings, values};

/// How many labels a series can hold.
pub(super) const MAX_LABELS: usize = 255;

/// Methods of a look-up that no label may hide: there is no other way to them. Those that record
/// are on the handle too.
const RESERVED: [&str; 6] = ["handle", "with", "labels", "remove", "clear", "family"];

/// Checks a declaration.
pub(super) fn metric(metric: &Metric, diagnostics: &mut Diagnostics) {
    check_name(metric, diagnostics);
    if let Some(unit) = &metric.unit
        && let Some(fault) = unit_fault(&unit.value, metric.kind)
    {
        diagnostics.at(
            unit.span,
            format!("`{}` cannot be the unit: {fault}", unit.value),
        );
    }
    check_keys_of_kinds(metric, diagnostics);
    check_labels(metric, diagnostics);
    if let (Kind::Histogram, Some(buckets)) = (metric.kind, &metric.buckets) {
        values::buckets(&buckets.value, diagnostics);
    }
    if let (Kind::Summary, Some(quantiles)) = (metric.kind, &metric.quantiles) {
        values::quantiles(&quantiles.value, diagnostics);
    }
    if let (Kind::StateSet, Some(states)) = (metric.kind, &metric.states) {
        values::states(&states.value, diagnostics);
    }
    if let (Kind::Gauge, Some(merge)) = (metric.kind, &metric.merge) {
        words::check(merge, &settings::MERGES.map(|(word, _)| word), diagnostics);
    }
    check_times(metric, diagnostics);
    check_max_series(metric, diagnostics);
    check_eager(metric, diagnostics);
}

/// The composed name is what counts; the mistake is shown at the part that brings it in.
fn check_name(metric: &Metric, diagnostics: &mut Diagnostics) {
    let parts = [
        metric.namespace.as_ref(),
        metric.subsystem.as_ref(),
        Some(&metric.name),
    ];
    let family = family_of(metric);
    let fault = |name: &str| {
        let colon = metric.kind == Kind::StateSet && name.contains(':');
        metric_name_fault(name).or(colon.then_some(
            "the states stand in a label of the name of their set, and a label name has no `:`",
        ))
    };
    let Some(found) = fault(&family) else {
        return;
    };
    let present = || {
        parts
            .into_iter()
            .flatten()
            .filter(|part| !part.value.is_empty())
    };
    let legal = |part: &&Text| fault(&format!("a{}", part.value)).is_none();
    let culprit = present()
        .find(|part| !legal(part))
        .or_else(|| present().next())
        .unwrap_or(&metric.name);
    let fix = match culprit.source {
        Source::Ident => "; give it a `name: \"..\"`",
        Source::Literal => "",
    };
    diagnostics.at(
        culprit.span,
        format!("`{family}` cannot be the name of a metric: {found}{fix}"),
    );
}

fn family_of(metric: &Metric) -> String {
    let text = |part: &Option<Text>| {
        part.as_ref()
            .map_or_else(String::new, |part| part.value.clone())
    };
    let (namespace, subsystem, unit) = (
        text(&metric.namespace),
        text(&metric.subsystem),
        // One that is wrong is reported where it stands, and not as a part of the name.
        text(
            &metric
                .unit
                .clone()
                .filter(|unit| unit_fault(&unit.value, metric.kind).is_none()),
        ),
    );
    family_name(
        metric.kind,
        [&namespace, &subsystem, &metric.name.value],
        &unit,
    )
}

/// Keys that mean something for one kind only.
fn check_keys_of_kinds(metric: &Metric, diagnostics: &mut Diagnostics) {
    let keys = [
        (&metric.buckets, Kind::Histogram),
        (&metric.quantiles, Kind::Summary),
        (&metric.window, Kind::Summary),
        (&metric.states, Kind::StateSet),
        (&metric.merge, Kind::Gauge),
        (&metric.live, Kind::Gauge),
    ];
    for (keyed, kind) in keys {
        if let Some(Keyed { key, .. }) = keyed
            && metric.kind != kind
        {
            let (found, expected) = (metric.kind.noun(), kind.noun());
            diagnostics.on(
                key,
                format!("`{key}` belongs to {expected}, and this is {found}"),
            );
        }
    }
    if metric.kind == Kind::StateSet && metric.states.is_none() {
        diagnostics.on(
            &metric.ident,
            "a state set needs its states: `states: [\"starting\", \"running\"]`, or a type with `#[derive(LabelValue)]`",
        );
    }
}

fn check_times(metric: &Metric, diagnostics: &mut Diagnostics) {
    for Keyed { key, value } in [&metric.window, &metric.expire].into_iter().flatten() {
        if let Some(fault) = times::fault(&key.to_string(), value, Zero::Refused) {
            diagnostics.on(value, fault);
        }
    }
    if let (Kind::Summary, Some(Keyed { key, .. }), None) =
        (metric.kind, &metric.window, &metric.quantiles)
    {
        diagnostics.on(
            key,
            format!(
                "`{key}` belongs to quantiles: add `quantiles: [0.5, 0.9, 0.99]`, or leave `{key}` out"
            ),
        );
    }
}

fn check_max_series(metric: &Metric, diagnostics: &mut Diagnostics) {
    let Some(Keyed { key, value }) = &metric.max_series else {
        return;
    };
    if metric.labelled == Labelled::No {
        diagnostics.on(
            key,
            format!(
                "`{key}` belongs to a metric with labels, and this is one series: add `labels: [..]`, or leave `{key}` out"
            ),
        );
    }
    values::count(key, value, diagnostics);
}

fn check_labels(metric: &Metric, diagnostics: &mut Diagnostics) {
    if let Some(label) = metric.labels.get(MAX_LABELS) {
        let count = metric.labels.len();
        diagnostics.on(
            &label.ident,
            format!("a metric has at most {MAX_LABELS} labels: found {count}"),
        );
    }
    for (index, label) in metric.labels.iter().enumerate() {
        let Label { ident, wire, .. } = label;
        let before = &metric.labels[..index];
        if before
            .iter()
            .any(|other| other.ident.unraw() == ident.unraw())
        {
            diagnostics.on(ident, format!("label `{ident}` is declared twice"));
        } else if let Some(other) = before.iter().find(|other| other.wire.value == wire.value) {
            let message = format!(
                "labels `{}` and `{ident}` have the same name on the wire: `{}`",
                other.ident, wire.value
            );
            diagnostics.at(wire.span, message);
        }
        if RESERVED.iter().any(|reserved| ident.unraw() == reserved) {
            diagnostics.on(
                ident,
                format!("`{ident}` is a method of every labelled metric; call the label otherwise and keep its name on the wire: `my_{ident} as \"{}\"`", wire.value),
            );
        }
        let own_name = metric.kind == Kind::StateSet && wire.value == family_of(metric);
        let fault = label_name_fault(&wire.value, metric.kind)
            .or(own_name.then_some("the metric's own name is the label of its states"));
        if let Some(fault) = fault {
            let fix = match wire.source {
                Source::Ident => format!("; give it another name on the wire: `{ident} as \"..\"`"),
                Source::Literal => String::new(),
            };
            diagnostics.at(
                wire.span,
                format!("`{}` cannot be a label: {fault}{fix}", wire.value),
            );
        }
    }
}

/// An eager metric starts every series at 0, and for that has to know them.
fn check_eager(metric: &Metric, diagnostics: &mut Diagnostics) {
    let Some(eager) = &metric.eager else { return };
    let unknown: Vec<String> = metric
        .labels
        .iter()
        .filter(|label| label.ty.is_none() && label.default.is_none())
        .map(|label| format!("`{}`", label.ident))
        .collect();
    if !unknown.is_empty() {
        let (values, labels) = if unknown.len() == 1 {
            ("the values of label", "it")
        } else {
            ("the values of labels", "them")
        };
        diagnostics.on(
            eager,
            format!(
                "`eager` starts every series at 0, and {values} {} are not known while compiling: \
                 give {labels} a default, or a type with `#[derive(LabelValue)]`",
                unknown.join(", ")
            ),
        );
    }
}
