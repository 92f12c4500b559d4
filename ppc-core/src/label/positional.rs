//! Label values given by position: tuples, arrays, slices and vectors.

use super::gathered::{Gathered, with_texts};
use super::value::{LabelValue, Scratch};

/// Label values by position, as `.labels(..)` takes them: a tuple of up to twelve values of
/// different types, or an array, a slice or a vector of values of one type.
///
/// Sealed by its hidden method: the order of a user's own type would be anybody's guess.
pub trait Positional {
    #[doc(hidden)]
    fn with_texts<R>(&self, with: impl FnOnce(&[&str]) -> R) -> R;
}

impl<V: LabelValue> Positional for [V] {
    fn with_texts<R>(&self, with: impl FnOnce(&[&str]) -> R) -> R {
        let mut gathered = Gathered::new();
        for (index, value) in self.iter().enumerate() {
            gathered.insert(index, value.text(&mut Scratch::default()));
        }
        // Each was just inserted.
        let text = |index| Ok::<_, std::convert::Infallible>(gathered.get(index).unwrap_or(""));
        match with_texts(self.len(), text, with) {
            Ok(result) => result,
            Err(never) => match never {},
        }
    }
}

impl<V: LabelValue, const N: usize> Positional for [V; N] {
    fn with_texts<R>(&self, with: impl FnOnce(&[&str]) -> R) -> R {
        self.as_slice().with_texts(with)
    }
}

impl<V: LabelValue> Positional for Vec<V> {
    fn with_texts<R>(&self, with: impl FnOnce(&[&str]) -> R) -> R {
        self.as_slice().with_texts(with)
    }
}

impl<P: Positional + ?Sized> Positional for &P {
    fn with_texts<R>(&self, with: impl FnOnce(&[&str]) -> R) -> R {
        (**self).with_texts(with)
    }
}

impl Positional for () {
    fn with_texts<R>(&self, with: impl FnOnce(&[&str]) -> R) -> R {
        with(&[])
    }
}

macro_rules! tuples {
    ($($head:ident $($tail:ident)*)?) => {$(
        impl<$head: LabelValue, $($tail: LabelValue),*> Positional for ($head, $($tail,)*) {
            #[allow(non_snake_case)] // a variable a type parameter, under the same name
            fn with_texts<R>(&self, with: impl FnOnce(&[&str]) -> R) -> R {
                let ($head, $($tail,)*) = self;
                with(&[
                    $head.text(&mut Scratch::default()),
                    $($tail.text(&mut Scratch::default())),*
                ])
            }
        }
        tuples!($($tail)*);
    )?};
}

tuples!(A B C D E F G H I J K L);
