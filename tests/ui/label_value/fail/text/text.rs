//! Two variants of the same text, and a text that would be no label at all.

use ppc::LabelValue;

#[derive(Clone, Copy, LabelValue)]
enum Outcome {
    NotFound,
    Ok,
    Notfound,
    #[label(rename = "ok")]
    Fine,
    #[label(rename = "")]
    Other,
    Not_Found,
}

#[derive(Clone, Copy, LabelValue)]
#[label(rename_all = "lowercase")]
enum Lower {
    NotFound,
    Notfound,
}

fn main() {}
