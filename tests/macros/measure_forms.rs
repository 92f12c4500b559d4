//! `#[measure]` on functions that are not async: every form, every way of ending.

use std::fmt::{Debug, Display};
use std::panic::catch_unwind;

use ppc::{Counter, Histogram, Registry, Summary, measure, metric, push_metrics};

use super::measured::{BUSY, CALLS, CANCELLED, ERRORS, REGISTRY, TIME, ended, recorded, value_in};

type Outcome<T> = Result<T, String>;

#[test]
fn an_err_is_found_however_it_is_spelt_and_left() {
    #[measure(
        time = TIME.f("question"), calls = CALLS.f("question"), errors = ERRORS.f("question"),
        cancelled = CANCELLED.f("question"), in_progress = BUSY.f("question"),
    )]
    fn question(text: &str) -> Result<u32, std::num::ParseIntError> {
        assert_eq!(recorded("question").busy, 1.0, "under way");
        let number: u32 = text.parse()?;
        Ok(number)
    }
    #[measure(
        time = TIME.f("alias"), calls = CALLS.f("alias"), errors = ERRORS.f("alias"),
        cancelled = CANCELLED.f("alias"), in_progress = BUSY.f("alias"),
    )]
    fn alias(early: bool) -> Outcome<u32> {
        if early {
            return Err("early".to_owned());
        }
        Ok(5)
    }
    #[measure(
        time = TIME.f("opaque"), calls = CALLS.f("opaque"), errors = ERRORS.f("opaque"),
        cancelled = CANCELLED.f("opaque"), in_progress = BUSY.f("opaque"),
    )]
    fn opaque(ok: bool) -> Result<impl Display + use<>, impl Debug + use<>> {
        if ok {
            return Ok(5);
        }
        Err("opaque")
    }
    #[measure(
        time = TIME.f("generic"), calls = CALLS.f("generic"), errors = ERRORS.f("generic"),
        cancelled = CANCELLED.f("generic"), in_progress = BUSY.f("generic"),
    )]
    fn generic<T>(value: T) -> T {
        value
    }
    assert_eq!(question("5"), Ok(5));
    assert_eq!(recorded("question"), ended(1, 0, 0));
    assert!(question("x").is_err());
    assert_eq!(recorded("question"), ended(2, 1, 0));
    assert_eq!(
        (alias(true), alias(false)),
        (Err("early".to_owned()), Ok(5))
    );
    assert_eq!(recorded("alias"), ended(2, 1, 0));
    assert!(opaque(true).is_ok() && opaque(false).is_err());
    assert_eq!(recorded("opaque"), ended(2, 1, 0));
    assert_eq!(
        generic::<Outcome<u8>>(Err(String::new())),
        Err(String::new())
    );
    assert_eq!(recorded("generic"), ended(1, 0, 0));
}

#[test]
fn a_panic_is_an_error_and_goes_on() {
    #[measure(
        time = TIME.f("panics"), calls = CALLS.f("panics"), errors = ERRORS.f("panics"),
        cancelled = CANCELLED.f("panics"), in_progress = BUSY.f("panics"),
    )]
    fn panics(text: &str) -> usize {
        assert!(text.is_empty(), "by design");
        0
    }
    #[measure(
        time = TIME.f("never"), calls = CALLS.f("never"), errors = ERRORS.f("never"),
        cancelled = CANCELLED.f("never"), in_progress = BUSY.f("never"),
    )]
    fn never() -> ! {
        panic!("by design")
    }
    let message =
        |ended: std::thread::Result<usize>| *ended.unwrap_err().downcast::<&str>().unwrap();
    assert_eq!(message(catch_unwind(|| panics("x"))), "by design");
    assert_eq!(panics(""), 0);
    assert_eq!(recorded("panics"), ended(2, 1, 0));
    assert_eq!(message(catch_unwind(|| never())), "by design");
    assert_eq!(recorded("never"), ended(1, 1, 0));
}

/// In a destructor that runs because of another panic, a call that returns is none.
#[test]
fn calls_while_the_thread_unwinds_end_as_they_do() {
    #[measure(
        time = TIME.f("unwinding"), calls = CALLS.f("unwinding"), errors = ERRORS.f("unwinding"),
        cancelled = CANCELLED.f("unwinding"), in_progress = BUSY.f("unwinding"),
    )]
    fn unwinding(fails: bool) {
        assert!(!fails, "by design");
    }
    struct Calls;
    impl Drop for Calls {
        fn drop(&mut self) {
            unwinding(false);
            assert!(catch_unwind(|| unwinding(true)).is_err());
        }
    }
    let unwound = catch_unwind(|| {
        let _calls = Calls;
        panic!("by design");
    });
    assert!(unwound.is_err());
    assert_eq!(recorded("unwinding"), ended(2, 1, 0));
}

