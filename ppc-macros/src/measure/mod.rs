//! `#[measure]`: parse, model, check, expand; on each method of an impl block as on a function.

mod block;
mod check;
mod expand;
mod model;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

use crate::diag::Diagnostics;
use crate::function::parse::Place;
use crate::function::{self, fallback};

use self::model::Settings;

/// How messages call the attribute.
const PLACE: Place = Place {
    of: "#[measure]",
    on: "a function or an impl block",
};

/// Expands the attribute `#[measure(settings)]` on `item`.
pub(crate) fn measure(settings: TokenStream, item: &TokenStream) -> TokenStream {
    let diagnostics = &mut Diagnostics::default();
    let settings = Settings::new(parse::settings(settings, diagnostics), diagnostics);
    check::settings(&settings, diagnostics);
    check::not_skipped(&settings, diagnostics);
    if block::is_block(item) {
        return block::expand(&settings, item, diagnostics);
    }
    let function = diagnostics.keep(function::parse::function(item.clone(), &PLACE));
    if let Some(function) = &function {
        check::function(function, diagnostics);
    }
    match function {
        Some(function) if diagnostics.is_empty() => {
            let name = expand::name(&function);
            expand::expand(&settings, &function, &name)
        }
        _ => fallback::expand(item, std::mem::take(diagnostics)),
    }
}
