//! Every way into a stream: the attribute on functions of either kind, guards, closures, futures,
//! by a thread or a task.

use futures_executor::block_on;
use ppc::{Push, Registry, metric, push_metrics};
use tokio::runtime::{Builder, Runtime};

use super::{Format, assert_same};
use crate::support::udp::Recorder;

const N: usize = 300;

static REGISTRY: Registry = Registry::new();

metric! {
    /// Work.
    static WORK: Counter { name: "ways", labels: [by], registry: REGISTRY }
}

fn work(by: &str) {
    (0..N).for_each(|_| WORK.by(by).inc());
}

/// That the job's increments were sent, each of them; what others count at the same time is sent
/// as well.
#[track_caller]
fn check(by: &str, job: impl FnOnce(&Recorder)) {
    let recorder = Recorder::start();
    // So that its series is there, and the first line of it.
    WORK.by(by).inc();
    job(&recorder);
    let lines = recorder.settled();
    let found = Format::Influx.sample(&lines, "ways_total", &format!(",by={by}"));
    assert_same(&found, &Format::Influx.increments(1, N));
}

fn push(to: &Recorder) -> Push {
    Format::Influx.stream(&REGISTRY, to)
}

fn runtime() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn k02_functions_and_methods() {
    #[push_metrics(influx_udp = to.address(), registry = REGISTRY, stream)]
    fn plain(to: &Recorder) {
        work("plain");
    }
    #[push_metrics(influx_udp = to.address(), registry = REGISTRY, stream = true, linger = "1ms", full = "block")]
    fn settings(to: &Recorder) -> Result<(), String> {
        work("settings");
        Err("as asked".to_owned())
    }
    struct Job;
    impl Job {
        #[push_metrics(influx_udp = to.address(), registry = REGISTRY, stream)]
        fn method(&self, to: &Recorder) {
            work("method");
        }
    }
    check("plain", plain);
    check("settings", |to| assert!(settings(to).is_err()));
    check("method", |to| Job.method(to));
}

#[test]
fn k02_async_functions_by_a_thread_and_by_a_task() {
    #[push_metrics(influx_udp = to.address(), registry = REGISTRY, stream)]
    async fn plain(to: &Recorder) {
        work("async");
    }
    #[push_metrics(influx_udp = to.address(), registry = REGISTRY, stream, task)]
    async fn task(to: &Recorder) {
        for _ in 0..N {
            WORK.by("task").inc();
            tokio::task::yield_now().await;
        }
    }
    #[push_metrics(influx_udp = to.address(), registry = REGISTRY, stream, task)]
    async fn never_yields(to: &Recorder) {
        work("busy");
    }
    check("async", |to| block_on(plain(to)));
    check("task", |to| runtime().block_on(task(to)));
    let single = || Builder::new_current_thread().enable_all().build().unwrap();
    check("busy", |to| single().block_on(never_yields(to)));
}

#[test]
fn k02_a_task_sends_while_the_job_waits() {
    #[push_metrics(influx_udp = to.address(), registry = REGISTRY, stream, task)]
    async fn task(to: &Recorder) {
        work("waits");
        let last = format!("ways,by=waits total={}", N + 1);
        // The job is at its end only once all has come.
        while !to.lines().contains(&last) {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }
    check("waits", |to| {
        Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(task(to));
    });
}

#[test]
fn k02_guards_closures_and_futures() {
    check("guard", |to| {
        let guard = push(to).start();
        work("guard");
        guard.stop();
    });
    check("drop", |to| {
        let _guard = push(to).start();
        work("drop");
    });
    check("run", |to| push(to).run(|| work("run")));
    check("try_run", |to| {
        let failed: Result<(), u8> = push(to).try_run(|| {
            work("try_run");
            Err(3)
        });
        assert_eq!(failed, Err(3));
    });
    check("run_async", |to| {
        block_on(push(to).run_async(async { work("run_async") }));
    });
    check("try_run_async", |to| {
        let result: Result<u8, ()> = block_on(push(to).try_run_async(async {
            work("try_run_async");
            Ok(3)
        }));
        assert_eq!(result, Ok(3));
    });
    check("stop_async", |to| {
        block_on(async {
            let guard = push(to).start();
            work("stop_async");
            guard.stop_async().await;
        });
    });
}
