//! Refuses streams to where there can be none, and what has no meaning with a stream, or without.
//!
//! Only a switch that is written out is looked into: with `stream = condition` all of it may have a
//! meaning, and what has none is told when the push starts.

use crate::diag::Diagnostics;
use crate::keys::Keyed;
use crate::literal::Literal;
use crate::words;

use super::destinations::KINDS;
use super::model::{Destination, Settings};

/// What may become of changes that come too fast.
pub(super) const FULL: [&str; 3] = ["drop_newest", "coalesce", "block"];

pub(super) fn check(settings: &Settings, diagnostics: &mut Diagnostics) {
    match &settings.stream {
        None => check_without(settings, diagnostics),
        Some(stream) if stream.key == "stream" && is_on(stream) => {
            check_on(stream, settings, diagnostics);
        }
        Some(_) => {}
    }
}

fn is_on(stream: &Keyed) -> bool {
    Literal::of(&stream.value) == Some(Literal::Bool(true))
}

fn check_without(settings: &Settings, diagnostics: &mut Diagnostics) {
    let needy = [("linger", &settings.linger), ("full", &settings.full)];
    for (name, keyed) in needy {
        let Some(Keyed { key, .. }) = keyed else {
            continue;
        };
        if name == "linger" && settings.serves() {
            continue;
        }
        if key == name {
            let (what, stream) = match name {
                "linger" => ("`serve` or a stream", "`serve = ..` or `stream`"),
                _ => ("a stream", "`stream`"),
            };
            let message = format!("`{name}` needs {what}: add {stream}, or leave `{name}` out");
            diagnostics.on(key, message);
        }
    }
}

fn check_on(stream: &Keyed, settings: &Settings, diagnostics: &mut Diagnostics) {
    let destinations = &settings.destinations;
    if destinations.iter().any(Destination::is_misspelt) {
        return;
    }
    let others = destinations.iter().filter(|one| !one.kind.streams());
    let others: Vec<&Destination> = others.collect();
    if others.is_empty() {
        return check_period(settings, diagnostics);
    }
    let able = KINDS.iter().filter(|kind| kind.streams());
    let able: Vec<&str> = able.map(|kind| kind.key.name).collect();
    let with = words::list(&able);
    if others.len() == destinations.len() {
        let names: Vec<&str> = others.iter().map(|one| one.kind.key.name).collect();
        let without = words::list(&names);
        let message = format!("`stream` is no setting of {without}: it goes with {with}");
        return diagnostics.on(&stream.key, message);
    }
    for other in others {
        let name = other.kind.key.name;
        let message = format!(
            "`{name}` cannot be streamed to: give it an attribute of its own, \
             `#[push_metrics({name} = ..)]` above or below this one; `stream` goes with {with}"
        );
        diagnostics.on(&other.keyed.key, message);
    }
}

/// Only where everything streams: others would be pushed to every period.
fn check_period(settings: &Settings, diagnostics: &mut Diagnostics) {
    if let Some(Keyed { key, .. }) = &settings.period
        && key == "period"
    {
        let message = "`period` and `stream` exclude each other, because a stream sends each change \
                       at once: leave out `period`, or `stream`";
        diagnostics.on(key, message);
    }
}
