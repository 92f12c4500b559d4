//! Endings of an annotated `async fn`, on a thread of ours or as a task.

use std::future::pending;
use std::process::ExitCode;
use std::thread;

use ppc::push_metrics;
use tokio::runtime::{Builder, Runtime};

use crate::{Ask, announce, known, unknown};

/// How the job ends.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Return,
    Error,
    Panic,
    Exit,
    /// It waits for ever, and somebody else ends it.
    Pending,
    /// It blocks its executor all the while, and never yields.
    Blocking,
    /// The same, and it never returns.
    Stuck,
}

#[push_metrics(influx_udp = ask.address, period = 30, job = "known", labels(run = ask.run))]
async fn job(ask: Ask, ending: Ending) -> Result<u8, String> {
    body(&ask, ending).await
}

#[push_metrics(influx_udp = ask.address, period = 30, job = "known", labels(run = ask.run), task)]
async fn job_as_task(ask: Ask, ending: Ending) -> Result<u8, String> {
    body(&ask, ending).await
}

async fn body(ask: &Ask, ending: Ending) -> Result<u8, String> {
    known::record();
    announce();
    let runtime = tokio::runtime::Handle::try_current();
    if runtime.is_err() || matches!(ending, Ending::Blocking | Ending::Stuck) {
        thread::sleep(ask.lasts);
        known::wait_until(known::is_pushed);
    } else {
        tokio::time::sleep(ask.lasts).await;
        known::yield_until(known::is_pushed).await;
    }
    known::record_last();
    match ending {
        Ending::Return | Ending::Blocking => Ok(0),
        Ending::Error => Err("as asked".to_owned()),
        Ending::Panic => panic!("as asked"),
        Ending::Exit => std::process::exit(7),
        Ending::Pending => pending().await,
        Ending::Stuck => loop {
            thread::park();
        },
    }
}

/// Until a job that is `Pending` has got there.
async fn until_pending() {
    known::yield_until(known::is_recorded).await;
}

fn runtime(threads: usize) -> Runtime {
    let builder = if threads == 1 {
        Builder::new_current_thread
    } else {
        Builder::new_multi_thread
    };
    builder()
        .worker_threads(threads)
        .enable_all()
        .build()
        .expect("a runtime")
}

pub(crate) fn end(ask: &Ask, ending: &str) -> ExitCode {
    let (kind, ending) = ending.split_once('-').unwrap_or(("", ending));
    let as_task = kind == "task";
    let start = |ending: Ending| {
        let ask = ask.clone();
        async move {
            if as_task {
                job_as_task(ask, ending).await
            } else {
                job(ask, ending).await
            }
        }
    };
    let status = |result: Result<u8, String>| ExitCode::from(result.unwrap_or(3));
    match ending {
        "return" => status(runtime(1).block_on(start(Ending::Return))),
        "error" => status(runtime(2).block_on(start(Ending::Error))),
        "panic" => status(runtime(2).block_on(start(Ending::Panic))),
        "panic_in_task" => runtime(2).block_on(async {
            let joined = tokio::spawn(start(Ending::Panic)).await;
            ExitCode::from(if joined.is_err_and(|error| error.is_panic()) {
                4
            } else {
                98
            })
        }),
        "exit" => status(runtime(2).block_on(start(Ending::Exit))),
        "blocking" => status(runtime(1).block_on(start(Ending::Blocking))),
        "other_executor" => status(futures_executor::block_on(start(Ending::Return))),
        "cancelled" => runtime(1).block_on(async {
            let late = until_pending();
            tokio::select! {
                result = start(Ending::Pending) => status(result),
                () = late => ExitCode::from(5),
            }
        }),
        "aborted" => runtime(2).block_on(async {
            let job = tokio::spawn(start(Ending::Pending));
            until_pending().await;
            job.abort();
            ExitCode::from(if job.await.is_err() { 5 } else { 98 })
        }),
        "runtime_dropped" => {
            let runtime = runtime(2);
            runtime.spawn(start(Ending::Pending));
            runtime.block_on(until_pending());
            drop(runtime);
            ExitCode::from(6)
        }
        "shutdown_background" => {
            let runtime = runtime(2);
            runtime.spawn(start(Ending::Pending));
            runtime.block_on(until_pending());
            runtime.shutdown_background();
            ExitCode::from(6)
        }
        "stuck" => {
            let runtime = runtime(2);
            runtime.spawn(start(Ending::Stuck));
            known::wait_until(known::is_recorded);
            runtime.shutdown_background();
            ExitCode::from(6)
        }
        "forgotten" => runtime(2).block_on(async {
            let mut job = Box::pin(start(Ending::Pending));
            tokio::select! {
                _ = &mut job => ExitCode::from(98),
                () = until_pending() => {
                    std::mem::forget(job);
                    ExitCode::from(6)
                }
            }
        }),
        other => unknown(other),
    }
}
