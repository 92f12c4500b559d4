//! Tokens to settings.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};

use crate::diag::Diagnostics;
use crate::keys::{Form, Key, Keys, Syntax};
use crate::table::Table;

use super::destinations::KINDS;
use super::settings::SETTINGS;

/// The keys of every push; those of destinations and their settings come from their tables.
const KEYS: &[Key] = &[
    key("period", Form::Value, "period = 15"),
    key("job", Form::Value, "job = \"nightly-billing\""),
    key("job_metrics", Form::Value, "job_metrics = false"),
    key("labels", Form::List, "labels(instance = ppc::hostname())"),
    key("registry", Form::Value, "registry = MY_REGISTRY"),
    key("flush_timeout", Form::Value, "flush_timeout = 5"),
    key("signals", Form::Switch, "signals = true"),
    key("enabled", Form::Value, "enabled = cfg!(not(test))"),
    key("task", Form::Switch, "task = true"),
    key("crate", Form::Value, "crate = my_metrics"),
];

const fn key(name: &'static str, form: Form, example: &'static str) -> Key {
    Key {
        name,
        form,
        example,
    }
}

/// The attribute's settings.
pub(super) fn settings(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Table {
    let kinds = KINDS.iter().map(|kind| kind.key);
    let settings = SETTINGS.iter().map(|setting| setting.key);
    let known: Vec<Key> = kinds.chain(KEYS.iter().copied()).chain(settings).collect();
    let keys = Keys {
        of: "`#[push_metrics]`",
        syntax: Syntax::Equals,
        known: &known,
    };
    let mut table = Table::default();
    let parser = |input: ParseStream<'_>| {
        table.read(input, &keys, diagnostics);
        Ok(())
    };
    // The parser reports its mistakes itself and consumes everything.
    let parsed = parser.parse2(tokens);
    diagnostics.keep(parsed);
    table
}
