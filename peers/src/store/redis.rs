//! A Redis of one measurement, on loopback and in memory alone.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::Result;

/// It ends with this.
pub(super) struct Redis {
    address: SocketAddr,
    process: Child,
}

impl Redis {
    /// Starts it at a free port and waits until it answers.
    pub(super) fn start() -> Result<Self> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = free.local_addr()?;
        drop(free);
        let process = Command::new(super::program("redis")?)
            .args(["--bind", "127.0.0.1", "--port", &address.port().to_string()])
            .args(["--save", "", "--appendonly", "no"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let mut redis = Self { address, process };
        for _ in 0..1_000 {
            if let Some(status) = redis.process.try_wait()? {
                return Err(format!("redis: {status}").into());
            }
            if answers(address) {
                return Ok(redis);
            }
            thread::sleep(Duration::from_millis(5));
        }
        Err("redis did not come up".into())
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn answers(address: SocketAddr) -> bool {
    let ping = || {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(b"PING\r\n")?;
        let mut answer = [0; 7];
        stream.read_exact(&mut answer)?;
        std::io::Result::Ok(answer)
    };
    ping().is_ok_and(|answer| answer == *b"+PONG\r\n")
}
