//! Quotes destinations with their settings, each of the user's expressions once.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Expr, Ident};

use crate::keys::Keyed;
use crate::literal::Literal;
use crate::paths::{hygienic, located};

use super::model::{Content, Destination, Given, Settings};
use super::settings::Value;

/// What the destinations expand to.
pub(super) struct Destinations {
    /// Statements that evaluate what several of them have in common.
    pub(super) shared: Vec<TokenStream>,
    /// `.and_to(..)`, once for each.
    pub(super) calls: Vec<TokenStream>,
}

impl Destinations {
    pub(super) fn of(settings: &Settings, private: &TokenStream) -> Self {
        let mut shared = Vec::new();
        let users = |given: &Given| {
            let destinations = settings.destinations.iter();
            let users = destinations.filter(|destination| has(destination, given));
            users.count()
        };
        let setters: Vec<_> = settings
            .given
            .iter()
            .map(|given| setters(settings, given, users(given) > 1, &mut shared))
            .collect();
        let calls = settings.destinations.iter().map(|destination| {
            let Destination { kind, keyed } = destination;
            let (from, span) = (borrowed(&keyed.value), hygienic(&keyed.key));
            let ty = Ident::new(kind.ty, span);
            let given = settings.given.iter().zip(&setters);
            let own = given.filter(|(given, _)| has(destination, given));
            let setters = own.map(|(_, setters)| setters);
            let linger = settings.linger.as_ref().filter(|_| kind.serves());
            let linger = linger.map(|Keyed { key, value }| {
                let (setter, value) = (setter(key), borrowed(value));
                quote!(.#setter(#value))
            });
            let made = quote!(#private::destination_of::<#private::#ty>);
            let made = located(made, &keyed.key);
            quote_spanned!(span=> .and_to(#made(#from) #(#setters)* #linger))
        });
        let calls = calls.collect();
        Self { shared, calls }
    }
}

fn has(destination: &Destination, given: &Given) -> bool {
    given.setting.of.contains(&destination.kind.key.name)
}

/// The setters of a setting, with what it takes; what several destinations take is evaluated
/// beforehand.
fn setters(
    settings: &Settings,
    given: &Given,
    is_shared: bool,
    shared: &mut Vec<TokenStream>,
) -> TokenStream {
    let mut reference = |value: &Expr, number: usize| {
        if !is_shared || Literal::of(value).is_some() {
            return borrowed(value);
        }
        let name = format!("ppc_{}_{number}", given.setting.key.name);
        let (name, value) = (Ident::new(&name, hygienic(value)), borrowed(value));
        shared.push(quote!(let #name = #value;));
        quote!(#name)
    };
    let keyed = match &given.content {
        Content::Value(keyed) => keyed,
        Content::Pairs(key, pairs) => {
            let Value::Pairs { setter, .. } = given.setting.value else {
                return TokenStream::new();
            };
            let setter = Ident::new(setter, hygienic(key));
            let calls = pairs.iter().enumerate().map(|(number, pair)| {
                let (name, value) = (&pair.name, reference(&pair.value, number));
                quote!(.#setter(#name, #value))
            });
            return quote!(#(#calls)*);
        }
    };
    let Keyed { key, value } = keyed;
    match given.setting.value {
        Value::Switch | Value::Count => {
            let setter = setter(key);
            if is_shared {
                let (span, value) = (hygienic(value), reference(value, 0));
                let value = quote_spanned!(span=> *#value);
                quote!(.#setter(#value))
            } else {
                quote!(.#setter(#value))
            }
        }
        Value::Pair { with, setter } => {
            let second = settings.setting(with).map(|given| &given.content);
            let Some(Content::Value(second)) = second else {
                return TokenStream::new();
            };
            let setter = Ident::new(setter, hygienic(key));
            let (value, second) = (reference(value, 0), reference(&second.value, 1));
            quote!(.#setter(#value, #second))
        }
        Value::Second { .. } => TokenStream::new(),
        _ => {
            let (setter, value) = (setter(key), reference(value, 0));
            quote!(.#setter(#value))
        }
    }
}

/// The setter of a key, which has its name.
pub(super) fn setter(key: &Ident) -> Ident {
    Ident::new(&key.to_string(), hygienic(key))
}

/// The user's expression, by reference; errors about its type point at it.
pub(super) fn borrowed(value: &Expr) -> TokenStream {
    let span = hygienic(value);
    quote_spanned!(span=> &(#value))
}
