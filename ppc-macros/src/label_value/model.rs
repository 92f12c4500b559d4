//! The enum as a list of texts, each with the tokens it came from, and of variants without one.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Ident, LitStr, Variant};

use crate::diag::Diagnostics;
use crate::keys::Keyed;
use crate::literal;
use crate::paths;
use crate::words;

use super::case::Case;
use super::parse;

/// An enum of label values.
pub(super) struct Enum {
    /// The path of the facade.
    pub(super) krate: TokenStream,
    pub(super) values: Vec<Value>,
    /// Variants without a text.
    pub(super) skipped: Vec<Skipped>,
}

/// One value and its text.
pub(super) struct Value {
    pub(super) variant: Ident,
    pub(super) text: String,
    /// Where the text comes from: the variant, or what renames it.
    pub(super) span: Span,
}

/// A variant that stands for no label at all.
pub(super) struct Skipped {
    pub(super) variant: Ident,
    pub(super) fields: Fields,
}

impl Enum {
    pub(super) fn new(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Self {
        let mut keys = parse::on_enum(&input.attrs, diagnostics);
        let krate = paths::facade(keys.value("crate").as_ref(), diagnostics);
        let case = keys
            .value("rename_all")
            .and_then(|keyed| case(&keyed, diagnostics));
        let mut model = Self {
            krate,
            values: Vec::new(),
            skipped: Vec::new(),
        };
        match &input.data {
            Data::Enum(data) => {
                for variant in &data.variants {
                    model.add(variant, case.unwrap_or_default(), diagnostics);
                }
            }
            Data::Struct(data) => not_an_enum(data.struct_token, "a struct", diagnostics),
            Data::Union(data) => not_an_enum(data.union_token, "a union", diagnostics),
        }
        model
    }

    fn add(&mut self, variant: &Variant, case: Case, diagnostics: &mut Diagnostics) {
        let mut keys = parse::on_variant(&variant.attrs, diagnostics);
        let (skip, rename) = (keys.flag("skip"), keys.value("rename"));
        if skip.is_none() {
            let value = value(variant, rename.as_ref(), case, diagnostics);
            return self.values.extend(value);
        }
        if let Some(Keyed { key, .. }) = rename {
            let message = format!(
                "`rename` gives `{}` a text, and `skip` leaves it without one: only one of them can be meant",
                variant.ident
            );
            diagnostics.on(key, message);
        }
        self.skipped.push(Skipped {
            variant: variant.ident.clone(),
            fields: variant.fields.clone(),
        });
    }
}

fn not_an_enum(token: impl quote::ToTokens, found: &str, diagnostics: &mut Diagnostics) {
    diagnostics.on(
        token,
        format!("`#[derive(LabelValue)]` is for enums, and this is {found}; implement `LabelValue` by hand"),
    );
}

fn value(
    variant: &Variant,
    rename: Option<&Keyed>,
    case: Case,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    let rename = rename.and_then(|keyed| literal(keyed, diagnostics));
    if !matches!(variant.fields, Fields::Unit) {
        diagnostics.on(
            &variant.fields,
            format!(
                "`{}` has fields; a label value is one of a fixed set of texts, or none with `#[label(skip)]`",
                variant.ident
            ),
        );
        return None;
    }
    let (text, span) = match &rename {
        Some(text) => (text.value(), text.span()),
        None => (
            case.write(&variant.ident.unraw().to_string()),
            variant.ident.span(),
        ),
    };
    Some(Value {
        variant: variant.ident.clone(),
        text,
        span,
    })
}

fn case(keyed: &Keyed, diagnostics: &mut Diagnostics) -> Option<Case> {
    let name = literal(keyed, diagnostics)?;
    let case = Case::named(&name.value());
    if case.is_none() {
        let message = words::unknown("case", &name.value(), "", &Case::NAMES);
        diagnostics.on(&name, message);
    }
    case
}

fn literal(Keyed { key, value }: &Keyed, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    let text = literal::text(value).cloned();
    if text.is_none() {
        diagnostics.on(value, format!("`{key}` takes a string literal"));
    }
    text
}
