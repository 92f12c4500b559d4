//! Destinations: a format and an address together; the only place that pairs an encoder with a
//! sender.

#[cfg(feature = "pushgateway")]
mod aggregation_gateway;
mod any;
mod choice;
#[cfg(feature = "http")]
mod extra_labels;
#[cfg(feature = "pushgateway")]
mod gateway;
mod given;
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
#[cfg(any(feature = "pushgateway", feature = "statsd"))]
mod remembered;
#[cfg(feature = "http")]
mod server;
#[cfg(feature = "textfile")]
mod textfile;
mod url;
#[cfg(feature = "http")]
mod verb;

#[cfg(feature = "pushgateway")]
use aggregation_gateway::KIND as AGGREGATION_GATEWAY;
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
#[cfg(not(feature = "textfile"))]
use off::TEXTFILE;
#[cfg(all(feature = "openmetrics", feature = "http"))]
use openmetrics_http::KIND as OPENMETRICS_HTTP;
#[cfg(feature = "pushgateway")]
use pushgateway::KIND as PUSHGATEWAY;
#[cfg(feature = "textfile")]
use textfile::KIND as TEXTFILE;

#[cfg(feature = "pushgateway")]
pub use aggregation_gateway::{AggregationGateway, Delivery};
pub use choice::Choice;
#[cfg(feature = "pushgateway")]
pub use gateway::{
    delete_from_gateway, delete_from_gateway_async, instance_ip_grouping_key, push_to_gateway,
    push_to_gateway_async, pushadd_to_gateway, pushadd_to_gateway_async,
};
pub use given::{AsDestination, destination_of};
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
#[cfg(feature = "textfile")]
pub use textfile::Textfile;
#[cfg(feature = "http")]
pub use verb::Verb;
