//! Quotes a checked metric: the static with its declaration, and for a labelled one its type.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Expr, Ident};

use crate::keys::Keyed;
use crate::kind::Kind;
use crate::literal::{self, Literal};
use crate::paths::{hygienic, located};

use super::model::{Label, Metric, State, Text};
use super::{labelled, settings};

pub(super) fn expand(metric: &Metric) -> TokenStream {
    let Metric {
        attrs,
        vis,
        ident,
        krate,
        ..
    } = metric;
    let g = &quote!(#krate::__private);
    let kind = kind(metric, g);
    let (declared, assertion) = (declared(metric, g, &kind), states_assertion(metric, g));
    let eager = metric
        .eager
        .as_ref()
        .map(|_| quote!(#g::inventory::submit!(#g::Eager(&DECLARED));));
    if metric.labels.is_empty() {
        return quote! {
            #(#attrs)*
            #vis static #ident: #kind = {
                #assertion
                #declared
                #eager
                #kind::declared(&DECLARED)
            };
        };
    }
    let value = labelled::value(metric, g);
    let items = labelled::items(metric, g, &kind);
    quote! {
        #(#attrs)*
        #vis static #ident: #ident = {
            #assertion
            #declared
            #eager
            #value
        };
        #items
    }
}

/// The metric's type, whatever is in scope where it is declared.
fn kind(metric: &Metric, g: &TokenStream) -> TokenStream {
    let name = Ident::new(metric.kind.name(), proc_macro2::Span::call_site());
    quote!(#g::#name)
}

fn declared(metric: &Metric, g: &TokenStream, kind: &TokenStream) -> TokenStream {
    let text = |text: &Option<Text>| {
        text.as_ref()
            .map_or_else(String::new, |text| text.value.clone())
    };
    let name = &metric.name.value;
    let (namespace, subsystem, unit) = (
        text(&metric.namespace),
        text(&metric.subsystem),
        text(&metric.unit),
    );
    let help = metric.help();
    let labels = match metric.state {
        State::Checked => &metric.labels[..],
        State::Refused => &[],
    };
    let labels = labels
        .iter()
        .map(|label| label_declaration(metric, label, g));
    let buckets = option(
        metric
            .buckets
            .as_ref()
            .map(|buckets| bounds(&buckets.value, g)),
    );
    let states = states(metric, g);
    let (quantiles, window) = (
        setting(metric.quantiles.as_ref(), settings::quantiles),
        setting(metric.window.as_ref(), settings::time),
    );
    let merge = metric.merge.as_ref();
    let merge = option(merge.map(|merge| settings::merge(&merge.value, g)));
    let live = metric.live.is_some();
    let (max_series, expire) = (
        setting(metric.max_series.as_ref(), settings::count),
        setting(metric.expire.as_ref(), settings::time),
    );
    let registry = option(metric.registry.as_ref().map(|registry| {
        let registry = literal::reference(&registry.value);
        quote!(|| #registry)
    }));
    quote! {
        static DECLARED: #g::Declared<#kind> = #g::Declared::new(#g::Declaration {
            name: #name,
            namespace: #namespace,
            subsystem: #subsystem,
            unit: #unit,
            help: #help,
            labels: &[#(#labels),*],
            buckets: #buckets,
            states: #states,
            quantiles: #quantiles,
            window: #window,
            merge: #merge,
            live: #live,
            max_series: #max_series,
            expire: #expire,
            registry: #registry,
        });
    }
}

fn label_declaration(metric: &Metric, label: &Label, g: &TokenStream) -> TokenStream {
    let name = &label.wire.value;
    let default = option(
        label
            .default
            .as_ref()
            .map(|default| default_text(label, default, g)),
    );
    let fixed = if let (Some(_), Some(ty), None) = (&metric.eager, &label.ty, &label.default) {
        quote!(<#ty as #g::FixedLabelValue>::VALUES)
    } else {
        quote!(&[])
    };
    quote!(#g::LabelDeclaration { name: #name, default: #default, fixed: #fixed })
}

/// The text of a default; what is wrong with the expression is reported at it.
fn default_text(label: &Label, default: &Expr, g: &TokenStream) -> TokenStream {
    let (span, g) = (hygienic(default), located(g.clone(), default));
    let ty = label.ty.as_ref().map(|ty| quote!(: #ty));
    quote_spanned! {span=>
        || {
            let value #ty = #default;
            ::std::borrow::ToOwned::to_owned(#g::LabelValue::text(
                &value,
                &mut <#g::Scratch as ::core::default::Default>::default(),
            ))
        }
    }
}

/// Bounds that are all written out may mix `1` and `2.5`.
fn bounds(value: &Expr, g: &TokenStream) -> TokenStream {
    let known = |bound: &Expr| match (Literal::of(bound), bound) {
        (Some(Literal::Number(number)), _) => Some(quote!(#number)),
        (None, Expr::Path(path)) if path.path.segments.last()?.ident == "INFINITY" => {
            Some(quote!(#bound))
        }
        _ => None,
    };
    let numbers: Option<Vec<_>> = match literal::bare(value) {
        Expr::Array(array) => array.elems.iter().map(known).collect(),
        _ => None,
    };
    if let Some(numbers) = numbers {
        quote!(|| <::std::vec::Vec<f64> as ::core::convert::From<_>>::from([#(#numbers),*]))
    } else {
        quote!(|| #g::BucketBounds::bounds(#value))
    }
}

fn states(metric: &Metric, g: &TokenStream) -> TokenStream {
    match metric
        .states
        .as_ref()
        .map(|states| literal::bare(&states.value))
    {
        None => quote!(&[]),
        Some(Expr::Path(ty)) => quote!(<#ty as #g::FixedLabelValue>::VALUES),
        Some(list) => quote!(&#list),
    }
}

/// How many values a type has is not known here: the compiler counts.
fn states_assertion(metric: &Metric, g: &TokenStream) -> Option<TokenStream> {
    let Some(Expr::Path(ty)) = metric
        .states
        .as_ref()
        .map(|states| literal::bare(&states.value))
    else {
        return None;
    };
    (metric.kind == Kind::StateSet).then(|| {
        quote! {
            const _: () = ::core::assert!(
                <#ty as #g::FixedLabelValue>::VALUES.len() <= 64,
                "a state set has at most 64 states",
            );
        }
    })
}

fn setting(keyed: Option<&Keyed>, quote: fn(&Expr) -> TokenStream) -> TokenStream {
    option(keyed.map(|keyed| quote(&keyed.value)))
}

fn option(value: Option<TokenStream>) -> TokenStream {
    value.map_or_else(
        || quote!(::core::option::Option::None),
        |value| quote!(::core::option::Option::Some(#value)),
    )
}
