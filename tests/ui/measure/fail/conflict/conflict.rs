//! Keys that say nothing without another, or beside it.

use ppc::{Registry, measure, metric};

static REGISTRY: Registry = Registry::new();

metric! {
    static CALLS: Counter {}
}

#[measure(calls = CALLS, errors_if = |value| *value)]
fn errors_if() -> bool {
    true
}

#[measure(calls = CALLS, registry = REGISTRY)]
fn registry() {}

#[measure(skip)]
fn skipped() {}

fn main() {
    errors_if();
    registry();
    skipped();
}
