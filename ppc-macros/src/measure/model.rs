//! The settings in the macro's own nouns, each with the tokens it came from.

use proc_macro2::TokenStream;
use syn::Ident;

use crate::diag::Diagnostics;
use crate::keys::Keyed;
use crate::paths;
use crate::table::Table;

/// What `#[measure(..)]` says.
pub(super) struct Settings {
    /// The path of the facade.
    pub(super) krate: TokenStream,
    pub(super) time: Option<Keyed>,
    pub(super) calls: Option<Keyed>,
    pub(super) errors: Option<Keyed>,
    pub(super) cancelled: Option<Keyed>,
    pub(super) in_progress: Option<Keyed>,
    pub(super) errors_if: Option<Keyed>,
    pub(super) registry: Option<Keyed>,
    pub(super) skip: Option<Ident>,
    names_crate: bool,
}

impl Settings {
    pub(super) fn new(mut table: Table, diagnostics: &mut Diagnostics) -> Self {
        let krate = table.value("crate");
        Self {
            krate: paths::facade(krate.as_ref(), diagnostics),
            time: table.value("time"),
            calls: table.value("calls"),
            errors: table.value("errors"),
            cancelled: table.value("cancelled"),
            in_progress: table.value("in_progress"),
            errors_if: table.value("errors_if"),
            registry: table.value("registry"),
            skip: table.flag("skip"),
            names_crate: krate.is_some(),
        }
    }

    /// The metrics that are given.
    pub(super) fn metrics(&self) -> impl Iterator<Item = &Keyed> {
        let metrics = [
            &self.time,
            &self.calls,
            &self.errors,
            &self.cancelled,
            &self.in_progress,
        ];
        metrics.into_iter().flatten()
    }

    /// Whether the function records to the metrics of the program's own measured functions.
    pub(super) fn is_by_default(&self) -> bool {
        self.metrics().next().is_none()
    }

    /// These settings of a method, in a block of those.
    pub(super) fn inside(self, block: &Self) -> Self {
        if self.names_crate {
            return self;
        }
        Self {
            krate: block.krate.clone(),
            ..self
        }
    }
}
