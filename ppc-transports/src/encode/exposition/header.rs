//! What stands above the lines of a family: its type, unit and help.

use ppc_core::{Descriptor, Kind};

use super::format::Format;
use crate::encode::escape;

/// Appends the header of a family.
pub(crate) fn write_header(format: Format, descriptor: &Descriptor, out: &mut Vec<u8>) {
    match format {
        Format::Text => write_text(descriptor, out),
        Format::OpenMetrics => write_open_metrics(descriptor, out),
    }
}

/// Text format 0.0.4, "Comments, help text, and type information": by the name that the samples
/// have, and with the five types it knows.
fn write_text(descriptor: &Descriptor, out: &mut Vec<u8>) {
    let names = descriptor.names();
    let (name, kind) = match descriptor.kind() {
        Kind::Counter => (names.sample(0), "counter"),
        Kind::Info => (names.sample(0), "gauge"),
        Kind::Gauge | Kind::StateSet => (names.family(), "gauge"),
        Kind::Histogram => (names.family(), "histogram"),
        Kind::Summary => (names.family(), "summary"),
        Kind::Unknown => (names.family(), "untyped"),
    };
    if !descriptor.help().is_empty() {
        write_start("HELP", name, out);
        escape::help(descriptor.help(), out);
        out.push(b'\n');
    }
    write_line("TYPE", name, kind, out);
}

/// OpenMetrics 1.0, "`MetricFamily` metadata": by the bare name, type before unit before help.
fn write_open_metrics(descriptor: &Descriptor, out: &mut Vec<u8>) {
    let kind = match descriptor.kind() {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
        Kind::Summary => "summary",
        Kind::Info => "info",
        Kind::StateSet => "stateset",
        Kind::Unknown => "unknown",
    };
    let (name, unit) = (descriptor.names().family(), descriptor.unit());
    write_line("TYPE", name, kind, out);
    // A name may be the unit itself, `seconds`; one that is declared has to stand behind a `_`.
    if !unit.is_empty() && name.len() > unit.len() {
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
