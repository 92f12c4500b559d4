//! Tokens to settings.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};

use crate::diag::Diagnostics;
use crate::keys::{Form, Key, Keys, Syntax};
use crate::table::Table;

const KEYS: &[Key] = &[
    key("time", Form::Value, "time = REQUEST_SECONDS"),
    key("calls", Form::Value, "calls = REQUESTS"),
    key("errors", Form::Value, "errors = FAILED_REQUESTS"),
    key("cancelled", Form::Value, "cancelled = CANCELLED_REQUESTS"),
    key("in_progress", Form::Value, "in_progress = BUSY"),
    key(
        "errors_if",
        Form::Value,
        "errors_if = |value| value.is_none()",
    ),
    key("registry", Form::Value, "registry = MY_REGISTRY"),
    key("skip", Form::Flag, "skip"),
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
    let keys = Keys {
        of: "`#[measure]`",
        syntax: Syntax::Equals,
        known: KEYS,
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
