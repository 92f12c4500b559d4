//! `#[push_metrics]` on async functions.

use std::fmt::Debug;
use std::rc::Rc;

use async_trait::async_trait;
use futures_executor::block_on;
use ppc::{Registry, metric, push_metrics};

use crate::support::udp::Recorder;

static REGISTRY: Registry = Registry::new();

metric! {
    /// Where the job is.
    static STAGE: Gauge { name: "async_stage", registry: REGISTRY }
}

#[test]
fn start_comes_before_the_body_and_stop_after_it() {
    #[push_metrics(influx_udp = receiver.address(), registry = REGISTRY, period = 3600)]
    async fn run(receiver: &Recorder) -> u32 {
        receiver.expect(&["async", "stage=1"]);
        STAGE.set(2);
        5
    }

    let receiver = Recorder::start();
    let future = run(&receiver);
    assert!(
        receiver.is_silent(),
        "nothing happens before the first poll"
    );
    STAGE.set(1);
    assert_eq!(block_on(future), 5);
    receiver.expect(&["async", "stage=2"]);
}

#[test]
fn an_err_is_found_and_early_returns_are_coerced() {
    #[push_metrics(influx_udp = to, job = "async-question")]
    async fn question(to: &str) -> Result<u32, Box<dyn std::error::Error>> {
        let number: u32 = "x".parse()?;
        Ok(number)
    }
    #[push_metrics(enabled = false)]
    async fn coerced(early: bool) -> Box<dyn Debug> {
        if early {
            return Box::new("early");
        }
        Box::new(5)
    }
    #[push_metrics(enabled = false)]
    async fn opaque() -> Result<impl Debug, String> {
        Ok(5)
    }
    let receiver = Recorder::start();
    assert!(block_on(question(&receiver.address())).is_err());
    receiver.expect(&[
        "job_runs,",
        "job=async-question",
        "outcome=error",
        "total=1",
    ]);
    let shown = format!(
        "{:?} {:?}",
        block_on(coerced(true)),
        block_on(coerced(false))
    );
    assert_eq!(shown, "\"early\" 5");
    assert!(block_on(opaque()).is_ok());
}

#[test]
fn a_dropped_future_is_a_cancelled_job() {
    #[push_metrics(influx_udp = to, job = "async-dropped")]
    async fn dropped(to: &str) {
        std::future::pending::<()>().await;
    }
    let receiver = Recorder::start();
    let address = receiver.address();
    let mut future = Box::pin(dropped(&address));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_pending());
    drop(future);
    receiver.expect(&[
        "job_runs,",
        "job=async-dropped",
        "outcome=cancelled",
        "total=1",
    ]);
}

#[test]
fn f02_a_body_that_never_yields_pushes() {
    #[push_metrics(influx_udp = to, job = "async-busy")]
    async fn busy(to: &str) {}

    let receiver = Recorder::start();
    block_on(busy(&receiver.address()));
    receiver.expect(&["job_runs,", "job=async-busy", "outcome=ok", "total=1"]);
}

#[derive(Debug, Default)]
struct Worker {
    done: Vec<u32>,
}

impl Worker {
    #[push_metrics(enabled = false)]
    async fn newest(&mut self, work: u32) -> &mut u32 {
        self.done.push(work);
        let last = self.done.len() - 1;
        &mut self.done[last]
    }

    #[push_metrics(enabled = false)]
    async fn either<'a, T: ?Sized>(&'a self, a: &'a T, _b: &T) -> &'a T {
        a
    }

    #[push_metrics(enabled = false)]
    async fn into_done(mut self) -> Vec<u32> {
        self.done.push(0);
        self.done
    }
}

#[test]
fn methods_work() {
    let mut worker = Worker::default();
    *block_on(worker.newest(1)) += 10;
    assert_eq!(block_on(worker.either("a", "b")), "a");
    assert_eq!(block_on(worker.into_done()), [11, 0]);
}

