//! `#[push_metrics]` on functions that are not async: values are unchanged, and start, body and
//! stop come in this order.

use std::fmt::{Debug, Display};
use std::panic::catch_unwind;

use ppc::{Registry, metric, push_metrics};

use crate::support::udp::Recorder;

static REGISTRY: Registry = Registry::new();

metric! {
    /// Where the job is.
    static STAGE: Gauge { name: "forms_stage", registry: REGISTRY }
}

#[test]
fn start_comes_before_the_body_and_stop_after_it() {
    #[push_metrics(influx_udp = receiver.address(), registry = REGISTRY, period = 3600)]
    fn run(receiver: &Recorder) -> u32 {
        receiver.expect(&["forms", "stage=1"]);
        STAGE.set(2);
        5
    }

    let receiver = Recorder::start();
    STAGE.set(1);
    assert_eq!(run(&receiver), 5);
    receiver.expect(&["forms", "stage=2"]);
}

/// Runs `job`, which pushes as the job `name`, and waits for the count of how it ended.
#[track_caller]
fn check_outcome<R>(name: &str, outcome: &str, job: impl FnOnce(&str) -> R) -> R {
    let receiver = Recorder::start();
    let value = job(&receiver.address());
    let (name, outcome) = (format!("job={name}"), format!("outcome={outcome}"));
    receiver.expect(&["job_runs,", &name, &outcome, "total=1"]);
    value
}

type Outcome<T> = Result<T, String>;

#[test]
fn an_err_is_found_however_it_is_spelt_and_left() {
    #[push_metrics(influx_udp = to, job = "forms-question")]
    fn question(to: &str) -> Result<u32, std::num::ParseIntError> {
        let number: u32 = "x".parse()?;
        Ok(number)
    }
    #[push_metrics(influx_udp = to, job = "forms-alias")]
    fn alias(to: &str) -> Outcome<u32> {
        Err("alias".to_owned())
    }
    #[push_metrics(influx_udp = to, job = "forms-opaque")]
    fn opaque(to: &str) -> Result<impl Display + use<>, impl Debug + use<>> {
        if to.is_empty() {
            return Ok(5);
        }
        Err("opaque")
    }
    #[push_metrics(influx_udp = to, job = "forms-generic")]
    fn generic<T>(to: &str, value: T) -> T {
        value
    }
    assert!(check_outcome("forms-question", "error", question).is_err());
    assert_eq!(
        check_outcome("forms-alias", "error", alias),
        Err("alias".to_owned())
    );
    assert!(check_outcome("forms-opaque", "error", opaque).is_err());
    assert_eq!(check_outcome("forms-generic", "ok", |to| generic(to, 5)), 5);
}

#[test]
fn a_function_that_never_returns_ends_by_panicking() {
    #[push_metrics(influx_udp = to, job = "forms-never")]
    fn never(to: &str) -> ! {
        panic!("by design")
    }
    let ended = check_outcome("forms-never", "panic", |to| catch_unwind(|| never(to)));
    assert!(ended.is_err());
}

trait Shape: Debug {}
impl Shape for u8 {}
impl Shape for &'static str {}

#[test]
fn early_returns_are_coerced_to_the_declared_type() {
    #[push_metrics(enabled = false)]
    fn shape(early: bool) -> Box<dyn Shape> {
        if early {
            return Box::new("early");
        }
        Box::new(5_u8)
    }
    #[push_metrics(enabled = false)]
    fn slice(early: bool) -> &'static [u8] {
        if early {
            return &[1];
        }
        &[1, 2]
    }
    assert_eq!(
        format!("{:?} {:?}", shape(true), shape(false)),
        "\"early\" 5"
    );
    assert_eq!((slice(true).len(), slice(false).len()), (1, 2));
}

#[derive(Debug, Default, PartialEq)]
struct Worker<const N: usize> {
    done: Vec<u32>,
}

impl<const N: usize> Worker<N> {
    #[push_metrics(enabled = N > 100)]
    fn newest(&mut self, work: u32) -> &mut u32 {
        self.done.push(work);
        let last = self.done.len() - 1;
        &mut self.done[last]
    }

    #[push_metrics(enabled = false)]
    fn first<'a>(&'a self, or: &'a u32) -> &'a u32 {
        self.done.first().unwrap_or(or)
    }

    #[push_metrics(enabled = false)]
    fn into_done(self) -> Vec<u32> {
        self.done
    }

    #[push_metrics(enabled = false)]
    fn boxed(self: Box<Self>) -> Self {
        *self
    }

    #[push_metrics(enabled = false)]
    fn changed(mut self) -> Self {
        self.done.clear();
        self
    }

