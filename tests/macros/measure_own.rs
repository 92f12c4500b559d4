//! `#[measure]` without metrics: the two families of the program.

use std::panic::catch_unwind;
use std::thread;

use futures_executor::block_on;
use ppc::{Counter, Registry, measure};

use super::measured::value_in;
use super::registered::{registered, series};

static REGISTRY: Registry = Registry::new();

fn labels<'a>(function: &'a str, outcome: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("function", function),
        ("module", module_path!()),
        ("outcome", outcome),
    ]
}

/// Calls by outcome: `ok`, `error`, `panic`, `cancelled`.
#[track_caller]
fn calls(registry: &Registry, function: &str) -> [f64; 4] {
    let calls = ["ok", "error", "panic", "cancelled"]
        .map(|outcome| value_in(registry, "function_calls", &labels(function, outcome)));
    let timed = value_in(
        registry,
        "function_duration_seconds",
        &labels(function, "")[..2],
    );
    assert_eq!(timed, calls.iter().sum::<f64>());
    calls
}

#[test]
fn every_outcome_is_told_apart() {
    #[measure(registry = REGISTRY)]
    fn every(text: &str) -> Result<u32, std::num::ParseIntError> {
        assert_ne!(text, "panic", "by design");
        text.parse()
    }
    #[measure(registry = REGISTRY)]
    async fn every_async(ends: bool) {
        if !ends {
            std::future::pending::<()>().await;
        }
    }
    assert_eq!(every("5"), Ok(5));
    assert!(every("x").is_err() && every("y").is_err());
    assert!(catch_unwind(|| every("panic")).is_err());
    assert_eq!(calls(&REGISTRY, "every"), [1.0, 2.0, 1.0, 0.0]);
    block_on(every_async(true));
    let mut waits = Box::pin(every_async(false));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(waits.as_mut().poll(&mut context).is_pending());
    drop(waits);
    assert_eq!(calls(&REGISTRY, "every_async"), [1.0, 0.0, 0.0, 1.0]);
}

#[test]
fn the_families_are_as_documented() {
    #[measure]
    fn documented() {
        let first: Vec<_> = series(ppc::registry(), "function_calls")
            .into_iter()
            .filter(|series| series.contains("documented"))
            .collect();
        let expected = ["cancelled", "error", "ok", "panic"].map(|outcome| {
            format!(
                "function=documented,module={},outcome={outcome}",
                module_path!()
            )
        });
        assert_eq!(first, expected, "as 0 from the first call on");
    }
    documented();
    assert_eq!(calls(ppc::registry(), "documented"), [1.0, 0.0, 0.0, 0.0]);
    let calls = registered(ppc::registry(), "function_calls").unwrap();
    assert_eq!(calls.first_sample, "function_calls_total");
    let seconds = registered(ppc::registry(), "function_duration_seconds").unwrap();
    let le = "0.0001 0.001 0.005 0.01 0.05 0.1 0.5 1.0 5.0 10.0 60.0 300.0 +Inf";
    assert_eq!(
        (seconds.unit.as_str(), seconds.le.join(" ").as_str()),
        ("seconds", le)
    );
}

#[test]
fn generic_functions_share_their_series() {
    #[measure(registry = REGISTRY, errors_if = |value| size_of_val(value) > 1)]
    fn shared<T, const N: usize>(value: T) -> T {
        value
    }
    assert_eq!((shared::<_, 1>(1_u8), shared::<_, 2>(1_u16)), (1, 1));
    assert_eq!(calls(&REGISTRY, "shared"), [1.0, 1.0, 0.0, 0.0]);
}

#[test]
fn two_functions_of_one_name_in_one_module_share_their_series() {
    mod inner {
        #[ppc::measure(registry = super::REGISTRY)]
        pub(super) fn same() {}
    }
    #[measure(registry = REGISTRY)]
    fn same() {
        #[measure(registry = REGISTRY)]
        fn same() {}
        same();
    }
    same();
    inner::same();
    assert_eq!(calls(&REGISTRY, "same"), [2.0, 0.0, 0.0, 0.0]);
    let module = concat!(module_path!(), "::inner");
    let labels = [("function", "same"), ("module", module), ("outcome", "ok")];
    assert_eq!(value_in(&REGISTRY, "function_calls", &labels), 1.0);
}

#[test]
fn first_calls_at_the_same_moment_all_count() {
    #[measure(registry = REGISTRY)]
    fn at_once() {}
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..1_000).for_each(|_| at_once()));
        }
    });
    assert_eq!(calls(&REGISTRY, "at_once"), [8_000.0, 0.0, 0.0, 0.0]);
}

/// A name that is taken costs the numbers, and not the job.
#[test]
fn a_family_of_another_kind_in_the_registry_harms_nobody() {
    static TAKEN: Registry = Registry::new();
    #[measure(registry = TAKEN)]
    fn refused(n: u32) -> u32 {
        n
    }
    let taken = Counter::builder("function_calls").register(&TAKEN).unwrap();
    taken.inc();
    assert_eq!((refused(1), refused(2)), (1, 2));
    assert_eq!(series(&TAKEN, "function_calls"), [""]);
    assert_eq!(value_in(&TAKEN, "function_calls", &[]), 1.0);
}

#[test]
fn what_is_removed_comes_back_from_zero() {
    static CLEARED: Registry = Registry::new();
    #[measure(registry = CLEARED)]
    fn cleared() {}
    cleared();
    let family = Counter::builder("function_calls")
        .help("Calls of measured functions that have ended, by how they ended.")
        .label_names(["function", "module", "outcome"])
        .register(&CLEARED)
        .unwrap();
    family.clear();
    assert_eq!(series(&CLEARED, "function_calls").len(), 0);
    cleared();
    let ok = value_in(&CLEARED, "function_calls", &labels("cleared", "ok"));
    assert_eq!(ok, 1.0);
}
