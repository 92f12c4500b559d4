//! The bytes of each format: golden files from one fixture, and lines read back by a parser that
//! is not ours.

pub(crate) mod checks;
mod delta;
mod exposition;
mod graphite;
mod influx;
pub(crate) mod model;
pub(crate) mod negotiation;
mod read;
mod rival;
mod statsd;
mod statsd_native;

use std::fs;
use std::path::Path;

/// Compares `found` with `tests/golden/<name>`; where they differ, the new one is left beside it
/// as `<name>.new`, to be looked at and moved.
#[track_caller]
fn check_golden(name: &str, found: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    let expected = fs::read(&path).unwrap_or_default();
    if expected != found {
        fs::write(path.with_extension("txt.new"), found).expect("the folder can be written to");
        panic!(
            "{name} differs; found:\n{}\nexpected:\n{}",
            String::from_utf8_lossy(found),
            String::from_utf8_lossy(&expected)
        );
    }
}
