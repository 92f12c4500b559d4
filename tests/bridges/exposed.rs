//! A source as it goes out.

use std::fs;

use ppc::{Format, InfluxUdp, OpenMetricsHttp, Push, Source, Textfile};

use crate::support::receiver::Folder;
use crate::support::script::Server;
use crate::support::udp::Recorder;

/// In the text format.
pub(crate) fn text(source: impl Source + 'static) -> String {
    let folder = Folder::create("exposed");
    let path = folder.path().join("all.prom");
    Push::to(Textfile::new(&path)).source(source).start().stop();
    fs::read_to_string(path).expect("it was written")
}

/// In `OpenMetrics`.
pub(crate) fn openmetrics(source: impl Source + 'static) -> String {
    let server = Server::answering(|_, _| 200.into());
    let destination = OpenMetricsHttp::new(format!("http://{}", server.address()));
    let destination = destination.format(Format::OpenMetrics).timestamps("server");
    Push::to(destination).source(source).start().stop();
    let requests = server.requests();
    requests.last().expect("one came").text()
}

/// As lines of Influx, without timestamps.
pub(crate) fn influx(source: impl Source + 'static) -> Vec<String> {
    let recorder = Recorder::start();
    let push = Push::to(InfluxUdp::new(recorder.address()));
    push.source(source).start().stop();
    recorder.settled()
}
