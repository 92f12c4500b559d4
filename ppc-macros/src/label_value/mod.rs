//! `#[derive(LabelValue)]`: parse, model, check, expand; where anything is wrong, a stub.

mod case;
mod check;
mod expand;
mod fallback;
mod model;
mod parse;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::diag::Diagnostics;

/// Expands the derive for `input`.
pub(crate) fn label_value(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut diagnostics = Diagnostics::default();
    let model = model::Enum::new(&input, &mut diagnostics);
    check::values(&model, &input.ident, &mut diagnostics);
    if diagnostics.is_empty() {
        expand::expand(&input, &model)
    } else {
        fallback::expand(&input, &model, diagnostics)
    }
}
