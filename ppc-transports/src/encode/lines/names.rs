//! Families whose names become those of others.

use std::collections::HashSet;

use ppc_core::{FamilySnapshot, Kind, Snapshot};

use super::format::{LineFormat, Name};

/// The names of a family's samples, in the order of its kind, and behind them that of its
/// quantiles; that of its observations alone, where the format sends them one by one.
pub(super) fn names_of<'f, F: LineFormat>(
    format: &F,
    family: &'f FamilySnapshot,
) -> impl Iterator<Item = &'f str> + use<'f, F> {
    let (kind, names) = (family.descriptor().kind(), family.descriptor().names());
    let is_observed = is_observed(format, kind);
    let plain = is_observed || kind == Kind::Summary;
    let samples = if is_observed { 0 } else { usize::MAX };
    let samples = names.samples().take(samples);
    samples.chain(plain.then(|| names.family()))
}

/// Whether the format sends observations of this kind one by one.
pub(super) fn is_observed<F: LineFormat>(format: &F, kind: Kind) -> bool {
    format.observes() && matches!(kind, Kind::Histogram | Kind::Summary)
}

/// Which families give way to others, by their place in the snapshot: one whose names had to be
/// changed to one that has such a name of its own, and to one before it. None, as a rule.
pub(super) fn give_way<F: LineFormat>(format: &F, snapshot: &Snapshot) -> Vec<usize> {
    let changes =
        |family: &FamilySnapshot| format.changes_names(family.descriptor().names().family());
    if snapshot.families().any(changes) {
        find(format, snapshot, changes)
    } else {
        Vec::new()
    }
}

#[cold]
fn find<F: LineFormat>(
    format: &F,
    snapshot: &Snapshot,
    changes: impl Fn(&FamilySnapshot) -> bool,
) -> Vec<usize> {
    let (mut taken, mut giving_way) = (HashSet::new(), Vec::new());
    for changed in [false, true] {
        let mut previous = None;
        for (place, family) in snapshot.families().enumerate() {
            if changes(family) != changed {
                continue;
            }
            let names = names_of(format, family).map(|sample| {
                let mut name = Name::default();
                format.write_name(sample, &mut name);
                name
            });
            let names: Vec<Name> = names.collect();
            // Of another registry's family there may be several parts, one behind the other.
            let own = Some(family.descriptor().names().family());
            let gives_way = if previous == own {
                giving_way.last().is_some_and(|last| last + 1 == place)
            } else {
                changed && names.iter().any(|name| taken.contains(name))
            };
            previous = own;
            if gives_way {
                giving_way.push(place);
            } else {
                taken.extend(names);
            }
        }
    }
    giving_way
}
