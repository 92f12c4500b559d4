//! Look-up of a known series by three string labels, beside a look-up in a bare hash table.

#[path = "../../benches/harness/mod.rs"]
mod harness;

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use harness::{Table, on_two_threads, triples};
use ppc_core::generated::{Declaration, Declared, Given, LabelDeclaration};
use ppc_core::{Counter, Labelled};

/// Looked up by text.
static EVENTS: Declared<Counter> = Declared::new(Declaration {
    name: "events",
    labels: &[
        LabelDeclaration::named("account"),
        LabelDeclaration::named("host"),
        LabelDeclaration::named("event_type"),
    ],
    ..Declaration::DEFAULT
});

fn inc([account, host, event_type]: &[String; 3]) {
    let slots = (Given(account), (Given(host), (Given(event_type), ())));
    Labelled::new(&EVENTS, slots).inc();
}

fn main() {
    let table = Table::new("look-up", "a look-up and an increment");
    for count in [1_000, 100_000] {
        Labelled::new(&EVENTS, ()).clear();
        let triples = triples(count);
        let mut bare: HashMap<&[String; 3], AtomicU64> = HashMap::new();
        for triple in &triples {
            inc(triple);
            bare.insert(triple, AtomicU64::new(0));
        }
        let over_all = |operation: &dyn Fn(&[String; 3])| {
            triples.iter().for_each(operation);
        };
        let bump = |triple: &[String; 3]| {
            bare[triple].fetch_add(1, Relaxed);
        };
        let size = count as u64;
        table.batch(
            &format!("3 string labels, {count} series | std HashMap"),
            size,
            harness::repeat(|| over_all(&inc)),
            harness::repeat(|| over_all(&bump)),
        );
        if count == 1_000 {
            table.batch(
                "the same on 2 threads",
                size,
                on_two_threads(|| triples.iter().for_each(inc)),
                on_two_threads(|| triples.iter().for_each(bump)),
            );
        }
    }
}
