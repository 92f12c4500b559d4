//! A gateway that keeps the last of everything.

use super::row::{Case, HEAD, LAST, measure};
use super::run::Plan;
use super::table;
use crate::support::proxy::{Fault, Proxy};
use crate::support::pushgateway::Server;

#[test]
fn the_way_to_it() {
    let server = Server::start();
    let mut cases = Vec::new();
    for (name, fault, says) in [
        ("refused", Fault::Refused, &["refused", "reset"][..]),
        ("black hole", Fault::BlackHole, &["flush_timeout"]),
        ("slow reader", Fault::Slow, &["flush_timeout"]),
        ("half of an answer", Fault::HalfAnswer, &["connection"]),
        ("reset in a body", Fault::ResetAfter(100), &["reset"]),
    ] {
        let proxy = Proxy::start(server.address());
        let server = &server;
        cases.push(Case {
            fault: name,
            transport: "pushgateway",
            plan: Plan {
                // Each has a group, in which the last push is what there is.
                url: format!(
                    "pushgateway+http://{}?job={}",
                    proxy.address(),
                    name.replace(' ', "-")
                ),
                lack: "none".to_owned(),
                ..Plan::default()
            },
            toggle: Box::new(move |is_on| {
                proxy.set(if is_on { fault.clone() } else { Fault::None });
            }),
            arrived: Box::new(move |came| {
                let run = format!("run=\"{}\"", came.name);
                let metrics = server.metrics();
                let mut ticks = metrics
                    .iter()
                    .filter(|(key, _)| key.starts_with("outage_ticks") && key.contains(&run));
                let last = came.read.last().map(|(_, value)| value);
                let found = ticks.next().map(|(_, value)| value);
                if found == last {
                    LAST.to_owned()
                } else {
                    format!("{found:?}, not {last:?}")
                }
            }),
            says,
        });
    }
    table::compare("Pushgateway", &HEAD, &measure(cases));
}