#[test]
fn recursion_counts_each_call() {
    #[measure(
        time = TIME.f("recursive"), calls = CALLS.f("recursive"), errors = ERRORS.f("recursive"),
        cancelled = CANCELLED.f("recursive"), in_progress = BUSY.f("recursive"),
    )]
    fn recursive(n: u32) -> Result<u32, u32> {
        assert_eq!(recorded("recursive").busy, f64::from(4 - n));
        if n == 0 { Err(5) } else { recursive(n - 1) }
    }
    assert_eq!(recursive(3), Err(5));
    assert_eq!(recorded("recursive"), ended(4, 4, 0));
}

#[derive(Debug)]
struct Worker<const N: usize> {
    calls: Counter,
    done: Vec<u32>,
}

impl<const N: usize> Worker<N> {
    fn new() -> Self {
        Self {
            calls: CALLS.f("worker").handle(),
            done: vec![],
        }
    }

    #[measure(calls = self.calls, time = TIME.f("worker"))]
    fn newest(&mut self, work: u32) -> &mut u32 {
        self.done.push(work);
        let last = self.done.len() - 1;
        &mut self.done[last]
    }

    #[measure(calls = self.calls, time = TIME.f("worker"))]
    fn first<'a>(&'a self, or: &'a u32) -> &'a u32 {
        self.done.first().unwrap_or(or)
    }

    #[measure(calls = &self.calls, time = TIME.f("worker"))]
    fn iter(&self) -> impl Iterator<Item = &u32> + '_ {
        self.done.iter()
    }

    #[measure(calls = self.calls, time = TIME.f("worker"))]
    fn boxed(self: Box<Self>) -> Self {
        *self
    }

    #[measure(calls = self.calls, time = TIME.f("worker"))]
    fn into_done(mut self) -> Vec<u32> {
        self.done.push(u32::try_from(N).unwrap());
        self.done
    }
}

#[test]
fn methods_take_self_in_any_form_and_its_fields_as_metrics() {
    let mut worker = Worker::<3>::new();
    *worker.newest(1) += 10;
    assert_eq!((worker.first(&0), worker.iter().count()), (&11, 1));
    assert_eq!(Box::new(worker).boxed().into_done(), [11, 3]);
    assert_eq!(recorded("worker"), ended(5, 0, 0));
}

#[test]
fn expressions_see_the_arguments_and_leave_them() {
    #[measure(time = TIME.f(&name), calls = CALLS.f(&*name), errors = ERRORS.f(name.as_str()))]
    fn moved(name: String) -> String {
        name
    }
    #[measure(calls = calls, time = times.0)]
    fn handles(calls: Counter, times: &(Histogram, u8), name: &mut String) -> Counter {
        name.push('!');
        let _ = times;
        calls
    }
    #[measure(calls = family.labels((which,)).ok(), time = Some(TIME.f("maybe").handle()))]
    fn maybe(family: &ppc::Family<Counter>, which: &str) {
        let _ = (family, which);
    }
    assert_eq!(moved("moved".to_owned()), "moved");
    assert_eq!(recorded("moved"), ended(1, 0, 0));

    let (calls, times, mut name) = (CALLS.f("handles"), TIME.f("handles"), String::new());
    handles(calls.handle(), &(times.handle(), 0), &mut name).inc();
    times.observe(1);
    assert_eq!((recorded("handles"), &*name), (ended(2, 0, 0), "!"));

    maybe(CALLS.family(), "maybe");
    assert_eq!(recorded("maybe"), ended(1, 0, 0));
}

#[test]
fn each_key_records_alone_and_to_any_metric_of_its_kind() {
    static REGISTRY: Registry = Registry::new();
    metric! {
        static ALONE_SECONDS: Gauge { registry: REGISTRY }
        static ALONE_SUMMARY: Summary { labels: [a = 1], registry: REGISTRY }
        static ALONE_ERRORS: Counter { registry: REGISTRY }
        static ALONE_BUSY: Gauge { labels: [a = 1], registry: REGISTRY }
    }
    #[measure(time = ALONE_SECONDS)]
    fn timed() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    #[measure(time = &ALONE_SUMMARY)]
    fn summed() {}
    #[measure(errors = ALONE_ERRORS, errors_if = Option::is_none)]
    fn none(value: Option<String>) -> Option<String> {
        value
    }
    #[measure(in_progress = ALONE_BUSY)]
    fn busy() -> f64 {
        value_in(&REGISTRY, "alone_busy", &[])
    }
    static LAZY: std::sync::LazyLock<Summary> =
        std::sync::LazyLock::new(|| ALONE_SUMMARY.a("lazy").handle());
    #[measure(time = LAZY)]
    fn lazy() {}
    timed();
    summed();
    lazy();
    assert_eq!(
        (none(None), none(Some(String::new()))),
        (None, Some(String::new()))
    );
    assert_eq!(busy(), 1.0);
    let value = |family| value_in(&REGISTRY, family, &[]);
    assert!(
        (0.002..1.0).contains(&value("alone_seconds")),
        "{}",
        value("alone_seconds")
    );
    assert_eq!(value("alone_errors"), 1.0);
    assert_eq!(value("alone_busy"), 0.0);
    for a in ["1", "lazy"] {
        assert_eq!(
            value_in(&REGISTRY, "alone_summary", &[("a", a)]),
            1.0,
            "{a}"
        );
    }
}

