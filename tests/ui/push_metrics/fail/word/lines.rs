//! Words, numbers and places of what takes lines.

use ppc::push_metrics;

#[push_metrics(statsd_udp = "localhost:8125", dialect = "datadog", types = "counters")]
fn words() {}

#[push_metrics(statsd_unix = "/run/statsd.sock", socket = "dgram", datagram_size = 0)]
fn sockets() {}

#[push_metrics(statsd_tcp = "localhost", graphite_tcp = "graphite+udp://carbon:2003")]
fn addresses() {}

#[push_metrics(statsd_unix = "/", influx_unix = "statsd+unix:///run/telegraf.sock")]
fn paths() {}

#[push_metrics(influx_unix = "influx+unix://run/telegraf.sock")]
fn two_slashes() {}

#[push_metrics(influx_udp = "localhost:8089", dialect = "dogstatsd", socket = "stream")]
fn of_others() {}

#[push_metrics(statsd_tcp = "localhost:8125", datagram_size = 1432, timestamps = "server")]
fn of_no_stream() {}

#[push_metrics(statsd_unix = 5)]
fn number() {}

fn main() {}
