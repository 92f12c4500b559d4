//! What a destination can be made from.

/// What a destination `D` can be made from: text, or a reference to one that is made already.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no destination of the type `{D}`, and nothing to make one from",
    label = "expected an address, URL or path as text, or a value of the type `{D}`"
)]
pub trait AsDestination<D> {
    #[doc(hidden)]
    fn as_destination(&self) -> D;
}

impl<D, T: AsDestination<D> + ?Sized> AsDestination<D> for &T {
    fn as_destination(&self) -> D {
        (**self).as_destination()
    }
}

/// The destination that is made from what a key of `#[push_metrics]` is given.
#[doc(hidden)]
pub fn destination_of<D>(from: impl AsDestination<D>) -> D {
    from.as_destination()
}

/// What all destinations have in common: they are made from text or from another, and pushed to.
macro_rules! destination {
    ($type:ident) => {
        impl $crate::destination::AsDestination<$type> for $type {
            fn as_destination(&self) -> $type {
                self.clone()
            }
        }

        impl $crate::destination::AsDestination<$type> for str {
            fn as_destination(&self) -> $type {
                $crate::destination::url::UrlForm::from_text(self)
            }
        }

        impl $crate::destination::AsDestination<$type> for String {
            fn as_destination(&self) -> $type {
                $crate::destination::url::UrlForm::from_text(self)
            }
        }

        impl<T: $crate::destination::AsDestination<$type> + ?Sized> From<&T> for $type {
            fn from(value: &T) -> Self {
                value.as_destination()
            }
        }

        impl From<$type> for $crate::push::Destination {
            fn from(destination: $type) -> Self {
                use $crate::destination::url::UrlForm;
                let (name, identity) = (destination.url(), destination.identity());
                Self::new(name, identity, move |job| destination.made(job))
            }
        }

        impl std::fmt::Display for $type {
            /// The URL form, without credentials.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::destination::url::UrlForm::url(self))
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::error::Error;

            /// Reads the URL form; what is wrong with it is an error, and not only when pushing
            /// starts.
            fn from_str(text: &str) -> Result<Self, $crate::error::Error> {
                $crate::destination::url::read(text)
            }
        }
    };
}

pub(super) use destination;