#[test]
fn errors_if_says_what_an_error_is() {
    #[measure(calls = CALLS.f("errors_if"), errors = ERRORS.f("errors_if"), time = TIME.f("errors_if"),
        errors_if = |result: &Result<u8, String>| result.as_ref().is_err_and(|e| e == "bad"))]
    fn chosen(result: Result<u8, &str>) -> Result<u8, String> {
        Ok(result?)
    }
    #[measure(errors = ERRORS.f("large"), errors_if = |value| *value > 9)]
    fn large(value: u32) -> u32 {
        assert_ne!(value, 5, "by design");
        value
    }
    for result in [Ok(1), Err("bad"), Err("harmless")] {
        assert_eq!(chosen(result), result.map_err(str::to_owned));
    }
    assert_eq!(recorded("errors_if"), ended(3, 1, 0));
    assert_eq!((large(1), large(10)), (1, 10));
    assert!(catch_unwind(|| large(5)).is_err());
    assert_eq!(
        value_in(&REGISTRY, "measured_errors", &[("f", "large")]),
        2.0
    );
}

#[test]
fn together_with_push_metrics_above_and_below() {
    #[measure(
        time = TIME.f("above"), calls = CALLS.f("above"), errors = ERRORS.f("above"),
        cancelled = CANCELLED.f("above"), in_progress = BUSY.f("above"),
    )]
    #[push_metrics(enabled = false)]
    fn above(text: String) -> Result<u32, std::num::ParseIntError> {
        text.parse()
    }
    #[push_metrics(enabled = false)]
    #[measure(
        time = TIME.f("below"), calls = CALLS.f("below"), errors = ERRORS.f("below"),
        cancelled = CANCELLED.f("below"), in_progress = BUSY.f("below"),
    )]
    fn below(text: String) -> Result<u32, std::num::ParseIntError> {
        text.parse()
    }
    for function in [above, below] {
        assert_eq!(function("5".to_owned()), Ok(5));
        assert!(function("x".to_owned()).is_err());
    }
    assert_eq!(
        (recorded("above"), recorded("below")),
        (ended(2, 1, 0), ended(2, 1, 0))
    );
}

#[test]
fn forms_of_functions_stay_what_they_are() {
    #[measure(calls = CALLS.f("forms"), time = TIME.f("forms"))]
    fn longest<'a, 'b: 'a, T, const N: usize>(a: &'a [T; N], b: &'b [T]) -> &'a [T]
    where
        T: PartialOrd + 'a,
    {
        if a.len() > b.len() { a } else { b }
    }
    #[measure(calls = CALLS.f("forms"), time = TIME.f("forms"))]
    fn shown(value: impl Display + Clone) -> impl Iterator<Item = String> {
        std::iter::repeat_n(value, 2).map(|value| value.to_string())
    }
    #[measure(calls = CALLS.f("forms"), time = TIME.f("forms"))]
    fn sum((a, b): (u32, u32), [c, ..]: [u32; 3], mut d: u32) -> u32 {
        d += 1;
        let mut add = || d += 1;
        add();
        a + b + c + d
    }
    #[measure(calls = CALLS.f("forms"), time = TIME.f("forms"))]
    extern "C" fn abi(r#fn: u32) -> u32 {
        #![allow(clippy::let_and_return)]
        let b = r#fn;
        b
    }
    #[measure(calls = CALLS.f("forms"), time = TIME.f("forms"))]
    fn shape(early: bool) -> Box<dyn Debug> {
        if early {
            return Box::new("early");
        }
        Box::new(5_u8)
    }
    assert_eq!(longest(&[1, 2], &[3]), [1, 2]);
    assert_eq!(shown(5).collect::<Vec<_>>(), ["5", "5"]);
    assert_eq!(sum((1, 2), [3, 0, 0], 4), 12);
    let pointer: extern "C" fn(u32) -> u32 = abi;
    assert_eq!(pointer(5), 5);
    assert_eq!(
        format!("{:?} {:?}", shape(true), shape(false)),
        "\"early\" 5"
    );
    assert_eq!(recorded("forms"), ended(6, 0, 0));
}

/// What an argument's drop records is part of the call.
#[test]
fn an_unused_argument_is_dropped_within_the_call() {
    struct Slow;
    impl Drop for Slow {
        fn drop(&mut self) {
            assert_eq!(recorded("dropped").busy, 1.0);
        }
    }
    #[measure(
        time = TIME.f("dropped"), calls = CALLS.f("dropped"), errors = ERRORS.f("dropped"),
        cancelled = CANCELLED.f("dropped"), in_progress = BUSY.f("dropped"),
    )]
    fn dropped(_guard: Slow) {}
    dropped(Slow);
    assert_eq!(recorded("dropped"), ended(1, 0, 0));
}
