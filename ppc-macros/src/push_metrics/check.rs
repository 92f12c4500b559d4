//! Refuses what cannot be right, whatever the running program says; only literals are looked into.

use crate::diag::Diagnostics;
use crate::features::Features;
use crate::function::parse::Function;
use crate::keys::Keyed;
use crate::literal::Literal;
use crate::times::{self, Zero};
use crate::words;

use super::model::Settings;
use super::{keeping, literals, pairs, stream, together, values};

/// Checks the settings, each alone and all together.
pub(super) fn settings(settings: &Settings, features: Features, diagnostics: &mut Diagnostics) {
    for keyed in [&settings.task, &settings.signals].into_iter().flatten() {
        if let Some(fault) = features.fault(&keyed.key.to_string()) {
            diagnostics.on(&keyed.key, fault);
        }
    }
    let destinations = settings.destinations.iter();
    for destination in destinations.filter(|one| !one.is_misspelt()) {
        values::destination(destination, features, diagnostics);
    }
    for given in settings.given.iter().filter(|given| !given.is_misspelt()) {
        values::setting(given, features, diagnostics);
    }
    check_times(settings, diagnostics);
    let switches = [
        &settings.job_metrics,
        &settings.enabled,
        &settings.signals,
        &settings.task,
        &settings.stream,
    ];
    for keyed in switches.into_iter().flatten() {
        literals::switch(keyed, diagnostics);
    }
    if let Some(full) = &settings.full {
        words::check(full, &stream::FULL, diagnostics);
    }
    pairs::labels(&settings.labels, diagnostics);
    check_job(settings, diagnostics);
    keeping::check(settings, features, diagnostics);
    together::check(settings, diagnostics);
    stream::check(settings, diagnostics);
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

fn check_times(settings: &Settings, diagnostics: &mut Diagnostics) {
    let times = [
        (&settings.period, Zero::Refused),
        (&settings.flush_timeout, Zero::Allowed),
        (&settings.linger, Zero::Allowed),
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

fn check_job(settings: &Settings, diagnostics: &mut Diagnostics) {
    let Some(job) = &settings.job else { return };
    match Literal::of(&job.value) {
        Some(Literal::Text(name)) if name.is_empty() => {
            diagnostics.on(&job.value, "the job's name is empty");
        }
        Some(Literal::Number(_) | Literal::Bool(_) | Literal::Other) => {
            diagnostics.on(
                &job.value,
                "`job` takes a name, such as `job = \"nightly-billing\"`",
            );
        }
        _ => {}
    }
}
