//! Unknown keys are answered with what may have been meant, and with what there is.

use ppc::push_metrics;

#[push_metrics(influx_upd = "localhost:8089", lables(a = 1), timeout = 5)]
fn run() {}

#[push_metrics(per)]
async fn half_typed() {}

fn main() {
    run();
    drop(half_typed());
}
