//! Refuses bounds, quantiles, counts and states that are written out and cannot be meant.

use syn::{Expr, ExprArray, ExprPath, ExprReference, Ident};

use crate::diag::Diagnostics;
use crate::literal::{self, Literal};

/// How many states fit into a state set.
const MAX_STATES: usize = 64;

/// Bounds that are written out rise; others are checked when the metric is registered.
pub(super) fn buckets(value: &Expr, diagnostics: &mut Diagnostics) {
    let Expr::Array(ExprArray { elems, .. }) = literal::bare(value) else {
        if Literal::of(value).is_some() {
            diagnostics.on(
                value,
                "`buckets` takes a list of bounds, such as `[0.1, 1.0, 10.0]`",
            );
        }
        return;
    };
    let mut before: Option<f64> = None;
    for (index, bound) in elems.iter().enumerate() {
        let number = match (Literal::of(bound), named_float(bound).as_deref()) {
            (Some(Literal::Number(number)), _) => number,
            (Some(_), _) => {
                diagnostics.on(bound, "a bound is a number");
                continue;
            }
            (None, Some("INFINITY")) if index + 1 == elems.len() => continue,
            (None, Some("INFINITY")) => {
                diagnostics.on(
                    bound,
                    "`+Inf` can only be the last bound; it is added where it is missing",
                );
                continue;
            }
            (None, Some("NAN" | "NEG_INFINITY")) => {
                diagnostics.on(bound, "a bound is a finite number");
                continue;
            }
            (None, _) => {
                before = None;
                continue;
            }
        };
        if let Some(before) = before.filter(|before| number <= *before) {
            diagnostics.on(
                bound,
                format!("bounds rise from each to the next: {number} follows {before}"),
            );
        }
        before = Some(number);
    }
}

/// Quantiles that are written out rise from 0 to 1; others are checked when the metric is
/// registered.
pub(super) fn quantiles(value: &Expr, diagnostics: &mut Diagnostics) {
    let Expr::Array(ExprArray { elems, .. }) = literal::bare(value) else {
        if Literal::of(value).is_some() {
            diagnostics.on(
                value,
                "`quantiles` takes a list of numbers from 0 to 1, such as `[0.5, 0.9, 0.99]`",
            );
        }
        return;
    };
    let mut before: Option<f64> = None;
    for quantile in elems {
        let number = match (Literal::of(quantile), named_float(quantile).as_deref()) {
            (Some(Literal::Number(number)), _) => number,
            (Some(_), _) | (None, Some("INFINITY" | "NAN" | "NEG_INFINITY")) => {
                diagnostics.on(quantile, "a quantile is a number from 0 to 1");
                continue;
            }
            (None, _) => {
                before = None;
                continue;
            }
        };
        if !(0.0..=1.0).contains(&number) {
            let meant = match number / 100.0 {
                meant if number.fract() == 0.0 && (0.0..1.0).contains(&meant) => {
                    format!(", did you mean {meant}?")
                }
                _ => String::new(),
            };
            diagnostics.on(
                quantile,
                format!("a quantile is a number from 0 to 1: found {number}{meant}"),
            );
            continue;
        }
        if let Some(before) = before.filter(|before| number <= *before) {
            diagnostics.on(
                quantile,
                format!("quantiles rise from each to the next: {number} follows {before}"),
            );
        }
        before = Some(number);
    }
}

/// A count that is written out is a whole number above 0.
pub(super) fn count(key: &Ident, value: &Expr, diagnostics: &mut Diagnostics) {
    let fault = match (literal::count(value), Literal::of(value)) {
        (Some(0), _) => "cannot be 0; it takes",
        (None, Some(_)) => "takes",
        _ => return,
    };
    diagnostics.on(
        value,
        format!("`{key}` {fault} a whole number above 0, such as `1000`"),
    );
}

/// The last word of a path such as `f64::INFINITY`.
fn named_float(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Path(ExprPath { path, .. }) => {
            path.segments.last().map(|last| last.ident.to_string())
        }
        Expr::Unary(negated) if matches!(negated.op, syn::UnOp::Neg(_)) => {
            named_float(&negated.expr)
                .filter(|name| name == "INFINITY")
                .map(|_| "NEG_INFINITY".to_owned())
        }
        _ => None,
    }
}

/// Checks states: texts that differ, or a type whose values the compiler counts.
pub(super) fn states(value: &Expr, diagnostics: &mut Diagnostics) {
    let array = match literal::bare(value) {
        Expr::Array(array) => array,
        Expr::Path(_) => return,
        Expr::Reference(ExprReference { expr, .. }) if matches!(**expr, Expr::Array(_)) => {
            return diagnostics.on(value, "`states` takes the list itself, without `&`");
        }
        other => {
            return diagnostics.on(
                other,
                "`states` is a list of texts, or a type with `#[derive(LabelValue)]`",
            );
        }
    };
    let mut known: Vec<String> = Vec::new();
    for state in &array.elems {
        let Some(text) = literal::text(state) else {
            diagnostics.on(
                state,
                "a state is a string literal; for states of a type, `states: MyType`",
            );
            continue;
        };
        let text = text.value();
        if text.is_empty() {
            diagnostics.on(state, "a state has a name");
        } else if known.contains(&text) {
            diagnostics.on(state, format!("state {text:?} is declared twice"));
        }
        known.push(text);
    }
    match array.elems.len() {
        0 => diagnostics.on(array, "a state set has at least one state"),
        count if count > MAX_STATES => {
            diagnostics.on(
                array,
                format!("a state set has at most {MAX_STATES} states: found {count}"),
            );
        }
        _ => {}
    }
}
