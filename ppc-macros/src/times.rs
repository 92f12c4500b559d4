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
    match read(key, expr)? {
        Ok(time) if time.is_zero() && zero == Zero::Refused => {
            Some(format!("`{key}` cannot be 0; it takes {FORMS}"))
        }
        Ok(_) => None,
        Err(fault) => Some(fault),
    }
}

/// The time that a literal says; nothing where it is no literal, or says none.
pub(crate) fn literal(expr: &Expr) -> Option<Duration> {
    read("", expr)?.ok()
}

const FORMS: &str = "seconds such as `15` or `0.5`, text such as `\"1m30s\"`, or a `Duration`";

fn read(key: &str, expr: &Expr) -> Option<Result<Duration, String>> {
    let time = match Literal::of(expr)? {
        Literal::Text(text) => crate::time_text::parse(&text).ok_or_else(|| {
            format!(
                "`{key}` cannot be {text:?}: text reads like `\"1m30s\"`, with the units `d`, `h`, `m`, `s` and `ms` in this order"
            )
        }),
        Literal::Number(seconds) if seconds < 0.0 => Err(format!("`{key}` cannot be negative")),
        Literal::Number(seconds) => Duration::try_from_secs_f64(seconds)
            .map_err(|_| format!("`{key}` is longer than time can be counted")),
        Literal::Bool(_) | Literal::Other => Err(format!("`{key}` takes {FORMS}")),
    };
    Some(time)
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

    #[test]
    fn literals_say_a_time_and_other_expressions_none() {
        for (expr, time) in [
            (parse_quote!(15), Some(Duration::from_secs(15))),
            (parse_quote!(0.5), Some(Duration::from_millis(500))),
            (parse_quote!("1m30s"), Some(Duration::from_secs(90))),
            (parse_quote!("soon"), None),
            (parse_quote!(-1), None),
            (parse_quote!(PERIOD), None),
        ] {
            assert_eq!(literal(&expr), time);
        }
    }
}
