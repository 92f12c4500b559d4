//! Every way a job can end, as real processes: the final values arrive, once, and the exit
//! status is the one it would be without us.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::job::{Ended, Job};
use crate::support::victoria_metrics::Server;

const TIMES: usize = 10;

/// The series that a job changes last.
const LAST_CHANGE: &str = r#"known_events_total{Account="7",event_type="a b,c=d",outcome="ok"}"#;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Status {
    Code(i32),
    Signal(i32),
}

/// How the run is counted.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Ok,
    Error,
    Panic,
    Cancelled,
}

use Outcome::{Cancelled, Error, Ok, Panic};
use Status::{Code, Signal};

impl Ended {
    fn is(&self) -> Status {
        match (self.status.code(), self.status.signal()) {
            (Some(code), _) => Code(code),
            (None, signal) => Signal(signal.unwrap_or_default()),
        }
    }
}

/// Series of `tests/job/known.rs` with their final values, but for the label `run`.
fn known(outcome: Outcome) -> BTreeMap<String, f64> {
    let runs = |of: Outcome| f64::from(u8::from(of == outcome));
    [
        (LAST_CHANGE, 3.0),
        (
            r#"known_events_total{Account="8",event_type="login",outcome="failed"}"#,
            0.5,
        ),
        ("known_temperature_celsius{}", -2.5),
        (
            r#"known_latency_seconds_bucket{le="0.1",service="db"}"#,
            1.0,
        ),
        (
            r#"known_latency_seconds_bucket{le="1.0",service="db"}"#,
            2.0,
        ),
        (
            r#"known_latency_seconds_bucket{le="10.0",service="db"}"#,
            3.0,
        ),
        (
            r#"known_latency_seconds_bucket{le="+Inf",service="db"}"#,
            4.0,
        ),
        (r#"known_latency_seconds_count{service="db"}"#, 4.0),
        (r#"known_latency_seconds_sum{service="db"}"#, 55.55),
        ("known_size_bytes_count{}", 2.0),
        ("known_size_bytes_sum{}", 128.0),
        (r#"known_build_info{version="1.2.3"}"#, 1.0),
        (r#"known_phase{known_phase="starting"}"#, 0.0),
        (r#"known_phase{known_phase="running"}"#, 0.0),
        (r#"known_phase{known_phase="done"}"#, 1.0),
        ("known_retries_total{}", 0.0),
        ("job_in_progress{}", 0.0),
        (r#"job_runs_total{outcome="ok"}"#, runs(Ok)),
        (r#"job_runs_total{outcome="error"}"#, runs(Error)),
        (r#"job_runs_total{outcome="panic"}"#, runs(Panic)),
        (r#"job_runs_total{outcome="cancelled"}"#, runs(Cancelled)),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// The series of one run, without the labels that all of them have.
fn of_run(
    series: &BTreeMap<String, Vec<(i64, f64)>>,
    run: &str,
) -> BTreeMap<String, Vec<(i64, f64)>> {
    let mine = format!("run=\"{run}\"");
    let labels_of = |key: &str| {
        let (name, labels) = key.split_once('{').expect("it has labels");
        let labels = labels.trim_end_matches('}').replace(r#"job="known","#, "");
        let labels = labels.replace(r#"job="known""#, "").replace(&mine, "");
        let labels = labels.replace(",,", ",");
        format!("{name}{{{}}}", labels.trim_matches(','))
    };
    let with_run = series.iter().filter(|(key, _)| key.contains(&mine));
    with_run
        .map(|(key, samples)| (labels_of(key), samples.clone()))
        .collect()
}

/// Compares one run with what is known of it.
#[track_caller]
fn check_run(server: &Server, run: &str, outcome: Outcome, ended: &Ended) {
    let deadline = Instant::now() + Duration::from_secs(10);
    // What was sent is stored a moment later.
    let found = loop {
        let found = of_run(&server.series(), run);
        let last = |key: &str| Some(found.get(key)?.last()?.1);
        // The datagrams of a push are stored in any order.
        let all = known(outcome);
        let is_there = all.iter().all(|(key, value)| last(key) == Some(*value));
        if is_there || Instant::now() >= deadline {
            break found;
        }
        thread::sleep(Duration::from_millis(50));
    };
    let mut last: BTreeMap<String, f64> = found
        .iter()
        .map(|(key, samples)| (key.clone(), samples[samples.len() - 1].1))
        .collect();
    // Times are what they are; a job that was cut short has none.
    let (took, success) = (
        "job_duration_seconds{}",
        "job_last_success_timestamp_seconds{}",
    );
    let now = server_time();
    let took = last.remove(took);
    let success = last.remove(success);
    assert_eq!(success.is_some(), outcome == Ok, "{run}: {success:?}");
    assert!(
        success.is_none_or(|at| (at - now).abs() < 120.0),
        "{run}: {success:?}"
    );
    assert!(
        took.is_none_or(|took| (0.0..60.0).contains(&took)),
        "{run}: {took:?}"
    );
    assert_eq!(last, known(outcome), "{run}: {}", ended.stderr);
    // The last change of all was sent once: no earlier push had it, and none came after.
    let events = &found[LAST_CHANGE];
    let finals = events.iter().filter(|(_, value)| *value == 3.0).count();
    assert_eq!(finals, 1, "{run}: {events:?}");
}

fn server_time() -> f64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.expect("it is after 1970").as_secs_f64()
}

/// Ends `TIMES` processes that way, four at a time, and compares each.
fn check(ending: &'static str, signals: &'static [&'static str], status: Status, outcome: Outcome) {
    let server = Server::start();
    let ended = Mutex::new(Vec::new());
    let left = Mutex::new(TIMES);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(n) = take(&left) {
                    let run = format!("{ending}-{n}");
                    // Some over HTTP, because operations want it so, and some over TCP.
                    let udp = server.influx_address().to_string();
                    let http = format!("influx+http://{}", server.http_address());
                    let tcp = format!("influx+tcp://{udp}");
                    let (address, environment): (_, &[_]) = match n % 3 {
                        0 => (udp.as_str(), &[]),
                        1 => ("127.0.0.1:9", &[("PPC_PUSH", http.as_str())]),
                        _ => ("127.0.0.1:9", &[("PPC_PUSH", tcp.as_str())]),
                    };
                    let job = Job::start_at(address, &run, ending, 0.05, environment);
                    for signal in signals {
                        job.signal(signal);
                    }
                    ended.lock().unwrap().push((run, job.wait()));
                }
            });
        }
    });
    for (run, ended) in ended.into_inner().unwrap() {
        assert_eq!(ended.is(), status, "{run}: {}", ended.stderr);
        check_run(&server, &run, outcome, &ended);
        assert!(
            !ended.stderr.contains("ppc: warning"),
            "{run}: {}",
            ended.stderr
        );
    }
    assert_eq!(server.invalid_rows(), 0, "{}", server.log());
}

fn take(left: &Mutex<usize>) -> Option<usize> {
    let mut left = left.lock().unwrap();
    *left = left.checked_sub(1)?;
    Some(*left)
}

macro_rules! endings {
    ($($name:ident: $ending:literal $(, $signal:literal)* => $status:expr, $outcome:expr;)*) => {$(
        #[test]
        fn $name() {
            check($ending, &[$($signal),*], $status, $outcome);
        }
    )*};
}

endings! {
    k05_sync_return: "sync-return" => Code(0), Ok;
    k05_sync_error: "sync-error" => Code(3), Error;
    k05_sync_panic: "sync-panic" => Code(101), Panic;
    k05_sync_exit: "sync-exit" => Code(7), Cancelled;
    k05_sync_exit_on_another_thread: "sync-exit_elsewhere" => Code(8), Cancelled;
    k05_main_returns_before_the_job: "sync-main_returns" => Code(9), Cancelled;
    k03_guard_dropped: "sync-guard" => Code(10), Ok;
    k05_async_return: "async-return" => Code(0), Ok;
    k05_async_error: "async-error" => Code(3), Error;
    k05_async_panic: "async-panic" => Code(101), Panic;
    k05_async_panic_in_a_task_of_the_users: "async-panic_in_task" => Code(4), Panic;
    k05_async_exit: "async-exit" => Code(7), Cancelled;
    f02_async_that_blocks_and_never_yields: "async-blocking" => Code(0), Ok;
    k05_async_on_another_executor: "async-other_executor" => Code(0), Ok;
    k05_async_cancelled: "async-cancelled" => Code(5), Cancelled;
    k05_async_aborted: "async-aborted" => Code(5), Cancelled;
    k05_async_runtime_dropped: "async-runtime_dropped" => Code(6), Cancelled;
    k05_async_runtime_shut_down_in_the_background: "async-shutdown_background" => Code(6), Cancelled;
    k05_async_stuck_when_the_process_ends: "async-stuck" => Code(6), Cancelled;
    k05_async_forgotten: "async-forgotten" => Code(6), Cancelled;
    k05_task_return: "task-return" => Code(0), Ok;
    k05_task_error: "task-error" => Code(3), Error;
    k05_task_panic: "task-panic" => Code(101), Panic;
    k05_task_exit: "task-exit" => Code(7), Cancelled;
    k05_task_cancelled: "task-cancelled" => Code(5), Cancelled;
    k05_task_aborted: "task-aborted" => Code(5), Cancelled;
    k05_task_runtime_dropped: "task-runtime_dropped" => Code(6), Cancelled;
    k05_task_runtime_shut_down_in_the_background: "task-shutdown_background" => Code(6), Cancelled;
    k05_task_forgotten: "task-forgotten" => Code(6), Cancelled;
    f08_sigterm: "sync-signal", "TERM" => Signal(15), Cancelled;
    f08_sigint: "sync-signal", "INT" => Signal(2), Cancelled;
    f08_a_handler_installed_before_ours: "sync-handler_before", "TERM" => Code(12), Cancelled;
    f08_a_handler_installed_after_ours: "sync-handler_after", "INT" => Code(12), Cancelled;
    f08_ctrlc_before_ours: "sync-ctrlc_before", "INT" => Code(12), Cancelled;
    f08_ctrlc_after_ours: "sync-ctrlc_after", "TERM" => Code(12), Cancelled;
    k05_abort: "sudden-abort" => Signal(6), Cancelled;
    k05_abort_on_another_thread: "sudden-abort_elsewhere" => Signal(6), Cancelled;
    k05_abort_on_many_threads: "sudden-abort_on_many_threads" => Signal(6), Cancelled;
    k05_abort_on_the_pushing_thread: "sudden-abort_on_the_pushing_thread" => Signal(6), Cancelled;
    k05_sigabrt_from_outside: "sudden-stay", "ABRT" => Signal(6), Cancelled;
    k05_a_panic_in_a_panic: "sudden-panic_in_a_panic" => Signal(6), Panic;
    k05_a_panic_that_cannot_unwind: "sudden-panic_that_cannot_unwind" => Signal(6), Panic;
    k05_stack_overflow: "sudden-stack_overflow" => Signal(6), Cancelled;
    f08_a_handler_of_aborts_before_ours: "sudden-handler_before" => Signal(6), Cancelled;
    f08_a_handler_of_aborts_after_ours: "sudden-handler_meanwhile" => Signal(6), Cancelled;
    f08_a_handler_that_survives_an_abort: "sudden-handler_survives", "ABRT" => Code(11), Cancelled;
    f08_a_handler_that_swallows_the_signal: "sync-handler_swallows", "TERM", "INT" => Code(11), Ok;
}

#[test]
fn f08_a_signal_that_is_ignored_stays_ignored() {
    let server = Server::start();
    let address = server.influx_address().to_string();
    for name in ["INT", "TERM"] {
        let ignoring = format!("--ignore-signal={name}");
        let arguments = [address.as_str(), name, "sync-ignored", "0.05"];
        let job = Job::start_by(&["env", &ignoring], &arguments, &[]);
        job.signal(name);
        let ended = job.wait();
        assert_eq!(ended.is(), Code(11), "{}", ended.stderr);
        check_run(&server, name, Ok, &ended);
    }
}

mod process_namespace {
    use super::*;

    #[test]
    fn f08_process_1_exits_as_a_shell_would_report_the_signal() {
        let server = Server::start();
        let address = server.influx_address().to_string();
        for (name, number) in [("TERM", 15), ("INT", 2)] {
            let way = [
                "unshare",
                "--user",
                "--map-root-user",
                "--pid",
                "--fork",
                "--kill-child",
            ];
            let arguments = [address.as_str(), name, "sync-signal", "0.05"];
            let job = Job::start_by(&way, &arguments, &[]);
            job.signal_child(name);
            let ended = job.wait();
            assert_eq!(ended.is(), Code(128 + number), "{}", ended.stderr);
            check_run(&server, name, Cancelled, &ended);
        }
    }
}

/// Functions that call each other: two share a client, the innermost has its own.
#[test]
fn k05_nested_functions_each_push_their_final_values() {
    let server = Server::start();
    for (ending, signal, status) in [
        ("return", None, Code(0)),
        ("error", None, Code(3)),
        ("panic", None, Code(101)),
        ("exit", None, Code(7)),
        ("abort", None, Signal(6)),
        ("signal", Some("TERM"), Signal(15)),
    ] {
        let address = server.influx_address().to_string();
        let job = Job::start_at(&address, ending, &format!("nested-{ending}"), 0.05, &[]);
        if let Some(signal) = signal {
            job.signal(signal);
        }
        let ended = job.wait();
        assert_eq!(ended.is(), status, "{ending}: {}", ended.stderr);
        for run in [ending.to_owned(), format!("{ending}-inner")] {
            let last = || -> Option<f64> {
                let found = of_run(&server.series(), &run);
                Some(found.get(LAST_CHANGE)?.last()?.1)
            };
            let deadline = Instant::now() + Duration::from_secs(10);
            while last() != Some(3.0) && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(50));
            }
            let events = &of_run(&server.series(), &run)[LAST_CHANGE];
            let finals = events.iter().filter(|(_, value)| *value == 3.0).count();
            assert_eq!(finals, 1, "{run}: {events:?}");
        }
    }
}

/// An annotated job of five seconds and a half, with a push every second.
#[test]
fn k01_a_job_of_five_seconds_is_seen_every_second() {
    let server = Server::start();
    let jobs: Vec<_> = ["sync-return", "async-return", "task-return"]
        .into_iter()
        .map(|ending| {
            let address = server.influx_address().to_string();
            let every_second = [("PPC_PERIOD", "1")];
            (
                ending,
                Job::start_at(&address, ending, ending, 5.5, &every_second),
            )
        })
        .collect();
    for (ending, job) in jobs {
        let ended = job.wait();
        assert_eq!(ended.is(), Code(0), "{}", ended.stderr);
        assert!(ended.took >= Duration::from_secs(5));
        check_run(&server, ending, Ok, &ended);
        let series = of_run(&server.series(), ending);
        let times = series["known_retries_total{}"]
            .iter()
            .map(|(time, _)| *time);
        let times: Vec<i64> = times.collect();
        assert_eq!(
            times.len(),
            7,
            "at the start, at 1 to 5 s, and at the end: {times:?}"
        );
        for pair in times[..6].windows(2) {
            let gap = pair[1] - pair[0];
            assert!(
                (500..1500).contains(&gap),
                "{ending}: {gap} ms in {times:?}"
            );
        }
    }
    assert_eq!(server.invalid_rows(), 0, "{}", server.log());
}
