//! A declared metric in the macro's own nouns, each with the tokens it came from.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, Path, Type, Visibility};

use crate::diag::Diagnostics;
use crate::keys::Keyed;
use crate::kind::Kind;
use crate::literal;
use crate::paths;
use crate::words;

use super::parse::{self, Declaration, RawLabel};

/// A metric as it was declared.
pub(super) struct Metric {
    pub(super) attrs: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(super) ident: Ident,
    pub(super) kind: Kind,
    /// The path of the facade.
    pub(super) krate: TokenStream,
    pub(super) name: Text,
    pub(super) namespace: Option<Text>,
    pub(super) subsystem: Option<Text>,
    pub(super) unit: Option<Text>,
    pub(super) labels: Vec<Label>,
    pub(super) labelled: Labelled,
    pub(super) buckets: Option<Keyed>,
    pub(super) quantiles: Option<Keyed>,
    pub(super) window: Option<Keyed>,
    pub(super) states: Option<Keyed>,
    pub(super) merge: Option<Keyed>,
    /// With `true`, as a flag.
    pub(super) live: Option<Keyed>,
    pub(super) eager: Option<Ident>,
    pub(super) max_series: Option<Keyed>,
    pub(super) expire: Option<Keyed>,
    pub(super) registry: Option<Keyed>,
    pub(super) state: State,
}

/// What is generated of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Checked,
    /// A mistake was reported: nothing of it will run, and only its types matter.
    Refused,
}

/// Whether labels were written, if only such as could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Labelled {
    Yes,
    No,
}

/// A text and where it stands.
#[derive(Clone)]
pub(super) struct Text {
    pub(super) value: String,
    pub(super) span: Span,
    pub(super) source: Source,
}

/// What a text was written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The identifier that it is taken from where nothing else is given.
    Ident,
    Literal,
}

/// A label of a metric.
pub(super) struct Label {
    pub(super) ident: Ident,
    pub(super) wire: Text,
    pub(super) ty: Option<Type>,
    pub(super) default: Option<Expr>,
}

impl Text {
    fn of_literal(literal: &LitStr) -> Self {
        Self {
            value: literal.value(),
            span: literal.span(),
            source: Source::Literal,
        }
    }
}

impl Metric {
    pub(super) fn new(declaration: Declaration, diagnostics: &mut Diagnostics) -> Self {
        let Declaration {
            attrs,
            vis,
            ident,
            kind,
            mut keys,
        } = declaration;
        let krate = paths::facade(keys.value("crate").as_ref(), diagnostics);
        let mut text = |name: &str| text(&keys.value(name)?, diagnostics);
        let (namespace, subsystem) = (text("namespace"), text("subsystem"));
        let (name, unit) = (text("name"), text("unit"));
        let name = name.unwrap_or_else(|| Text {
            value: ident.unraw().to_string().to_lowercase(),
            span: ident.span(),
            source: Source::Ident,
        });
        let list = keys.list("labels");
        let labelled = match &list {
            Some(list) if !list.stream().is_empty() => Labelled::Yes,
            _ => Labelled::No,
        };
        let labels = list.map(|list| parse::labels(&list, diagnostics));
        let (buckets, quantiles) = (keys.value("buckets"), keys.value("quantiles"));
        let (window, states) = (keys.value("window"), keys.value("states"));
        // A guess, so that what is recorded with it need not be a mistake as well.
        let guess = || match (&buckets, &quantiles, &states) {
            (Some(_), _, _) => Kind::Histogram,
            (None, Some(_), _) => Kind::Summary,
            (None, None, Some(_)) => Kind::StateSet,
            (None, None, None) => Kind::Gauge,
        };
        let kind = known_kind(&kind, diagnostics).unwrap_or_else(guess);
        Self {
            attrs,
            vis,
            ident,
            kind,
            krate,
            name,
            namespace,
            subsystem,
            unit,
            labels: labels
                .unwrap_or_default()
                .into_iter()
                .map(Label::from)
                .collect(),
            labelled,
            buckets,
            quantiles,
            window,
            states,
            merge: keys.value("merge"),
            live: keys.value("live"),
            eager: keys.flag("eager"),
            max_series: keys.value("max_series"),
            expire: keys.value("expire"),
            registry: keys.value("registry"),
            state: State::Checked,
        }
    }

    /// The doc comment as text: an expression, because a part may be `include_str!`.
    pub(super) fn help(&self) -> TokenStream {
        let lines = self.attrs.iter().filter_map(|attr| match &attr.meta {
            Meta::NameValue(doc) if doc.path.is_ident("doc") => Some(&doc.value),
            _ => None,
        });
        let (mut text, mut parts) = (String::new(), Vec::new());
        for (index, line) in lines.enumerate() {
            if index > 0 {
                text.push('\n');
            }
            if let Expr::Lit(ExprLit {
                lit: Lit::Str(line),
                ..
            }) = line
            {
                let line = line.value();
                text.push_str(line.strip_prefix(' ').unwrap_or(&line));
            } else {
                let before = std::mem::take(&mut text);
                parts.push(quote!(#before, #line));
            }
        }
        let text = text.trim_end();
        if parts.is_empty() {
            quote!(#text)
        } else {
            quote!(::core::concat!(#(#parts,)* #text))
        }
    }

    /// The `cfg` attributes, which everything that is generated carries.
    pub(super) fn cfgs(&self) -> Vec<&Attribute> {
        self.attrs
            .iter()
            .filter(|attr| attr.path().is_ident("cfg"))
            .collect()
    }
}

impl From<RawLabel> for Label {
    fn from(
        RawLabel {
            ident,
            wire,
            ty,
            default,
        }: RawLabel,
    ) -> Self {
        let wire = match wire {
            Some(wire) => Text::of_literal(&wire),
            None => Text {
                value: ident.unraw().to_string(),
                span: ident.span(),
                source: Source::Ident,
            },
        };
        Self {
            ident,
            wire,
            ty,
            default,
        }
    }
}

fn text(Keyed { key, value }: &Keyed, diagnostics: &mut Diagnostics) -> Option<Text> {
    let text = literal::text(value).map(Text::of_literal);
    if text.is_none() {
        let message = format!("`{key}` is a string literal: it is checked while compiling");
        diagnostics.on(value, message);
    }
    text
}

/// The kind that the type names, or one so near that it must be meant.
fn known_kind(path: &Path, diagnostics: &mut Diagnostics) -> Option<Kind> {
    let found = path.segments.last()?.ident.to_string();
    if let Some(kind) = Kind::named(&found) {
        return Some(kind);
    }
    diagnostics.on(
        path,
        words::unknown("kind of metric", &found, "", &Kind::NAMES),
    );
    words::nearest(&found, &Kind::NAMES).and_then(Kind::named)
}
