//! How requests are made, tried again, and given up, against a server that does as it is told.

mod aggregation;
mod endings;
mod independence;
mod redirects;
mod retries;
mod runtimes;
mod ways;

use std::time::Duration;

use ppc::{Gauge, InfluxHttp, Push, Registry};

use crate::support::script::Server;

const NEVER: Duration = Duration::from_hours(1);

fn gauge(registry: &Registry) -> Gauge {
    Gauge::builder("a_b").register(registry).unwrap()
}

/// Lines to this server.
fn influx(server: &Server) -> InfluxHttp {
    InfluxHttp::new(format!("http://{}", server.address())).timestamps("server")
}

/// A push of a registry at the start and at the end alone.
fn push(influx: InfluxHttp, registry: &Registry) -> Push {
    Push::to(influx).registry(registry).period(NEVER)
}
