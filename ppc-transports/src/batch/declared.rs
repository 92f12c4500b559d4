//! What was declared of a family, as far as all who write it must agree.

use std::fmt;

use ppc_core::{Descriptor, Kind, Merge};

use super::text::{push_escaped, unescape};

/// A family's declaration: what series of several processes must have in common to be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) kind: Kind,
    /// In the order of their names; none of a family of another registry, whose series have each
    /// their own.
    pub(crate) labels: Vec<String>,
    /// The labels `le` of a histogram, `+Inf` last, or the states of a state set.
    pub(crate) own: Vec<String>,
    pub(crate) merge: Merge,
    pub(crate) is_live: bool,
}

/// What becomes of what several processes say of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// It is added up.
    Sum,
    /// The latest of all is kept.
    Latest,
    /// That of each process is kept, and they become one where they are read.
    Each,
}

const KINDS: [(Kind, &str); 7] = [
    (Kind::Counter, "counter"),
    (Kind::Gauge, "gauge"),
    (Kind::Histogram, "histogram"),
    (Kind::Summary, "summary"),
    (Kind::Info, "info"),
    (Kind::StateSet, "stateset"),
    (Kind::Unknown, "unknown"),
];

/// Stands behind the rule of a gauge of which only processes that run count.
const LIVE: &str = "live";

impl Declared {
    pub(crate) fn of(descriptor: &Descriptor) -> Self {
        let mut labels: Vec<String> = match descriptor.spelling() {
            None => descriptor.label_names().map(str::to_owned).collect(),
            Some(_) => Vec::new(),
        };
        labels.sort_unstable();
        let own = match descriptor.kind() {
            Kind::Histogram => descriptor.buckets().le().map(str::to_owned).collect(),
            Kind::StateSet => descriptor.states().map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        Self {
            kind: descriptor.kind(),
            labels,
            own,
            merge: descriptor.merge(),
            is_live: descriptor.is_live(),
        }
    }

    pub(crate) fn class(&self) -> Class {
        match (self.kind, self.merge) {
            (Kind::Counter | Kind::Histogram | Kind::Summary, _) => Class::Sum,
            (Kind::Gauge, merge) if merge != Merge::Last || self.is_live => Class::Each,
            _ => Class::Latest,
        }
    }

    /// Whether what a process says goes with it.
    pub(crate) fn goes_with_process(&self) -> bool {
        self.class() == Class::Each && (self.is_live || self.merge == Merge::Average)
    }

    /// As one word, the same for the same declaration.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        let kind = KINDS.iter().find(|(kind, _)| *kind == self.kind);
        text.push_str(kind.map_or("", |(_, word)| word));
        for list in [&self.labels, &self.own] {
            text.push(';');
            for (index, word) in list.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                push_escaped(word, &mut text);
            }
        }
        text.push(';');
        text.push_str(self.merge.as_str());
        if self.is_live {
            text.push(',');
            text.push_str(LIVE);
        }
        text
    }

    /// From that word.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';');
        let kind = parts.next()?;
        let list = |text: &str| -> Option<Vec<String>> {
            let words = text.split(',').filter(|word| !word.is_empty());
            words
                .map(|word| Some(unescape(word)?.into_owned()))
                .collect()
        };
        let (labels, own) = (list(parts.next()?)?, list(parts.next()?)?);
        let mut rule = parts.next()?.split(',');
        Some(Self {
            kind: KINDS.iter().find(|(_, word)| *word == kind)?.0,
            labels,
            own,
            merge: rule.next()?.parse().ok()?,
            is_live: rule.next() == Some(LIVE),
        })
    }
}

impl fmt::Display for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |words: &[String]| {
            let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            quoted.join(", ")
        };
        write!(f, "a {}", self.kind)?;
        if self.labels.is_empty() {
            f.write_str(" without labels")?;
        } else {
            write!(f, " with the labels {}", list(&self.labels))?;
        }
        match self.kind {
            Kind::Histogram => write!(f, " and the buckets {}", self.own.join(", "))?,
            Kind::StateSet => write!(f, " and the states {}", list(&self.own))?,
            Kind::Gauge => {
                write!(f, " and `merge = \"{}\"`", self.merge.as_str())?;
                f.write_str(if self.is_live { ", `live`" } else { "" })?;
            }
            _ => {}
        }
        Ok(())
    }
}
