//! What is recorded: label values and observations, the same for every row.

use measured::FixedCardinalityLabel;
use ppc::LabelValue;

/// Account, host and type of an event, as texts that are known only at run time.
pub(crate) type Triple = [String; 3];

/// `count` triples, in the order of their numbers.
pub(crate) fn triples(count: usize) -> Vec<Triple> {
    let triple = |n: usize| {
        [
            format!("account-{n}"),
            format!("host-{}", n % 50),
            "login".to_owned(),
        ]
    };
    (0..count).map(triple).collect()
}

/// The bytes of the values of these triples, those of a value that comes again counted again.
pub(crate) fn text(triples: &[Triple]) -> usize {
    triples.iter().flatten().map(String::len).sum()
}

/// The same triples in an order without a pattern, again and again in another one until there are
/// enough. The texts lie in memory in that order, so that reading them costs the same in any.
pub(crate) fn visits(triples: &[Triple]) -> Vec<Triple> {
    let mut order: Vec<&Triple> = triples.iter().collect();
    let mut random = Random::default();
    let mut visits = Vec::new();
    while visits.len() < VISITS {
        for n in (1..order.len()).rev() {
            order.swap(n, random.below(n + 1));
        }
        visits.extend(order.iter().copied().cloned());
    }
    visits
}

/// As [`VALUES`]; fewer, because the texts of all must fit into a core's own cache beside the
/// table: what two threads share beyond it would be measured in place of the look-up.
const VISITS: usize = 4_000;

/// How many bounds of buckets there are.
pub(crate) const BOUNDS: usize = 12;

/// The bounds of the histograms' buckets: 1 to 12.
pub(crate) fn bounds() -> [f64; BOUNDS] {
    std::array::from_fn(|n| (n + 1) as f64)
}

/// How many values are recorded in turn: more than a processor's branch prediction can learn by
/// heart, as it does with a thousand.
pub(crate) const VALUES: usize = 65_536;

/// Observations that fall into every bucket, in an order without a pattern.
pub(crate) fn values() -> Vec<f64> {
    let mut random = Random::default();
    let value = |_| random.below(BOUNDS * 100 + 100) as f64 / 100.0;
    (0..VALUES).map(value).collect()
}

/// How a call was made.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Debug,
    LabelValue,
    FixedCardinalityLabel,
    prometheus_client::encoding::EncodeLabelValue,
    fastmetrics::derive::EncodeLabelValue,
)]
pub(crate) enum Method {
    Get,
    Put,
    Post,
    Delete,
}

/// How it ended.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Debug,
    LabelValue,
    FixedCardinalityLabel,
    prometheus_client::encoding::EncodeLabelValue,
    fastmetrics::derive::EncodeLabelValue,
)]
pub(crate) enum Outcome {
    Ok,
    Failed,
    Cancelled,
}

/// Whether the answer was known.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Debug,
    LabelValue,
    FixedCardinalityLabel,
    prometheus_client::encoding::EncodeLabelValue,
    fastmetrics::derive::EncodeLabelValue,
)]
pub(crate) enum Cache {
    Hit,
    Miss,
}

impl Method {
    pub(crate) const ALL: [Self; 4] = [Self::Get, Self::Put, Self::Post, Self::Delete];

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Put => "put",
            Self::Post => "post",
            Self::Delete => "delete",
        }
    }
}

impl Outcome {
    pub(crate) const ALL: [Self; 3] = [Self::Ok, Self::Failed, Self::Cancelled];

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Cache {
    pub(crate) const ALL: [Self; 2] = [Self::Hit, Self::Miss];

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
        }
    }
}

/// Three label values of fixed sets.
pub(crate) type Call = (Method, Outcome, Cache);

/// Calls in an order without a pattern.
pub(crate) fn calls() -> Vec<Call> {
    let mut random = Random::default();
    let mut call = |_| {
        (
            Method::ALL[random.below(Method::ALL.len())],
            Outcome::ALL[random.below(Outcome::ALL.len())],
            Cache::ALL[random.below(Cache::ALL.len())],
        )
    };
    (0..VALUES).map(&mut call).collect()
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Default for Random {
    fn default() -> Self {
        Self(1)
    }
}

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % end
    }
}
