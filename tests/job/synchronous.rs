//! Endings of an annotated `fn`.

use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use ppc::push_metrics;

use crate::{Ask, announce, known, unknown};

/// Something that goes wrong.
#[derive(Debug)]
struct Failure;

type Ending = fn() -> Result<u8, Failure>;

/// The annotated job.
#[push_metrics(
    influx_udp = ask.address,
    period = 30,
    job = "known",
    labels(run = ask.run),
    flush_timeout = 5,
)]
fn job(ask: &Ask, ending: Ending) -> Result<u8, Failure> {
    known::record();
    announce();
    thread::sleep(ask.lasts);
    known::wait_until(known::is_pushed);
    known::record_last();
    let status = ending()?;
    Ok(status)
}

/// The same, with signals.
#[push_metrics(
    influx_udp = ask.address, period = 30, job = "known", labels(run = ask.run), signals,
)]
fn job_with_signals(ask: &Ask) {
    known::record();
    thread::sleep(ask.lasts);
    known::wait_until(known::is_pushed);
    known::record_last();
    announce();
    wait_to_be_killed();
}

fn wait_to_be_killed() {
    thread::sleep(Duration::from_mins(1));
    std::process::exit(99);
}

/// A client that was started without the attribute.
fn guarded(ask: &Ask) -> ppc::Guard {
    let destination = ppc::InfluxUdp::new(&ask.address);
    ppc::Push::to(destination)
        .period(30)
        .job("known")
        .label("run", ask.run.as_str())
        .start()
}

pub(crate) fn end(ask: &Ask, ending: &str) -> ExitCode {
    let status = |result: Result<u8, Failure>| ExitCode::from(result.unwrap_or(3));
    match ending {
        "return" => status(job(ask, || Ok(0))),
        "error" => status(job(ask, || Err(Failure))),
        "panic" => status(job(ask, || panic!("as asked"))),
        "exit" => status(job(ask, || std::process::exit(7))),
        "exit_elsewhere" => status(job(ask, || {
            thread::spawn(|| std::process::exit(8));
            wait_to_be_killed();
            Ok(0)
        })),
        "main_returns" => {
            let (sender, receiver) = mpsc::channel();
            let ask = ask.clone();
            thread::spawn(move || {
                known::record();
                let running = guarded(&ask);
                known::wait_until(known::is_pushed);
                known::record_last();
                sender.send(()).expect("main waits");
                wait_to_be_killed();
                drop(running);
            });
            receiver.recv().expect("the job runs");
            ExitCode::from(9)
        }
        "guard" => {
            known::record();
            let running = guarded(ask);
            known::wait_until(known::is_pushed);
            known::record_last();
            drop(running);
            ExitCode::from(10)
        }
        "signal_while_slow" => {
            known::record();
            let slow = ppc::InfluxUdp::new(&ask.address)
                .datagram_size(1)
                .datagrams_per_second(2.0);
            let push = ppc::Push::to(slow).flush_timeout(30).signals(true);
            push.run(|| {
                announce();
                wait_to_be_killed();
            });
            ExitCode::from(98)
        }
        "signal" => {
            job_with_signals(ask);
            ExitCode::from(98)
        }
        "handler_swallows" => {
            // The application is in charge, and does nothing: the job goes on.
            application::swallow_signals();
            job_with_signals_for(ask);
            ExitCode::from(11)
        }
        "handler_before" => {
            application::exit_at_signals(12);
            job_with_signals(ask);
            ExitCode::from(98)
        }
        // With the signals ignored by whoever started the process.
        "ignored" => {
            job_with_signals_for(ask);
            ExitCode::from(11)
        }
        "ctrlc_before" => {
            application::exit_at_ctrlc(12);
            job_with_signals(ask);
            ExitCode::from(98)
        }
        "ctrlc_after" => thread::scope(|scope| {
            scope.spawn(|| job_with_signals(ask));
            known::wait_until(known::is_recorded);
            application::exit_at_ctrlc(12);
            println!("handler");
            loop {
                thread::park();
            }
        }),
        "handler_after" => {
            thread::scope(|scope| {
                scope.spawn(|| job_with_signals(ask));
                // By then the client's own handler stands.
                known::wait_until(known::is_recorded);
                application::exit_at_signals(12);
                println!("handler");
            });
            ExitCode::from(98)
        }
        other => unknown(other),
    }
}

/// Runs for half a second, whatever signals come.
#[push_metrics(
    influx_udp = ask.address, period = 30, job = "known", labels(run = ask.run), signals,
)]
fn job_with_signals_for(ask: &Ask) {
    known::record();
    announce();
    thread::sleep(Duration::from_millis(500));
    known::wait_until(known::is_pushed);
    known::record_last();
}

/// What an application of its own does with signals.
mod application {
    use std::thread;

    use tokio::runtime::Builder;
    use tokio::signal::unix::{SignalKind, signal};

    /// Has every SIGINT and SIGTERM swallowed: tokio's handler stands, and nobody acts on it.
    pub(super) fn swallow_signals() {
        listen(|| {});
    }

    /// Ends the process in the application's own way.
    pub(super) fn exit_at_signals(status: i32) {
        listen(move || std::process::exit(status));
    }

    /// The same with the crate `ctrlc`, which knows of no handler but its own.
    pub(super) fn exit_at_ctrlc(status: i32) {
        ctrlc::set_handler(move || std::process::exit(status)).expect("the first handler");
    }

    fn listen(act: impl Fn() + Send + 'static) {
        let (ready, is_ready) = std::sync::mpsc::channel();
        thread::spawn(move || {
            let runtime = Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let mut interrupt = signal(SignalKind::interrupt()).expect("a handler");
                let mut terminate = signal(SignalKind::terminate()).expect("a handler");
                ready.send(()).expect("the caller waits");
                loop {
                    tokio::select! {
                        _ = interrupt.recv() => act(),
                        _ = terminate.recv() => act(),
                    }
                }
            });
        });
        is_ready.recv().expect("the listener runs");
    }
}
