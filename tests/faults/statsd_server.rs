//! Lines without times: the last value is what there is.

use std::thread;
use std::time::{Duration, Instant};

use super::row::{Case, HEAD, LAST, measure};
use super::run::{Came, Plan};
use super::table;
use crate::support::proxy::{Fault, Proxy};
use crate::support::statsd_server::Server;

#[test]
fn the_way_to_it() {
    let server = Server::start();
    let mut cases = Vec::new();
    for way in ["statsd+udp", "statsd+tcp"] {
        for (name, fault, says) in [
            ("refused", Fault::Refused, &["refused", "reset"][..]),
            ("black hole", Fault::BlackHole, &[]),
            ("30 % lost", Fault::Lossy, &[]),
            ("slow reader", Fault::Slow, &[]),
            ("reset in a body", Fault::ResetAfter(100), &["reset"]),
        ] {
            // Each is for one of the two.
            let is_udp = way == "statsd+udp";
            let applies = match fault {
                Fault::Lossy => is_udp,
                Fault::Slow | Fault::ResetAfter(_) => !is_udp,
                _ => true,
            };
            if !applies {
                continue;
            }
            let proxy = Proxy::start(server.address());
            let server = &server;
            cases.push(Case {
                fault: name,
                transport: way,
                plan: Plan {
                    url: format!("{way}://{}?dialect=graphite", proxy.address()),
                    lack: "none".to_owned(),
                    ..Plan::default()
                },
                toggle: Box::new(move |is_on| {
                    proxy.set(if is_on { fault.clone() } else { Fault::None });
                }),
                arrived: Box::new(move |came| arrived(server, came)),
                says,
            });
        }
    }
    table::compare("StatsD", &HEAD, &measure(cases));
}

/// Whether it has the last value, once that has had the time to come through.
fn arrived(server: &Server, came: &Came) -> String {
    let name = format!("outage_ticks.run.{}", came.name);
    let last = came.read.last().map(|(_, value)| *value);
    let start = Instant::now();
    loop {
        let found = server.gauges().get(&name).copied();
        if found == last {
            return LAST.to_owned();
        }
        if start.elapsed() > Duration::from_secs(2) {
            return format!("{found:?}, not {last:?}");
        }
        thread::sleep(Duration::from_millis(50));
    }
}
