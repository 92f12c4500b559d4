//! Tokens to settings.

use proc_macro2::TokenStream;

use crate::diag::Diagnostics;
use crate::keys::{Form, Key, Keys, Syntax};
use crate::table::Table;

const KEYS: &[Key] = &[
    Key::new("time", Form::Value, "time = REQUEST_SECONDS"),
    Key::new("calls", Form::Value, "calls = REQUESTS"),
    Key::new("errors", Form::Value, "errors = FAILED_REQUESTS"),
    Key::new("cancelled", Form::Value, "cancelled = CANCELLED_REQUESTS"),
    Key::new("in_progress", Form::Value, "in_progress = BUSY"),
    Key::new(
        "errors_if",
        Form::Value,
        "errors_if = |value| value.is_none()",
    ),
    Key::new("registry", Form::Value, "registry = MY_REGISTRY"),
    Key::new("skip", Form::Flag, "skip"),
    Key::new("crate", Form::Value, "crate = my_metrics"),
];

/// The attribute's settings.
pub(super) fn settings(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Table {
    let keys = Keys {
        of: "`#[measure]`",
        syntax: Syntax::Equals,
        known: KEYS,
    };
    Table::of(tokens, &keys, diagnostics)
}
