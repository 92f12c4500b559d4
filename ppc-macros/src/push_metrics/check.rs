//! Refuses what cannot be right, whatever the running program says; only literals are looked into.

use crate::address;
use crate::diag::Diagnostics;
use crate::features::Features;
use crate::keys::Keyed;
use crate::kind::Kind;
use crate::literal::Literal;
use crate::names::label_name_fault;
use crate::times::{self, Zero};
use crate::words;

use super::model::Settings;
use super::parse::Function;

/// Checks the settings, each alone and all together.
pub(super) fn settings(settings: &Settings, features: Features, diagnostics: &mut Diagnostics) {
    for keyed in [&settings.influx_udp, &settings.task, &settings.signals]
        .into_iter()
        .flatten()
    {
        if let Some(fault) = features.fault(&keyed.key.to_string()) {
            diagnostics.on(&keyed.key, fault);
        }
    }
    check_address(settings, diagnostics);
    check_times(settings, diagnostics);
    check_word(
        settings.timestamps.as_ref(),
        &["server", "client"],
        diagnostics,
    );
    check_word(
        settings.names.as_ref(),
        &["prometheus", "influxdb"],
        diagnostics,
    );
    let switches = [
        &settings.job_metrics,
        &settings.enabled,
        &settings.signals,
        &settings.task,
    ];
    for keyed in switches.into_iter().flatten() {
        check_switch(keyed, diagnostics);
    }
    check_labels(settings, diagnostics);
    check_companions(settings, diagnostics);
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

fn check_address(settings: &Settings, diagnostics: &mut Diagnostics) {
    let Some(keyed) = &settings.influx_udp else {
        return;
    };
    match Literal::of(&keyed.value) {
        Some(Literal::Text(text)) => {
            if let Some(fault) = address::fault(&text) {
                diagnostics.on(&keyed.value, format!("`influx_udp`: {fault}"));
            }
        }
        Some(_) => diagnostics.on(
            &keyed.value,
            "`influx_udp` takes an address such as \"localhost:8089\", or an `InfluxUdp`",
        ),
        None => {}
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

fn check_word(keyed: Option<&Keyed>, known: &[&str], diagnostics: &mut Diagnostics) {
    let Some(Keyed { key, value }) = keyed else {
        return;
    };
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

fn check_labels(settings: &Settings, diagnostics: &mut Diagnostics) {
    for (index, label) in settings.labels.iter().enumerate() {
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
        if settings.labels[..index]
            .iter()
            .any(|present| present.name == label.name)
        {
            diagnostics.at(
                label.name_span,
                format!("label `{}` is given twice", label.name),
            );
        }
        if label.name == "job" && settings.job.is_some() {
            let message = "label `job` is given twice: the key `job` sets it already";
            diagnostics.at(label.name_span, message);
        }
    }
}

/// Keys that mean nothing without another.
fn check_companions(settings: &Settings, diagnostics: &mut Diagnostics) {
    if let Some(job) = &settings.job {
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
    } else if let Some(keyed) = &settings.job_metrics {
        diagnostics.on(
            &keyed.key,
            "`job_metrics` needs a job: add `job = \"name\"`, or leave `job_metrics` out",
        );
    }
    for keyed in [&settings.timestamps, &settings.names]
        .into_iter()
        .flatten()
    {
        if settings.influx_udp.is_none() {
            let key = &keyed.key;
            diagnostics.on(
                key,
                format!("`{key}` belongs to a destination: add `influx_udp = \"host:port\"`"),
            );
        }
    }
}
