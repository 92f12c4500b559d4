//! Encrypted, with a real TLS server between: a handshake that ends in an alert.

use std::net::Ipv4Addr;

use super::{arrived, plan};
use crate::faults::row::{Case, HEAD, measure};
use crate::faults::table;
use crate::support::certificates::{Clients, Identity};
use crate::support::nginx::{Options, Server as Nginx, Tls};
use crate::support::proxy::{Fault, Proxy};
use crate::support::victoria_metrics::Server;

/// A record of an alert: fatal, `handshake_failure`.
const ALERT: [u8; 7] = [21, 3, 3, 0, 2, 2, 40];

#[test]
fn an_alert() {
    let server = Server::start();
    let tls = Tls {
        identity: Identity::Server,
        clients: Clients::Anyone,
    };
    let options = Options {
        tls: Some(tls),
        ..Options::default()
    };
    let nginx = Nginx::start(server.http_address(), &options);
    let authority = nginx.files().authority().display().to_string();
    let mut cases = Vec::new();
    for way in ["influx+https", "openmetrics+https"] {
        // The certificate is for this one.
        let proxy = Proxy::start_at(Ipv4Addr::LOCALHOST, 0, nginx.address());
        let path = match way {
            "influx+https" => "/write",
            _ => "/api/v1/import/prometheus",
        };
        let url = format!("{way}://{}{path}?ca_file={authority}", proxy.address());
        let server = &server;
        cases.push(Case {
            fault: "TLS alert",
            transport: way,
            plan: plan(url, "none"),
            toggle: Box::new(move |is_on| {
                proxy.set(if is_on {
                    Fault::Says(ALERT.to_vec())
                } else {
                    Fault::None
                });
            }),
            arrived: Box::new(move |came| arrived(server, way, came)),
            says: &["HandshakeFailure"],
        });
    }
    table::compare("Encryption", &HEAD, &measure(cases));
}
