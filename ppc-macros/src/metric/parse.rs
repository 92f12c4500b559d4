//! Tokens to declarations: `vis static NAME: Kind { keys }`, any number of them.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, Ident, LitStr, Path, Token, Type, Visibility, parse_quote};

use crate::diag::Diagnostics;
use crate::entry;
use crate::keys::{Form, Key, Keys, Syntax};
use crate::table::Table;

const KEYS: Keys = Keys {
    of: "`metric!`",
    syntax: Syntax::Colon,
    known: &[
        Key::new("name", Form::Value, "name: \"requests\""),
        Key::new("namespace", Form::Value, "namespace: \"acme\""),
        Key::new("subsystem", Form::Value, "subsystem: \"billing\""),
        Key::new("unit", Form::Value, "unit: \"seconds\""),
        Key::new("labels", Form::List, "labels: [host, outcome]"),
        Key::new("buckets", Form::Value, "buckets: [0.1, 1.0, 10.0]"),
        Key::new("quantiles", Form::Value, "quantiles: [0.5, 0.9, 0.99]"),
        Key::new("window", Form::Value, "window: \"10m\""),
        Key::new("states", Form::Value, "states: [\"starting\", \"running\"]"),
        Key::new("merge", Form::Value, "merge: \"sum\""),
        Key::new("live", Form::Flag, "live"),
        Key::new("eager", Form::Flag, "eager"),
        Key::new("max_series", Form::Value, "max_series: 1000"),
        Key::new("expire", Form::Value, "expire: \"5m\""),
        Key::new("registry", Form::Value, "registry: MY_REGISTRY"),
        Key::new("crate", Form::Value, "crate: my_metrics"),
    ],
};

/// Keywords that cannot be written as `r#..`.
const NEVER_RAW: [&str; 5] = ["_", "self", "Self", "super", "crate"];

/// One declaration.
pub(super) struct Declaration {
    pub(super) attrs: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(super) ident: Ident,
    pub(super) kind: Path,
    pub(super) keys: Table,
}

/// A label: `ident (as "wire name")? (: Type)? (= default)?`.
pub(super) struct RawLabel {
    pub(super) ident: Ident,
    pub(super) wire: Option<LitStr>,
    pub(super) ty: Option<Type>,
    pub(super) default: Option<Expr>,
}

/// All declarations; a mistake in one does not hide those behind it.
pub(super) fn declarations(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Vec<Declaration> {
    let mut declarations = Vec::new();
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            match declaration(input, diagnostics) {
                Ok(declaration) => declarations.push(declaration),
                Err(error) => {
                    diagnostics.add(error);
                    skip_declaration(input);
                }
            }
        }
        Ok(())
    };
    // The parser reports its mistakes itself and consumes everything.
    let parsed = parser.parse2(tokens);
    diagnostics.keep(parsed);
    declarations
}

fn declaration(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> syn::Result<Declaration> {
    let attrs = input.call(Attribute::parse_outer)?;
    let vis = input.parse()?;
    if !input.peek(Token![static]) {
        return Err(input.error("expected `static NAME: Kind { .. }`"));
    }
    input.parse::<Token![static]>()?;
    let ident: Ident = input.parse()?;
    if !input.peek(Token![:]) {
        let message = format!("the kind is missing: `static {ident}: Counter {{ .. }}`");
        return Err(syn::Error::new(ident.span(), message));
    }
    input.parse::<Token![:]>()?;
    let kind: Path = input.parse()?;
    if !input.peek(syn::token::Brace) {
        let message =
            format!("expected `{{ .. }}` behind the kind, as in `static {ident}: Counter {{}}`");
        return Err(syn::Error::new_spanned(&kind, message));
    }
    let content;
    syn::braced!(content in input);
    let mut keys = Table::default();
    keys.read(&content, &KEYS, diagnostics);
    // A semicolon is what every other static ends with.
    input.parse::<Option<Token![;]>>()?;
    Ok(Declaration {
        attrs,
        vis,
        ident,
        kind,
        keys,
    })
}

/// Goes behind the braces, or the semicolon, of a declaration that cannot be read.
fn skip_declaration(input: ParseStream<'_>) {
    while let Ok(token) = input.parse::<TokenTree>() {
        let end = match &token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(punct) => punct.as_char() == ';',
            _ => false,
        };
        if end {
            return;
        }
    }
}

/// The labels of `labels: [..]`.
pub(super) fn labels(list: &Group, diagnostics: &mut Diagnostics) -> Vec<RawLabel> {
    let mut labels = Vec::new();
    let parser = |input: ParseStream<'_>| {
        entry::entries(input, diagnostics, |input, _| label(input, &mut labels));
        Ok(())
    };
    let parsed = parser.parse2(list.stream());
    diagnostics.keep(parsed);
    labels
}

/// Adds a label as soon as its name is known, so that its method is there in any case.
fn label(input: ParseStream<'_>, labels: &mut Vec<RawLabel>) -> syn::Result<()> {
    let ident = label_name(input)?;
    let mut label = RawLabel {
        ident,
        wire: None,
        ty: None,
        default: None,
    };
    let parsed = label_details(input, &mut label);
    if parsed.is_err() && label.default.is_none() {
        // Not to be asked for where it is used: its declaration may have given it one.
        label.default = Some(parse_quote!(::core::unreachable!()));
    }
    labels.push(label);
    parsed
}

fn label_name(input: ParseStream<'_>) -> syn::Result<Ident> {
    if input.peek(LitStr) {
        let text: LitStr = input.parse()?;
        let message = format!(
            "a label is an identifier, which becomes a method; another name on the wire follows \
             it: `my_label as {:?}`",
            text.value()
        );
        return Err(syn::Error::new(text.span(), message));
    }
    if input.peek(Ident) {
        return input.parse();
    }
    if input.peek(Ident::peek_any) {
        let word = input.call(Ident::parse_any)?;
        let message = if NEVER_RAW.iter().any(|never| word == never) {
            format!("`{word}` cannot be the name of a label")
        } else {
            format!("`{word}` is a keyword; as a label it is written `r#{word}`")
        };
        return Err(syn::Error::new(word.span(), message));
    }
    Err(input.error(
        "expected a label: `name`, `name as \"wire name\"`, `name: Type` or `name = default`",
    ))
}

fn label_details(input: ParseStream<'_>, label: &mut RawLabel) -> syn::Result<()> {
    let ident = &label.ident;
    if input.peek(Token![as]) {
        input.parse::<Token![as]>()?;
        if !input.peek(LitStr) {
            let message = format!("expected the name on the wire as text: `{ident} as \"..\"`");
            return Err(input.error(message));
        }
        label.wire = Some(input.parse()?);
    }
    if input.peek(Token![:]) {
        input.parse::<Token![:]>()?;
        label.ty = Some(input.parse()?);
    }
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        if input.is_empty() || input.peek(Token![,]) {
            let message = format!("the default of label `{ident}` is missing");
            return Err(syn::Error::new(ident.span(), message));
        }
        label.default = Some(input.parse()?);
    }
    Ok(())
}
