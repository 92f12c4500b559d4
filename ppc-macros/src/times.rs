//! Lengths of time as literals; `ppc-transports` reads the same forms at run time.

use std::time::Duration;

use syn::Expr;

use crate::literal::Literal;

/// Whether a length of time may be nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zero {
    Allowed,
    Refused,
}

/// Says why a literal cannot be this length of time; nothing where it can, or is no literal.
pub(crate) fn fault(key: &str, expr: &Expr, zero: Zero) -> Option<String> {
    let forms = "seconds such as `15` or `0.5`, text such as `\"1m30s\"`, or a `Duration`";
    let time = match Literal::of(expr)? {
        Literal::Text(text) => match crate::time_text::parse(&text) {
            Some(time) => time,
            None => {
                return Some(format!(
                    "`{key}` cannot be {text:?}: text reads like `\"1m30s\"`, with the units `d`, `h`, `m`, `s` and `ms` in this order"
                ));
            }
        },
        Literal::Number(seconds) if seconds < 0.0 => {
            return Some(format!("`{key}` cannot be negative"));
        }
        Literal::Number(seconds) => match Duration::try_from_secs_f64(seconds) {
            Ok(time) => time,
            Err(_) => return Some(format!("`{key}` is longer than time can be counted")),
        },
        Literal::Bool | Literal::Other => return Some(format!("`{key}` takes {forms}")),
    };
    (time.is_zero() && zero == Zero::Refused)
        .then(|| format!("`{key}` cannot be 0; it takes {forms}"))
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn only_literals_that_cannot_be_are_refused() {
        let fine: [Expr; 7] = [
            parse_quote!(15),
            parse_quote!(0.5),
            parse_quote!("1m30s"),
            parse_quote!(PERIOD),
            parse_quote!(Duration::ZERO),
            parse_quote!(-x),
            parse_quote!(5u64),
        ];
        for expr in &fine {
            assert_eq!(fault("period", expr, Zero::Refused), None);
        }
        let faulty: [(Expr, &str); 6] = [
            (parse_quote!(0), "cannot be 0"),
            (parse_quote!("0s"), "cannot be 0"),
            (parse_quote!(-1), "negative"),
            (parse_quote!("soon"), "\"soon\""),
            (parse_quote!(1e300), "longer than"),
            (parse_quote!(true), "takes seconds"),
        ];
        for (expr, message) in &faulty {
            let found = fault("period", expr, Zero::Refused).unwrap();
            assert!(found.contains(message), "{found}");
        }
        assert_eq!(
            fault("flush_timeout", &parse_quote!(0), Zero::Allowed),
            None
        );
    }
}
