//! What is put around a body: its arguments, its return type, and how it ended.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::{FnArg, Ident, Pat};

use crate::paths::{generated, hygienic};

use super::parse::Function;
use super::returns;

/// The function with another body.
pub(crate) fn with_body(function: &Function, work: &TokenStream) -> TokenStream {
    let Function {
        attrs,
        vis,
        sig,
        inner_attrs,
        body,
    } = function;
    let mut block = Group::new(Delimiter::Brace, quote!(#inner_attrs #work));
    block.set_span(body.span());
    quote! {
        #(#attrs)*
        #vis #sig #block
    }
}

/// Finds `Err` on a value, however its type is spelt: the impl for `Result` is found one reference
/// earlier than the one for anything.
pub(crate) fn outcome(
    function: &Function,
    private: &TokenStream,
    value: &TokenStream,
) -> TokenStream {
    let span = hygienic(&function.sig.ident);
    let value: TokenStream = located_in(value, span);
    quote_spanned! {span=>
        {
            use #private::{OfAny as _, OfResult as _};
            (&&#private::Probe(#value)).outcome()
        }
    }
}

/// Tokens with the hygiene of a span.
fn located_in(tokens: &TokenStream, span: Span) -> TokenStream {
    let respan = |mut token: TokenTree| {
        token.set_span(span);
        token
    };
    tokens.clone().into_iter().map(respan).collect()
}

/// A return that is never taken and has the declared type: an async block has no place to declare
/// one, and coercions and good error messages need it.
pub(crate) fn typed_return(function: &Function) -> TokenStream {
    let span = returns::span(&function.sig);
    let ty = returns::in_body(&function.sig);
    quote_spanned! {span=>
        if let ::core::option::Option::Some(ppc_never) = ::core::option::Option::None::<#ty> {
            return ppc_never;
        }
    }
}

/// The body, which holds every argument whole until its end, used or not, and drops them as a
/// function does, the last one first: all that is dropped before the final push.
pub(crate) fn with_arguments(function: &Function) -> Group {
    let held = function
        .sig
        .inputs
        .iter()
        .rev()
        .filter_map(|argument| match argument {
            // One with attributes may be configured out.
            FnArg::Typed(argument) if argument.attrs.is_empty() => match &*argument.pat {
                Pat::Ident(pattern) => Some((pattern.ident.clone(), hygienic(&pattern.ident))),
                _ => None,
            },
            FnArg::Receiver(receiver) if receiver.attrs.is_empty() => {
                let token = receiver.self_token;
                Some((Ident::new("self", token.span), hygienic(&token)))
            }
            _ => None,
        });
    let held = held.map(|(name, span)| {
        // The one lint that looks at where a name was written and not at who uses it.
        let quiet = name
            .to_string()
            .starts_with('_')
            .then(|| quote!(#[allow(clippy::used_underscore_binding)]));
        quote_spanned! {span=>
            #quiet
            let _ = &#name;
        }
    });
    prefixed(&quote!(#(#held)*), &function.body)
}

/// A block with something before it, in a block of its own: items at the beginning of the body
/// stay at the beginning of a block, and lints about their place stay quiet.
pub(crate) fn prefixed(first: &TokenStream, block: &Group) -> Group {
    if first.is_empty() {
        return block.clone();
    }
    // Written by the user, its braces would be called superfluous where the body is one line.
    let mut inner = block.clone();
    inner.set_span(generated(block));
    let mut prefixed = Group::new(Delimiter::Brace, quote!(#first #inner));
    prefixed.set_span(block.span());
    prefixed
}
