//! A job with another library that ends in a given way, for `cargo xtask endings --rivals`:
//! `endings LIBRARY ADDRESS RUN ENDING`.
//!
//! Each does at a return what its documentation asks for. It counts `events` to 3, labelled `run`.

use std::net::UdpSocket;
use std::process::{self, ExitCode};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use cadence::prelude::*;
use cadence::{BufferedUdpMetricSink, QueuingMetricSink, StatsdClient};
use metrics_exporter_dogstatsd::DogStatsDBuilder;
use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_otlp::{MetricExporter, Protocol, WithExportConfig as _};
use opentelemetry_sdk::metrics::SdkMeterProvider;

/// A library that counts.
enum Library {
    Cadence(StatsdClient),
    /// It has one recorder for the process.
    Dogstatsd,
    Otlp(SdkMeterProvider),
}

impl Library {
    fn start(name: &str, address: &str) -> Self {
        match name {
            "cadence" => {
                let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has a port");
                let sink = BufferedUdpMetricSink::from(address, socket).expect("an address");
                let sink = QueuingMetricSink::from(sink);
                Self::Cadence(StatsdClient::from_sink("", sink))
            }
            "dogstatsd" => {
                let builder = DogStatsDBuilder::default().with_telemetry(false);
                let builder = builder.with_remote_address(address).expect("an address");
                builder.install().expect("no other recorder");
                Self::Dogstatsd
            }
            "otlp" => {
                let exporter = MetricExporter::builder()
                    .with_http()
                    .with_protocol(Protocol::HttpBinary)
                    .with_endpoint(format!("http://{address}/opentelemetry/v1/metrics"))
                    .build();
                let exporter = exporter.expect("its settings are valid");
                let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter);
                Self::Otlp(provider.build())
            }
            other => unknown(other),
        }
    }

    fn count(&self, by: u64, run: &str) {
        match self {
            Self::Cadence(client) => {
                let by = i64::try_from(by).unwrap_or_default();
                client
                    .count_with_tags("events", by)
                    .with_tag("run", run)
                    .send();
            }
            Self::Dogstatsd => {
                metrics::counter!("events", "run" => run.to_owned()).increment(by);
            }
            Self::Otlp(provider) => {
                let counter = provider.meter("endings").u64_counter("events").build();
                counter.add(by, &[KeyValue::new("run", run.to_owned())]);
            }
        }
    }

    fn finish(self) {
        match self {
            Self::Cadence(client) => client.flush().expect("the receiver is there"),
            Self::Dogstatsd => {}
            Self::Otlp(provider) => provider.shutdown().expect("the receiver answers"),
        }
    }
}

/// For the ending in which nothing is dropped.
static LIBRARY: OnceLock<Library> = OnceLock::new();

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, address, run, ending] = &arguments[..] else {
        eprintln!("usage: endings LIBRARY ADDRESS RUN ENDING; found {arguments:?}");
        return ExitCode::from(64);
    };
    let library = Library::start(name, address);
    library.count(2, run);
    thread::sleep(Duration::from_millis(20));
    library.count(1, run);
    match ending.as_str() {
        "return" => library.finish(),
        "panic" => panic!("as asked"),
        "main_returns" => drop(LIBRARY.set(library)),
        "exit" => process::exit(7),
        "abort" => process::abort(),
        "stay" => {
            println!("running");
            thread::sleep(Duration::from_mins(1));
        }
        other => unknown(other),
    }
    ExitCode::SUCCESS
}

fn unknown(what: &str) -> ! {
    eprintln!("unknown: {what}");
    process::exit(64)
}
