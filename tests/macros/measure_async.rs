//! `#[measure]` on async functions: every way of ending.

use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use futures_executor::block_on;
use ppc::{Registry, measure, push_metrics};

use super::measured::{BUSY, CALLS, CANCELLED, ERRORS, TIME, ended, recorded};

static TOKIO: Registry = Registry::new();

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn each_way_of_ending_is_told() {
    #[measure(
        time = TIME.f("ways"), calls = CALLS.f("ways"), errors = ERRORS.f("ways"),
        cancelled = CANCELLED.f("ways"), in_progress = BUSY.f("ways"),
    )]
    async fn ways(text: &str) -> Result<u32, Box<dyn std::error::Error>> {
        ready(()).await;
        assert_eq!(recorded("ways").busy, 1.0, "under way");
        match text {
            "panics" => panic!("by design"),
            "waits" => pending().await,
            _ => {}
        }
        let number: u32 = text.parse()?;
        Ok(number)
    }
    assert_eq!(block_on(ways("5")).unwrap(), 5);
    assert_eq!(recorded("ways"), ended(1, 0, 0));
    assert!(block_on(ways("x")).is_err());
    assert_eq!(recorded("ways"), ended(2, 1, 0));
    assert!(catch_unwind(|| block_on(ways("panics")).is_ok()).is_err());
    assert_eq!(recorded("ways"), ended(3, 2, 0));
    let mut waits = Box::pin(ways("waits"));
    assert!(poll(waits.as_mut()).is_pending());
    assert_eq!(recorded("ways").busy, 1.0);
    assert!(poll(waits.as_mut()).is_pending());
    drop(waits);
    assert_eq!(recorded("ways"), ended(4, 2, 1));
    drop(ways("5")); // never polled: no call
    assert_eq!(recorded("ways"), ended(4, 2, 1));
}

#[test]
fn a_future_dropped_by_the_panic_of_another_is_cancelled() {
    #[measure(
        time = TIME.f("bystander"), calls = CALLS.f("bystander"), errors = ERRORS.f("bystander"),
        cancelled = CANCELLED.f("bystander"), in_progress = BUSY.f("bystander"),
    )]
    async fn bystander() {
        pending::<()>().await;
    }
    let unwound = catch_unwind(|| {
        let mut future = pin!(bystander());
        assert!(poll(future.as_mut()).is_pending());
        panic!("by design");
    });
    assert!(unwound.is_err());
    assert_eq!(recorded("bystander"), ended(1, 0, 1));
}

#[test]
fn a_future_that_never_ends_panics_or_is_dropped() {
    #[measure(
        time = TIME.f("async_never"), calls = CALLS.f("async_never"), errors = ERRORS.f("async_never"),
        cancelled = CANCELLED.f("async_never"), in_progress = BUSY.f("async_never"),
    )]
    async fn async_never(panics: bool) -> ! {
        ready(()).await;
        assert!(!panics, "by design");
        loop {
            pending::<()>().await;
        }
    }
    let unwound = catch_unwind(|| {
        block_on(async {
            async_never(true).await;
        });
    });
    assert!(unwound.is_err());
    let mut waits = Box::pin(async_never(false));
    assert!(matches!(poll(waits.as_mut()), Poll::Pending));
    drop(waits);
    assert_eq!(recorded("async_never"), ended(2, 1, 1));
}

#[test]
fn recursion_and_nesting_count_each_call() {
    #[measure(
        time = TIME.f("inner"), calls = CALLS.f("inner"), errors = ERRORS.f("inner"),
        cancelled = CANCELLED.f("inner"), in_progress = BUSY.f("inner"),
    )]
    async fn inner(n: u64) -> Result<u64, String> {
        ready(()).await;
        if n == 0 {
            Ok(1)
        } else {
            Ok(n * Box::pin(inner(n - 1)).await?)
        }
    }
    #[measure(
        time = TIME.f("outer"), calls = CALLS.f("outer"), errors = ERRORS.f("outer"),
        cancelled = CANCELLED.f("outer"), in_progress = BUSY.f("outer"),
    )]
    async fn outer() -> Result<impl Copy + Into<u64>, String> {
        inner(3).await
    }
    assert_eq!(block_on(outer()).map(Into::into), Ok(6));
    assert_eq!(
        (recorded("inner"), recorded("outer")),
        (ended(4, 0, 0), ended(1, 0, 0))
    );
}

