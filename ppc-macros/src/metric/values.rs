//! Refuses bounds and states that are written out and cannot be meant.

use syn::{Expr, ExprArray, ExprPath, ExprReference};

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
