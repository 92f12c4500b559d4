//! A Redis of one measurement, on loopback and in memory alone.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use ::redis::{Client, Cmd, Connection, FromRedisValue, cmd};

use crate::Result;

/// Nodes of a cluster, and the slots that they share.
const NODES: usize = 3;
const SLOTS: usize = 16_384;

/// It ends with this.
pub(super) struct Redis {
    address: SocketAddr,
    process: Child,
    /// Of a node of a cluster: the port where others talk to it, and the file it keeps of them.
    bus: u16,
    file: Option<PathBuf>,
}

impl Redis {
    /// Starts it at a free port and waits until it answers.
    pub(super) fn start() -> Result<Self> {
        Self::with(&[])
    }

    /// The same, with further arguments.
    pub(super) fn with(arguments: &[&str]) -> Result<Self> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = free.local_addr()?;
        drop(free);
        let process = Command::new(super::program("redis")?)
            .args(["--bind", "127.0.0.1", "--port", &address.port().to_string()])
            .args(["--save", "", "--appendonly", "no"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let mut redis = Self {
            address,
            process,
            bus: 0,
            file: None,
        };
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

    pub(super) fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    pub(super) fn connect(&self) -> Result<Connection> {
        Ok(Client::open(self.url())?.get_connection()?)
    }

    /// Runs one command over a connection of its own.
    pub(super) fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T> {
        Ok(command.query(&mut self.connect()?)?)
    }

    /// Counts from 0 again.
    pub(super) fn reset_counts(&self) -> Result<()> {
        let mut connection = self.connect()?;
        Ok(cmd("CONFIG").arg("RESETSTAT").query(&mut connection)?)
    }

    /// How often a command was called since then.
    pub(super) fn calls(&self, command: &str) -> Result<f64> {
        let info: String = self.ask(cmd("INFO").arg("commandstats"))?;
        let called = calls(&info).filter(|(name, _)| *name == command);
        Ok(called.map(|(_, calls)| calls).sum())
    }

    /// How long half of the calls of a command took at the most since then, and 99 % of them: in
    /// microseconds.
    pub(super) fn times(&self, command: &str) -> Result<[f64; 2]> {
        let info: String = self.ask(cmd("INFO").arg("latencystats"))?;
        // `latency_percentiles_usec_hset:p50=1.003,p99=2.007,..`
        let line = info.lines().find_map(|line| {
            let (name, values) = line
                .strip_prefix("latency_percentiles_usec_")?
                .split_once(':')?;
            (name == command).then_some(values)
        });
        let value = |name: &str| {
            let mut values = line.into_iter().flat_map(|values| values.split(','));
            values.find_map(|value| value.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
        };
        let times = (value("p50"), value("p99"));
        Ok([times.0.unwrap_or(0.0), times.1.unwrap_or(0.0)])
    }
}

/// How often each command was called.
fn calls(info: &str) -> impl Iterator<Item = (&str, f64)> {
    // `cmdstat_hset:calls=1,usec=9,..`
    info.lines().filter_map(|line| {
        let (name, values) = line.strip_prefix("cmdstat_")?.split_once(':')?;
        let calls = values.strip_prefix("calls=")?.split(',').next()?;
        Some((name, calls.parse().ok()?))
    })
}

/// What a Redis counts of others, from when this is made.
pub(super) struct Counting(Connection);

impl Counting {
    pub(super) fn start(redis: &Redis) -> Result<Self> {
        let mut connection = redis.connect()?;
        cmd("CONFIG").arg("RESETSTAT").exec(&mut connection)?;
        Ok(Self(connection))
    }

    pub(super) fn end(mut self) -> Result<Counts> {
        let mut ask = cmd("INFO");
        let info: String = ask.arg("commandstats").arg("stats").query(&mut self.0)?;
        let reads = info
            .lines()
            .find_map(|line| line.strip_prefix("total_reads_processed:"))
            .ok_or("Redis counts its reads")?;
        // Not those of this.
        let theirs = calls(&info).filter(|(name, _)| *name != "config|resetstat");
        Ok(Counts {
            commands: theirs.map(|(_, calls)| calls).sum(),
            reads: reads.trim().parse::<f64>()? - 1.0,
        })
    }
}

/// What a Redis counted.
pub(super) struct Counts {
    /// Those that scripts call among them.
    pub(super) commands: f64,
    /// How often it read from a connection: once a round trip, as a rule, and more often where much
    /// came at once.
    pub(super) reads: f64,
}

impl Drop for Redis {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if let Some(file) = &self.file {
            let _ = std::fs::remove_file(file);
        }
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

/// Three that share the slots of a cluster among them, without replicas.
pub(super) fn cluster() -> Result<Vec<Redis>> {
    let nodes: Vec<Redis> = (0..NODES).map(|_| node()).collect::<Result<_>>()?;
    for (nth, node) in nodes.iter().enumerate() {
        let [first, end] = [nth, nth + 1].map(|nth| nth * SLOTS / NODES);
        let mut add = cmd("CLUSTER");
        node.ask::<()>(add.arg("ADDSLOTSRANGE").arg(first).arg(end - 1))?;
        let mut epoch = cmd("CLUSTER");
        node.ask::<()>(epoch.arg("SET-CONFIG-EPOCH").arg(nth + 1))?;
        let (address, bus) = (nodes[0].address, nodes[0].bus);
        let mut meet = cmd("CLUSTER");
        meet.arg("MEET").arg(address.ip().to_string());
        node.ask::<()>(meet.arg(address.port()).arg(bus))?;
    }
    for _ in 0..1_000 {
        let is_ready = |node: &Redis| -> Result<bool> {
            let info: String = node.ask(cmd("CLUSTER").arg("INFO"))?;
            let lines = [
                "cluster_state:ok",
                "cluster_known_nodes:3",
                "cluster_size:3",
            ];
            Ok(lines
                .iter()
                .all(|line| info.lines().any(|found| found == *line)))
        };
        let ready: Result<Vec<bool>> = nodes.iter().map(is_ready).collect();
        if ready?.into_iter().all(|is_ready| is_ready) {
            return Ok(nodes);
        }
        thread::sleep(Duration::from_millis(20));
    }
    Err("the nodes of a cluster did not come to agree".into())
}

fn node() -> Result<Redis> {
    let bus = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let file = format!("ppc-peers-{}-{}.conf", std::process::id(), bus.port());
    let file = std::env::temp_dir().join(file);
    let file = file.to_str().ok_or("the path is text")?;
    let bus = bus.port().to_string();
    let mut node = Redis::with(&[
        "--cluster-enabled",
        "yes",
        "--cluster-port",
        &bus,
        "--cluster-config-file",
        file,
    ])?;
    node.bus = bus.parse()?;
    node.file = Some(file.into());
    Ok(node)
}
