//! `#[push_metrics]` on functions that return a future: the future is the job.

use std::future::ready;
use std::pin::Pin;

use futures_executor::block_on;
use ppc::{Registry, metric, push_metrics};

use crate::support::udp::Recorder;

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

static REGISTRY: Registry = Registry::new();

metric! {
    /// Where the job is.
    static STAGE: Gauge { name: "futures_stage", registry: REGISTRY }
}

#[push_metrics(influx_udp = receiver.address(), registry = REGISTRY, period = 3600)]
fn opaque(receiver: &Recorder) -> impl Future<Output = u32> {
    async {
        receiver.expect(&["futures", "stage=1"]);
        STAGE.set(2);
        5
    }
}

#[push_metrics(influx_udp = receiver.address(), registry = REGISTRY, period = 3600)]
fn pinned<'a>(receiver: &'a Recorder) -> Pin<Box<dyn Future<Output = u32> + Send + 'a>> {
    Box::pin(async {
        receiver.expect(&["futures", "stage=1"]);
        STAGE.set(2);
        5
    })
}

#[push_metrics(influx_udp = receiver.address(), registry = REGISTRY, period = 3600)]
fn boxed(receiver: &Recorder) -> BoxFuture<'_, u32> {
    Box::pin(async {
        receiver.expect(&["futures", "stage=1"]);
        STAGE.set(2);
        5
    })
}

#[push_metrics(influx_udp = receiver.address(), registry = REGISTRY, period = 3600)]
fn local(receiver: &Recorder) -> LocalBoxFuture<'_, u32> {
    Box::pin(async {
        receiver.expect(&["futures", "stage=1"]);
        STAGE.set(2);
        5
    })
}

#[track_caller]
fn check<F: Future<Output = u32>>(receiver: &Recorder, future: F) {
    STAGE.set(1);
    assert!(
        receiver.is_silent(),
        "nothing happens before the first poll"
    );
    assert_eq!(block_on(future), 5);
    receiver.expect(&["futures", "stage=2"]);
}

/// One test, because all of them set one gauge.
#[test]
fn start_comes_at_the_first_poll_and_stop_after_the_last() {
    let receiver = &Recorder::start();
    check(receiver, opaque(receiver));
    check(receiver, pinned(receiver));
    check(receiver, boxed(receiver));
    check(receiver, local(receiver));
}

#[test]
fn an_err_is_found_on_the_value_of_the_future() {
    #[push_metrics(influx_udp = to, job = "futures-error")]
    fn run(to: &str) -> impl Future<Output = Result<u32, String>> + Send + use<> {
        let to = to.to_owned();
        async move { Err(to) }
    }
    let receiver = Recorder::start();
    assert!(block_on(run(&receiver.address())).is_err());
    receiver.expect(&["job_runs,", "job=futures-error", "outcome=error", "total=1"]);
}

#[test]
fn settings_are_evaluated_at_the_call() {
    #[push_metrics(influx_udp = address, job = "futures-settings")]
    fn run(address: String) -> BoxFuture<'static, usize> {
        Box::pin(async move { address.len() })
    }
    let receiver = Recorder::start();
    let (address, length) = (receiver.address(), receiver.address().len());
    assert_eq!(block_on(run(address)), length);
    receiver.expect(&["job_runs,", "job=futures-settings", "outcome=ok", "total=1"]);
}

#[test]
fn what_else_the_type_promises_is_kept() {
    #[push_metrics(enabled = false)]
    fn unpinned() -> impl Future<Output = u32> + Unpin + Send {
        ready(5)
    }
    #[push_metrics(enabled = false)]
    fn early(early: bool) -> BoxFuture<'static, u32> {
        if early {
            return Box::pin(ready(1));
        }
        Box::pin(async { 5 })
    }
    fn promised<T: Unpin + Send>(value: T) -> T {
        value
    }
    assert_eq!(block_on(promised(unpinned())), 5);
    assert_eq!((block_on(early(true)), block_on(early(false))), (1, 5));
}
