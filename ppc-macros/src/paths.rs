//! Paths and spans of what is generated.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use syn::Expr;
use syn::spanned::Spanned;

use crate::diag::Diagnostics;
use crate::keys::Keyed;
use crate::literal;

/// The path of the facade: that of the key `crate`, or `::ppc`.
pub(crate) fn facade(given: Option<&Keyed>, diagnostics: &mut Diagnostics) -> TokenStream {
    match given.map(|given| literal::bare(&given.value)) {
        None => quote!(::ppc),
        Some(Expr::Path(path)) if path.qself.is_none() => quote!(#path),
        Some(other) => {
            let message = "expected a path to `ppc`, such as `my_metrics` or `crate::ppc`";
            diagnostics.on(other, message);
            quote!(::ppc)
        }
    }
}

/// A span that points at `at`, and whose local names do not meet the user's.
pub(crate) fn hygienic(at: &impl Spanned) -> Span {
    Span::mixed_site().located_at(at.span())
}

/// A span that points at `at` and is generated all the same: lints about the user's code do not
/// speak of it.
pub(crate) fn generated(at: &impl Spanned) -> Span {
    Span::call_site().located_at(at.span())
}

/// The tokens, placed where a message about them belongs.
pub(crate) fn located(tokens: TokenStream, at: &impl Spanned) -> TokenStream {
    let at = at.span();
    let located = |mut token: TokenTree| {
        token.set_span(token.span().located_at(at));
        token
    };
    tokens.into_iter().map(located).collect()
}
