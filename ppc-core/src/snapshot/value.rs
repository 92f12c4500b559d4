//! The values of series, as encoders read them.

use std::sync::Arc;

use crate::buckets::Buckets;
use crate::descriptor::Descriptor;
use crate::exemplar::Exemplar;

/// An exemplar and where it belongs.
#[derive(Debug)]
pub(crate) struct Noted {
    /// By its index.
    pub(crate) series: usize,
    /// The bucket of a histogram; 0 for a counter.
    pub(crate) place: usize,
    pub(crate) exemplar: Arc<Exemplar>,
}

/// The value of a series, by the kind of its family.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Value<'a> {
    /// The total.
    Counter(f64),
    /// The current value.
    Gauge(f64),
    /// Buckets, count and sum.
    Histogram(HistogramValue<'a>),
    /// How many observations, their sum, and their quantiles.
    Summary {
        /// How many observations.
        count: u64,
        /// Their sum.
        sum: f64,
        /// Those of the last while, where any are declared.
        quantiles: QuantileValues<'a>,
    },
    /// The facts.
    Info(InfoValue<'a>),
    /// The states.
    StateSet(StateSetValue<'a>),
}

/// A histogram's value. The count is the sum of its buckets, whatever happens meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct HistogramValue<'a> {
    pub(super) buckets: &'a Buckets,
    pub(super) counts: &'a [u64],
    pub(super) sum: f64,
    pub(super) exemplars: &'a [Noted],
}

impl<'a> HistogramValue<'a> {
    /// The label `le` of each bucket with the count of observations at or below it; `+Inf` last.
    pub fn buckets(&self) -> impl Iterator<Item = (&'a str, u64)> + use<'a> {
        let mut cumulated = 0_u64;
        self.buckets.le().zip(self.counts).map(move |(le, count)| {
            cumulated = cumulated.wrapping_add(*count);
            (le, cumulated)
        })
    }

    /// How many observations.
    pub fn count(&self) -> u64 {
        self.counts
            .iter()
            .fold(0, |sum, count| sum.wrapping_add(*count))
    }

    /// Their sum.
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// The latest exemplar of each bucket, where there is one: as many as
    /// [`buckets`](Self::buckets), each of an observation that fell into that bucket and none
    /// below it.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Histogram, Registry, Value};
    ///
    /// let registry = Registry::new();
    /// let latency = Histogram::builder("latency").buckets([0.1, 1.0]).register(&registry)?;
    /// latency.observe_with_exemplar(0.25, [("trace_id", "4bf92f3577b34da6")]);
    ///
    /// let snapshot = registry.gather();
    /// for series in snapshot.families().flat_map(|family| family.series()) {
    ///     let Value::Histogram(histogram) = series.value() else { continue };
    ///     let values = histogram.exemplars().map(|exemplar| Some(exemplar?.value()));
    ///     assert!(values.eq([None, Some(0.25), None]));
    /// }
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    pub fn exemplars(&self) -> impl ExactSizeIterator<Item = Option<&'a Exemplar>> + use<'a> {
        let mut rest = self.exemplars.iter().peekable();
        (0..self.counts.len()).map(move |bucket| {
            let noted = rest.next_if(|noted| noted.place == bucket);
            noted.map(|noted| &*noted.exemplar)
        })
    }
}

/// A summary's quantiles.
#[derive(Clone, Copy, Debug)]
pub struct QuantileValues<'a> {
    pub(super) descriptor: &'a Descriptor,
    pub(super) words: &'a [u64],
}

impl<'a> QuantileValues<'a> {
    /// The label `quantile` of each with its value, rising: NaN where nothing was observed in the
    /// [`window`](Descriptor::window), infinite beyond 10²².
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Registry, Summary, Value};
    ///
    /// let registry = Registry::new();
    /// let size = Summary::builder("size").quantiles([0.5, 1.0]).register(&registry)?;
    /// size.observe(20);
    /// let snapshot = registry.gather();
    /// for series in snapshot.families().flat_map(|family| family.series()) {
    ///     let Value::Summary { quantiles, .. } = series.value() else { continue };
    ///     assert!(quantiles.pairs().eq([("0.5", 20.0), ("1.0", 20.0)]));
    /// }
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = (&'a str, f64)> + Clone + use<'a> {
        let values = self.words.iter().map(|word| f64::from_bits(*word));
        self.descriptor.quantile_labels().zip(values)
    }
}

/// An info's facts.
#[derive(Clone, Copy, Debug)]
pub struct InfoValue<'a> {
    pub(super) pairs: Option<&'a [(Box<str>, Box<str>)]>,
}

impl<'a> InfoValue<'a> {
    /// Names and values; nothing where the info was never set, which then has no sample.
    pub fn pairs(&self) -> Option<impl Iterator<Item = (&'a str, &'a str)> + Clone + use<'a>> {
        Some(self.pairs?.iter().map(|(name, value)| (&**name, &**value)))
    }
}

/// A state set's states.
#[derive(Clone, Copy, Debug)]
pub struct StateSetValue<'a> {
    pub(super) descriptor: &'a Descriptor,
    pub(super) bits: u64,
}

impl<'a> StateSetValue<'a> {
    /// Each state, and whether it holds.
    pub fn states(&self) -> impl Iterator<Item = (&'a str, bool)> + use<'a> {
        let bits = self.bits;
        self.descriptor
            .states()
            .enumerate()
            .map(move |(index, state)| (state, bits >> index & 1 == 1))
    }
}
