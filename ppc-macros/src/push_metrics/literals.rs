//! Values that are written out: words out of a few, switches, numbers, texts.

use crate::diag::Diagnostics;
use crate::http_url;
use crate::keys::Keyed;
use crate::literal::Literal;
use crate::words;

/// `true` or `false`.
pub(super) fn switch(Keyed { key, value }: &Keyed, diagnostics: &mut Diagnostics) {
    if !matches!(Literal::of(value), None | Some(Literal::Bool(_))) {
        diagnostics.on(value, format!("`{key}` is `true` or `false`"));
    }
}

/// A number of bytes.
pub(super) fn bytes(Keyed { key, value }: &Keyed, diagnostics: &mut Diagnostics) {
    let is_fine = match Literal::of(value) {
        None => true,
        Some(Literal::Number(number)) => number >= 1.0 && number.fract() == 0.0,
        Some(_) => false,
    };
    if !is_fine {
        let message = format!("`{key}` is a number of bytes, 1 or more");
        diagnostics.on(value, message);
    }
}

/// A text, or what else the setter takes; no other literal.
pub(super) fn text(Keyed { key, value }: &Keyed, example: &str, diagnostics: &mut Diagnostics) {
    if !matches!(Literal::of(value), None | Some(Literal::Text(_))) {
        let message = format!("`{key}` takes text, and is written like `{example}`");
        diagnostics.on(value, message);
    }
}

/// `environment`, `off`, or the URL of a proxy.
pub(super) fn proxy(keyed: &Keyed, example: &str, diagnostics: &mut Diagnostics) {
    const WORDS: [&str; 2] = ["environment", "off"];
    let Some(Literal::Text(found)) = Literal::of(&keyed.value) else {
        return text(keyed, example, diagnostics);
    };
    if WORDS.contains(&found.as_str()) {
        return;
    }
    // A host alone has a dot or a port; any other word is none of ours.
    let fault = if found.contains(['.', ':', '[']) {
        http_url::proxy_fault(&found).map(|fault| format!("`proxy`: {fault}"))
    } else {
        let unknown = words::unknown("value", &found, " of `proxy`", &WORDS);
        Some(format!("{unknown}; a URL reads like \"http://proxy:3128\""))
    };
    if let Some(fault) = fault {
        diagnostics.on(&keyed.value, fault);
    }
}
