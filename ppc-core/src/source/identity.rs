//! When two sources are the same, so that those who push them can share what they need.

use std::sync::Arc;

use crate::descriptor::Filter;
use crate::registry::Registry;

/// What tells sources apart, while they exist.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq)]
pub struct Identity(Same);

#[derive(Clone, Debug)]
enum Same {
    Registry(Registry),
    /// A value behind an `Arc`, by its address.
    Shared(usize),
    View(Filter, Box<Identity>),
    All(Vec<Identity>),
}

impl Identity {
    /// Whether nobody but this has a registry that it is of, which will never be pushed again.
    pub fn outlives(&self) -> bool {
        match &self.0 {
            Same::Registry(registry) => registry.is_only_one(),
            Same::Shared(_) => false,
            Same::View(_, source) => source.outlives(),
            Same::All(sources) => sources.iter().any(Self::outlives),
        }
    }

    pub(super) fn registry(registry: &Registry) -> Self {
        Self(Same::Registry(registry.clone()))
    }

    pub(super) fn shared<T: ?Sized>(source: &Arc<T>) -> Self {
        Self(Same::Shared(Arc::as_ptr(source).cast::<()>().addr()))
    }

    pub(super) fn view(filter: &Filter, source: Self) -> Self {
        Self(Same::View(filter.clone(), Box::new(source)))
    }

    pub(super) fn all(sources: Vec<Self>) -> Self {
        Self(Same::All(sources))
    }
}

impl PartialEq for Same {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Registry(one), Self::Registry(other)) => one.is(other),
            (Self::Shared(one), Self::Shared(other)) => one == other,
            (Self::View(filter, one), Self::View(as_well, other)) => {
                filter == as_well && one == other
            }
            (Self::All(one), Self::All(other)) => one == other,
            _ => false,
        }
    }
}
