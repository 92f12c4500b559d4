//! The grammars of names, times, numbers of bytes and addresses stand twice, once for while the program is compiled,
//! in `ppc-macros`, and once for while it runs: both say the same.

use ppc::__private as core;
use ppc::Kind as CoreKind;

use self::kind::Kind;

// The files of `ppc-macros`, which as a macro crate exports no functions. Only the grammar is
// asked.
#[allow(dead_code)]
#[path = "../../ppc-macros/src/address.rs"]
mod address;
#[allow(dead_code)]
#[path = "../../ppc-macros/src/kind.rs"]
mod kind;
#[allow(dead_code)]
#[path = "../../ppc-macros/src/names.rs"]
mod names;
#[path = "../../ppc-macros/src/size_text.rs"]
mod size_text;
#[path = "../../ppc-macros/src/time_text.rs"]
mod time_text;

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

#[test]
fn every_short_time_is_read_alike() {
    use ppc::Seconds;

    let letters = ['0', '1', '9', '.', 'd', 'h', 'm', 's', 'x', ' ', '-'];
    for length in 0..=5 {
        each(&letters, length, &mut String::new(), &mut |text| {
            assert_eq!(time_text::parse(text), text.duration().ok(), "{text:?}");
        });
    }
    for text in ["1d2h3m4s5ms", "999999999999999999999d", "250ms", "1m30"] {
        assert_eq!(time_text::parse(text), text.duration().ok(), "{text:?}");
    }
}

#[test]
fn every_short_number_of_bytes_is_read_alike() {
    use ppc::ByteSize;

    let letters = ['0', '1', '_', 'K', 'm', 'i', 'B', ' ', '.', '-'];
    for length in 0..=5 {
        each(&letters, length, &mut String::new(), &mut |text| {
            assert_eq!(size_text::parse(text), text.byte_size().ok(), "{text:?}");
        });
    }
    for text in [
        "16MiB",
        "1GB",
        "2TiB",
        "99999999999999999999",
        "99999999TiB",
    ] {
        assert_eq!(size_text::parse(text), text.byte_size().ok(), "{text:?}");
    }
}

#[test]
fn every_short_address_is_judged_alike() {
    let check = |text: &str| {
        let run_time = text.parse::<ppc_transports::Address>();
        let compiling = address::fault(text, "8089");
        assert_eq!(
            run_time.is_ok(),
            compiling.is_none(),
            "{text:?}: {run_time:?}, {compiling:?}"
        );
    };
    let letters = [
        'a', '1', '0', ':', '.', '[', ']', '-', '_', '/', '@', ' ', '!', '+', 'ä',
    ];
    for length in 0..=5 {
        each(&letters, length, &mut String::new(), &mut |text| {
            check(text);
        });
    }
    for text in [
        "[::1]:1",
        "[::1]:65536",
        "::1",
        "::1:80",
        "[fe80::1%eth0]:80",
        "udp://a:1",
    ] {
        check(text);
    }
}