#[test]
fn futures_stay_send_may_be_local_and_grow_little() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    #[measure(
        time = TIME.f("sent"), calls = CALLS.f("sent"), errors = ERRORS.f("sent"),
        cancelled = CANCELLED.f("sent"), in_progress = BUSY.f("sent"),
    )]
    async fn sent(mut text: String) -> Result<String, Box<dyn std::error::Error>> {
        text.push('!');
        ready(()).await;
        Ok(text)
    }
    #[measure(
        time = TIME.f("local"), calls = CALLS.f("local"), errors = ERRORS.f("local"),
        cancelled = CANCELLED.f("local"), in_progress = BUSY.f("local"),
    )]
    async fn local(value: Rc<u32>) -> Rc<u32> {
        ready(()).await;
        value
    }
    #[measure(registry = REGISTRY)]
    async fn large(bytes: [u8; 200]) -> u8 {
        ready(()).await;
        bytes[0]
    }
    static REGISTRY: Registry = Registry::new();
    assert_eq!(block_on(send(sent("a".to_owned()))).unwrap(), "a!");
    assert_eq!(block_on(local(Rc::new(5))), Rc::new(5));
    let future = large([1; 200]);
    let size = size_of_val(&future);
    // An argument is held where it came, and where the body has it.
    assert!(size < 2 * 200 + 128, "{size}");
    assert_eq!(block_on(future), 1);
}

#[async_trait]
trait Run {
    async fn required(&self, text: &str) -> Result<u32, String>;

    #[measure(
        time = TIME.f("provided"), calls = CALLS.f("provided"), errors = ERRORS.f("provided"),
        cancelled = CANCELLED.f("provided"), in_progress = BUSY.f("provided"),
    )]
    async fn provided(&self, text: &str) -> Result<u32, String> {
        self.required(text).await
    }
}

struct Runner;

#[async_trait]
impl Run for Runner {
    #[measure(
        time = TIME.f("required"), calls = CALLS.f("required"), errors = ERRORS.f("required"),
        cancelled = CANCELLED.f("required"), in_progress = BUSY.f("required"),
    )]
    async fn required(&self, text: &str) -> Result<u32, String> {
        ready(()).await;
        text.parse().map_err(|_| text.to_owned())
    }
}

#[test]
fn async_trait_is_measured() {
    assert_eq!(block_on(Runner.provided("5")), Ok(5));
    assert!(block_on(Runner.provided("x")).is_err());
    for f in ["required", "provided"] {
        assert_eq!(recorded(f), ended(2, 1, 0), "{f}");
    }
}

trait Native {
    #[measure(
        time = TIME.f("native"), calls = CALLS.f("native"), errors = ERRORS.f("native"),
        cancelled = CANCELLED.f("native"), in_progress = BUSY.f("native"),
    )]
    async fn native(&mut self) -> Result<&mut Self, String> {
        ready(()).await;
        Ok(self)
    }
}

impl Native for u8 {}

#[test]
fn async_methods_of_traits_are_measured() {
    assert_eq!(block_on(5_u8.native()), Ok(&mut 5));
    assert_eq!(recorded("native"), ended(1, 0, 0));
}

#[tokio::main(flavor = "current_thread")]
#[measure(
    time = TIME.f("below_main"), calls = CALLS.f("below_main"), errors = ERRORS.f("below_main"),
    cancelled = CANCELLED.f("below_main"), in_progress = BUSY.f("below_main"),
)]
async fn below_main(text: &str) -> Result<u32, String> {
    tokio::task::yield_now().await;
    text.parse().map_err(|_| text.to_owned())
}

