//! The words for what becomes of names in Influx line protocol, over whichever transport.

use crate::choice::choices;
use crate::encode::Names;

choices! {
    Names: "prometheus" => Names::Prometheus, "influxdb" => Names::InfluxDb;
}
