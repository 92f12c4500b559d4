//! What a StatsD server would show: the sums of the counters that came by UDP.

use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::error::Result;

/// Sums by the label `run`.
type Sums = BTreeMap<String, f64>;

pub(super) struct Statsd {
    pub(super) address: SocketAddr,
    sums: Arc<Mutex<Sums>>,
}

impl Statsd {
    /// Adds up for the rest of the process.
    pub(super) fn start() -> Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        let address = socket.local_addr()?;
        let sums = Arc::new(Mutex::new(Sums::new()));
        let summed = Arc::clone(&sums);
        thread::spawn(move || {
            let mut datagram = vec![0; 1 << 16];
            while let Ok(length) = socket.recv(&mut datagram) {
                let text = String::from_utf8_lossy(&datagram[..length]);
                if let Ok(mut sums) = summed.lock() {
                    for (run, by) in text.lines().filter_map(counted) {
                        *sums.entry(run.to_owned()).or_default() += by;
                    }
                }
            }
        });
        Ok(Self { address, sums })
    }

    /// The sum of a run.
    pub(super) fn sum(&self, run: &str) -> Option<f64> {
        self.sums.lock().ok()?.get(run).copied()
    }
}

/// The run and the amount of a line `events:1|c|#run:name`.
fn counted(line: &str) -> Option<(&str, f64)> {
    let (amount, rest) = line.strip_prefix("events:")?.split_once("|c")?;
    let tags = rest.split_once('#')?.1;
    let run = tags
        .split([',', '|'])
        .find_map(|tag| tag.strip_prefix("run:"))?;
    Some((run, amount.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_with_their_run() {
        assert_eq!(counted("events:2|c|#run:a-1"), Some(("a-1", 2.0)));
        assert_eq!(counted("events:3|c|@1|#x:y,run:b|T17"), Some(("b", 3.0)));
        assert_eq!(counted("other:3|c|#run:b"), None);
    }
}
