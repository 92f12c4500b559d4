//! Lines and expositions to `VictoriaMetrics`: each sample has its own time, so all can be there.

mod clock;
mod nginx;
mod other_namespaces;
mod spool;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::row::{ALL, Case, HEAD, how_much, measure};
use super::run::{Came, Plan};
use super::table;
use crate::support::proxy::{Fault, Proxy};
use crate::support::script;
use crate::support::victoria_metrics::Server;

pub(super) const WAYS: [&str; 5] = [
    "influx+udp",
    "influx+tcp",
    "graphite+tcp",
    "influx+http",
    "openmetrics+http",
];

/// Longer than from push to push.
const PERIOD: Duration = Duration::from_millis(150);

/// Where a transport leads.
pub(super) fn port(server: &Server, way: &str) -> SocketAddr {
    match way {
        "graphite+tcp" => server.graphite_address(),
        way if way.ends_with("http") => server.http_address(),
        _ => server.influx_address(),
    }
}

pub(super) fn url(way: &str, address: impl std::fmt::Display) -> String {
    match way {
        "openmetrics+http" => format!("{way}://{address}/api/v1/import/prometheus"),
        way => format!("{way}://{address}"),
    }
}

pub(super) fn plan(url: String, lack: &str) -> Plan {
    Plan {
        url,
        lack: lack.to_owned(),
        ..Plan::default()
    }
}

/// How much is stored, once it has had the time to come through.
pub(super) fn arrived(server: &Server, way: &str, came: &Came) -> String {
    how_much_of(server, way, came, way.starts_with("graphite"))
}

/// The same; of a second the last may be all that is kept, or not.
fn how_much_of(server: &Server, way: &str, came: &Came, has_seconds: bool) -> String {
    let mut read = came.read.clone();
    // Graphite's times are whole seconds, and the server keeps all values of one.
    if way.starts_with("graphite") {
        for (time, _) in &mut read {
            *time -= *time % 1000;
        }
    }
    let start = Instant::now();
    loop {
        let stored = stored(server, &came.name);
        let how_much = how_much(&read, &stored, has_seconds);
        if how_much == ALL {
            return how_much;
        }
        if start.elapsed() > Duration::from_secs(2) {
            println!("{way}: {how_much}: {stored:?} of {came:?}");
            return how_much;
        }
        thread::sleep(Duration::from_millis(100));
    }
}

fn stored(server: &Server, run: &str) -> Vec<(i64, f64)> {
    let label = format!("run=\"{run}\"");
    let series = server.series().into_iter();
    let mut ticks =
        series.filter(|(key, _)| key.starts_with("outage_ticks") && key.contains(&label));
    ticks.next().map(|(_, samples)| samples).unwrap_or_default()
}

/// A fault on the way to the server.
fn on_the_way<'a>(
    server: &'a Server,
    (name, way, fault): (&'static str, &'static str, Fault),
    says: &'static [&'static str],
) -> Case<'a> {
    let proxy = Proxy::start(port(server, way));
    // What was taken and not read is lost, also where it is the last of its second.
    let has_seconds = way.starts_with("graphite") && !matches!(fault, Fault::ResetAfter(_));
    Case {
        fault: name,
        transport: way,
        plan: plan(url(way, proxy.address()), "none"),
        toggle: Box::new(move |is_on| {
            proxy.set(if is_on { fault.clone() } else { Fault::None });
        }),
        arrived: Box::new(move |came| how_much_of(server, way, came, has_seconds)),
        says,
    }
}

/// Lines that came, of any format but expositions.
fn taken(server: &Server) -> u64 {
    server.inserted_rows() + server.graphite_rows()
}

/// A server that answers each request with this.
fn answering(status: u16, body: &'static str) -> script::Server {
    script::Server::answering(move |_, _| {
        let reply = script::Reply::status(status).body(body);
        match status {
            503 | 429 => reply.header("Retry-After", "1").into(),
            _ => reply.into(),
        }
    })
}

#[test]
fn the_way_to_it() {
    let server = Server::start();
    let mut cases = Vec::new();
    for way in WAYS {
        let refused: &[&str] = &["refused", "reset", "Broken pipe"];
        cases.push(on_the_way(
            &server,
            ("refused", way, Fault::Refused),
            refused,
        ));
        // What the kernel takes has arrived, as far as anybody knows.
        let hangs: &[&str] = match way {
            "influx+http" | "openmetrics+http" => &["flush_timeout"],
            _ => &[],
        };
        cases.push(on_the_way(
            &server,
            ("black hole", way, Fault::BlackHole),
            hangs,
        ));
        if way.ends_with("udp") {
            cases.push(on_the_way(&server, ("30 % lost", way, Fault::Lossy), &[]));
            continue;
        }
        cases.push(on_the_way(
            &server,
            ("slow reader", way, Fault::Slow),
            hangs,
        ));
        let reset = Fault::ResetAfter(100);
        cases.push(on_the_way(
            &server,
            ("reset in a body", way, reset),
            &["reset"],
        ));
    }
    table::compare("On the way", &HEAD, &measure(cases));
}

#[test]
fn its_answers() {
    let server = Server::start();
    let answers = [
        ("500", answering(500, "")),
        ("503, Retry-After", answering(503, "")),
        ("429, Retry-After", answering(429, "")),
        (
            "200, an error as the body",
            answering(200, r#"{"error":"partial write"}"#),
        ),
    ];
    let mut cases = Vec::new();
    for way in ["influx+http", "openmetrics+http"] {
        let half = ("half of an answer", way, Fault::HalfAnswer);
        cases.push(on_the_way(&server, half, &["connection"]));
        for (name, other) in &answers {
            let fault = (*name, way, Fault::Elsewhere(other.address()));
            let says: &[&str] = match &name[..3] {
                "500" => &["500"],
                "503" => &["503"],
                "429" => &["429"],
                // What the status says is believed.
                _ => &[],
            };
            cases.push(on_the_way(&server, fault, says));
        }
    }
    table::compare("Answers", &HEAD, &measure(cases));
}

#[test]
fn itself() {
    let mut cases = Vec::new();
    for way in WAYS {
        let server = Arc::new(Mutex::new(Server::start()));
        let address = port(&server.lock().unwrap(), way);
        let restarted = Arc::clone(&server);
        cases.push(Case {
            fault: "restart",
            transport: way,
            plan: plan(url(way, address), "none"),
            toggle: Box::new(move |is_on| {
                let mut server = restarted.lock().unwrap();
                if is_on {
                    // Just after a push: what it has not read is lost with it, and by chance.
                    let (start, rows) = (Instant::now(), taken(&server));
                    while taken(&server) == rows && start.elapsed() < PERIOD {}
                    server.terminate();
                } else {
                    server.start_again();
                }
            }),
            arrived: Box::new(move |came| arrived(&server.lock().unwrap(), way, came)),
            says: &["refused", "reset", "Broken pipe"],
        });
    }
    table::compare("The server itself", &HEAD, &measure(cases));
}

#[test]
fn what_the_process_lacks() {
    let server = Server::start();
    let mut cases = Vec::new();
    for (name, lack) in [("no descriptors", "descriptors"), ("no threads", "threads")] {
        for way in WAYS {
            let server = &server;
            cases.push(Case {
                fault: name,
                transport: way,
                plan: plan(url(way, port(server, way)), lack),
                toggle: Box::new(|_| {}),
                arrived: Box::new(move |came| arrived(server, way, came)),
                says: &[],
            });
        }
    }
    table::compare("What the process lacks", &HEAD, &measure(cases));
}
