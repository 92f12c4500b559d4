//! A store that adds up: what was not acknowledged is told again.

use super::row::{Case, HEAD, all_steps, measure};
use super::run::Plan;
use super::table;
use crate::support::proxy::{Fault, Proxy};
use crate::support::redis::{Options, Server};

#[test]
fn the_way_to_it() {
    let server = Server::start(&Options::default());
    let mut cases = Vec::new();
    for (name, fault, says) in [
        ("refused", Fault::Refused, &["refused", "reset"][..]),
        ("black hole", Fault::BlackHole, &["flush_timeout"]),
        ("slow reader", Fault::Slow, &["flush_timeout"]),
        ("half of an answer", Fault::HalfAnswer, &["flush_timeout"]),
        ("reset in a body", Fault::ResetAfter(100), &["reset"]),
    ] {
        let proxy = Proxy::start(server.address());
        let server = &server;
        cases.push(Case {
            fault: name,
            transport: "redis",
            plan: Plan {
                url: format!("redis://{}", proxy.address()),
                lack: "none".to_owned(),
                ..Plan::default()
            },
            toggle: Box::new(move |is_on| {
                proxy.set(if is_on { fault.clone() } else { Fault::None });
            }),
            arrived: Box::new(move |came| all_steps(&server.url(), came)),
            says,
        });
    }
    table::compare("Redis", &HEAD, &measure(cases));
}
