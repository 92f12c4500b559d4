//! Several sources in one: each is gathered after the one before it.

use std::fmt;
use std::sync::Arc;

use super::{Identity, Source};
use crate::registry::Registry;
use crate::snapshot::Snapshot;

/// Several sources of any types in one, gathered one after the other.
///
/// A family that has a name of one that came before is left out, and named in
/// [`Snapshot::left_out`]; a family that several of them show is in the snapshot once. Arrays,
/// slices, vectors and tuples of sources do the same.
///
/// # Examples
///
/// ```
/// use ppc_core::{Counter, Registry, Source, Sources};
///
/// let (billing, mail) = (Registry::new(), Registry::new());
/// Counter::builder("invoices").register(&billing)?;
/// Counter::builder("mails").register(&mail)?;
/// Counter::builder("invoices").help("Sent.").register(&mail)?;
///
/// let both = Sources::new().add(billing).add(mail.clone());
/// let snapshot = both.gather();
/// assert_eq!(snapshot.series_count(), 2);
/// assert_eq!(snapshot.left_out().len(), 1); // the other `invoices`
///
/// let chosen = both.only_names(["mails"]);
/// assert_eq!(chosen.gather().series_count(), 1);
/// assert_eq!((chosen, mail).gather().series_count(), 2);
/// # Ok::<(), ppc_core::Error>(())
/// ```
#[derive(Clone, Default)]
#[must_use = "sources show nothing until they are gathered"]
pub struct Sources(Vec<Arc<dyn Source>>);

impl Sources {
    /// No sources yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a source behind those that are there.
    #[expect(
        clippy::should_implement_trait,
        reason = "a source is added to a list; a sum of sources would say something else"
    )]
    pub fn add(mut self, source: impl Source + 'static) -> Self {
        self.0.push(Arc::new(source));
        self
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sources").field(&self.0.len()).finish()
    }
}

impl Source for Sources {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        self.0.gather_into(snapshot);
    }

    fn identity(&self) -> Option<Identity> {
        self.0.identity()
    }

    fn registries(&self, each: &mut dyn FnMut(&Registry, bool)) {
        self.0.registries(each);
    }
}

impl<S: Source> Source for [S] {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        for source in self {
            source.gather_into(snapshot);
        }
    }

    fn identity(&self) -> Option<Identity> {
        let identities: Option<Vec<_>> = self.iter().map(Source::identity).collect();
        identities.map(Identity::all)
    }

    fn registries(&self, each: &mut dyn FnMut(&Registry, bool)) {
        for source in self {
            source.registries(each);
        }
    }
}

impl<S: Source> Source for Vec<S> {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        self.as_slice().gather_into(snapshot);
    }

    fn identity(&self) -> Option<Identity> {
        self.as_slice().identity()
    }

    fn registries(&self, each: &mut dyn FnMut(&Registry, bool)) {
        self.as_slice().registries(each);
    }
}

impl<S: Source, const N: usize> Source for [S; N] {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        self.as_slice().gather_into(snapshot);
    }

    fn identity(&self) -> Option<Identity> {
        self.as_slice().identity()
    }

    fn registries(&self, each: &mut dyn FnMut(&Registry, bool)) {
        self.as_slice().registries(each);
    }
}

macro_rules! tuples {
    ($($head:ident $($tail:ident)*)?) => {$(
        impl<$head: Source, $($tail: Source),*> Source for ($head, $($tail,)*) {
            #[allow(non_snake_case)] // a variable a type parameter, under the same name
            fn gather_into(&self, snapshot: &mut Snapshot) {
                let ($head, $($tail,)*) = self;
                $head.gather_into(snapshot);
                $($tail.gather_into(snapshot);)*
            }

            #[allow(non_snake_case)]
            fn identity(&self) -> Option<Identity> {
                let ($head, $($tail,)*) = self;
                Some(Identity::all(vec![$head.identity()?, $($tail.identity()?),*]))
            }

            #[allow(non_snake_case)]
            fn registries(&self, each: &mut dyn FnMut(&Registry, bool)) {
                let ($head, $($tail,)*) = self;
                $head.registries(each);
                $($tail.registries(each);)*
            }
        }
        tuples!($($tail)*);
    )?};
}

tuples!(A B C D E F G H I J K L);
