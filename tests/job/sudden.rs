//! Endings by an abort: of the job itself, on any thread, or because a panic cannot go on.

use std::process::{self, ExitCode};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use ppc::{Push, Snapshot, Source, push_metrics};

use crate::{Ask, announce, known, unknown};

/// The annotated job, with signals.
#[push_metrics(
    influx_udp = ask.address, period = 30, job = "known", labels(run = ask.run), signals,
)]
fn job(ask: &Ask, ending: fn()) {
    known::record();
    thread::sleep(ask.lasts);
    known::wait_until(known::is_pushed);
    known::record_last();
    announce();
    ending();
}

pub(crate) fn run(ask: &Ask, how: &str) -> ExitCode {
    match how {
        "abort" => job(ask, || process::abort()),
        "abort_elsewhere" => job(ask, || {
            thread::spawn(|| process::abort());
            stay();
        }),
        "abort_on_many_threads" => job(ask, || {
            (0..8).for_each(|_| drop(thread::spawn(|| process::abort())));
            stay();
        }),
        "abort_on_the_pushing_thread" => on_the_pushing_thread(ask),
        "panic" => job(ask, || panic!("as asked")),
        "panic_in_a_panic" => job(ask, || {
            let _panics_too = PanicsToo;
            panic!("as asked");
        }),
        "panic_that_cannot_unwind" => job(ask, || cannot_unwind()),
        "stack_overflow" => job(ask, || println!("{}", endless(1))),
        // Somebody else sends the signal.
        "stay" => job(ask, stay),
        "handler_before" => {
            listen();
            job(ask, || process::abort());
        }
        "handler_meanwhile" => job(ask, || {
            listen();
            process::abort();
        }),
        // Before there is a connection, or even an address.
        "early_return" => {
            early(ask, || {});
            return ExitCode::SUCCESS;
        }
        "early_panic" => early(ask, || panic!("as asked")),
        "early_exit" => early(ask, || process::exit(7)),
        "early_abort" => early(ask, || process::abort()),
        "early_stay" => early(ask, || {
            announce();
            stay();
        }),
        // The job is over; what is left is the rest of its last push, or somebody's reading of it.
        "while_draining" => {
            let slow = ppc::InfluxUdp::new(&ask.address).datagram_size(1);
            after(ask, Push::to(slow.datagrams_per_second(40.0)), 1.0);
        }
        "while_lingering" => {
            let pushed = ppc::InfluxUdp::new(&ask.address);
            let served = ppc::expose::Server::new("127.0.0.1:0").linger(30);
            after(ask, Push::to(pushed).and_to(served), 2.0);
        }
        // Last pushes that take long, or never end.
        "abort_while_slow" => {
            let slow = ppc::InfluxUdp::new(&ask.address).datagram_size(1);
            let push = Push::to(slow.datagrams_per_second(2.0)).flush_timeout(0.5);
            push.signals(true).run(|| {
                known::record();
                process::abort();
            });
        }
        "abort_while_a_gather_hangs" => {
            let push = Push::to(ppc::InfluxUdp::new(&ask.address)).flush_timeout(0.5);
            push.source(Hangs).signals(true).run(|| process::abort());
        }
        "stay_while_slow" => {
            let slow = ppc::InfluxUdp::new(&ask.address).datagram_size(1);
            let push = Push::to(slow.datagrams_per_second(20.0)).flush_timeout(30);
            push.job("known").signals(true).run(|| {
                known::record();
                announce();
                stay();
            });
        }
        // No code of the process runs after this; so it is with `_exit`.
        "exec" => job(ask, exec),
        "stay_stored" => stored(ask, stay),
        "exec_stored" => stored(ask, exec),
        // It does nothing at all, so that the job goes on.
        "handler_survives" => {
            listen();
            job(ask, || thread::sleep(Duration::from_millis(500)));
            return ExitCode::from(11);
        }
        other => unknown(other),
    }
    ExitCode::from(98)
}

/// A job that is over before its first push can be.
#[push_metrics(
    influx_udp = ask.address, period = 30, job = "known", labels(run = ask.run), signals,
)]
fn early(ask: &Ask, ending: fn()) {
    known::record();
    known::record_last();
    ending();
}

/// A job that returns; says that it runs when so many pushes have begun, or are over.
fn after(ask: &Ask, push: Push, pushes: f64) {
    let push = push.period(30).flush_timeout(30).job("known").signals(true);
    push.label("run", ask.run.as_str()).run(|| {
        known::record();
        known::wait_until(known::is_pushed);
        known::record_last();
        thread::spawn(move || {
            while known::pushes() < pushes {
                thread::sleep(Duration::from_millis(1));
            }
            // The job's function has returned by then.
            thread::sleep(Duration::from_millis(100));
            announce();
        });
    });
    stay();
}

fn stay() {
    thread::sleep(Duration::from_mins(1));
    process::exit(99);
}

fn exec() {
    use std::os::unix::process::CommandExt as _;
    let error = process::Command::new("true").exec();
    panic!("{error}");
}

/// A job that stores its values far more often than it pushes.
fn stored(ask: &Ask, ending: fn()) {
    let push = Push::to(ppc::InfluxUdp::new(&ask.address)).period(30);
    push.label("run", ask.run.as_str())
        .spool_period("20ms")
        .run(|| {
            known::record();
            known::wait_until(known::is_pushed);
            known::record_last();
            // Some of those periods, also where it is busy.
            thread::sleep(Duration::from_millis(500));
            announce();
            ending();
        });
}

struct Hangs;

impl Source for Hangs {
    fn gather_into(&self, _: &mut Snapshot) {
        loop {
            thread::park();
        }
    }
}

struct PanicsToo;

impl Drop for PanicsToo {
    fn drop(&mut self) {
        panic!("in a panic");
    }
}

extern "C" fn cannot_unwind() {
    panic!("as asked");
}

#[expect(unconditional_recursion, reason = "that is the point")]
#[inline(never)]
fn endless(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 64]);
    endless(depth + 1) + std::hint::black_box(room)[3]
}

/// Its second reading, once everything is recorded, aborts; it is read again by whoever takes over.
struct Aborts(AtomicBool);

impl Source for Aborts {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        if known::is_recorded() && !self.0.swap(true, Ordering::AcqRel) {
            process::abort();
        }
        ppc::registry().gather_into(snapshot);
    }
}

fn on_the_pushing_thread(ask: &Ask) {
    let source = Aborts(AtomicBool::new(false));
    let push = Push::to(ppc::InfluxUdp::new(&ask.address)).signals(true);
    let push = push.job("known").label("run", ask.run.as_str());
    push.source(source).period(0.1).run(|| {
        known::record();
        announce();
        thread::sleep(ask.lasts);
        known::wait_until(known::is_pushed);
        known::record_last();
        stay();
    });
}

/// Has a handler of the application's stand for SIGABRT, which only takes note.
fn listen() {
    let (ready, is_ready) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let kind = tokio::signal::unix::SignalKind::from_raw(6);
            let mut abort = tokio::signal::unix::signal(kind).expect("a handler");
            ready.send(()).expect("the caller waits");
            while abort.recv().await.is_some() {}
        });
    });
    is_ready.recv().expect("the listener runs");
}
