//! A value of a fixed set is small and is copied.

use ppc::LabelValue;

#[derive(LabelValue)]
enum Outcome {
    Ok,
}

fn main() {}