#[measure(
    time = TIME.f("above_main"), calls = CALLS.f("above_main"), errors = ERRORS.f("above_main"),
    cancelled = CANCELLED.f("above_main"), in_progress = BUSY.f("above_main"),
)]
#[tokio::main(flavor = "current_thread")]
async fn above_main(text: &str) -> Result<u32, String> {
    tokio::task::yield_now().await;
    text.parse().map_err(|_| text.to_owned())
}

#[tokio::test]
#[measure(registry = &TOKIO)]
async fn below_a_test_of_tokio() {
    tokio::task::yield_now().await;
}

#[measure(calls = CALLS.f("above_test"))]
#[tokio::test]
async fn above_a_test_of_tokio() {
    tokio::task::yield_now().await;
}

#[test]
fn above_and_below_the_main_of_tokio() {
    for (main, f) in [
        (below_main as fn(&str) -> Result<u32, String>, "below_main"),
        (above_main, "above_main"),
    ] {
        assert_eq!(main("5"), Ok(5));
        assert!(main("x").is_err());
        assert_eq!(recorded(f), ended(2, 1, 0), "{f}");
    }
}

#[test]
fn together_with_push_metrics_above_and_below() {
    #[measure(
        time = TIME.f("async_above"), calls = CALLS.f("async_above"), errors = ERRORS.f("async_above"),
        cancelled = CANCELLED.f("async_above"), in_progress = BUSY.f("async_above"),
    )]
    #[push_metrics(enabled = false)]
    async fn above(text: String) -> Result<u32, std::num::ParseIntError> {
        text.parse()
    }
    #[push_metrics(enabled = false)]
    #[measure(
        time = TIME.f("async_below"), calls = CALLS.f("async_below"), errors = ERRORS.f("async_below"),
        cancelled = CANCELLED.f("async_below"), in_progress = BUSY.f("async_below"),
    )]
    async fn below(text: String) -> Result<u32, std::num::ParseIntError> {
        text.parse()
    }
    for text in ["5", "x"] {
        assert_eq!(
            block_on(above(text.to_owned())),
            block_on(below(text.to_owned()))
        );
    }
    for f in ["async_above", "async_below"] {
        assert_eq!(recorded(f), ended(2, 1, 0), "{f}");
    }
}

/// A future that is aborted on another thread, by a runtime that is shut down.
#[test]
fn a_task_that_is_aborted_is_cancelled() {
    #[measure(
        time = TIME.f("aborted"), calls = CALLS.f("aborted"), errors = ERRORS.f("aborted"),
        cancelled = CANCELLED.f("aborted"), in_progress = BUSY.f("aborted"),
    )]
    async fn aborted() {
        tokio::time::sleep(std::time::Duration::from_hours(1)).await;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_time()
        .build()
        .unwrap();
    let task = runtime.spawn(aborted());
    while recorded("aborted").busy != 1.0 {
        std::thread::yield_now();
    }
    task.abort();
    assert!(runtime.block_on(task).is_err());
    assert_eq!(recorded("aborted"), ended(1, 0, 1));
}

#[test]
fn a_poll_that_panics_again_counts_once() {
    #[measure(
        time = TIME.f("again"), calls = CALLS.f("again"), errors = ERRORS.f("again"),
        cancelled = CANCELLED.f("again"), in_progress = BUSY.f("again"),
    )]
    async fn again() {
        ready(()).await;
        panic!("by design");
    }
    let mut future = Box::pin(again());
    for _ in 0..2 {
        let polled = AssertUnwindSafe(|| poll(future.as_mut()).is_ready());
        assert!(catch_unwind(polled).is_err());
    }
    drop(future);
    assert_eq!(recorded("again"), ended(1, 1, 0));
}
