//! Tokens to settings.

use proc_macro2::TokenStream;

use crate::diag::Diagnostics;
use crate::keys::{Form, Key, Keys, Syntax};
use crate::table::Table;

use super::destinations::KINDS;
use super::settings::{KEEPING, SETTINGS};

/// The keys of every push; those of destinations and their settings come from their tables.
const KEYS: &[Key] = &[
    Key::new("period", Form::Value, "period = 15"),
    Key::new("stream", Form::Switch, "stream = true"),
    Key::new("linger", Form::Value, "linger = \"50ms\""),
    Key::new("full", Form::Value, "full = \"coalesce\""),
    Key::new("job", Form::Value, "job = \"nightly-billing\""),
    Key::new("job_metrics", Form::Value, "job_metrics = false"),
    Key::new("labels", Form::List, "labels(instance = ppc::hostname())"),
    Key::new("registry", Form::Value, "registry = MY_REGISTRY"),
    Key::new("flush_timeout", Form::Value, "flush_timeout = 5"),
    Key::new("signals", Form::Switch, "signals = true"),
    Key::new("enabled", Form::Value, "enabled = cfg!(not(test))"),
    Key::new("task", Form::Switch, "task = true"),
    Key::new("crate", Form::Value, "crate = my_metrics"),
];

/// The attribute's settings.
pub(super) fn settings(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Table {
    let kinds = KINDS.iter().map(|kind| kind.key);
    let keeping = KEEPING.iter();
    let keeping = keeping.map(|(name, example)| Key::new(name, Form::Value, example));
    let settings = SETTINGS.iter().map(|setting| setting.key);
    let known: Vec<Key> = kinds
        .chain(KEYS.iter().copied())
        .chain(keeping)
        .chain(settings)
        .collect();
    let keys = Keys {
        of: "`#[push_metrics]`",
        syntax: Syntax::Equals,
        known: &known,
    };
    Table::of(tokens, &keys, diagnostics)
}
