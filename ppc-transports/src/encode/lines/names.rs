//! Families whose names become those of others.

use std::collections::HashSet;

use ppc_core::{FamilySnapshot, Kind, Snapshot};

use super::format::{LineFormat, Name};

/// The names of a family's samples, in the order of its kind, and behind them that of its
/// quantiles.
pub(super) fn names_of(family: &FamilySnapshot) -> impl Iterator<Item = &str> {
    let (kind, names) = (family.descriptor().kind(), family.descriptor().names());
    let quantiles = (kind == Kind::Summary).then(|| names.family());
    names.samples().chain(quantiles)
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
        for (place, family) in snapshot.families().enumerate() {
            if changes(family) != changed {
                continue;
            }
            let names = names_of(family).map(|sample| {
                let mut name = Name::default();
                format.write_name(sample, &mut name);
                name
            });
            let names: Vec<Name> = names.collect();
            if changed && names.iter().any(|name| taken.contains(name)) {
                giving_way.push(place);
            } else {
                taken.extend(names);
            }
        }
    }
    giving_way
}
