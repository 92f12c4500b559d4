//! Runs the jobs on a thread and shows how they do: on a screen, or as plain lines without one.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::format::{bytes, grouped, plural};
use crate::jobs;
use crate::receiver::Receiver;
use crate::run::Run;
use crate::screen::Screen;
use crate::tally::{Listed, ReadOut};
use crate::view::View;

/// Time between two frames.
const FRAME: Duration = Duration::from_millis(100);
/// How long the last frame stays.
const LAST_FRAME: Duration = Duration::from_millis(1200);
/// Time between two plain lines.
const LINE: Duration = Duration::from_secs(1);

/// Runs the jobs to their end and shows them meanwhile, and what arrives, where there is a
/// receiver.
///
/// # Errors
///
/// When a job hangs or panics, and when standard output fails.
pub(crate) fn watch(
    root: &Path,
    to: &str,
    run: &Arc<Run>,
    receiver: Option<&Receiver>,
) -> io::Result<(Listed, ReadOut)> {
    let jobs = {
        let (root, to, run) = (root.to_owned(), to.to_owned(), Arc::clone(run));
        let jobs = thread::Builder::new().name("jobs".to_owned());
        jobs.spawn(move || run_jobs(&to, &root, &run))?
    };
    let mut shown = match receiver {
        Some(receiver) => Shown::on_screen(root, receiver, run)?,
        None => None,
    }
    .unwrap_or_else(|| Shown::Lines {
        next: Instant::now() + LINE,
        receiver,
        run,
    });
    while !jobs.is_finished() {
        if run.is_hanging() {
            return Err(io::Error::other(
                "a read does not return; its job was given up",
            ));
        }
        shown.update()?;
        thread::sleep(FRAME);
    }
    shown.end()?;
    jobs.join().map_err(|_| io::Error::other("a job panicked"))
}

/// One job after the other: the sync one, then the async one on what that found.
fn run_jobs(to: &str, root: &Path, run: &Run) -> (Listed, ReadOut) {
    let listed = jobs::list(to, root, run);
    run.list.finish();
    let read = futures_executor::block_on(jobs::read(to, &listed.files, run));
    run.read.finish();
    (listed, read)
}

enum Shown<'a> {
    Screen {
        screen: Screen,
        directory: String,
        receiver: &'a Receiver,
        run: &'a Run,
    },
    Lines {
        next: Instant,
        receiver: Option<&'a Receiver>,
        run: &'a Run,
    },
}

impl<'a> Shown<'a> {
    /// Nothing where there is no terminal.
    fn on_screen(root: &Path, receiver: &'a Receiver, run: &'a Run) -> io::Result<Option<Self>> {
        let screen = Screen::enter()?;
        Ok(screen.map(|screen| Self::Screen {
            screen,
            directory: root.display().to_string().escape_debug().to_string(),
            receiver,
            run,
        }))
    }

    fn update(&mut self) -> io::Result<()> {
        match self {
            Self::Screen {
                screen,
                directory,
                receiver,
                run,
            } => {
                let view = View {
                    directory,
                    address: &receiver.address().to_string(),
                    run,
                    received: &receiver.received(),
                    size: screen.size(),
                };
                screen.draw(&view.lines())
            }
            Self::Lines {
                next,
                receiver,
                run,
            } => {
                if Instant::now() < *next {
                    return Ok(());
                }
                *next += LINE;
                write_line(run, *receiver)
            }
        }
    }

    /// What the final push brought is shown as well, for a moment.
    fn end(&mut self) -> io::Result<()> {
        if let Self::Lines { run, receiver, .. } = self {
            return write_line(run, *receiver);
        }
        let until = Instant::now() + LAST_FRAME;
        while Instant::now() < until {
            self.update()?;
            thread::sleep(FRAME);
        }
        Ok(())
    }
}

fn write_line(run: &Run, receiver: Option<&Receiver>) -> io::Result<()> {
    let (directories, _) = run.list.done_and_total();
    let (files, all) = run.read.done_and_total();
    let mut out = io::stdout().lock();
    write!(
        out,
        "{:4.1} s  {} listed, {} of {} read, {}",
        run.elapsed().as_secs_f64(),
        plural(directories as u64, "directory"),
        grouped(files),
        plural(all as u64, "file"),
        bytes(run.bytes()),
    )?;
    if let Some(receiver) = receiver {
        let arrived = receiver.received();
        write!(
            out,
            "; received {}, {}, {} series",
            plural(arrived.datagrams, "datagram"),
            bytes(arrived.bytes),
            arrived.series.len(),
        )?;
    }
    writeln!(out)
}
