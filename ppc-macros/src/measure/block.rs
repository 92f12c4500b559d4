//! `#[measure]` on an impl block: every method with a body is measured, but those that say `skip`.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, ItemImpl, Meta, Signature, Token, Type, Visibility};

use crate::diag::Diagnostics;
use crate::function::parse::{self as function, Function};

use super::model::Settings;
use super::{check, expand as methods, parse};

/// Whether the item is an impl block.
pub(super) fn is_block(item: &TokenStream) -> bool {
    let begins = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Option<Token![unsafe]>>()?;
        let is_block = input.peek(Token![impl]);
        input.parse::<TokenStream>()?;
        Ok(is_block)
    };
    begins.parse2(item.clone()).unwrap_or(false)
}

/// The block with its methods measured; after a mistake the block as it was, without what this
/// attribute would say in it once more.
pub(super) fn expand(
    settings: &Settings,
    item: &TokenStream,
    diagnostics: &mut Diagnostics,
) -> TokenStream {
    let Some(block) = diagnostics.keep(Block::read(item.clone())) else {
        let errors = std::mem::take(diagnostics).into_tokens();
        return quote!(#errors #item);
    };
    let Block { head, ty, body } = &block;
    let (mut plain, mut measured) = (TokenStream::new(), TokenStream::new());
    let items = (|input: ParseStream<'_>| items(input)).parse2(body.stream());
    for item in diagnostics.keep(items).unwrap_or_default() {
        match item {
            Item::Other(tokens) => {
                plain.extend(tokens.clone());
                measured.extend(tokens);
            }
            Item::Method(mut function) => {
                let own = own_settings(&mut function, settings, diagnostics);
                plain.extend(as_written(&function));
                let settings = own.as_ref().unwrap_or(settings);
                // A `const fn` cannot be measured, and is left out unless it asks.
                let is_const = function.sig.constness.is_some();
                if own.is_some() {
                    check::function(&function, diagnostics);
                }
                measured.extend(if settings.skip.is_some() || is_const {
                    as_written(&function)
                } else {
                    let name = format!("{ty}::{}", methods::name(&function));
                    methods::expand(settings, &function, &name)
                });
            }
        }
    }
    let inside = if diagnostics.is_empty() {
        measured
    } else {
        plain
    };
    let mut body_of_block = Group::new(Delimiter::Brace, inside);
    body_of_block.set_span(body.span());
    let errors = std::mem::take(diagnostics).into_tokens();
    quote!(#errors #head #body_of_block)
}

/// An impl block, apart.
struct Block {
    head: TokenStream,
    /// The name of the type, as the label says it.
    ty: String,
    body: Group,
}

impl Block {
    fn read(item: TokenStream) -> syn::Result<Self> {
        let mut head: Vec<TokenTree> = item.into_iter().collect();
        // One that came through a `macro_rules!` as `$block:item`.
        while let [TokenTree::Group(group)] = &head[..]
            && group.delimiter() == Delimiter::None
        {
            head = group.stream().into_iter().collect();
        }
        let Some(TokenTree::Group(body)) = head.pop() else {
            let message = "expected the braces of an impl block";
            return Err(head.pop().map_or_else(
                || syn::Error::new(proc_macro2::Span::call_site(), message),
                |last| syn::Error::new(last.span(), message),
            ));
        };
        let head: TokenStream = head.into_iter().collect();
        // With no body, because that stays raw.
        let parsed: ItemImpl = syn::parse2(quote!(#head {}))?;
        Ok(Self {
            ty: type_name(&parsed.self_ty),
            head,
            body,
        })
    }
}

/// The last word of a path; of any other type its own text.
fn type_name(ty: &Type) -> String {
    let last = |path: &syn::Path| {
        path.segments
            .last()
            .map(|last| last.ident.unraw().to_string())
    };
    let name = match ty {
        Type::Path(path) => last(&path.path),
        Type::Reference(reference) => Some(type_name(&reference.elem)),
        Type::Group(group) => Some(type_name(&group.elem)),
        Type::Paren(paren) => Some(type_name(&paren.elem)),
        _ => None,
    };
    name.unwrap_or_else(|| ty.to_token_stream().to_string())
}

enum Item {
    Method(Box<Function>),
    Other(TokenStream),
}

fn items(input: ParseStream<'_>) -> syn::Result<Vec<Item>> {
    let mut items = Vec::new();
    // Inner attributes, `#![..]`, belong to the block.
    let inner = input.call(Attribute::parse_inner)?;
    items.push(Item::Other(quote!(#(#inner)*)));
    while !input.is_empty() {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis: Visibility = input.parse()?;
        if !function::is_function(input) {
            let rest = other(input)?;
            items.push(Item::Other(quote!(#(#attrs)* #vis #rest)));
            continue;
        }
        let sig: Signature = input.parse()?;
        if let Some(end) = input.parse::<Option<Token![;]>>()? {
            // rustc has its own words for a method without a body.
            items.push(Item::Other(quote!(#(#attrs)* #vis #sig #end)));
            continue;
        }
        let function = function::with_body(attrs, vis, sig, input)?;
        items.push(Item::Method(Box::new(function)));
    }
    Ok(items)
}

/// Any other item, as its tokens: up to a semicolon, or the braces of a macro.
fn other(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    let mut ends_with_braces = false;
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        let ends = match &token {
            TokenTree::Punct(punct) if punct.as_char() == ';' => true,
            TokenTree::Group(group) => ends_with_braces && group.delimiter() == Delimiter::Brace,
            _ => false,
        };
        ends_with_braces |= match &token {
            TokenTree::Punct(punct) => punct.as_char() == '!',
            TokenTree::Ident(word) => word == "fn",
            _ => false,
        };
        tokens.extend([token]);
        if ends {
            break;
        }
    }
    Ok(tokens)
}

/// Takes what the method says in a `#[measure(..)]` of its own off its attributes.
fn own_settings(
    function: &mut Function,
    block: &Settings,
    diagnostics: &mut Diagnostics,
) -> Option<Settings> {
    let is_ours = |attr: &Attribute| {
        let last = attr.path().segments.last();
        last.is_some_and(|last| last.ident == "measure")
    };
    let (ours, others) = std::mem::take(&mut function.attrs)
        .into_iter()
        .partition::<Vec<_>, _>(is_ours);
    function.attrs = others;
    let mut ours = ours.into_iter();
    let own = ours.next()?;
    for second in ours {
        diagnostics.on(second.path(), "`#[measure]` is given twice");
    }
    let tokens = match own.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens,
        Meta::NameValue(ref name) => {
            diagnostics.on(name, "`#[measure]` is written like `#[measure(skip)]`");
            TokenStream::new()
        }
    };
    let own = Settings::new(parse::settings(tokens, diagnostics), diagnostics).inside(block);
    check::settings(&own, diagnostics);
    Some(own)
}

fn as_written(function: &Function) -> TokenStream {
    crate::function::wrap::with_body(function, &function.body.stream())
}
