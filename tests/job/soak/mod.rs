//! The job of `cargo xtask soak`: for as long as it is told, 16 threads record while series come and
//! go and clients start and end. What was recorded in the end is written to the file `known` of the
//! folder `SOAK_FOLDER`, and every gather to a file named after its client.

mod clients;
mod recording;

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use self::clients::Clients;
use self::recording::Recorded;
use crate::faulty::print_counters;
use crate::{Ask, announce};

const THREADS: usize = 16;

/// Between the last recording and the end, so that no change has the time of the final values.
const QUIET: Duration = Duration::from_millis(200);

/// Everybody looks at it before the next step.
static OVER: AtomicBool = AtomicBool::new(false);

fn is_over() -> bool {
    OVER.load(Ordering::Relaxed)
}

/// Sleeps so long, in short pieces; false once all is over.
fn sleep(time: Duration) -> bool {
    let start = Instant::now();
    while !is_over() {
        let Some(left) = time.checked_sub(start.elapsed()) else {
            return true;
        };
        thread::sleep(left.min(Duration::from_millis(50)));
    }
    false
}

/// Pushes to the server of the address, streams to that of `SOAK_LINES`.
pub(crate) fn run(ask: &Ask) -> ExitCode {
    let folder = PathBuf::from(env::var_os("SOAK_FOLDER").expect("it says where"));
    let clients = Clients {
        http: ask.address.clone(),
        lines: env::var("SOAK_LINES").expect("it says where"),
        run: ask.run.clone(),
        folder: folder.clone(),
    };
    announce();
    let recorded = thread::scope(|scope| {
        let steady = clients.steady();
        let mut coming = vec![scope.spawn(|| clients.stream_again_and_again())];
        coming.push(scope.spawn(|| clients.spool_again_and_again()));
        coming.push(scope.spawn(|| clients.pass_again_and_again(0)));
        coming.push(scope.spawn(|| clients.pass_again_and_again(1)));
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| scope.spawn(move || recording::run(thread)))
            .collect();
        thread::sleep(ask.lasts);
        OVER.store(true, Ordering::Relaxed);
        let threads = threads.into_iter().map(thread::ScopedJoinHandle::join);
        let mut recorded: Recorded = threads.map(|it| it.expect("none panics")).collect();
        recorded.end();
        thread::sleep(QUIET);
        for thread in coming {
            thread.join().expect("none panics");
        }
        clients.last_words();
        steady.stop();
        recorded
    });
    fs::write(folder.join("known"), recorded.text()).expect("it can be written");
    print_counters();
    ExitCode::SUCCESS
}
