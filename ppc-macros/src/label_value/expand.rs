//! Quotes the impls of `LabelValue` and `FixedLabelValue`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Fields};

use super::model::{Enum, Skipped};

pub(super) fn expand(input: &DeriveInput, model: &Enum) -> TokenStream {
    let krate = &model.krate;
    let g = quote!(#krate::__private);
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let variants: Vec<_> = model.values.iter().map(|value| &value.variant).collect();
    let texts: Vec<_> = model.values.iter().map(|value| &value.text).collect();
    let indices = 0..variants.len();
    let skipped: Vec<_> = model.skipped.iter().map(pattern).collect();
    let behind = variants.len();
    // Whatever is skipped is one more value: that of no label.
    let count = behind + usize::from(!skipped.is_empty());
    quote! {
        #[automatically_derived]
        impl #impl_generics #g::LabelValue for #ident #ty_generics #where_clause {
            #[inline]
            fn text<'a>(&'a self, _: &'a mut #g::Scratch) -> &'a ::core::primitive::str {
                match self {
                    #(Self::#variants => #texts,)*
                    #(#skipped => "",)*
                }
            }

            const FIXED: ::core::primitive::usize = #count;

            #[inline]
            fn fixed_index(&self) -> ::core::primitive::usize {
                match self {
                    #(Self::#variants => #indices,)*
                    #(#skipped => #behind,)*
                }
            }

            const IS_TEXT: ::core::primitive::bool = true;

            #[inline]
            fn lend(&self) -> &::core::primitive::str {
                match self {
                    #(Self::#variants => #texts,)*
                    #(#skipped => "",)*
                }
            }
        }

        #[automatically_derived]
        impl #impl_generics #g::FixedLabelValue for #ident #ty_generics #where_clause {
            const VALUES: &'static [&'static ::core::primitive::str] = &[#(#texts),*];

            #[inline]
            fn index(self) -> ::core::primitive::usize {
                #g::LabelValue::fixed_index(&self)
            }
        }
    }
}

/// Matches the variant, whatever its fields are.
fn pattern(Skipped { variant, fields }: &Skipped) -> TokenStream {
    match fields {
        Fields::Unit => quote!(Self::#variant),
        Fields::Unnamed(_) => quote!(Self::#variant(..)),
        Fields::Named(_) => quote!(Self::#variant { .. }),
    }
}
