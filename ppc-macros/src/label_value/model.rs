//! The enum as a list of texts, each with the tokens it came from.

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
}

/// One value and its text.
pub(super) struct Value {
    pub(super) variant: Ident,
    pub(super) text: String,
    /// Where the text comes from: the variant, or what renames it.
    pub(super) span: Span,
}

impl Enum {
    pub(super) fn new(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Self {
        let mut keys = parse::on_enum(&input.attrs, diagnostics);
        let krate = paths::facade(keys.value("crate").as_ref(), diagnostics);
        let case = keys
            .value("rename_all")
            .and_then(|keyed| case(&keyed, diagnostics));
        let values = match &input.data {
            Data::Enum(data) => data
                .variants
                .iter()
                .filter_map(|variant| value(variant, case.unwrap_or_default(), diagnostics))
                .collect(),
            Data::Struct(data) => {
                not_an_enum(data.struct_token, "a struct", diagnostics);
                Vec::new()
            }
            Data::Union(data) => {
                not_an_enum(data.union_token, "a union", diagnostics);
                Vec::new()
            }
        };
        Self { krate, values }
    }
}

fn not_an_enum(token: impl quote::ToTokens, found: &str, diagnostics: &mut Diagnostics) {
    diagnostics.on(
        token,
        format!("`#[derive(LabelValue)]` is for enums, and this is {found}; implement `LabelValue` by hand"),
    );
}

fn value(variant: &Variant, case: Case, diagnostics: &mut Diagnostics) -> Option<Value> {
    let mut keys = parse::on_variant(&variant.attrs, diagnostics);
    let rename = keys
        .value("rename")
        .and_then(|keyed| literal(&keyed, diagnostics));
    if !matches!(variant.fields, Fields::Unit) {
        diagnostics.on(
            &variant.fields,
            format!(
                "`{}` has fields; a label value is one of a fixed set of texts",
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
