//! Destinations: a format and an address together; the only place that pairs an encoder with a
//! sender.

#[cfg(feature = "pushgateway")]
mod aggregation_gateway;
mod any;
#[cfg(feature = "http")]
mod extra_labels;
#[cfg(feature = "pushgateway")]
mod gateway;
mod given;
#[cfg(all(feature = "graphite", feature = "tcp"))]
mod graphite_tcp;
#[cfg(all(feature = "graphite", feature = "udp"))]
mod graphite_udp;
#[cfg(feature = "pushgateway")]
mod grouping;
#[cfg(all(feature = "influx", feature = "http"))]
mod influx_http;
#[cfg(feature = "influx")]
mod influx_names;
#[cfg(all(feature = "influx", feature = "tcp"))]
mod influx_tcp;
#[cfg(all(feature = "influx", feature = "udp"))]
mod influx_udp;
#[cfg(all(feature = "influx", feature = "unix"))]
mod influx_unix;
mod lines;
mod off;
#[cfg(all(feature = "openmetrics", feature = "http"))]
mod openmetrics_http;
#[cfg(feature = "pushgateway")]
mod pushgateway;
#[cfg(feature = "redis")]
mod redis;
#[cfg(any(
    feature = "pushgateway",
    feature = "statsd",
    feature = "redis",
    feature = "sqlite"
))]
mod remembered;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "http")]
mod server;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(all(feature = "statsd", feature = "tcp"))]
mod statsd_tcp;
#[cfg(all(feature = "statsd", feature = "udp"))]
mod statsd_udp;
#[cfg(all(feature = "statsd", feature = "unix"))]
mod statsd_unix;
#[cfg(any(feature = "redis", feature = "sqlite"))]
mod stored;
#[cfg(feature = "textfile")]
mod textfile;
mod url;
#[cfg(feature = "http")]
mod verb;

#[cfg(feature = "pushgateway")]
use aggregation_gateway::KIND as AGGREGATION_GATEWAY;
#[cfg(all(feature = "graphite", feature = "tcp"))]
use graphite_tcp::KIND as GRAPHITE_TCP;
#[cfg(all(feature = "graphite", feature = "udp"))]
use graphite_udp::KIND as GRAPHITE_UDP;
#[cfg(all(feature = "influx", feature = "http"))]
use influx_http::KIND as INFLUX_HTTP;
#[cfg(all(feature = "influx", feature = "tcp"))]
use influx_tcp::KIND as INFLUX_TCP;
#[cfg(all(feature = "influx", feature = "udp"))]
use influx_udp::KIND as INFLUX_UDP;
#[cfg(all(feature = "influx", feature = "unix"))]
use influx_unix::KIND as INFLUX_UNIX;
#[cfg(not(feature = "pushgateway"))]
use off::AGGREGATION_GATEWAY;
#[cfg(not(all(feature = "graphite", feature = "tcp")))]
use off::GRAPHITE_TCP;
#[cfg(not(all(feature = "graphite", feature = "udp")))]
use off::GRAPHITE_UDP;
#[cfg(not(all(feature = "influx", feature = "http")))]
use off::INFLUX_HTTP;
#[cfg(not(all(feature = "influx", feature = "tcp")))]
use off::INFLUX_TCP;
#[cfg(not(all(feature = "influx", feature = "udp")))]
use off::INFLUX_UDP;
#[cfg(not(all(feature = "influx", feature = "unix")))]
use off::INFLUX_UNIX;
#[cfg(not(all(feature = "openmetrics", feature = "http")))]
use off::OPENMETRICS_HTTP;
#[cfg(not(feature = "pushgateway"))]
use off::PUSHGATEWAY;
#[cfg(not(feature = "redis"))]
use off::REDIS;
#[cfg(not(feature = "serve"))]
use off::SERVE;
#[cfg(not(feature = "sqlite"))]
use off::SQLITE;
#[cfg(not(all(feature = "statsd", feature = "tcp")))]
use off::STATSD_TCP;
#[cfg(not(all(feature = "statsd", feature = "udp")))]
use off::STATSD_UDP;
#[cfg(not(all(feature = "statsd", feature = "unix")))]
use off::STATSD_UNIX;
#[cfg(not(feature = "textfile"))]
use off::TEXTFILE;
#[cfg(all(feature = "openmetrics", feature = "http"))]
use openmetrics_http::KIND as OPENMETRICS_HTTP;
#[cfg(feature = "pushgateway")]
use pushgateway::KIND as PUSHGATEWAY;
#[cfg(feature = "redis")]
use redis::{KIND as REDIS, open as open_redis};
#[cfg(feature = "serve")]
use serve::KIND as SERVE;
#[cfg(feature = "sqlite")]
use sqlite::{KIND as SQLITE, open as open_sqlite};
#[cfg(all(feature = "statsd", feature = "tcp"))]
use statsd_tcp::KIND as STATSD_TCP;
#[cfg(all(feature = "statsd", feature = "udp"))]
use statsd_udp::KIND as STATSD_UDP;
#[cfg(all(feature = "statsd", feature = "unix"))]
use statsd_unix::KIND as STATSD_UNIX;
#[cfg(all(feature = "sqlite", not(feature = "redis")))]
use stored::off::open_redis;
#[cfg(all(feature = "redis", not(feature = "sqlite")))]
use stored::off::open_sqlite;
#[cfg(feature = "textfile")]
use textfile::KIND as TEXTFILE;

#[cfg(feature = "pushgateway")]
pub use aggregation_gateway::{AggregationGateway, Delivery};
#[cfg(feature = "pushgateway")]
pub use gateway::{
    delete_from_gateway, delete_from_gateway_async, instance_ip_grouping_key, push_to_gateway,
    push_to_gateway_async, pushadd_to_gateway, pushadd_to_gateway_async,
};
pub use given::{AsDestination, destination_of};
#[cfg(all(feature = "graphite", feature = "tcp"))]
pub use graphite_tcp::GraphiteTcp;
#[cfg(all(feature = "graphite", feature = "udp"))]
pub use graphite_udp::GraphiteUdp;
#[cfg(all(feature = "influx", feature = "http"))]
pub use influx_http::InfluxHttp;
#[cfg(all(feature = "influx", feature = "tcp"))]
pub use influx_tcp::InfluxTcp;
#[cfg(all(feature = "influx", feature = "udp"))]
pub use influx_udp::InfluxUdp;
#[cfg(all(feature = "influx", feature = "unix"))]
pub use influx_unix::InfluxUnix;
#[cfg(feature = "unix")]
pub use lines::unix::UnixSocket;
#[cfg(all(feature = "openmetrics", feature = "http"))]
pub use openmetrics_http::OpenMetricsHttp;
#[cfg(feature = "pushgateway")]
pub use pushgateway::Pushgateway;
#[cfg(feature = "redis")]
pub use redis::Redis;
#[cfg(feature = "sqlite")]
pub use sqlite::Sqlite;
#[cfg(all(feature = "statsd", feature = "tcp"))]
pub use statsd_tcp::StatsdTcp;
#[cfg(all(feature = "statsd", feature = "udp"))]
pub use statsd_udp::StatsdUdp;
#[cfg(all(feature = "statsd", feature = "unix"))]
pub use statsd_unix::StatsdUnix;
#[cfg(any(feature = "redis", feature = "sqlite"))]
pub use stored::open_store;
#[cfg(feature = "textfile")]
pub use textfile::{Textfile, write_to_textfile};
#[cfg(feature = "http")]
pub use verb::Verb;
