//! Other expressions have the type of the setting.

use std::time::Duration;

const SECONDS: u64 = 300;
const LIMIT: u32 = 1000;
const WORD: &str = "sum";

ppc::metric! {
    static IDLE: Gauge { expire: SECONDS }
    static LIMITED: Gauge { labels: [a], max_series: LIMIT }
    static MERGED: Gauge { merge: WORD }
    static FINE: Gauge { labels: [a], expire: Duration::from_secs(SECONDS), max_series: LIMIT as usize }
}

fn main() {}
