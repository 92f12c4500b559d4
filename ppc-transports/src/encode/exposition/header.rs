//! What stands above the lines of a family: its type, unit and help.

use ppc_core::{Descriptor, Kind};

use super::format::Format;
use super::spelled::Spelled;
use crate::encode::escape;

/// Appends the header of a family.
pub(crate) fn write_header(
    format: Format,
    descriptor: &Descriptor,
    names: &Spelled<'_>,
    out: &mut Vec<u8>,
) {
    match format {
        Format::Text => write_text(descriptor, names, out),
        Format::OpenMetrics => write_open_metrics(descriptor, names, out),
    }
}

/// Text format 0.0.4, "Comments, help text, and type information": by the name that the samples
/// have, and with the five types it knows.
fn write_text(descriptor: &Descriptor, names: &Spelled<'_>, out: &mut Vec<u8>) {
    let name = names.header(Format::Text);
    let kind = match descriptor.kind() {
        Kind::Counter => "counter",
        Kind::Gauge | Kind::Info | Kind::StateSet => "gauge",
        Kind::Histogram => "histogram",
        Kind::Summary => "summary",
        Kind::Unknown => "untyped",
    };
    if !descriptor.help().is_empty() {
        write_start("HELP", name, out);
        escape::help(descriptor.help(), out);
        out.push(b'\n');
    }
    write_line("TYPE", name, kind, out);
}

/// OpenMetrics 1.0, "`MetricFamily` metadata": by the bare name, type before unit before help.
fn write_open_metrics(descriptor: &Descriptor, names: &Spelled<'_>, out: &mut Vec<u8>) {
    let kind = match descriptor.kind() {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
        Kind::Summary => "summary",
        Kind::Info => "info",
        Kind::StateSet => "stateset",
        Kind::Unknown => "unknown",
    };
    let (name, unit) = (names.header(Format::OpenMetrics), descriptor.unit());
    write_line("TYPE", name, kind, out);
    // OpenMetrics 1.0, "Unit": the name ends in it, behind a `_`. One that is the unit itself, such
    // as `seconds`, does not, nor need one of another registry.
    let family = descriptor.names().family().strip_suffix(unit);
    if !unit.is_empty() && family.is_some_and(|rest| rest.len() > 1 && rest.ends_with('_')) {
        write_line("UNIT", name, unit, out);
    }
    if !descriptor.help().is_empty() {
        write_start("HELP", name, out);
        escape::quoted(descriptor.help(), out);
        out.push(b'\n');
    }
}

fn write_line(keyword: &str, name: &str, word: &str, out: &mut Vec<u8>) {
    write_start(keyword, name, out);
    out.extend_from_slice(word.as_bytes());
    out.push(b'\n');
}

fn write_start(keyword: &str, name: &str, out: &mut Vec<u8>) {
    for part in ["# ", keyword, " ", name, " "] {
        out.extend_from_slice(part.as_bytes());
    }
}
