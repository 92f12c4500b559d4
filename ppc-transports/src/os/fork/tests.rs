//! One value a process, and children that leave their parent's clients alone.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use ppc_core::{Counter, Registry};

use super::*;
use crate::{InfluxUdp, Push};

#[test]
fn one_value_a_process() {
    static VALUE: PerProcess<Mutex<u32>> = PerProcess::new();
    assert!(VALUE.peek().is_none());
    *VALUE.get().lock().unwrap() = 7;
    let threads: Vec<_> = (0..8)
        .map(|_| thread::spawn(|| *VALUE.get().lock().unwrap()))
        .collect();
    assert!(
        threads
            .into_iter()
            .all(|thread| thread.join().unwrap() == 7)
    );
    let held = VALUE.get().lock().unwrap();
    let status =
        in_child(|| i32::from(VALUE.peek().is_some() || *VALUE.get().lock().unwrap() != 0));
    assert_eq!(
        status,
        Some(0),
        "a child starts with none, though its parent holds the lock"
    );
    drop(held);
}

/// Runs `child` in a forked child and returns its exit status; nothing where it had to be killed.
pub(in super::super) fn in_child(child: impl FnOnce() -> i32) -> Option<i32> {
    // SAFETY: the child only runs `child` and exits; glibc makes its allocator usable after a
    // fork, whatever other threads did.
    let id = unsafe { libc::fork() };
    assert!(id >= 0, "fork failed");
    if id == 0 {
        let status = child();
        // SAFETY: it is how a program ends; the hooks at exit are part of what is tested.
        unsafe { libc::exit(status) }
    }
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut status = 0;
    loop {
        // SAFETY: `status` is valid for writes, and the child is ours.
        let ended = unsafe { libc::waitpid(id, &raw mut status, libc::WNOHANG) };
        if ended == id {
            return libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status));
        }
        if Instant::now() >= deadline {
            // SAFETY: as above.
            unsafe { libc::kill(id, libc::SIGKILL) };
            return None;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_child_neither_waits_for_nor_sends_on_its_parents_client() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = receiver.local_addr().unwrap().to_string();
    // It reads until it is told that all was sent, however long the forks take; what it has read
    // of finals is answered at each mark.
    let marks = UdpSocket::bind("127.0.0.1:0").unwrap();
    marks.connect(&address).unwrap();
    let (answer, answers) = mpsc::channel();
    thread::spawn(move || {
        let (mut buffer, mut finals) = ([0; 2000], 0);
        while let Ok(len) = receiver.recv(&mut buffer) {
            finals += usize::from(buffer[..len].starts_with(b"forks total=1 "));
            if let Some(mark) = buffer[..len].strip_prefix(b"mark ") {
                let _ = answer.send((mark.to_vec(), finals));
            }
        }
    });
    let mut numbers = 0_u32..;
    let mut finals = || {
        // A mark may find no room behind a burst; then there is another one.
        loop {
            let mark = numbers.next().unwrap().to_string();
            marks.send(format!("mark {mark}").as_bytes()).unwrap();
            while let Ok((of, finals)) = answers.recv_timeout(Duration::from_secs(1)) {
                if of == mark.as_bytes() {
                    return finals;
                }
            }
        }
    };
    let registry = Registry::new();
    let counter = Counter::builder("forks").register(&registry).unwrap();
    let push = || {
        Push::to(InfluxUdp::new(&address))
            .registry(&registry)
            .period(3600)
    };
    let mut guard = Some(push().start());
    // Others come and go meanwhile, so that locks are held at the time of some forks.
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                push().label("other", 1).start().stop();
            }
        });
        for _ in 0..200 {
            let status = in_child(|| {
                counter.inc(); // of the child's own copy
                drop(guard.take());
                0
            });
            assert_eq!(status, Some(0), "the child ended by itself");
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(finals(), 0, "no child pushed");
    counter.inc();
    drop(guard.take());
    assert_eq!(finals(), 1, "the parent pushed its own value, once");
}
