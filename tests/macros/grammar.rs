//! The grammar of names stands twice, in `ppc-core` and in `ppc-macros`: both say the same.

use ppc::__private as core;
use ppc::Kind as CoreKind;

use self::kind::Kind;

// The files of `ppc-macros`, which as a macro crate exports no functions. Only the grammar is
// asked.
#[allow(dead_code)]
#[path = "../../ppc-macros/src/kind.rs"]
mod kind;
#[allow(dead_code)]
#[path = "../../ppc-macros/src/names.rs"]
mod names;

const KINDS: [(Kind, CoreKind); 6] = [
    (Kind::Counter, CoreKind::Counter),
    (Kind::Gauge, CoreKind::Gauge),
    (Kind::Histogram, CoreKind::Histogram),
    (Kind::Summary, CoreKind::Summary),
    (Kind::Info, CoreKind::Info),
    (Kind::StateSet, CoreKind::StateSet),
];

fn check(name: &str) {
    assert_eq!(
        names::metric_name_fault(name),
        core::metric_name_fault(name),
        "{name:?}"
    );
    for (kind, core_kind) in KINDS {
        let label = names::label_name_fault(name, kind);
        assert_eq!(
            label,
            core::label_name_fault(name, core_kind),
            "{name:?} {kind:?}"
        );
        let unit = names::unit_fault(name, kind);
        assert_eq!(unit, core::unit_fault(name, core_kind), "{name:?} {kind:?}");
    }
}

/// Calls `check` for every string of `length` letters.
fn each(letters: &[char], length: usize, name: &mut String, check: &mut dyn FnMut(&str)) {
    if length == 0 {
        return check(name);
    }
    for letter in letters {
        name.push(*letter);
        each(letters, length - 1, name, check);
        name.pop();
    }
}

#[test]
fn every_short_name_is_judged_alike() {
    let ascii: Vec<char> = (0..128_u8).map(char::from).collect();
    // One of each sort of character, for what a longer name may hide.
    let sorts = ['a', 'Z', '0', '_', ':', '-', ' ', 'ä'];
    for (letters, lengths) in [(&ascii[..], 0..=2), (&sorts[..], 3..=5)] {
        for length in lengths {
            each(letters, length, &mut String::new(), &mut check);
        }
    }
    for word in ["le", "quantile", "le_", "lE", "__name__", "seconds", "__"] {
        check(word);
    }
}

/// A metric's name as it is registered is the name that was checked while compiling.
#[test]
fn families_are_named_alike() {
    let registry = ppc::Registry::new();
    for (pieces, unit) in [
        (["", "", "jobs_total"], ""),
        (["acme", "", "read_total"], "bytes"),
        (["acme", "net", "bytes"], "bytes"),
        (["", "sub", "milliseconds"], "seconds"),
    ] {
        let [namespace, subsystem, name] = pieces;
        let counter = ppc::Counter::builder(name)
            .namespace(namespace)
            .subsystem(subsystem);
        counter
            .unit(unit)
            .register(&registry)
            .expect("a valid name");
        let snapshot = registry.gather();
        let last = snapshot.families().last().expect("just registered");
        let family = names::family_name(Kind::Counter, pieces, unit);
        assert_eq!(last.descriptor().names().family(), family);
    }
}
