//! What a series is called in a store.

use ppc_core::{Descriptor, LabelSet};

use crate::batch::{Declared, push_escaped};

/// Writes the labels of the series of a family, in an order that all processes write them in.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    /// Which of the series' own values stands where.
    order: Vec<usize>,
    /// The names of labels that are not declared, beside the values; of a family of another registry
    /// that are all.
    names: Option<Vec<&'a str>>,
    /// Labels of the client, where a series has none of their names.
    client: Vec<(&'a str, &'a str)>,
    /// The same, as they are written.
    tail: String,
}

impl<'a> Fields<'a> {
    pub(super) fn new(
        descriptor: &'a Descriptor,
        declared: &Declared,
        client: &'a LabelSet,
    ) -> Self {
        let own: Vec<&str> = descriptor.label_names().collect();
        let mut client: Vec<(&str, &str)> = client
            .iter()
            .filter(|(name, value)| !own.contains(name) && !value.is_empty())
            .collect();
        client.sort_unstable();
        let is_foreign = descriptor.spelling().is_some();
        let place = |name: &String| own.iter().position(|own| own == name);
        let mut tail = String::new();
        for word in client.iter().flat_map(|(name, value)| [name, value]) {
            tail.push('\t');
            push_escaped(word, &mut tail);
        }
        Self {
            order: declared.labels.iter().filter_map(place).collect(),
            names: is_foreign.then_some(own),
            client,
            tail,
        }
    }

    /// Appends what a series of these label values is called.
    pub(super) fn write<'v>(&self, values: impl Iterator<Item = &'v str>, out: &mut String) {
        let values: Vec<&str> = values.collect();
        let start = out.len();
        if let Some(names) = &self.names {
            let own = names
                .iter()
                .copied()
                .zip(values)
                .filter(|(_, value)| !value.is_empty());
            let mut all: Vec<(&str, &str)> = own.chain(self.client.iter().copied()).collect();
            all.sort_unstable();
            for word in all.into_iter().flat_map(|(name, value)| [name, value]) {
                push_word(word, start, out);
            }
            return;
        }
        for value in self.order.iter().filter_map(|place| values.get(*place)) {
            push_word(value, start, out);
        }
        let tail = if out.len() == start {
            self.tail.get(1..)
        } else {
            Some(&*self.tail)
        };
        out.push_str(tail.unwrap_or_default());
    }
}

fn push_word(word: &str, start: usize, out: &mut String) {
    if out.len() > start {
        out.push('\t');
    }
    push_escaped(word, out);
}
