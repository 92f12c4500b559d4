//! The servers, each in a process that does nothing else but record.

use std::io::Read;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use hyper::body::Bytes;
use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use super::SERIES;
use crate::Result;
use crate::labels::triples;
use crate::rivals::prometheus_client::Texts;

const LABELS: [&str; 3] = ["account", "host", "event_type"];

/// Starts the server of this name, prints its address and ends with its input.
pub(crate) fn serve(name: &str) -> Result<()> {
    let address = match name {
        "raw" => raw()?,
        "ppc" => ours()?,
        "prometheus-client" => prometheus_client()?,
        "metrics" => metrics()?,
        _ => return Err(format!("there is no server `{name}`").into()),
    };
    println!("{address}");
    // Whoever measures keeps it open.
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Two threads record some million times a second each, in turns.
fn record(increments: Vec<impl Fn() + Send + 'static>) {
    let mut halves = [Vec::new(), Vec::new()];
    for (n, increment) in increments.into_iter().enumerate() {
        halves[n % 2].push(increment);
    }
    for half in halves {
        thread::spawn(move || {
            loop {
                half.iter().for_each(|increment| increment());
                thread::sleep(Duration::from_millis(1));
            }
        });
    }
}

fn events(registry: &ppc::Registry) -> Result<Vec<ppc::Counter>> {
    let events = ppc::Counter::builder("events")
        .help("Events handled.")
        .label_names(LABELS)
        .register(registry)?;
    let series = triples(SERIES);
    let series = series
        .iter()
        .map(|[account, host, event]| events.labels((account, host, event)));
    Ok(series.collect::<std::result::Result<_, _>>()?)
}

fn ours() -> Result<SocketAddr> {
    let registry = ppc::Registry::new();
    let counters = events(&registry)?;
    record(
        counters
            .into_iter()
            .map(|counter| move || counter.inc())
            .collect(),
    );
    let handle = ppc::expose::start_http_server("127.0.0.1:0", registry)?;
    let address = handle.local_addr();
    std::mem::forget(handle);
    Ok(address)
}

/// As long as ours, made once.
fn raw() -> Result<SocketAddr> {
    let registry = ppc::Registry::new();
    let counters = events(&registry)?;
    let body = Bytes::from(ppc::expose::generate_latest(&registry));
    record(
        counters
            .into_iter()
            .map(|counter| move || counter.inc())
            .collect(),
    );
    super::plain::start(move || body.clone())
}

fn prometheus_client() -> Result<SocketAddr> {
    let mut registry = Registry::default();
    let events = Family::<Texts, Counter>::default();
    registry.register("events", "Events handled.", events.clone());
    let counters = triples(SERIES)
        .into_iter()
        .map(|triple| events.get_or_create_owned(&Texts::from(&triple)));
    record(
        counters
            .map(|counter| {
                move || {
                    counter.inc();
                }
            })
            .collect(),
    );
    let registry = Arc::new(registry);
    super::plain::start(move || {
        let mut body = String::new();
        // Writing to a string cannot fail.
        let _ = text::encode(&mut body, &registry);
        body.into()
    })
}

fn metrics() -> Result<SocketAddr> {
    let free = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    let address = free.local_addr()?;
    drop(free);
    metrics_exporter_prometheus::PrometheusBuilder::new()
        .with_http_listener(address)
        .install()?;
    metrics::describe_counter!("events", "Events handled.");
    let counters = triples(SERIES).into_iter().map(|[account, host, event]| {
        metrics::counter!("events", "account" => account, "host" => host, "event_type" => event)
    });
    record(
        counters
            .map(|counter| move || counter.increment(1))
            .collect(),
    );
    // Its listener is bound on a thread of its own.
    for _ in 0..1_000 {
        if std::net::TcpStream::connect(address).is_ok() {
            return Ok(address);
        }
        thread::sleep(Duration::from_millis(5));
    }
    Err("its listener did not come up".into())
}
