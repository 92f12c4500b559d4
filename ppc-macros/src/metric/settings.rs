//! Quotes what is set for the series of a metric, each value as a function that is called once.

use proc_macro2::{Literal as Token, TokenStream};
use quote::{format_ident, quote};
use syn::Expr;

use crate::literal::{self, Literal};
use crate::times;

/// The words for the ways in which values of several processes become one, each with its variant
/// of `Merge`.
pub(super) const MERGES: [(&str, &str); 6] = [
    ("last", "Last"),
    ("sum", "Sum"),
    ("min", "Min"),
    ("max", "Max"),
    ("average", "Average"),
    ("per_instance", "PerInstance"),
];

/// Quantiles that are all written out may mix `0` and `0.5`.
pub(super) fn quantiles(value: &Expr) -> TokenStream {
    let known = |quantile: &Expr| match Literal::of(quantile) {
        Some(Literal::Number(number)) => Some(quote!(#number)),
        _ => None,
    };
    let numbers: Option<Vec<_>> = match literal::bare(value) {
        Expr::Array(array) => array.elems.iter().map(known).collect(),
        _ => None,
    };
    let value = numbers.map_or_else(|| quote!(#value), |numbers| quote!([#(#numbers),*]));
    quote! {
        || ::core::convert::Into::<::std::vec::Vec<::core::primitive::f64>>::into(#value)
    }
}

/// A time that is written out was read while compiling; any other expression is a `Duration`.
pub(super) fn time(value: &Expr) -> TokenStream {
    let Some(time) = times::literal(value) else {
        return quote!(|| #value);
    };
    let (seconds, nanos) = (time.as_secs(), time.subsec_nanos());
    quote!(|| ::core::time::Duration::new(#seconds, #nanos))
}

/// A word that is written out is known; any other expression is a `Merge`.
pub(super) fn merge(value: &Expr, g: &TokenStream) -> TokenStream {
    let Some(Literal::Text(found)) = Literal::of(value) else {
        return quote!(|| #value);
    };
    let mut known = MERGES.iter().filter(|(word, _)| *word == found);
    let variant = known.next().map(|(_, variant)| format_ident!("{variant}"));
    quote!(|| #g::Merge::#variant)
}

/// A number that is written out is a `usize`, whatever its suffix.
pub(super) fn count(value: &Expr) -> TokenStream {
    let Some(count) = literal::count(value) else {
        return quote!(|| #value);
    };
    let count = Token::usize_unsuffixed(count);
    quote!(|| #count)
}
