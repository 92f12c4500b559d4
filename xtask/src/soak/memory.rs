//! The memory that the job has, over the time it runs.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::error::Result;

/// By how much the last third may be above the first, in kilobytes: as much as one stream has in its
/// queues, because one third may see a stream fall behind more often than another. In ten minutes
/// fifty streams start and end, and twenty thousand series: a leak of any of them is more.
const MARGIN: u64 = 8 << 10;

/// Reads it once a second.
pub(super) struct Memory {
    is_over: Arc<AtomicBool>,
    reading: JoinHandle<Vec<u64>>,
}

/// Kilobytes, a value a second.
pub(super) struct Read(Vec<u64>);

impl Memory {
    /// Of the process of this id, of which it prints a line a minute.
    pub(super) fn watch(id: u32) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let reading = thread::spawn(move || {
            let (start, mut read) = (Instant::now(), Vec::new());
            while let Some(kilobytes) = resident(id) {
                read.push(kilobytes);
                if read.len() % 60 == 0 {
                    println!("after {} s: {kilobytes} kB", start.elapsed().as_secs());
                }
                let next = Duration::from_secs(read.len() as u64);
                while start.elapsed() < next {
                    if over.load(Ordering::Relaxed) {
                        return read;
                    }
                    thread::sleep(Duration::from_millis(20));
                }
            }
            read
        });
        Self { is_over, reading }
    }

    pub(super) fn end(self) -> Result<Read> {
        self.is_over.store(true, Ordering::Relaxed);
        let read = self.reading.join().map_err(|_| "the reader panicked")?;
        Ok(Read(read))
    }
}

impl Read {
    /// The last third is as the first was.
    pub(super) fn is_flat(&self) -> Result<()> {
        let third = self.0.len() / 3;
        let (first, last) = (&self.0[..third], &self.0[self.0.len() - third..]);
        let (first, last) = (median(first), median(last));
        println!("memory: {first} kB in the first third, {last} kB in the last");
        if last > first + MARGIN {
            return Err(format!("the job's memory rose from {first} to {last} kB").into());
        }
        Ok(())
    }
}

fn median(read: &[u64]) -> u64 {
    let mut sorted = read.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// Nothing once the process has ended.
fn resident(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_third_is_compared_with_the_first() {
        let flat = Read(vec![
            9_000, 10_000, 10_000, 90_000, 90_000, 90_000, 10_000, 10_000, 17_000,
        ]);
        assert!(flat.is_flat().is_ok());
        let mut rises = flat;
        rises.0[6..].fill(10_000 + MARGIN + 1);
        assert!(rises.is_flat().is_err());
    }
}
