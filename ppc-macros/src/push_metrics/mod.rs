//! `#[push_metrics]`: parse, model, check, expand; where anything is wrong, the function as it was.

mod calls;
mod check;
mod destinations;
mod expand;
mod keeping;
mod literals;
mod model;
mod pairs;
mod parse;
mod settings;
mod stream;
#[cfg(test)]
mod tests;
mod together;
mod values;

use proc_macro2::TokenStream;

use crate::diag::Diagnostics;
use crate::features::Features;
use crate::function::parse::Place;
use crate::function::{self, fallback};

const PLACE: Place = Place {
    of: "#[push_metrics]",
    on: "a function",
};

/// Expands the attribute `#[push_metrics(settings)]` on `item`.
pub(crate) fn push_metrics(settings: TokenStream, item: &TokenStream) -> TokenStream {
    let diagnostics = &mut Diagnostics::default();
    let table = parse::settings(settings, diagnostics);
    let settings = model::Settings::new(table, diagnostics);
    check::settings(&settings, Features::OF_THIS_BUILD, diagnostics);
    let function = diagnostics.keep(function::parse::function(item.clone(), &PLACE));
    if let Some(function) = &function {
        check::function(function, diagnostics);
    }
    match function {
        Some(function) if diagnostics.is_empty() => expand::expand(&settings, &function),
        _ => fallback::expand(item, std::mem::take(diagnostics)),
    }
}
