//! What the key tables of the macros are made of.

use proc_macro2::Group;
use syn::{Expr, Ident};

/// A key that a macro knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    /// How it is written, for messages.
    pub(crate) example: &'static str,
}

impl Key {
    pub(crate) const fn new(name: &'static str, form: Form, example: &'static str) -> Self {
        Self {
            name,
            form,
            example,
        }
    }
}

/// How a key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// With an expression.
    Value,
    /// Alone.
    Flag,
    /// Alone, or with an expression that switches it.
    Switch,
    /// With a list of its own grammar.
    List,
}

/// The keys of one macro.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys<'a> {
    /// How messages call the macro.
    pub(crate) of: &'static str,
    pub(crate) syntax: Syntax,
    pub(crate) known: &'a [Key],
}

impl Keys<'_> {
    /// The key of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Key> {
        self.known.iter().find(|known| known.name == name)
    }

    /// The names of all keys.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.known.iter().map(|known| known.name).collect()
    }
}

/// What stands between key and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// `key = value`, `key(list)`: attributes.
    Equals,
    /// `key: value`, `key: [list]`: declarations.
    Colon,
}

/// A key with its expression.
#[derive(Clone)]
pub(crate) struct Keyed {
    pub(crate) key: Ident,
    pub(crate) value: Expr,
}

/// What stands behind a key.
pub(crate) enum Value {
    Bare,
    Expr(Expr),
    List(Group),
}
