//! What a family is, computed once when it is built and never changed.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::buckets::Buckets;
use crate::error::{Error, ErrorKind};
use crate::kind::Kind;
use crate::name::{NameParts, Names, label_name_fault};

/// A family's declaration: its names, help, kind, unit and labels.
#[derive(Debug)]
pub struct Descriptor {
    kind: Kind,
    names: Names,
    help: Box<str>,
    unit: Box<str>,
    label_names: Box<[Box<str>]>,
    buckets: Buckets,
    states: Box<[Box<str>]>,
    ignored: AtomicU64,
}

/// Why a recording was ignored: it had no meaning for the metric's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ignored<'a> {
    /// The family.
    pub metric: &'a str,
    /// How many recordings were ignored.
    pub count: u64,
    /// What kind of recording is ignored.
    pub rule: &'static str,
}

/// The parts of a declaration, as they come from `metric!` or a builder.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) kind: Kind,
    pub(crate) name: NameParts<'a>,
    pub(crate) help: &'a str,
    pub(crate) label_names: Vec<&'a str>,
    pub(crate) buckets: Option<Vec<f64>>,
    pub(crate) states: Vec<&'a str>,
}

/// How many states fit into one word.
const MAX_STATES: usize = 64;

impl Descriptor {
    pub(crate) fn new(parts: Parts<'_>) -> Result<Self, Error> {
        let kind = parts.kind;
        let names = Names::new(kind, parts.name)?;
        for (index, label) in parts.label_names.iter().enumerate() {
            let reserved = kind == Kind::StateSet && *label == names.family();
            let twice = parts.label_names[..index].contains(label);
            let reason = label_name_fault(label, kind)
                .or(reserved.then_some("the metric's own name is the label of its states"))
                .or(twice.then_some("it is declared twice"));
            if let Some(reason) = reason {
                let (metric, label) = (names.family().to_owned(), (*label).to_owned());
                return Err(ErrorKind::Label {
                    metric,
                    label,
                    reason,
                }
                .into());
            }
        }
        let buckets = match (kind, &parts.buckets) {
            (Kind::Histogram, Some(bounds)) => Buckets::new(names.family(), bounds)?,
            (Kind::Histogram, None) => {
                Buckets::new(names.family(), crate::buckets::DEFAULT_BUCKETS)?
            }
            _ => Buckets::none(),
        };
        if kind == Kind::StateSet {
            check_states(names.family(), &parts.states)?;
        }
        let boxed = |texts: Vec<&str>| texts.into_iter().map(Box::from).collect();
        Ok(Self {
            kind,
            names,
            help: parts.help.into(),
            unit: parts.name.unit.into(),
            label_names: boxed(parts.label_names),
            buckets,
            states: boxed(parts.states),
            ignored: AtomicU64::new(0),
        })
    }

    /// What it measures.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The names it has on the wire.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The help text, raw.
    pub fn help(&self) -> &str {
        &self.help
    }

    /// The unit; empty where none was declared.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// The names of its labels, in declared order.
    pub fn label_names(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.label_names.iter().map(|name| &**name)
    }

    /// The buckets of a histogram; none for any other kind.
    pub fn buckets(&self) -> &Buckets {
        &self.buckets
    }

    /// The states of a state set; none for any other kind.
    pub fn states(&self) -> impl ExactSizeIterator<Item = &str> {
        self.states.iter().map(|state| &**state)
    }

    /// What was ignored since this was last asked, where anything was.
    pub fn take_ignored(&self) -> Option<Ignored<'_>> {
        let count = self.ignored.swap(0, Ordering::Relaxed);
        let rule = match self.kind {
            Kind::Counter => "an amount that is negative or not a number",
            Kind::Gauge => "no recording at all",
            Kind::Histogram | Kind::Summary => "an observation that is not a number",
            Kind::Info => "a label name that is invalid, given twice or declared as a label",
            Kind::StateSet => "a state that is not declared",
        };
        (count > 0).then(|| Ignored {
            metric: self.names.family(),
            count,
            rule,
        })
    }

    /// Counts a recording that had no meaning.
    #[cold]
    pub(crate) fn ignore(&self) {
        self.ignored.fetch_add(1, Ordering::Relaxed);
    }

    /// True where both declare the same family, so that one can stand for the other.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.names == other.names
            && self.help == other.help
            && self.unit == other.unit
            && self.label_names == other.label_names
            && self.buckets == other.buckets
            && self.states == other.states
    }

    /// One line that tells two declarations of one name apart.
    pub(crate) fn summary(&self) -> String {
        let labels = self.label_list();
        format!(
            "a {} `{}` with {labels} and help {:?}",
            self.kind,
            self.names.family(),
            self.help
        )
    }

    fn label_list(&self) -> String {
        if self.label_names.is_empty() {
            return "no labels".to_owned();
        }
        let quoted: Vec<String> = self.label_names().map(|name| format!("`{name}`")).collect();
        quoted.join(", ")
    }

    pub(crate) fn unknown_label(&self, found: &str) -> Error {
        let (metric, found) = (self.names.family().to_owned(), found.to_owned());
        ErrorKind::UnknownLabel {
            metric,
            found,
            known: self.label_list(),
        }
        .into()
    }

    pub(crate) fn missing_label(&self, index: usize) -> Error {
        let metric = self.names.family().to_owned();
        ErrorKind::MissingLabel {
            metric,
            label: self.label_names[index].to_string(),
        }
        .into()
    }

    pub(crate) fn too_many_labels(&self, found: usize) -> Error {
        let metric = self.names.family().to_owned();
        ErrorKind::TooManyLabels {
            metric,
            found,
            known: self.label_list(),
        }
        .into()
    }
}

fn check_states(metric: &str, states: &[&str]) -> Result<(), Error> {
    let twice = (1..states.len()).any(|index| states[..index].contains(&states[index]));
    let reason = match states.len() {
        0 => "a state set has at least one state",
        count if count > MAX_STATES => "a state set has at most 64 states",
        _ if twice => "a state is declared twice",
        _ => return Ok(()),
    };
    Err(ErrorKind::States {
        metric: metric.into(),
        reason,
    }
    .into())
}
