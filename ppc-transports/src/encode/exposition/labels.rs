//! The labels of a line: those of its series and those of the client.

use ppc_core::{Descriptor, Kind, LabelSet, SeriesSnapshot, Value};

use super::escaping::{Escaping, Names};
use super::spelled::Spelled;
use crate::encode::escape;

/// Writes the labels of one series after the other; what those of a family have in common is put
/// aside for all of them.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    /// What the place gives every sample.
    taken: Vec<String>,
    /// One of those that every sample of the family at hand has.
    taken_by_family: Option<String>,
    /// What stands before each label value of the family at hand: `{name="` or `",name="`.
    heads: Vec<String>,
    /// What stands behind the last one: the client's labels and the end.
    tail: Vec<u8>,
    /// The same without the client's labels.
    end: &'static str,
    /// How names of the client and of facts are written.
    pub(super) escaping: Escaping,
}

impl Labels {
    /// Labels without these.
    pub(crate) fn without(self, taken: Vec<String>) -> Self {
        Self { taken, ..self }
    }

    /// Puts aside what the series of a family have in common.
    pub(crate) fn start_family(
        &mut self,
        descriptor: &Descriptor,
        names: &Spelled<'_>,
        client: &LabelSet,
    ) {
        let state = (descriptor.kind() == Kind::StateSet).then(|| descriptor.names().family());
        let own = || descriptor.label_names().chain(state);
        let taken = own().find(|name| self.is_taken(name)).map(str::to_owned);
        self.taken_by_family = taken;
        self.heads.clear();
        let (first, empty) = if names.opens() {
            (",", "} ")
        } else {
            ("{", " ")
        };
        for (index, name) in descriptor.label_names().enumerate() {
            let before = if index == 0 { first } else { "\"," };
            let name = names.label(index, name);
            self.heads.push(format!("{before}{name}=\""));
        }
        self.end = if self.heads.is_empty() { empty } else { "\"} " };
        let mut tail = std::mem::take(&mut self.tail);
        tail.clear();
        self.write_end(&mut tail, |name| own().all(|own| own != name), client);
        self.tail = tail;
    }

    /// The label of a series that the place gives as well.
    pub(crate) fn taken_by(&self, value: Value<'_>) -> Option<&str> {
        if let Value::Info(info) = value
            && !self.taken.is_empty()
        {
            let mut names = info.pairs().into_iter().flatten().map(|(name, _)| name);
            let fact = names.find_map(|name| self.taken.iter().find(|taken| *taken == name));
            return self.taken_by_family.as_ref().or(fact).map(|name| &**name);
        }
        self.taken_by_family.as_deref()
    }

    /// Appends the labels of a series and the space behind them.
    #[inline]
    pub(crate) fn write(&self, series: &SeriesSnapshot<'_>, out: &mut Vec<u8>) {
        self.write_own(series, out);
        out.extend_from_slice(&self.tail);
    }

    /// The same with one more label.
    pub(crate) fn write_with(
        &self,
        series: &SeriesSnapshot<'_>,
        (name, value): (&str, &str),
        out: &mut Vec<u8>,
    ) {
        self.write(series, out);
        open(out);
        write_label(name, value, out);
        out.extend_from_slice(b"} ");
    }

    /// The same for an info, whose facts are labels as well.
    pub(crate) fn write_info<'a>(
        &self,
        series: &SeriesSnapshot<'_>,
        facts: impl Iterator<Item = (&'a str, &'a str)> + Clone,
        client: &LabelSet,
        out: &mut Vec<u8>,
    ) {
        self.write_own(series, out);
        let names = || facts.clone().map(|(name, _)| name);
        let own = || series.labels().map(|(name, _)| name).chain(names());
        self.write_end(out, |name| own().all(|own| own != name), client);
        for (name, value) in facts {
            self.add(name, value, out);
        }
    }

    /// Appends a further label.
    fn add(&self, name: &str, value: &str, out: &mut Vec<u8>) {
        open(out);
        if self.escaping.changes(name, Names::Label) {
            write_label(&self.escaping.write(name, Names::Label), value, out);
        } else {
            write_label(name, value, out);
        }
        out.extend_from_slice(b"} ");
    }

    /// Appends the values of the series' own labels, but for the quote behind the last.
    #[inline]
    fn write_own(&self, series: &SeriesSnapshot<'_>, out: &mut Vec<u8>) {
        for (head, (_, value)) in self.heads.iter().zip(series.labels()) {
            out.extend_from_slice(head.as_bytes());
            escape::quoted(value, out);
        }
    }

    /// Appends what stands behind the series' own labels.
    fn write_end(&self, out: &mut Vec<u8>, free: impl Fn(&str) -> bool, client: &LabelSet) {
        out.extend_from_slice(self.end.as_bytes());
        for (name, value) in client.iter() {
            if free(name) && !self.is_taken(name) {
                self.add(name, value, out);
            }
        }
    }

    fn is_taken(&self, name: &str) -> bool {
        self.taken.iter().any(|taken| taken == name)
    }
}

/// Makes room for one more label behind those that were written.
pub(super) fn open(out: &mut Vec<u8>) {
    if out.ends_with(b"} ") {
        out.truncate(out.len() - 2);
        out.push(b',');
    } else {
        out.truncate(out.len() - 1);
        out.push(b'{');
    }
}

/// Appends a label.
pub(super) fn write_label(name: &str, value: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"=\"");
    escape::quoted(value, out);
    out.push(b'"');
}
