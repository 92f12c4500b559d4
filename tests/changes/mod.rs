//! Streams: every change is sent, and nothing else is.

mod exact;

use ppc::{Destination, Push, Registry};

/// A stream of this registry, and nothing beside.
fn stream(registry: &Registry, to: impl Into<Destination>) -> Push {
    Push::to(to)
        .registry(registry)
        .environment(false)
        .stream(true)
}

/// The values that the lines of a series have, in the order in which they came; its name and labels
/// are what stands before `number`.
fn values<'a>(lines: &'a [String], before: &str, behind: &str) -> Vec<&'a str> {
    let number = |line: &'a String| line.strip_prefix(before)?.strip_suffix(behind);
    lines.iter().filter_map(number).collect()
}
