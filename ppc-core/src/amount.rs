//! What can be counted, set and observed: any number, or a `Duration` as seconds.

use std::time::Duration;

/// An amount: any integer or float, or a [`Duration`], which counts as seconds.
///
/// Sealed: the cells know two forms only, and a foreign form could break their exactness.
pub trait Amount: sealed::Sealed + Copy {
    #[doc(hidden)]
    fn number(self) -> Number;
}

/// An amount in one of the two forms that cells add up: a natural number, which stays on the
/// integer path, or a float.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number {
    /// Of the number or the float: two words alike go in registers.
    bits: u64,
    is_natural: bool,
}

impl Number {
    /// A natural number.
    #[inline]
    pub const fn natural(n: u64) -> Self {
        Self {
            bits: n,
            is_natural: true,
        }
    }

    /// Any number.
    #[inline]
    pub const fn real(x: f64) -> Self {
        Self {
            bits: x.to_bits(),
            is_natural: false,
        }
    }

    /// The natural number, where it was given as one.
    #[inline]
    pub const fn as_natural(self) -> Option<u64> {
        if self.is_natural {
            Some(self.bits)
        } else {
            None
        }
    }

    /// The amount as a float; exact below 2^53.
    #[inline]
    pub const fn as_f64(self) -> f64 {
        if self.is_natural {
            self.bits as f64
        } else {
            f64::from_bits(self.bits)
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
    u8: self => Number::natural(self.into());
    u16: self => Number::natural(self.into());
    u32: self => Number::natural(self.into());
    u64: self => Number::natural(self);
    usize: self => Number::natural(self as u64);
    u128: self => u64::try_from(self).map_or(Number::real(self as f64), Number::natural);
    i8: self => signed(self.into());
    i16: self => signed(self.into());
    i32: self => signed(self.into());
    i64: self => signed(self);
    isize: self => signed(self as i64);
    i128: self => u64::try_from(self).map_or(Number::real(self as f64), Number::natural);
    f32: self => Number::real(self.into());
    f64: self => Number::real(self);
    Duration: self => Number::real(self.as_secs_f64());
}

#[inline]
fn signed(n: i64) -> Number {
    u64::try_from(n).map_or(Number::real(n as f64), Number::natural)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_their_value() {
        assert_eq!(3_u8.number(), Number::natural(3));
        assert_eq!((-3_i32).number(), Number::real(-3.0));
        assert_eq!(u64::MAX.number(), Number::natural(u64::MAX));
        assert_eq!(u128::MAX.number(), Number::real(u128::MAX as f64));
        assert_eq!(Duration::from_millis(250).number(), Number::real(0.25));
    }
}
