//! How long somebody else waits for a Redis that is being written, or read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use redis::{Connection, cmd};

use super::redis::Redis;
use crate::Result;

/// Between two questions.
const PAUSE: Duration = Duration::from_micros(500);

/// Asks each node again and again, which takes as long as what the node does in one go.
pub(super) struct Pings {
    is_over: Arc<AtomicBool>,
    longest: JoinHandle<Duration>,
}

impl Pings {
    pub(super) fn start(nodes: &[Redis]) -> Result<Self> {
        let connections: Result<Vec<Connection>> = nodes.iter().map(Redis::connect).collect();
        let mut connections = connections?;
        let is_over = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&is_over);
        let longest = thread::spawn(move || {
            let mut longest = Duration::ZERO;
            while !flag.load(Ordering::Relaxed) {
                for connection in &mut connections {
                    let start = Instant::now();
                    // One that does not answer is found by those that write and read.
                    let _ = cmd("PING").query::<String>(connection);
                    longest = longest.max(start.elapsed());
                }
                thread::sleep(PAUSE);
            }
            longest
        });
        Ok(Self { is_over, longest })
    }

    /// The longest answer took so long.
    pub(super) fn stop(self) -> Duration {
        self.is_over.store(true, Ordering::Relaxed);
        self.longest.join().unwrap_or_default()
    }
}