    #[push_metrics(enabled = false)]
    fn iter(&self) -> impl Iterator<Item = &u32> + '_ {
        self.done.iter()
    }
}

#[test]
fn methods_take_self_in_any_form() {
    let mut worker = Worker::<3>::default();
    *worker.newest(1) += 10;
    assert_eq!((worker.first(&0), worker.iter().count()), (&11, 1));
    let worker = Box::new(worker).boxed();
    assert_eq!(worker.into_done(), [11]);
    assert_eq!(Worker::<3> { done: vec![1] }.changed(), Worker::default());
}

trait Run {
    #[push_metrics(enabled = false)]
    fn run(&self) -> u32 {
        self.twice() / 2
    }
    fn twice(&self) -> u32;
}

impl Run for u32 {
    #[push_metrics(enabled = false)]
    fn twice(&self) -> u32 {
        self * 2
    }
}

#[test]
fn trait_methods_work() {
    assert_eq!(5.run(), 5);
}

#[test]
fn generics_lifetimes_and_where_clauses_work() {
    #[push_metrics(enabled = false)]
    fn longest<'a, 'b: 'a, T, const N: usize>(a: &'a [T; N], b: &'b [T]) -> &'a [T]
    where
        T: PartialOrd + 'a,
    {
        if a.len() > b.len() { a } else { b }
    }
    #[push_metrics(enabled = false)]
    fn shown(value: impl Display + Clone) -> impl Iterator<Item = String> {
        std::iter::repeat_n(value, 2).map(|value| value.to_string())
    }
    assert_eq!(longest(&[1, 2], &[3]), [1, 2]);
    assert_eq!(shown(5).collect::<Vec<_>>(), ["5", "5"]);
}

#[test]
fn arguments_are_patterns_and_may_change() {
    #[push_metrics(enabled = false)]
    fn sum((a, b): (u32, u32), [c, ..]: [u32; 3], mut d: u32, Worker { done }: Worker<0>) -> u32 {
        d += 1;
        let mut add = || d += 1;
        add();
        a + b + c + d + u32::try_from(done.len()).unwrap_or(0)
    }
    assert_eq!(sum((1, 2), [3, 0, 0], 4, Worker::default()), 12);
}

/// Names that the expansion uses as well are the user's in his body.
#[test]
fn names_do_not_meet() {
    #[push_metrics(enabled = false)]
    fn names(guard: u32, value: u32, push: u32, future: u32, outcome: u32) -> u32 {
        guard + value + push + future + outcome
    }
    #[push_metrics(enabled = false)]
    fn r#type(r#fn: u32) -> u32 {
        r#fn
    }
    assert_eq!(names(1, 2, 3, 4, 5), 15);
    assert_eq!(r#type(5), 5);
}

#[test]
fn recursion_and_functions_inside_functions_work() {
    #[push_metrics(enabled = false)]
    fn factorial(n: u64) -> u64 {
        #[push_metrics(enabled = false)]
        fn times(a: u64, b: u64) -> u64 {
            a * b
        }
        if n == 0 {
            1
        } else {
            times(n, factorial(n - 1))
        }
    }
    assert_eq!(factorial(5), 120);
}

#[test]
fn qualifiers_and_inner_attributes_stay() {
    #[push_metrics(enabled = false)]
    extern "C" fn abi(a: u32) -> u32 {
        #![allow(clippy::let_and_return)]
        let b = a;
        b
    }
    let pointer: extern "C" fn(u32) -> u32 = abi;
    assert_eq!(pointer(5), 5);
}

/// An argument that is not used lives to the end of the body, as in any function, so that what
/// its drop records is in the final push.
#[test]
fn an_unused_guard_is_dropped_before_the_stop() {
    struct Done;
    impl Drop for Done {
        fn drop(&mut self) {
            DROPPED.inc();
        }
    }
    static REGISTRY: Registry = Registry::new();
    metric! {
        /// Guards dropped.
        static DROPPED: Counter { name: "forms_dropped", registry: REGISTRY }
    }
    #[push_metrics(influx_udp = to, registry = REGISTRY)]
    fn run(to: &str, _guard: Done) {}

    let receiver = Recorder::start();
    run(&receiver.address(), Done);
    receiver.expect(&["forms_dropped", "total=1"]);
}

#[test]
fn f01_a_function_can_be_called_again_and_again() {
    #[push_metrics(influx_udp = to, job = "forms-again", registry = Registry::new())]
    fn again(to: &str) {}

    let receiver = Recorder::start();
    for total in ["total=1", "total=2", "total=3"] {
        again(&receiver.address());
        receiver.expect(&["job_runs,", "job=forms-again", "outcome=ok", total]);
    }
}
