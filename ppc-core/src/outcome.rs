//! How a job or a function ended, found on the value it returned.

/// How a job or a measured function ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It returned, and not with an `Err`.
    Ok,
    /// It returned an `Err`.
    Error,
    /// It panicked.
    Panic,
    /// It was dropped, or the process ended, before it returned.
    Cancelled,
}

impl Outcome {
    /// All of them, in the order of their [`name`](Self::name)s below.
    #[doc(hidden)]
    pub const ALL: [Self; 4] = [Self::Ok, Self::Error, Self::Panic, Self::Cancelled];

    /// The value of the label `outcome`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Panic => "panic",
            Self::Cancelled => "cancelled",
        }
    }

    /// That of a result.
    pub fn of<T, E>(result: &Result<T, E>) -> Self {
        if result.is_ok() {
            Self::Ok
        } else {
            Self::Error
        }
    }
}

/// Asks a returned value, of whatever type, whether it is an `Err`.
///
/// With both traits in scope, `(&&Probe(&value)).outcome()` finds [`OfResult`] for a `Result`,
/// however its type is spelled, and [`OfAny`] for everything else: method look-up tries the
/// implementation that needs fewer references first.
#[doc(hidden)]
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// A `Result`.
#[doc(hidden)]
pub trait OfResult {
    /// `Ok` or `Error`.
    fn outcome(&self) -> Outcome;
}

/// Anything else.
#[doc(hidden)]
pub trait OfAny {
    /// Always `Ok`.
    fn outcome(&self) -> Outcome;
}

impl<T, E> OfResult for &Probe<'_, Result<T, E>> {
    fn outcome(&self) -> Outcome {
        Outcome::of(self.0)
    }
}

impl<T: ?Sized> OfAny for Probe<'_, T> {
    fn outcome(&self) -> Outcome {
        Outcome::Ok
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::needless_borrow, reason = "as the generated code has it")]
    fn an_err_is_found_on_the_value() {
        type Mine = Result<u8, String>;
        let (ok, error): (Mine, Mine) = (Ok(1), Err(String::new()));
        assert_eq!((&&Probe(&ok)).outcome(), Outcome::Ok);
        assert_eq!((&&Probe(&error)).outcome(), Outcome::Error);
        assert_eq!((&&Probe(&5)).outcome(), Outcome::Ok);
        assert_eq!((&&Probe("text")).outcome(), Outcome::Ok);
    }
}
