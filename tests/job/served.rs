//! A job that is scraped: at `ADDRESS` while it runs, and a while after its end.

use std::process::ExitCode;
use std::thread;

use ppc::expose::Server;
use ppc::{Gauge, Push, Registry, metric, push_metrics};

use crate::{Ask, announce, unknown};

metric! {
    /// Steps of the job.
    static STEPS: Counter { unit: "steps", labels: [run] }
}

#[push_metrics(serve = &*ask.address, linger = 30, job = "served", labels(of = "served"), signals)]
fn long(ask: &Ask, how: &str) -> Result<(), String> {
    work(ask);
    match how {
        "panic" => panic!("asked for"),
        "error" => Err("asked for".to_owned()),
        _ => Ok(()),
    }
}

#[push_metrics(serve = &*ask.address, linger = 0.5)]
async fn short(ask: &Ask) {
    work(ask);
}

#[push_metrics(serve = &*ask.address)]
fn at_once(ask: &Ask) {
    work(ask);
}

/// Two steps, one at the start and one at the end.
fn work(ask: &Ask) {
    let steps = STEPS.run(&ask.run).handle();
    steps.inc();
    announce();
    thread::sleep(ask.lasts);
    steps.inc();
}

pub(crate) fn run(ask: &Ask, how: &str) -> ExitCode {
    match how {
        "plain" => plain(ask),
        "ok" | "error" | "panic" => {
            let ended = std::panic::catch_unwind(|| long(ask, how));
            println!("ended {}", matches!(ended, Ok(Ok(()))));
        }
        "exit" => {
            let _guard = Push::to(Server::new(&*ask.address).linger(30)).start();
            work(ask);
            std::process::exit(3);
        }
        "twice" => {
            // The second takes the place of the first, which nobody has waited for.
            let push = |linger| Push::to(Server::new(&*ask.address).linger(linger));
            let mut first = Box::pin(push(30).run_async(std::future::pending::<()>()));
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(first.as_mut().poll(&mut context).is_pending());
            drop(first);
            push(20).run(|| work(ask));
        }
        "short" => tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime")
            .block_on(short(ask)),
        "at_once" => at_once(ask),
        other => unknown(other),
    }
    ExitCode::SUCCESS
}

/// A server without a job, until its time is over.
fn plain(ask: &Ask) {
    let registry = Registry::new();
    let gauge = Gauge::builder("up_and_well").register(&registry);
    gauge.expect("the name is good").set(1);
    let server = Server::new(&ask.address).source(registry).header_timeout(2);
    let server = server.start().expect("the port is free");
    println!("{}", server.local_addr());
    announce();
    thread::sleep(ask.lasts);
    server.stop();
}
