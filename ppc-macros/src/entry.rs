//! Parses the entries of a comma-separated list, each on its own: what is wrong with one does not
//! hide the others.

use proc_macro2::{Delimiter, TokenTree};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, Token, token};

use crate::diag::Diagnostics;
use crate::keys::{Form, Keys, Syntax, Value};

/// Parses entries to the end of the list with a parser of one, which stops where it likes.
pub(crate) fn entries(
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
    mut entry: impl FnMut(ParseStream<'_>, &mut Diagnostics) -> syn::Result<()>,
) {
    while !input.is_empty() {
        let parsed = entry(input, diagnostics);
        // What is left of an entry whose mistake was reported is no news.
        let mut reported = diagnostics.keep(parsed).is_none();
        while !input.is_empty() && !input.peek(Token![,]) {
            match input.parse::<TokenTree>() {
                Ok(token) if !reported => {
                    diagnostics.on(&token, format!("expected `,` before `{}`", brief(&token)));
                    reported = true;
                }
                Ok(_) => {}
                Err(error) => return diagnostics.add(error),
            }
        }
        if !input.is_empty() {
            diagnostics.keep(input.parse::<Token![,]>());
        }
    }
}

/// Parses a key and what stands behind it.
pub(crate) fn key_and_value(
    input: ParseStream<'_>,
    keys: &Keys<'_>,
) -> syn::Result<(Ident, Value)> {
    if !input.peek(Ident::peek_any) {
        return Err(input.error(format!("expected a key of {}", keys.of)));
    }
    // Any, because `crate` is a key.
    let key = input.call(Ident::parse_any)?;
    if input.is_empty() || input.peek(Token![,]) {
        return Ok((key, Value::Bare));
    }
    let is_list = keys
        .get(&key.to_string())
        .is_none_or(|known| known.form == Form::List);
    let value = match keys.syntax {
        Syntax::Equals if input.peek(token::Paren) => Value::List(input.parse()?),
        Syntax::Equals if input.peek(Token![=]) => {
            input.parse::<Token![=]>()?;
            expression(input, &key)?
        }
        Syntax::Equals => return Err(input.error(format!("expected `=` behind `{key}`"))),
        Syntax::Colon if input.peek(Token![:]) => {
            input.parse::<Token![:]>()?;
            if is_list && input.peek(token::Bracket) {
                Value::List(input.parse()?)
            } else {
                expression(input, &key)?
            }
        }
        Syntax::Colon => return Err(input.error(format!("expected `:` behind `{key}`"))),
    };
    Ok((key, value))
}

fn expression(input: ParseStream<'_>, key: &Ident) -> syn::Result<Value> {
    if input.is_empty() || input.peek(Token![,]) {
        return Err(syn::Error::new(
            key.span(),
            format!("the value of `{key}` is missing"),
        ));
    }
    input.parse().map(Value::Expr)
}

/// A token, without what a group holds.
fn brief(token: &TokenTree) -> String {
    let TokenTree::Group(group) = token else {
        return token.to_string();
    };
    let opening = match group.delimiter() {
        Delimiter::Parenthesis => "(",
        Delimiter::Brace => "{",
        Delimiter::Bracket | Delimiter::None => "[",
    };
    opening.to_owned()
}
