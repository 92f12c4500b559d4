//! Mistakes in the body are reported where they are, as without the attribute.

use ppc::push_metrics;

#[push_metrics]
fn tail() -> u32 {
    "text"
}

#[push_metrics]
fn early(flag: bool) -> Result<u32, String> {
    if flag {
        return Err(5);
    }
    Ok(1)
}

#[push_metrics]
async fn tail_async() -> u32 {
    "text"
}

#[push_metrics]
async fn early_async(flag: bool) -> Result<u32, String> {
    if flag {
        return Err(5);
    }
    Ok(1)
}

#[push_metrics]
fn no_value() -> u32 {}

#[push_metrics]
async fn no_value_async() -> u32 {}

#[push_metrics]
fn surplus() {
    5
}

#[push_metrics]
fn future() -> impl Future<Output = u32> {
    async { "text" }
}

fn main() {}
