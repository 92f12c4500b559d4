//! Refuses settings that cannot stand together, or not alone.

use crate::diag::Diagnostics;
use crate::http_url;
use crate::literal::Literal;

use super::destinations::{KINDS, Value};
use super::model::{Content, Settings};

/// Keys of which the second says what the first says already, or something else.
const EXCLUSIVE: [(&str, &str); 4] = [
    ("delete_on_exit", "delete_on_success"),
    ("bearer_token", "username"),
    ("token", "username"),
    ("bearer_token", "token"),
];

pub(super) fn check(settings: &Settings, diagnostics: &mut Diagnostics) {
    check_companions(settings, diagnostics);
    check_pairs(settings, diagnostics);
    check_job(settings, diagnostics);
    for (one, other) in EXCLUSIVE {
        if settings.setting(one).is_some()
            && let Some(other_given) = settings.setting(other)
        {
            let message = format!("`{other}` and `{one}` exclude each other");
            diagnostics.on(other_given.key(), message);
        }
    }
}

/// Keys that mean nothing without a destination.
fn check_companions(settings: &Settings, diagnostics: &mut Diagnostics) {
    if settings.job.is_none()
        && let Some(keyed) = &settings.job_metrics
    {
        diagnostics.on(
            &keyed.key,
            "`job_metrics` needs a job: add `job = \"name\"`, or leave `job_metrics` out",
        );
    }
    for given in &settings.given {
        let of = given.setting.of;
        let mut destinations = settings.destinations.iter();
        if destinations.any(|destination| of.contains(&destination.kind.key.name)) {
            continue;
        }
        let examples = KINDS.iter().filter(|kind| of.contains(&kind.key.name));
        let examples: Vec<String> = examples
            .map(|kind| format!("`{}`", kind.key.example))
            .collect();
        let (key, examples) = (given.key(), examples.join(" or "));
        diagnostics.on(
            key,
            format!("`{key}` belongs to a destination: add {examples}"),
        );
    }
}

/// Keys that come in twos.
fn check_pairs(settings: &Settings, diagnostics: &mut Diagnostics) {
    for given in &settings.given {
        let name = given.setting.key.name;
        let missing = match given.setting.value {
            Value::Pair { with, .. } => settings.setting(with).is_none().then_some(with),
            Value::Second => {
                let first = super::destinations::SETTINGS.iter().find(
                    |setting| matches!(setting.value, Value::Pair { with, .. } if with == name),
                );
                let first = first.map(|setting| setting.key.name);
                first.filter(|first| settings.setting(first).is_none())
            }
            _ => None,
        };
        if let Some(missing) = missing {
            let example = given.setting.key.example;
            diagnostics.on(
                given.key(),
                format!("`{name}` needs `{missing}` as well: `{example}`"),
            );
        }
    }
}

/// The job is a label on most destinations, and the first key of the group on gateways.
fn check_job(settings: &Settings, diagnostics: &mut Diagnostics) {
    let lists = settings
        .given
        .iter()
        .filter_map(|given| match &given.content {
            Content::Pairs(_, pairs) if given.setting.key.name == "grouping" => Some(pairs),
            _ => None,
        });
    let labels = lists.flatten().chain(&settings.labels);
    for label in labels.filter(|label| label.name == "job" && settings.job.is_some()) {
        let message = "label `job` is given twice: the key `job` sets it already";
        diagnostics.at(label.name_span, message);
    }
    if settings.job.is_some() {
        return;
    }
    let gateways = ["pushgateway", "aggregation_gateway"];
    for destination in &settings.destinations {
        let (kind, keyed) = (destination.kind, &destination.keyed);
        // One that is made elsewhere, or by the URL form, may have its own.
        let is_plain = matches!(
            Literal::of(&keyed.value),
            Some(Literal::Text(text)) if !http_url::is_url_form(&text, kind.scheme)
        );
        if gateways.contains(&kind.key.name) && is_plain {
            let message = format!("`{}` needs a job: add `job = \"name\"`", kind.key.name);
            diagnostics.on(&keyed.key, message);
        }
    }
}