#[test]
fn futures_stay_send_and_may_be_local() {
    #[push_metrics(enabled = false)]
    async fn sent(mut text: String) -> Result<String, String> {
        text.push('!');
        std::future::ready(()).await;
        Ok(text)
    }
    #[push_metrics(enabled = false)]
    async fn local(value: Rc<u32>) -> Rc<u32> {
        std::future::ready(()).await;
        value
    }
    fn send<T: Send>(value: T) -> T {
        value
    }
    assert_eq!(block_on(send(sent("a".to_owned()))), Ok("a!".to_owned()));
    assert_eq!(block_on(local(Rc::new(5))), Rc::new(5));
}

#[test]
fn recursion_works() {
    #[push_metrics(enabled = false)]
    async fn factorial(n: u64) -> u64 {
        if n == 0 {
            1
        } else {
            n * Box::pin(factorial(n - 1)).await
        }
    }
    assert_eq!(block_on(factorial(5)), 120);
}

#[tokio::test]
#[push_metrics(influx_udp = "127.0.0.1:9", registry = Registry::new(), flush_timeout = 1)]
async fn below_a_test_of_tokio() {
    tokio::task::yield_now().await;
}

#[push_metrics(influx_udp = "127.0.0.1:9", registry = Registry::new(), flush_timeout = 1)]
#[tokio::test]
async fn above_a_test_of_tokio() {
    tokio::task::yield_now().await;
}

#[tokio::main(flavor = "current_thread")]
#[push_metrics(influx_udp = to, job = "async-below-main")]
async fn below_main(to: &str) -> Result<u32, String> {
    tokio::task::yield_now().await;
    Err(to.to_owned())
}

#[push_metrics(influx_udp = to, job = "async-above-main")]
#[tokio::main(flavor = "current_thread")]
async fn above_main(to: &str) -> Result<u32, String> {
    tokio::task::yield_now().await;
    Err(to.to_owned())
}

#[test]
fn above_and_below_the_main_of_tokio() {
    let receiver = Recorder::start();
    for (main, job) in [
        (
            below_main as fn(&str) -> Result<u32, String>,
            "job=async-below-main",
        ),
        (above_main, "job=async-above-main"),
    ] {
        assert!(main(&receiver.address()).is_err());
        receiver.expect(&["job_runs,", job, "outcome=error", "total=1"]);
    }
}

#[tokio::test]
async fn on_a_task_of_tokio() {
    #[push_metrics(influx_udp = to, job = "async-task", task)]
    async fn run(to: String) -> u32 {
        tokio::task::yield_now().await;
        5
    }
    let receiver = Recorder::start();
    assert_eq!(tokio::spawn(run(receiver.address())).await.ok(), Some(5));
    receiver.expect(&["job_runs,", "job=async-task", "outcome=ok", "total=1"]);
}

#[async_trait]
trait Run {
    #[push_metrics(enabled = false)]
    async fn provided(&self) -> u32 {
        self.required("5").await.unwrap_or(0)
    }
    async fn required(&self, text: &str) -> Result<u32, std::num::ParseIntError>;
}

struct Runner(Recorder);

#[async_trait]
impl Run for Runner {
    #[push_metrics(influx_udp = self.0.address(), job = "async-trait", labels(text = text))]
    async fn required(&self, text: &str) -> Result<u32, std::num::ParseIntError> {
        let number = text.parse()?;
        std::future::ready(()).await;
        Ok(number)
    }
}

#[test]
fn below_async_trait() {
    let runner = Runner(Recorder::start());
    assert_eq!(block_on(runner.provided()), 5);
    runner.0.expect(&[
        "job_runs,",
        "job=async-trait",
        "text=5",
        "outcome=ok",
        "total=1",
    ]);
    assert!(block_on(runner.required("x")).is_err());
    runner.0.expect(&[
        "job_runs,",
        "job=async-trait",
        "text=x",
        "outcome=error",
        "total=1",
    ]);
}

#[test]
fn a_future_that_never_ends_ends_by_panicking() {
    #[push_metrics(influx_udp = to, job = "async-never")]
    async fn never(to: &str) -> ! {
        std::future::ready(to).await;
        panic!("by design")
    }
    let receiver = Recorder::start();
    let address = receiver.address();
    let ended = std::panic::catch_unwind(|| {
        block_on(async {
            never(&address).await;
        });
    });
    assert!(ended.is_err());
    receiver.expect(&["job_runs,", "job=async-never", "outcome=panic", "total=1"]);
}
