//! Refuses what cannot be right of what is to be kept of what cannot be delivered.

use crate::diag::Diagnostics;
use crate::features::Features;
use crate::keys::Keyed;
use crate::literal::Literal;
use crate::size_text;
use crate::times::{self, Zero};

use super::literals;
use super::model::{Destination, Settings};
use super::settings::SETTINGS;

pub(super) fn check(settings: &Settings, features: Features, diagnostics: &mut Diagnostics) {
    let spool = settings.keeping.iter().find(|keyed| keyed.key == "spool");
    for keyed in &settings.keeping {
        let Keyed { key, value } = keyed;
        let name = key.to_string();
        match name.as_str() {
            "spool" => check_spool(keyed, settings, features, diagnostics),
            "buffer_age" | "spool_period" => {
                let zero = if name == "buffer_age" {
                    Zero::Allowed
                } else {
                    Zero::Refused
                };
                if let Some(fault) = times::fault(&name, value, zero) {
                    diagnostics.on(value, fault);
                }
            }
            // One that was misspelt has been told of.
            "buffer" | "spool_size" => check_size(keyed, diagnostics),
            _ => continue,
        }
        if spool.is_none() && name.starts_with("spool_") {
            let message = format!("`{name}` needs a spool: add `spool = ..`, or leave it out");
            diagnostics.on(key, message);
        }
    }
}

fn check_size(Keyed { key, value }: &Keyed, diagnostics: &mut Diagnostics) {
    let is_fine = match Literal::of(value) {
        None => true,
        Some(Literal::Number(number)) => number >= 0.0 && number.fract() == 0.0,
        Some(Literal::Text(text)) => size_text::parse(&text).is_some(),
        Some(_) => false,
    };
    if !is_fine {
        let message =
            format!("`{key}` takes a number of bytes, or text such as `\"16MiB\"`, `\"1GB\"`");
        diagnostics.on(value, message);
    }
}

/// A folder, for a destination whose samples carry timestamps.
fn check_spool(
    keyed: &Keyed,
    settings: &Settings,
    features: Features,
    diagnostics: &mut Diagnostics,
) {
    let Keyed { key, value } = keyed;
    if let Some(fault) = features.fault("spool") {
        diagnostics.on(key, fault);
    }
    literals::text(keyed, "spool = \"/var/spool/ppc\"", diagnostics);
    if Literal::of(value) == Some(Literal::Text(String::new())) {
        diagnostics.on(
            value,
            "`spool` takes the path of a folder: found an empty text",
        );
    }
    let mut dated = SETTINGS
        .iter()
        .filter(|setting| setting.key.name == "timestamps");
    let dated = dated.next().map_or(&[][..], |setting| setting.of);
    let is_dated = |one: &Destination| one.is_misspelt() || dated.contains(&one.kind.key.name);
    if !settings.destinations.is_empty() && !settings.destinations.iter().any(is_dated) {
        let message = "`spool` keeps nothing here: none of these destinations takes values with \
                       timestamps of their own (Influx, Graphite and `openmetrics_http` do)";
        diagnostics.on(key, message);
    }
}
