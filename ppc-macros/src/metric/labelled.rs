//! The type of a labelled metric: one slot and one method a label, in the manner that
//! `ppc-core/src/label/slots.rs` explains.
//!
//! It has the name of its static; types and statics do not meet. Names come from the user but are
//! placed as generated ones, so that no lint speaks of them.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;
use syn::ext::IdentExt;

use crate::paths::{generated, located};

use super::model::{Label, Metric};

/// The static's value: every label by default, or still missing.
pub(super) fn value(metric: &Metric, g: &TokenStream) -> TokenStream {
    let ty = renamed(&metric.ident);
    let slots = nested(metric.labels.iter().map(|label| {
        let slot = empty_slot(metric, label, g);
        if label.default.is_some() {
            quote!(<#slot>::NEW)
        } else {
            quote!(#slot {})
        }
    }));
    quote!(#ty { metric: #g::Labelled::new(&DECLARED, #slots) })
}

/// The type, its markers and its methods.
pub(super) fn items(metric: &Metric, g: &TokenStream, kind: &TokenStream) -> TokenStream {
    let (vis, cfgs, ty) = (&metric.vis, &metric.cfgs(), renamed(&metric.ident));
    let params = &params(metric);
    let empty = metric
        .labels
        .iter()
        .map(|label| empty_slot(metric, label, g));
    let slots = nested(params);
    let markers = markers(metric, g);
    let doc = format!(
        "The labels of [`static@{}`] that are set so far; made by `metric!`.",
        metric.ident.unraw()
    );
    let setters = (0..params.len()).map(|index| setter(metric, index, params, g));
    let span = generated(&metric.ident);
    quote_spanned! {span=>
        #markers

        #(#cfgs)*
        #[doc = #doc]
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
        #vis struct #ty<#(#params = #empty),*> {
            metric: #g::Labelled<#kind, #slots>,
        }

        #(#cfgs)*
        impl<#(#params),*> #ty<#(#params),*> {
            #(#setters)*
        }

        #(#cfgs)*
        impl<#(#params),*> ::core::ops::Deref for #ty<#(#params),*> {
            type Target = #g::Labelled<#kind, #slots>;

            #[inline]
            fn deref(&self) -> &Self::Target {
                &self.metric
            }
        }

        #(#cfgs)*
        impl #g::Declare for #ty {
            fn declare(&self) {
                #g::Declare::declare(&self.metric);
            }
        }
    }
}

/// What stands for a label that is required and not set: its name is what the user reads.
fn markers(metric: &Metric, g: &TokenStream) -> TokenStream {
    let (vis, cfgs) = (&metric.vis, &metric.cfgs());
    let markers = metric
        .labels
        .iter()
        .filter(|label| label.default.is_none())
        .map(|label| {
            let marker = marker(metric, label);
            let span = generated(&label.ident);
            quote_spanned! {span=>
                #(#cfgs)*
                #[doc(hidden)]
                #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
                #vis struct #marker {}

                #(#cfgs)*
                impl #g::NotYetSet for #marker {}
            }
        });
    quote!(#(#markers)*)
}

fn setter(metric: &Metric, index: usize, params: &[Ident], g: &TokenStream) -> TokenStream {
    let label = &metric.labels[index];
    let g = &located(g.clone(), &label.ident);
    let (vis, ty, name, slot) = (
        &metric.vis,
        renamed(&metric.ident),
        renamed(&label.ident),
        &params[index],
    );
    let doc = match &label.default {
        Some(_) => format!(
            "Sets the label `{}`, in place of its default.",
            label.wire.value
        ),
        None => format!("Sets the label `{}`.", label.wire.value),
    };
    let hidden = {
        let name = label.ident.unraw().to_string();
        let recording = metric.kind.recording();
        recording.contains(&&*name).then_some(name)
    };
    let (doc, unused) = match hidden {
        Some(name) => (
            format!("{doc} `.handle().{name}(..)` reaches the method of the same name."),
            format!(
                "this sets the label `{name}`, and labels alone record nothing; \
                 the method is reached by `.handle().{name}(..)`"
            ),
        ),
        None => (doc, "labels alone record nothing".to_owned()),
    };
    // A type that is declared may be a fixed set of values, which are found by an index.
    let (generic, value, given, constructor) = match &label.ty {
        Some(ty) => {
            let spare = usize::from(label.default.is_some());
            (
                quote!(),
                quote!(#ty),
                quote!(#g::Typed<#ty, #spare>),
                quote!(#g::Typed),
            )
        }
        None => (
            quote!(<__V: #g::LabelValue>),
            quote!(__V),
            quote!(#g::Given<__V>),
            quote!(#g::Given),
        ),
    };
    let result = params.iter().map(|param| {
        if param == slot {
            quote!(#given)
        } else {
            quote!(#param)
        }
    });
    let locals: Vec<Ident> = (0..params.len())
        .map(|n| Ident::new(&format!("l{n}"), Span::mixed_site()))
        .collect();
    let before = nested(locals.iter().map(|local| {
        if *local == locals[index] {
            quote!(_)
        } else {
            quote!(#local)
        }
    }));
    let after = nested(locals.iter().map(|local| {
        if *local == locals[index] {
            quote!(#constructor(value))
        } else {
            quote!(#local)
        }
    }));
    let span = generated(&label.ident);
    quote_spanned! {span=>
        #[doc = #doc]
        #[inline]
        #[must_use = #unused]
        #vis fn #name #generic(self, value: #value) -> #ty<#(#result),*>
        where
            #slot: #g::NotYetSet,
        {
            let (declared, #before) = self.metric.into_parts();
            #ty { metric: #g::Labelled::new(declared, #after) }
        }
    }
}

fn empty_slot(metric: &Metric, label: &Label, g: &TokenStream) -> TokenStream {
    match (&label.default, &label.ty) {
        (Some(_), Some(ty)) => quote!(#g::Defaulted<#ty>),
        (Some(_), None) => quote!(#g::Defaulted),
        (None, _) => {
            let marker = marker(metric, label);
            quote!(#marker)
        }
    }
}

fn marker(metric: &Metric, label: &Label) -> Ident {
    let span = generated(&label.ident);
    format_ident!(
        "{}_needs_{}",
        metric.ident.unraw(),
        label.ident.unraw(),
        span = span
    )
}

/// One type parameter a label; the user's types stand beside them, hence names nobody takes.
fn params(metric: &Metric) -> Vec<Ident> {
    (0..metric.labels.len())
        .map(|n| format_ident!("__L{n}", span = Span::call_site()))
        .collect()
}

/// `(a, (b, ()))`.
fn nested<T: quote::ToTokens>(
    slots: impl IntoIterator<Item = T, IntoIter: DoubleEndedIterator>,
) -> TokenStream {
    slots
        .into_iter()
        .rev()
        .fold(quote!(()), |rest, slot| quote!((#slot, #rest)))
}

/// The user's name on something generated.
fn renamed(ident: &Ident) -> Ident {
    let mut renamed = ident.clone();
    renamed.set_span(generated(ident));
    renamed
}
