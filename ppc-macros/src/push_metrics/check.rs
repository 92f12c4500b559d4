//! Refuses what cannot be right, whatever the running program says; only literals are looked into.

use crate::address;
use crate::diag::Diagnostics;
use crate::features::Features;
use crate::http_url;
use crate::keys::Keyed;
use crate::kind::Kind;
use crate::literal::Literal;
use crate::names::label_name_fault;
use crate::times::{self, Zero};
use crate::words;

use super::destinations::{Takes, Value};
use super::model::{Content, Destination, Given, Label, Settings};
use super::parse::Function;
use super::together;

/// Checks the settings, each alone and all together.
pub(super) fn settings(settings: &Settings, features: Features, diagnostics: &mut Diagnostics) {
    let destinations = settings
        .destinations
        .iter()
        .map(|destination| &destination.keyed);
    let words = [&settings.task, &settings.signals].into_iter().flatten();
    for keyed in destinations.chain(words) {
        if let Some(fault) = features.fault(&keyed.key.to_string()) {
            diagnostics.on(&keyed.key, fault);
        }
    }
    for destination in &settings.destinations {
        check_destination(destination, features, diagnostics);
    }
    for given in &settings.given {
        check_setting(given, features, diagnostics);
    }
    check_times(settings, diagnostics);
    let switches = [
        &settings.job_metrics,
        &settings.enabled,
        &settings.signals,
        &settings.task,
    ];
    for keyed in switches.into_iter().flatten() {
        check_switch(keyed, diagnostics);
    }
    check_labels(&settings.labels, diagnostics);
    check_job(settings, diagnostics);
    together::check(settings, diagnostics);
}

/// Checks that the function can be wrapped at all.
pub(super) fn function(function: &Function, diagnostics: &mut Diagnostics) {
    if let Some(constness) = &function.sig.constness {
        diagnostics.on(
            constness,
            "`#[push_metrics]` cannot stand on a `const fn`: pushing happens at run time",
        );
    }
}

fn check_destination(destination: &Destination, features: Features, diagnostics: &mut Diagnostics) {
    let Destination { kind, keyed } = destination;
    let (name, ty) = (kind.key.name, kind.ty);
    let text = match Literal::of(&keyed.value) {
        None => return,
        Some(Literal::Text(text)) => text,
        Some(_) => {
            let expected = kind.takes.expected();
            let message = format!("`{name}` takes {expected}, or of the type `{ty}`");
            return diagnostics.on(&keyed.value, message);
        }
    };
    let fault = match kind.takes {
        _ if kind.takes != Takes::Http && http_url::is_url_form(&text, kind.scheme) => None,
        Takes::Address => address::fault(&text),
        Takes::Http => http_url::fault(&text, kind.scheme),
        Takes::File if text.is_empty() || text.ends_with('/') => {
            Some(format!("the name of a file is missing: found {text:?}"))
        }
        Takes::File => None,
    };
    let fault = fault.or_else(|| {
        let is_https = kind.takes == Takes::Http && http_url::is_https(&text);
        features.https_fault().filter(|_| is_https)
    });
    if let Some(fault) = fault {
        diagnostics.on(&keyed.value, format!("`{name}`: {fault}"));
    }
}

fn check_setting(given: &Given, features: Features, diagnostics: &mut Diagnostics) {
    let keyed = match &given.content {
        Content::Value(keyed) => keyed,
        Content::Pairs(_, pairs) => {
            if matches!(given.setting.value, Value::Pairs { labels: true, .. }) {
                check_labels(pairs, diagnostics);
            }
            return;
        }
    };
    match given.setting.value {
        Value::Word(known) => {
            check_word(keyed, known, diagnostics);
            if let Some(Literal::Text(word)) = Literal::of(&keyed.value)
                && let Some(fault) = features.fault(&word).filter(|_| known.contains(&"gzip"))
            {
                diagnostics.on(&keyed.value, fault);
            }
        }
        Value::Time => {
            let name = keyed.key.to_string();
            if let Some(fault) = times::fault(&name, &keyed.value, Zero::Refused) {
                diagnostics.on(&keyed.value, fault);
            }
        }
        Value::Switch => check_switch(keyed, diagnostics),
        Value::Count => {
            let is_fine = match Literal::of(&keyed.value) {
                None => true,
                Some(Literal::Number(number)) => number >= 1.0 && number.fract() == 0.0,
                Some(_) => false,
            };
            if !is_fine {
                let message = format!("`{}` is a number of bytes, 1 or more", keyed.key);
                diagnostics.on(&keyed.value, message);
            }
        }
        Value::Text | Value::Pair { .. } | Value::Second => {
            if !matches!(Literal::of(&keyed.value), None | Some(Literal::Text(_))) {
                let example = given.setting.key.example;
                diagnostics.on(
                    &keyed.value,
                    format!("`{}` is written like `{example}`", keyed.key),
                );
            }
        }
        Value::Pairs { .. } => {}
    }
}

fn check_times(settings: &Settings, diagnostics: &mut Diagnostics) {
    let times = [
        (&settings.period, Zero::Refused),
        (&settings.flush_timeout, Zero::Allowed),
    ];
    for (keyed, zero) in times {
        let Some(Keyed { key, value }) = keyed else {
            continue;
        };
        if let Some(fault) = times::fault(&key.to_string(), value, zero) {
            diagnostics.on(value, fault);
        }
    }
}

fn check_word(Keyed { key, value }: &Keyed, known: &[&str], diagnostics: &mut Diagnostics) {
    match Literal::of(value) {
        Some(Literal::Text(word)) if !known.contains(&word.as_str()) => {
            diagnostics.on(
                value,
                words::unknown("value", &word, &format!(" of `{key}`"), known),
            );
        }
        Some(Literal::Number(_) | Literal::Bool | Literal::Other) => {
            diagnostics.on(
                value,
                format!("`{key}` is one of these words: {}", words::list(known)),
            );
        }
        Some(Literal::Text(_)) | None => {}
    }
}

fn check_switch(Keyed { key, value }: &Keyed, diagnostics: &mut Diagnostics) {
    if !matches!(Literal::of(value), None | Some(Literal::Bool)) {
        diagnostics.on(value, format!("`{key}` is `true` or `false`"));
    }
}

fn check_labels(labels: &[Label], diagnostics: &mut Diagnostics) {
    for (index, label) in labels.iter().enumerate() {
        // The labels are for metrics of every kind, and stand beside `le` and `quantile`.
        let kinds = [Kind::Histogram, Kind::Summary];
        if let Some(fault) = kinds
            .into_iter()
            .find_map(|kind| label_name_fault(&label.name, kind))
        {
            diagnostics.at(
                label.name_span,
                format!("`{}` cannot be a label: {fault}", label.name),
            );
        }
        if labels[..index]
            .iter()
            .any(|present| present.name == label.name)
        {
            diagnostics.at(
                label.name_span,
                format!("label `{}` is given twice", label.name),
            );
        }
    }
}

fn check_job(settings: &Settings, diagnostics: &mut Diagnostics) {
    let Some(job) = &settings.job else { return };
    match Literal::of(&job.value) {
        Some(Literal::Text(name)) if name.is_empty() => {
            diagnostics.on(&job.value, "the job's name is empty");
        }
        Some(Literal::Number(_) | Literal::Bool | Literal::Other) => {
            diagnostics.on(
                &job.value,
                "`job` takes a name, such as `job = \"nightly-billing\"`",
            );
        }
        _ => {}
    }
}
