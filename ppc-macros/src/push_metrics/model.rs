//! The settings in the macro's own nouns, each with the tokens it came from.

use proc_macro2::{Group, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Ident, LitStr, Token};

use crate::diag::Diagnostics;
use crate::entry;
use crate::keys::Keyed;
use crate::paths;
use crate::table::Table;

use super::destinations::{KINDS, Kind};
use super::settings::{KEEPING, SETTINGS, Setting, Value};

/// What `#[push_metrics(..)]` says.
pub(super) struct Settings {
    /// The path of the facade.
    pub(super) krate: TokenStream,
    pub(super) destinations: Vec<Destination>,
    pub(super) given: Vec<Given>,
    pub(super) period: Option<Keyed>,
    pub(super) stream: Option<Keyed>,
    pub(super) linger: Option<Keyed>,
    pub(super) full: Option<Keyed>,
    pub(super) flush_timeout: Option<Keyed>,
    /// What is kept of what cannot be delivered.
    pub(super) keeping: Vec<Keyed>,
    pub(super) job: Option<Keyed>,
    pub(super) job_metrics: Option<Keyed>,
    pub(super) labels: Vec<Label>,
    pub(super) registry: Option<Keyed>,
    pub(super) signals: Option<Keyed>,
    pub(super) enabled: Option<Keyed>,
    pub(super) task: Option<Keyed>,
}

/// A destination that was given.
pub(super) struct Destination {
    pub(super) kind: &'static Kind,
    pub(super) keyed: Keyed,
}

/// A setting of destinations that was given.
pub(super) struct Given {
    pub(super) setting: &'static Setting,
    pub(super) content: Content,
}

/// What stands behind a setting.
pub(super) enum Content {
    Value(Keyed),
    /// At the key, and in its parentheses.
    Pairs(Ident, Vec<Label>),
}

/// A label of every series, or another name with its value.
pub(super) struct Label {
    pub(super) name: String,
    pub(super) name_span: Span,
    pub(super) value: Expr,
}

impl Destination {
    /// A misspelt key was reported, and taken for the nearest: what else is odd comes from that.
    pub(super) fn is_misspelt(&self) -> bool {
        self.keyed.key != self.kind.key.name
    }
}

impl Given {
    /// As [`Destination::is_misspelt`].
    pub(super) fn is_misspelt(&self) -> bool {
        self.key() != self.setting.key.name
    }

    pub(super) fn key(&self) -> &Ident {
        match &self.content {
            Content::Value(keyed) => &keyed.key,
            Content::Pairs(key, _) => key,
        }
    }
}

impl Settings {
    /// Whether something is read by others: that cannot be streamed to.
    pub(super) fn serves(&self) -> bool {
        self.destinations.iter().any(|one| one.kind.serves())
    }

    /// The setting of this name, where it was given.
    pub(super) fn setting(&self, name: &str) -> Option<&Given> {
        self.given
            .iter()
            .find(|given| given.setting.key.name == name)
    }

    pub(super) fn new(mut table: Table, diagnostics: &mut Diagnostics) -> Self {
        let krate = paths::facade(table.value("crate").as_ref(), diagnostics);
        let of_series = table
            .list("labels")
            .map(|list| pairs("label", &list, diagnostics));
        let destinations = KINDS.iter().filter_map(|kind| {
            let keyed = table.value(kind.key.name)?;
            Some(Destination { kind, keyed })
        });
        let destinations: Vec<_> = destinations.collect();
        let settings = SETTINGS.iter().filter_map(|setting| {
            let content = match setting.value {
                Value::Pairs { of, .. } => {
                    let (key, list) = table.keyed_list(setting.key.name)?;
                    Content::Pairs(key, pairs(of.noun(), &list, diagnostics))
                }
                _ => Content::Value(table.value(setting.key.name)?),
            };
            Some(Given { setting, content })
        });
        let given = settings.collect();
        let keeping = KEEPING.iter().filter_map(|(key, _)| table.value(key));
        let keeping = keeping.collect();
        Self {
            krate,
            destinations,
            given,
            period: table.value("period"),
            stream: table.value("stream"),
            linger: table.value("linger"),
            full: table.value("full"),
            flush_timeout: table.value("flush_timeout"),
            keeping,
            job: table.value("job"),
            job_metrics: table.value("job_metrics"),
            labels: of_series.unwrap_or_default(),
            registry: table.value("registry"),
            signals: table.value("signals"),
            enabled: table.value("enabled"),
            task: table.value("task"),
        }
    }
}

/// Names with values; messages call one of them `noun`.
fn pairs(noun: &str, list: &Group, diagnostics: &mut Diagnostics) -> Vec<Label> {
    let mut pairs = Vec::new();
    let parser = |input: ParseStream<'_>| {
        entry::entries(input, diagnostics, |input, _| {
            pairs.push(pair(noun, input)?);
            Ok(())
        });
        Ok(())
    };
    // The parser reports its mistakes itself and consumes everything.
    let parsed = parser.parse2(list.stream());
    diagnostics.keep(parsed);
    pairs
}

fn pair(noun: &str, input: ParseStream<'_>) -> syn::Result<Label> {
    let (name, name_span) = if input.peek(LitStr) {
        let name: LitStr = input.parse()?;
        (name.value(), name.span())
    } else if input.peek(Ident::peek_any) {
        let name = input.call(Ident::parse_any)?;
        (name.unraw().to_string(), name.span())
    } else {
        let error = format!("expected a {noun}: `name = value` or `\"name\" = value`");
        return Err(input.error(error));
    };
    let missing = || {
        syn::Error::new(
            name_span,
            format!("the value of {noun} `{name}` is missing: `{name} = ..`"),
        )
    };
    if !input.peek(Token![=]) {
        return Err(missing());
    }
    input.parse::<Token![=]>()?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(missing());
    }
    Ok(Label {
        value: input.parse()?,
        name,
        name_span,
    })
}
