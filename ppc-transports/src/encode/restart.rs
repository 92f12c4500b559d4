//! Totals that began again without a new life, as those of a foreign source may.

/// A total that is less by no more than this part of it is the same, added up in another order.
const ROUNDING: f64 = 1e-9;

/// Whether a total is less than it was, which only a restart does. Both are the words of a series,
/// [`SeriesSnapshot::words`](ppc_core::SeriesSnapshot::words). Of several it is the counts that
/// tell: a sum falls with what is negative.
pub(super) fn fell(now: &[u64], seen: &[u64]) -> bool {
    match now {
        [now] => {
            let (now, seen) = (f64::from_bits(*now), f64::from_bits(seen[0]));
            seen - now > seen * ROUNDING
        }
        _ => now.iter().zip(seen).skip(1).any(|(now, seen)| now < seen),
    }
}
