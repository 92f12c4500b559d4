//! The words for what becomes of names in Influx line protocol, over whichever transport.

use super::choice::choices;
use crate::encode::Names;

choices! {
    Names: "prometheus" => Names::Prometheus, "influxdb" => Names::InfluxDb;
}
