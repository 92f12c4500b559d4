//! Lints that are forbidden: nothing that is generated tries to allow them again.

#![forbid(
    future_incompatible,
    let_underscore,
    missing_debug_implementations,
    missing_docs,
    nonstandard_style,
    rust_2018_idioms,
    unreachable_pub,
    unsafe_code,
    unused,
    unused_qualifications,
    warnings
)]

use ppc::push_metrics;

/// Sync.
#[push_metrics(enabled = false)]
fn sync(_guard: String, text: &str) -> Result<u32, std::num::ParseIntError> {
    text.parse()
}

/// Nothing.
#[push_metrics(enabled = false)]
async fn nothing(_guard: String) {}

/// Never.
#[push_metrics(enabled = false)]
async fn never() -> ! {
    std::process::exit(sync(String::new(), "0").map_or(1, |_| 0))
}

/// Future.
#[push_metrics(enabled = false)]
fn future() -> impl Future<Output = ()> {
    drop(never());
    nothing(String::new())
}

fn main() {
    futures_executor::block_on(nothing(String::new()));
    futures_executor::block_on(future());
}
