//! Reads what is known of an expression while compiling: the literal that it is.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, ExprGroup, ExprLit, ExprParen, ExprUnary, Lit, LitStr, UnOp};

/// A literal, as far as settings take any.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Number(f64),
    Bool(bool),
    /// A character or bytes, which nothing here takes.
    Other,
}

impl Literal {
    /// The literal that the expression is, where it is one; only the running program knows others.
    pub(crate) fn of(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Lit(ExprLit { lit, .. }) => Some(Self::of_token(lit)),
            Expr::Paren(ExprParen { expr, .. }) | Expr::Group(ExprGroup { expr, .. }) => {
                Self::of(expr)
            }
            Expr::Unary(ExprUnary {
                op: UnOp::Neg(_),
                expr,
                ..
            }) => match Self::of(expr)? {
                Self::Number(number) => Some(Self::Number(-number)),
                // rustc has its own words for a negated text.
                _ => None,
            },
            _ => None,
        }
    }

    fn of_token(lit: &Lit) -> Self {
        match lit {
            Lit::Str(text) => Self::Text(text.value()),
            Lit::Int(number) => number.base10_parse().map_or(Self::Other, Self::Number),
            Lit::Float(number) => number.base10_parse().map_or(Self::Other, Self::Number),
            Lit::Bool(switch) => Self::Bool(switch.value),
            _ => Self::Other,
        }
    }
}

/// The text that the expression is, with its token.
pub(crate) fn text(expr: &Expr) -> Option<&LitStr> {
    match bare(expr) {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text),
        _ => None,
    }
}

/// The whole number that the expression is written as.
pub(crate) fn count(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) => number.base10_parse().ok(),
        Expr::Paren(ExprParen { expr, .. }) | Expr::Group(ExprGroup { expr, .. }) => count(expr),
        _ => None,
    }
}

/// A static by its name, as a reference to it; any other expression is one already.
pub(crate) fn reference(expr: &Expr) -> TokenStream {
    match bare(expr) {
        path @ Expr::Path(_) => quote!(&#path),
        other => quote!(#other),
    }
}

/// The expression without the invisible group that a macro of the user's put around it.
pub(crate) fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => bare(&group.expr),
        expr => expr,
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn counts_are_whole_numbers() {
        for (expr, whole) in [
            (parse_quote!(1_000), Some(1000)),
            (parse_quote!((0x10_u8)), Some(16)),
            (parse_quote!(10.0), None),
            (parse_quote!(-1), None),
            (parse_quote!("1"), None),
            (parse_quote!(MANY), None),
        ] {
            assert_eq!(count(&expr), whole);
        }
    }

    #[test]
    fn literals_are_read_and_other_expressions_left_alone() {
        let number = |number| Some(Literal::Number(number));
        for (expr, literal) in [
            (parse_quote!("a"), Some(Literal::Text("a".into()))),
            (parse_quote!(15), number(15.0)),
            (parse_quote!(-(1.5)), number(-1.5)),
            (parse_quote!(0x10_u64), number(16.0)),
            (parse_quote!(1_000.5e-3f32), number(1.0005)),
            (parse_quote!(true), Some(Literal::Bool(true))),
            (parse_quote!((false)), Some(Literal::Bool(false))),
            (parse_quote!('c'), Some(Literal::Other)),
            (parse_quote!(-x), None),
            (parse_quote!(1 + 1), None),
            (parse_quote!(f64::INFINITY), None),
        ] {
            assert_eq!(Literal::of(&expr), literal);
        }
    }
}
