//! The keys that were written, each at most once and in its form; what else was written is
//! refused here for all macros.

use proc_macro2::{Group, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::{Ident, parse_quote_spanned};

use crate::diag::Diagnostics;
use crate::entry;
use crate::keys::{Form, Keyed, Keys, Value};
use crate::words;

/// The entries of one use of a macro.
#[derive(Default)]
pub(crate) struct Table(Vec<Entry>);

struct Entry {
    name: &'static str,
    key: Ident,
    value: Value,
    spelling: Spelling,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spelling {
    Right,
    /// Reported, and taken as meant: what depends on it is no further mistake.
    Wrong,
}

impl Table {
    /// The entries that these tokens are.
    pub(crate) fn of(tokens: TokenStream, keys: &Keys<'_>, diagnostics: &mut Diagnostics) -> Self {
        let mut table = Self::default();
        let parser = |input: ParseStream<'_>| {
            table.read(input, keys, diagnostics);
            Ok(())
        };
        // The parser reports its mistakes itself and consumes everything.
        let parsed = parser.parse2(tokens);
        diagnostics.keep(parsed);
        table
    }

    /// Reads entries, beside those that were read before.
    pub(crate) fn read(
        &mut self,
        input: ParseStream<'_>,
        keys: &Keys<'_>,
        diagnostics: &mut Diagnostics,
    ) {
        entry::entries(input, diagnostics, |input, diagnostics| {
            let (key, value) = entry::key_and_value(input, keys)?;
            self.insert(key, value, keys, diagnostics);
            Ok(())
        });
    }

    /// The key's expression; a switch that stands alone is on.
    pub(crate) fn value(&mut self, name: &str) -> Option<Keyed> {
        let (key, value) = self.remove(name)?;
        let value = match value {
            Value::Expr(value) => value,
            Value::Bare | Value::List(_) => parse_quote_spanned!(key.span()=> true),
        };
        Some(Keyed { key, value })
    }

    /// The key of a flag, where it is set.
    pub(crate) fn flag(&mut self, name: &str) -> Option<Ident> {
        self.remove(name).map(|(key, _)| key)
    }

    /// The key's list.
    pub(crate) fn list(&mut self, name: &str) -> Option<Group> {
        self.keyed_list(name).map(|(_, list)| list)
    }

    /// The key and its list.
    pub(crate) fn keyed_list(&mut self, name: &str) -> Option<(Ident, Group)> {
        match self.remove(name)? {
            (key, Value::List(list)) => Some((key, list)),
            _ => None,
        }
    }

    fn remove(&mut self, name: &str) -> Option<(Ident, Value)> {
        let index = self.0.iter().position(|entry| entry.name == name)?;
        let Entry { key, value, .. } = self.0.swap_remove(index);
        Some((key, value))
    }

    fn insert(&mut self, key: Ident, value: Value, keys: &Keys<'_>, diagnostics: &mut Diagnostics) {
        let written = key.to_string();
        let (known, spelling) = if let Some(known) = keys.get(&written) {
            (known, Spelling::Right)
        } else {
            let names = keys.names();
            diagnostics.on(
                &key,
                words::unknown("key", &written, &format!(" of {}", keys.of), &names),
            );
            match words::nearest(&written, &names).and_then(|meant| keys.get(meant)) {
                Some(meant) => (meant, Spelling::Wrong),
                None => return,
            }
        };
        let name = known.name;
        if let Some(present) = self.0.iter().position(|entry| entry.name == name) {
            match (self.0[present].spelling, spelling) {
                (_, Spelling::Wrong) => return,
                (Spelling::Right, Spelling::Right) => {
                    return diagnostics.on(&key, format!("`{name}` is given twice"));
                }
                (Spelling::Wrong, Spelling::Right) => {
                    self.0.swap_remove(present);
                }
            }
        }
        let example = known.example;
        let fault = match (known.form, &value) {
            (Form::Value | Form::Switch, Value::Expr(_))
            | (Form::Flag | Form::Switch, Value::Bare)
            | (Form::List, Value::List(_)) => {
                return self.0.push(Entry {
                    name,
                    key,
                    value,
                    spelling,
                });
            }
            (Form::Flag, _) => format!("`{name}` stands alone, without a value"),
            (Form::Switch, _) => format!("`{name}` stands alone, or is switched as in `{example}`"),
            (Form::Value, Value::Bare) => format!("`{name}` needs a value, such as `{example}`"),
            _ => format!("`{name}` is written like `{example}`"),
        };
        if spelling == Spelling::Right {
            diagnostics.on(&key, fault);
        }
    }
}
