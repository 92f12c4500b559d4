//! The attributes `#[label(..)]` of an enum and of its variants.

use syn::Attribute;
use syn::parse::ParseStream;

use crate::diag::Diagnostics;
use crate::keys::{Form, Key, Keys, Syntax};
use crate::table::Table;

const ENUM: Keys = Keys {
    of: "`#[label(..)]` on an enum",
    syntax: Syntax::Equals,
    known: &[
        Key {
            name: "rename_all",
            form: Form::Value,
            example: "rename_all = \"kebab-case\"",
        },
        Key {
            name: "crate",
            form: Form::Value,
            example: "crate = my_metrics",
        },
    ],
};

const VARIANT: Keys = Keys {
    of: "`#[label(..)]` on a variant",
    syntax: Syntax::Equals,
    known: &[
        Key {
            name: "rename",
            form: Form::Value,
            example: "rename = \"text\"",
        },
        Key {
            name: "skip",
            form: Form::Flag,
            example: "skip",
        },
    ],
};

/// The keys on the enum itself.
pub(super) fn on_enum(attrs: &[Attribute], diagnostics: &mut Diagnostics) -> Table {
    table(attrs, &ENUM, diagnostics)
}

/// The keys on a variant.
pub(super) fn on_variant(attrs: &[Attribute], diagnostics: &mut Diagnostics) -> Table {
    table(attrs, &VARIANT, diagnostics)
}

fn table(attrs: &[Attribute], keys: &Keys, diagnostics: &mut Diagnostics) -> Table {
    let mut table = Table::default();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("label")) {
        let parsed = attr.parse_args_with(|input: ParseStream<'_>| {
            table.read(input, keys, diagnostics);
            Ok(())
        });
        diagnostics.keep(parsed);
    }
    table
}
