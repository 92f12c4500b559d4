//! Which format a client wants, by the header `Accept`.

mod accept;

use std::borrow::Cow;

use self::accept::{Entry, entries};
use crate::encode::{Escaping, Exposition, Format, Timestamps};

/// What HTTP calls the Prometheus text format 0.0.4, which everybody reads.
pub const CONTENT_TYPE_PLAIN_0_0_4: &str = Format::Text.content_type();
/// What HTTP calls the text format in which names may be any text.
pub const CONTENT_TYPE_PLAIN_1_0_0: &str = "text/plain; version=1.0.0; charset=utf-8";
/// What HTTP calls OpenMetrics 1.0.
pub const CONTENT_TYPE_OPENMETRICS_1_0_0: &str = Format::OpenMetrics.content_type();

/// A format, and how it spells names: what a client is answered with, and what writes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Negotiated {
    kind: Kind,
    /// Where the client said which version it reads; who says none is told of no escaping.
    escaping: Option<Escaping>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Kind {
    #[default]
    Text0,
    Text1,
    OpenMetrics,
}

impl Negotiated {
    /// The format.
    pub fn format(self) -> Format {
        match self.kind {
            Kind::Text0 | Kind::Text1 => Format::Text,
            Kind::OpenMetrics => Format::OpenMetrics,
        }
    }

    /// How names are written that are more than letters, digits and `_`.
    pub fn escaping(self) -> Escaping {
        self.escaping.unwrap_or_default()
    }

    /// What HTTP calls it, in `Content-Type`.
    pub fn content_type(self) -> Cow<'static, str> {
        let content_type = match self.kind {
            Kind::Text0 => CONTENT_TYPE_PLAIN_0_0_4,
            Kind::Text1 => CONTENT_TYPE_PLAIN_1_0_0,
            Kind::OpenMetrics => CONTENT_TYPE_OPENMETRICS_1_0_0,
        };
        match self.escaping {
            Some(escaping) => format!("{content_type}; escaping={}", escaping.word()).into(),
            None => content_type.into(),
        }
    }

    /// What writes its lines; behind them stands [`Format::trailer`].
    pub fn encoder(self) -> Exposition {
        Exposition::new(self.format(), Timestamps::Server).escaping(self.escaping())
    }
}

/// Reads the header `Accept`; an empty one is one that is not there.
///
/// Of what the client reads the one with the highest `q` is taken, of several the first; what it
/// excludes by `q=0` is not. There are OpenMetrics 1.0.0 and the text formats 0.0.4 and 1.0.0, the
/// last one for those who ask for it by its version. Who reads none of them gets 0.0.4, as does
/// who reads everything: there is no scraper that cannot read that.
///
/// # Examples
///
/// ```
/// use ppc_transports::negotiate;
///
/// let prometheus = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
/// assert_eq!(
///     negotiate(prometheus).content_type(),
///     "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
/// );
/// assert_eq!(negotiate("*/*").content_type(), "text/plain; version=0.0.4; charset=utf-8");
/// ```
pub fn negotiate(accept: &str) -> Negotiated {
    let entries: Vec<Entry<'_>> = entries(accept).collect();
    let mut best: Option<(u16, usize, Negotiated)> = None;
    for kind in [Kind::OpenMetrics, Kind::Text1, Kind::Text0] {
        let Some((index, entry)) = kind.wanted_by(&entries) else {
            continue;
        };
        let is_better = best.is_none_or(|(q, at, _)| entry.q > q || entry.q == q && index < at);
        if entry.q > 0 && is_better {
            let escaping = match (kind, entry.version) {
                (Kind::OpenMetrics, Some(_)) | (Kind::Text1, _) => Some(entry.escaping()),
                _ => None,
            };
            best = Some((entry.q, index, Negotiated { kind, escaping }));
        }
    }
    best.map_or_else(Negotiated::default, |(_, _, negotiated)| negotiated)
}

/// What writes the format that the header `Accept` asks for, and the content type that goes with it;
/// see [`negotiate`].
///
/// # Examples
///
/// In any framework, whatever it calls its headers:
///
/// ```
/// use ppc_core::{Counter, Registry};
/// use ppc_transports::choose_encoder;
///
/// let registry = Registry::new();
/// Counter::builder("jobs").register(&registry)?.inc();
///
/// let (encoder, content_type) = choose_encoder("application/openmetrics-text");
/// assert_eq!(content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
/// assert_eq!(encoder.generate(&registry), b"# TYPE jobs counter\njobs_total 1\n# EOF\n");
/// # Ok::<(), ppc_core::Error>(())
/// ```
pub fn choose_encoder(accept: &str) -> (Negotiated, Cow<'static, str>) {
    let negotiated = negotiate(accept);
    (negotiated, negotiated.content_type())
}

impl Kind {
    /// The entry that says how much the client wants this one: the one that is most about it, of
    /// several the one with the highest `q`, of several the first. See RFC 9110, section 12.5.1.
    fn wanted_by<'e, 'a>(self, entries: &'e [Entry<'a>]) -> Option<(usize, &'e Entry<'a>)> {
        let mut best: Option<(u8, usize, &Entry<'_>)> = None;
        for (index, entry) in entries.iter().enumerate() {
            let Some(fit) = self.fit(entry) else { continue };
            if best.is_none_or(|(known, _, other)| (fit, entry.q) > (known, other.q)) {
                best = Some((fit, index, entry));
            }
        }
        best.map(|(_, index, entry)| (index, entry))
    }

    /// How much an entry is about this one, where it is.
    fn fit(self, entry: &Entry<'_>) -> Option<u8> {
        let (by_type, by_range, by_any) = match self {
            Self::OpenMetrics => ("application/openmetrics-text", "application/*", false),
            Self::Text0 => ("text/plain", "text/*", true),
            Self::Text1 => ("text/plain", "", false),
        };
        if entry.is(by_type) {
            return match (self, entry.version) {
                (Self::Text1, None) => None,
                (_, None) => Some(2),
                (Self::Text0, Some(version)) => (version == "0.0.4").then_some(3),
                // Later ones are to be read by those who read this one, but for the next 2.
                (_, Some(_)) => (entry.major() == Some(1)).then_some(3),
            };
        }
        let is_range = !by_range.is_empty() && entry.is(by_range);
        is_range
            .then_some(1)
            .or_else(|| (by_any && entry.is("*/*")).then_some(0))
    }
}
