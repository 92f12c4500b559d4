//! Which families are let through: a rule over what they declare.

use std::fmt;
use std::sync::Arc;

use super::Descriptor;

/// A rule over families. Two are equal where they are known to let the same through.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Filter {
    rule: Rule,
    keep: Keep,
}

/// Which families a filter lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Those that the rule speaks of.
    Matching,
    /// All others.
    Others,
}

#[derive(Clone)]
enum Rule {
    Names(Arc<[Box<str>]>),
    Prefix(Arc<str>),
    Test(Arc<Test>),
}

type Test = dyn Fn(&Descriptor) -> bool + Send + Sync;

impl Filter {
    pub(crate) fn names(names: impl IntoIterator<Item: AsRef<str>>, keep: Keep) -> Self {
        let names = names.into_iter().map(|name| Box::from(name.as_ref()));
        Self {
            rule: Rule::Names(names.collect()),
            keep,
        }
    }

    pub(crate) fn prefix(prefix: &str, keep: Keep) -> Self {
        Self {
            rule: Rule::Prefix(prefix.into()),
            keep,
        }
    }

    pub(crate) fn test(test: impl Fn(&Descriptor) -> bool + Send + Sync + 'static) -> Self {
        Self {
            rule: Rule::Test(Arc::new(test)),
            keep: Keep::Matching,
        }
    }

    pub(crate) fn lets_through(&self, descriptor: &Descriptor) -> bool {
        let family = descriptor.names().family();
        let matches = match &self.rule {
            Rule::Names(names) => names.iter().any(|name| **name == *family),
            Rule::Prefix(prefix) => family.starts_with(&**prefix),
            Rule::Test(test) => test(descriptor),
        };
        matches == (self.keep == Keep::Matching)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Names(names), Self::Names(others)) => names == others,
            (Self::Prefix(prefix), Self::Prefix(other)) => prefix == other,
            // What a test does is not known; the same one does the same.
            (Self::Test(test), Self::Test(other)) => Arc::ptr_eq(test, other),
            _ => false,
        }
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Names(names) => f.debug_tuple("Names").field(names).finish(),
            Self::Prefix(prefix) => f.debug_tuple("Prefix").field(prefix).finish(),
            Self::Test(_) => f.debug_tuple("Test").finish_non_exhaustive(),
        }
    }
}
