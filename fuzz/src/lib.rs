//! What is asked of all that reads texts or bytes from elsewhere, and of all that writes them: each
//! target makes something of the fuzzer's bytes, and panics where a rule is broken.

#[path = "../../tests/formats"]
mod formats {
    //! The checks of the property tests.
    pub(crate) mod checks;
    pub(crate) mod model;
}
#[path = "../../tests/support"]
mod support {
    //! Parsers that share nothing with our encoders.
    #![allow(dead_code, unused_imports, reason = "tests use more of them")]
    pub(crate) mod graphite_lines;
    pub(crate) mod series;
    pub(crate) mod statsd_lines;
    pub(crate) mod text_format;
}

use ppc::{Destination, LabelSet, Source, Text, Timestamps};
use ppc_transports::{Encoder, Exposition, Format};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Every URL of a destination that is read prints as one that reads the same.
pub fn url(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(first) = text.parse::<Destination>() else {
        return;
    };
    let printed = format!("{first:?}");
    let inner = printed
        .strip_prefix("Destination(")
        .and_then(|it| it.strip_suffix(')'));
    let inner = inner.expect("a destination prints its URL");
    let again: Destination = inner
        .parse()
        .unwrap_or_else(|error| panic!("{text:?}: {inner}: {error}"));
    assert_eq!(format!("{again:?}"), printed, "{text:?}");
}

/// What is told as wrong has a place, and what is understood is understood again.
pub fn environment(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        ppc_transports::fuzz::environment(text);
    }
}

/// Whatever labels and values there are, parsers that are not ours read what was recorded.
pub fn encoders(bytes: &[u8]) {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed(bytes));
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    // There are bytes that make nothing.
    let Ok(tree) = formats::model::case().new_tree(&mut runner) else {
        return;
    };
    let case = tree.current();
    formats::checks::graphite(&case);
    formats::checks::influx(&case);
    formats::checks::exposition(&case);
    formats::checks::statsd(&case, 1 + bytes.len() % 400);
}

/// A seed of as many bytes as one has. Bytes themselves in place of random numbers end, and of nothing but
/// zeros no case comes about.
fn seed(bytes: &[u8]) -> [u8; 32] {
    let mut seed = [0x5a_u8; 32];
    for (at, byte) in bytes.iter().enumerate() {
        let place = &mut seed[at % 32];
        *place = place.rotate_left(3) ^ byte;
    }
    seed
}

/// A segment of a spool is read whatever it is, and damage to a record costs no other.
pub fn spool(bytes: &[u8]) {
    ppc_transports::fuzz::segment(bytes);
    let [at, also, a, b, c, d, rest @ ..] = bytes else {
        return;
    };
    let mut lines = rest.split(|byte| *byte == b'\n');
    let name = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let lines: Vec<&[u8]> = lines.collect();
    // A record within a record would be one more.
    if lines
        .iter()
        .any(|lines| lines.windows(4).any(|four| four == b"PPCr"))
        || name.contains("PPCr")
    {
        return;
    }
    let at = usize::from(u16::from_le_bytes([*at, *also]));
    ppc_transports::fuzz::damaged_segment(&name, &lines, (at, [*a, *b, *c, *d]));
}

/// An exposition that is read is one that, written by us, reads the same, in either format.
pub fn exposition(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    for format in [Format::Text, Format::OpenMetrics] {
        let Ok(read) = Text::parse_as(text, format) else {
            continue;
        };
        let written = write(format, &read);
        let again = Text::parse_as(&written, format)
            .unwrap_or_else(|error| panic!("{error}: {text:?} was written as {written}"));
        assert_eq!(write(format, &again), written, "{text:?}");
        if format == Format::Text {
            let families = support::text_format::parse(&written);
            families.unwrap_or_else(|fault| panic!("{fault}: {text:?} was written as {written}"));
        }
    }
}

fn write(format: Format, source: &Text) -> String {
    let mut out = Vec::new();
    let mut encoder = Exposition::new(format, Timestamps::Server);
    encoder.encode(&source.gather(), &LabelSet::new(), &mut out);
    if format == Format::OpenMetrics {
        out.extend_from_slice(b"# EOF\n");
    }
    String::from_utf8(out).expect("an exposition is text")
}
