//! After a mistake: an impl of `LabelValue` that never runs, so that one mistake gives one message.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::diag::Diagnostics;

use super::model::Enum;

/// The stub beside what is wrong. `FixedLabelValue` has none: it would demand `Copy` of a type
/// that may not even be an enum.
pub(super) fn expand(input: &DeriveInput, model: &Enum, diagnostics: Diagnostics) -> TokenStream {
    let errors = diagnostics.into_tokens();
    let krate = &model.krate;
    let g = quote!(#krate::__private);
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        #errors

        #[automatically_derived]
        impl #impl_generics #g::LabelValue for #ident #ty_generics #where_clause {
            fn text<'a>(&'a self, _: &'a mut #g::Scratch) -> &'a ::core::primitive::str {
                ""
            }
        }
    }
}
