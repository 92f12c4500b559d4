//! Refuses enums that are no set of distinct texts.

use crate::diag::Diagnostics;

use super::model::Enum;

/// Checks the values; that there are any is checked only where no mistake hid some.
pub(super) fn values(model: &Enum, name: &syn::Ident, diagnostics: &mut Diagnostics) {
    if model.values.is_empty() && diagnostics.is_empty() {
        let none = match model.skipped.len() {
            0 => format!("`{name}` has no variants"),
            _ => format!("`{name}` has no variant that is not skipped"),
        };
        diagnostics.on(name, format!("{none}, so no label could have a value"));
    }
    for (index, value) in model.values.iter().enumerate() {
        let text = &value.text;
        if text.is_empty() {
            let message = "an empty label value is the same as no label; say so with `skip`";
            diagnostics.at(value.span, message);
        } else if let Some(other) = model.values[..index]
            .iter()
            .find(|other| other.text == *text)
        {
            let (first, second) = (&other.variant, &value.variant);
            diagnostics.at(
                value.span,
                format!("`{first}` and `{second}` are the same label value: {text:?}"),
            );
        }
    }
}
