//! What can be counted, set and observed: any number, or a `Duration` as seconds.

use std::time::Duration;

/// An amount: any integer or float, or a [`Duration`], which counts as seconds.
///
/// Sealed: the cells know two forms only, and a foreign form could break their exactness.
pub trait Amount: sealed::Sealed + Copy {
    #[doc(hidden)]
    fn number(self) -> Number;
}

/// An amount in one of the two forms that cells add up.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// Stays on the integer path.
    Natural(u64),
    Real(f64),
}

impl Number {
    /// The amount as a float; exact below 2^53.
    #[inline]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Natural(n) => n as f64,
            Self::Real(x) => x,
        }
    }
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! amounts {
    ($($type:ty: $self:ident => $number:expr;)*) => {$(
        impl sealed::Sealed for $type {}
        impl Amount for $type {
            #[inline]
            fn number($self) -> Number {
                $number
            }
        }
    )*};
}

amounts! {
    u8: self => Number::Natural(self.into());
    u16: self => Number::Natural(self.into());
    u32: self => Number::Natural(self.into());
    u64: self => Number::Natural(self);
    usize: self => Number::Natural(self as u64);
    u128: self => u64::try_from(self).map_or(Number::Real(self as f64), Number::Natural);
    i8: self => signed(self.into());
    i16: self => signed(self.into());
    i32: self => signed(self.into());
    i64: self => signed(self);
    isize: self => signed(self as i64);
    i128: self => u64::try_from(self).map_or(Number::Real(self as f64), Number::Natural);
    f32: self => Number::Real(self.into());
    f64: self => Number::Real(self);
    Duration: self => Number::Real(self.as_secs_f64());
}

#[inline]
fn signed(n: i64) -> Number {
    u64::try_from(n).map_or(Number::Real(n as f64), Number::Natural)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_their_value() {
        assert_eq!(3_u8.number(), Number::Natural(3));
        assert_eq!((-3_i32).number(), Number::Real(-3.0));
        assert_eq!(u64::MAX.number(), Number::Natural(u64::MAX));
        assert_eq!(u128::MAX.number(), Number::Real(u128::MAX as f64));
        assert_eq!(Duration::from_millis(250).number(), Number::Real(0.25));
    }
}
