//! After a mistake: the function as it was, so that one mistake gives one message.

use proc_macro2::TokenStream;
use quote::quote;

use crate::diag::Diagnostics;

/// The item without the attribute, beside what is wrong with it.
pub(crate) fn expand(item: &TokenStream, diagnostics: Diagnostics) -> TokenStream {
    let errors = diagnostics.into_tokens();
    quote!(#errors #item)
}
