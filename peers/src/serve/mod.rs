//! `/metrics` of ten thousand series, scraped over loopback as fast as it goes while two threads
//! record. Each server is a process of its own.

mod load;
mod plain;
mod servers;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::Result;
use crate::effort::Effort;
use crate::table::Table;

pub(crate) use servers::serve;

/// How many series there are.
pub(crate) const SERIES: usize = 10_000;

/// How many connections ask at once.
const CONNECTIONS: [usize; 2] = [1, 8];

/// What a server is, and whether it is ours or the limit.
const SERVERS: [&str; 4] = ["raw", "ppc", "prometheus-client", "metrics"];

/// Requests a second of each, and how long they took.
pub(crate) fn run(effort: &Effort) -> Vec<Table> {
    let tables = CONNECTIONS.map(|connections| {
        let mut found: Vec<Vec<load::Found>> = SERVERS.map(|_| Vec::new()).into();
        for _ in 0..effort.scrapes {
            for (name, found) in SERVERS.iter().zip(&mut found) {
                match measure(name, connections, effort.scrape) {
                    Ok(once) => found.push(once),
                    Err(error) => eprintln!("{name}: {error}"),
                }
            }
        }
        let title = format!("Scrapes of {SERIES} series over {connections} connections, 2 threads record");
        let columns = ["requests/s", "p50 ms", "p99 ms", "body bytes"];
        let mut table = Table::new(title, &columns);
        for (name, mut found) in SERVERS.iter().zip(found) {
            found.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
            let Some(middle) = found.get(found.len() / 2) else {
                continue;
            };
            let ms = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1e3);
            table.row(
                name,
                [
                    format!("{:.0}", middle.per_second),
                    ms(middle.quantile(0.5)),
                    ms(middle.quantile(0.99)),
                    middle.bytes.to_string(),
                ],
            );
        }
        table.note(
            "raw: hyper answers with a body that was made beforehand, as long as that of ppc. \
             The median of the rounds by requests a second. All processes share the machine's cores.",
        )
    });
    tables.into()
}

/// A server's process; it ends with this.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn measure(name: &str, connections: usize, time: Duration) -> Result<load::Found> {
    let mut server = Command::new(std::env::current_exe()?)
        .args(["--serve", name])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map(Server)?;
    let stdout = server.0.stdout.take().ok_or("its output is piped")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let address: SocketAddr = line.trim().parse()?;
    load::run(address, connections, time)
}
