//! What the tests share: clients and parsers of their own, real receivers, and servers that
//! misbehave as told.

pub(crate) mod access;
pub(crate) mod aggregation_gateway;
pub(crate) mod awkward;
pub(crate) mod carbon;
pub(crate) mod certificates;
pub(crate) mod client_python;
pub(crate) mod counting;
pub(crate) mod counts;
pub(crate) mod documented;
pub(crate) mod fixture;
pub(crate) mod graphite_lines;
pub(crate) mod http;
pub(crate) mod influxdb;
pub(crate) mod job;
pub(crate) mod matrix;
pub(crate) mod netdata;
pub(crate) mod nginx;
pub(crate) mod odd;
pub(crate) mod ppc_serve;
pub(crate) mod prometheus;
pub(crate) mod pushgateway;
pub(crate) mod receiver;
pub(crate) mod redis;
pub(crate) mod scraper;
pub(crate) mod script;
pub(crate) mod sent;
pub(crate) mod series;
pub(crate) mod snappy;
pub(crate) mod socket;
pub(crate) mod statsd_lines;
pub(crate) mod statsd_server;
pub(crate) mod stored;
pub(crate) mod text_format;
pub(crate) mod udp;
pub(crate) mod victoria_metrics;
