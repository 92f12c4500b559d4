//! Label values given by position: tuples, arrays, slices and vectors.

use super::value::{LabelValue, Scratch};

/// Label values by position, as `.labels(..)` takes them: a tuple of up to twelve values of
/// different types, or an array, a slice or a vector of values of one type.
///
/// Sealed by its hidden method: the order of a user's own type would be anybody's guess.
pub trait Positional {
    #[doc(hidden)]
    fn texts(&self) -> Vec<String>;
}

fn text(value: &(impl LabelValue + ?Sized)) -> String {
    value.text(&mut Scratch::default()).to_owned()
}

impl<V: LabelValue> Positional for [V] {
    fn texts(&self) -> Vec<String> {
        self.iter().map(text).collect()
    }
}

impl<V: LabelValue, const N: usize> Positional for [V; N] {
    fn texts(&self) -> Vec<String> {
        self.as_slice().texts()
    }
}

impl<V: LabelValue> Positional for Vec<V> {
    fn texts(&self) -> Vec<String> {
        self.as_slice().texts()
    }
}

impl<P: Positional + ?Sized> Positional for &P {
    fn texts(&self) -> Vec<String> {
        (**self).texts()
    }
}

impl Positional for () {
    fn texts(&self) -> Vec<String> {
        Vec::new()
    }
}

macro_rules! tuples {
    ($($head:ident $($tail:ident)*)?) => {$(
        impl<$head: LabelValue, $($tail: LabelValue),*> Positional for ($head, $($tail,)*) {
            #[allow(non_snake_case)] // a variable a type parameter, under the same name
            fn texts(&self) -> Vec<String> {
                let ($head, $($tail,)*) = self;
                vec![text($head), $(text($tail)),*]
            }
        }
        tuples!($($tail)*);
    )?};
}

tuples!(A B C D E F G H I J K L);
