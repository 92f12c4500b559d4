//! Exemplars: one event out of those behind a number, told by labels such as a trace's id.

use std::time::Duration;

use crate::kind::Kind;
use crate::label::{LabelValue, Scratch};
use crate::name::label_name_fault;

/// One of the events that a counter or a bucket counts: its labels, value and time.
///
/// # Examples
///
/// ```
/// use ppc_core::{Counter, Registry};
///
/// let registry = Registry::new();
/// let errors = Counter::builder("errors").register(&registry)?;
/// errors.inc_by_with_exemplar(2, [("trace_id", "4bf92f3577b34da6")]);
///
/// let snapshot = registry.gather();
/// let mut series = snapshot.families().flat_map(|family| family.series());
/// let exemplar = series.next().and_then(|series| series.exemplar()).expect("there is one");
/// assert!(exemplar.labels().eq([("trace_id", "4bf92f3577b34da6")]));
/// assert_eq!(exemplar.value(), 2.0);
/// assert!(exemplar.timestamp() <= Some(ppc_core::unix_time()));
/// # Ok::<(), ppc_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Exemplar {
    /// Names and values in turn, without anything in between.
    text: Box<str>,
    /// Where each name and each value ends.
    ends: Box<[u16]>,
    value: f64,
    timestamp: Option<Duration>,
}

/// How many characters names and values may have together: OpenMetrics 1.0, section "Exemplars",
/// which counts code points.
const MOST_CHARACTERS: usize = 128;

/// More bytes than that many characters have.
const TOO_LONG: usize = MOST_CHARACTERS * 4 + 1;

impl Exemplar {
    /// One of another registry; [`Mirror`](crate::Mirror) shows it. Nothing where the labels are longer
    /// than 128 characters together, or a name is invalid or given twice.
    pub fn new(
        labels: impl IntoIterator<Item = (impl AsRef<str>, impl LabelValue)>,
        value: f64,
        timestamp: impl Into<Option<Duration>>,
    ) -> Option<Self> {
        let (mut text, mut ends) = (String::new(), Vec::new());
        let mut push = |part: &str| {
            if text.len() + part.len() >= TOO_LONG {
                return None;
            }
            text.push_str(part);
            ends.push(u16::try_from(text.len()).ok()?);
            (text.chars().count() <= MOST_CHARACTERS).then_some(())
        };
        for (name, value) in labels {
            let name = name.as_ref();
            if label_name_fault(name, Kind::Counter).is_some() {
                return None;
            }
            push(name)?;
            push(value.text(&mut Scratch::default()))?;
        }
        let exemplar = Self {
            text: text.into(),
            ends: ends.into(),
            value,
            timestamp: timestamp.into(),
        };
        (!exemplar.has_a_name_twice()).then_some(exemplar)
    }

    /// Names and values of its labels, in the order they were given; not those of the series.
    pub fn labels(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        let mut start = 0;
        self.ends.chunks_exact(2).map(move |ends| {
            let (name_end, end) = (usize::from(ends[0]), usize::from(ends[1]));
            let label = (&self.text[start..name_end], &self.text[name_end..end]);
            start = end;
            label
        })
    }

    /// What was added to the counter, or observed by the histogram.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// When that was, as time since the Unix epoch; nothing where another registry does not say so.
    pub fn timestamp(&self) -> Option<Duration> {
        self.timestamp
    }

    fn has_a_name_twice(&self) -> bool {
        let mut names = self.labels().map(|(name, _)| name).enumerate();
        names.any(|(index, name)| self.labels().take(index).any(|(before, _)| before == name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_millis(123_456);

    fn exemplar(labels: &[(&str, &str)]) -> Option<Exemplar> {
        Exemplar::new(labels.iter().copied(), 1.5, NOW)
    }

    #[track_caller]
    fn check(labels: &[(&str, &str)]) {
        let exemplar = exemplar(labels).expect("the labels are good");
        assert!(exemplar.labels().eq(labels.iter().copied()));
        assert_eq!((exemplar.value(), exemplar.timestamp()), (1.5, Some(NOW)));
    }

    #[test]
    fn labels_stay_as_they_were_given() {
        check(&[]);
        check(&[("a", "")]);
        check(&[
            ("trace_id", "4bf92f3577b34da6"),
            ("span", "ü\n\"\\"),
            ("le", "1"),
        ]);
        let mixed = Exemplar::new([("n", 7_u32), ("m", 8)], 0.0, NOW).unwrap();
        assert!(mixed.labels().eq([("n", "7"), ("m", "8")]));
    }

    #[test]
    fn characters_are_counted_not_bytes() {
        let text = |count| "🦀".repeat(count);
        check(&[("name", &text(124))]);
        assert_eq!(exemplar(&[("name", &text(125))]), None);
        check(&[("a", &text(60)), ("b", &text(66))]);
        assert_eq!(exemplar(&[("a", &text(60)), ("b", &text(67))]), None);
        assert_eq!(exemplar(&[("a", &"x".repeat(3_000_000))]), None);
        // Names are as long as they like, up to there; labels without end end there.
        assert_eq!(exemplar(&[(&"x".repeat(129), "")]), None);
        let endless = (0..).map(|n| (format!("l{n}"), n));
        assert_eq!(Exemplar::new(endless, 1.0, NOW), None);
    }

    #[test]
    fn names_are_those_of_labels_and_none_stands_twice() {
        for name in ["", "a b", "a-b", "1a", "__a", "ä", "a:b"] {
            assert_eq!(exemplar(&[("ok", "1"), (name, "2")]), None, "{name}");
        }
        assert_eq!(exemplar(&[("a", "1"), ("b", "2"), ("a", "3")]), None);
    }
}
