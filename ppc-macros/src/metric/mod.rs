//! `metric!`: parse, model, check, expand; where anything is wrong, statics that can be used.

mod check;
mod expand;
mod fallback;
mod labelled;
mod model;
mod parse;
mod settings;
mod values;

use proc_macro2::TokenStream;

use crate::diag::Diagnostics;

/// Expands `metric! { declarations }`.
pub(crate) fn metric(tokens: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let mut items = TokenStream::new();
    for declaration in parse::declarations(tokens, &mut diagnostics) {
        let mut mistakes = Diagnostics::default();
        let metric = model::Metric::new(declaration, &mut mistakes);
        check::metric(&metric, &mut mistakes);
        let metric = if mistakes.is_empty() {
            metric
        } else {
            fallback::usable(metric)
        };
        items.extend(expand::expand(&metric));
        diagnostics.merge(mistakes);
    }
    items.extend(diagnostics.into_tokens());
    items
}
