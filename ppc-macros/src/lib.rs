//! The macros of `prometheus-push-client`; programs use them through the facade, `ppc`.

#![forbid(unsafe_code)]

mod address;
mod diag;
mod entry;
mod features;
mod keys;
mod kind;
mod label_value;
mod literal;
mod metric;
mod names;
mod paths;
mod push_metrics;
mod table;
mod times;
mod words;

use proc_macro::TokenStream;

/// Pushes metrics while the function runs, and once more at its end.
///
/// See the facade.
#[proc_macro_attribute]
pub fn push_metrics(settings: TokenStream, item: TokenStream) -> TokenStream {
    push_metrics::push_metrics(settings.into(), &item.into()).into()
}

/// Declares metrics as statics.
#[proc_macro]
pub fn metric(declarations: TokenStream) -> TokenStream {
    metric::metric(declarations.into()).into()
}

/// Makes an enum of unit variants a label value.
#[proc_macro_derive(LabelValue, attributes(label))]
pub fn derive_label_value(input: TokenStream) -> TokenStream {
    label_value::label_value(input.into()).into()
}
