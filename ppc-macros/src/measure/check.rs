//! Refuses what cannot be right, whatever the running program says; only literals are looked into.

use syn::Expr;

use crate::diag::Diagnostics;
use crate::function::parse::Function;
use crate::literal::{self, Literal};

use super::model::Settings;

/// Checks the settings, each alone and all together.
pub(super) fn settings(settings: &Settings, diagnostics: &mut Diagnostics) {
    check_metrics(settings, diagnostics);
    check_errors_if(settings, diagnostics);
    if let Some(registry) = &settings.registry
        && !settings.is_by_default()
    {
        diagnostics.on(
            &registry.key,
            "`registry` is that of `#[measure]`'s own metrics, and here others are given, which \
             have theirs",
        );
    }
    if let Some(skip) = &settings.skip
        && (!settings.is_by_default()
            || settings.errors_if.is_some()
            || settings.registry.is_some())
    {
        diagnostics.on(
            skip,
            "a method that is skipped records nothing: `skip` stands alone",
        );
    }
}

/// Checks that these settings are not those of a method to be left out.
pub(super) fn not_skipped(settings: &Settings, diagnostics: &mut Diagnostics) {
    if let Some(skip) = &settings.skip {
        diagnostics.on(
            skip,
            "`skip` leaves a method out of an impl block that `#[measure]` stands on; this is \
             no such method",
        );
    }
}

/// Checks that the function can be wrapped at all.
pub(super) fn function(function: &Function, diagnostics: &mut Diagnostics) {
    if let Some(constness) = &function.sig.constness {
        diagnostics.on(
            constness,
            "`#[measure]` cannot stand on a `const fn`: measuring happens at run time",
        );
    }
}

/// A literal is no metric; of what kind any other expression is, the compiler knows.
fn check_metrics(settings: &Settings, diagnostics: &mut Diagnostics) {
    for metric in settings.metrics() {
        let value = literal::bare(&metric.value);
        if Literal::of(value).is_some() || matches!(value, Expr::Closure(_)) {
            let (key, example) = (&metric.key, example(&metric.key.to_string()));
            diagnostics.on(&metric.value, format!("`{key}` takes {example}"));
        }
    }
}

fn example(key: &str) -> &'static str {
    match key {
        "time" => "a histogram, a summary or a gauge, such as `time = REQUEST_SECONDS`",
        "in_progress" => "a gauge, such as `in_progress = BUSY`",
        _ => "a counter, such as `calls = REQUESTS.endpoint(\"auth\")`",
    }
}

fn check_errors_if(settings: &Settings, diagnostics: &mut Diagnostics) {
    let Some(errors_if) = &settings.errors_if else {
        return;
    };
    if settings.errors.is_none() && !settings.is_by_default() {
        diagnostics.on(
            &errors_if.key,
            "`errors_if` says what `errors` counts, and that is missing: `errors = ..`",
        );
    }
    if Literal::of(&errors_if.value).is_some() {
        diagnostics.on(
            &errors_if.value,
            "`errors_if` takes a function of the returned value, such as \
             `errors_if = |value| value.is_none()`",
        );
    }
}
