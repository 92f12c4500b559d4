//! How a body is compressed, by the header `Accept-Encoding` (RFC 9110, 12.5.3).

use crate::compress::Compression;

/// What we speak, from what we like best: Zstandard is smaller than gzip, and much faster.
const KNOWN: [(Compression, &[&str]); 3] = [
    (Compression::Zstd, &["zstd"]),
    (Compression::Gzip, &["gzip", "x-gzip"]),
    (Compression::None, &["identity"]),
];

/// Chooses what the client prefers of what is enabled; nothing where it accepts none of it.
///
/// A coding that is not named is not accepted, but for `identity`, which always is unless it is
/// ruled out by name or by `*;q=0`.
pub(super) fn choose(
    accept_encoding: &str,
    is_enabled: impl Fn(Compression) -> bool,
) -> Option<Compression> {
    let mut best = None;
    for (compression, names) in KNOWN {
        if compression != Compression::None && !is_enabled(compression) {
            continue;
        }
        // Twice as much, so that `identity` fits below what has the least weight.
        let weight = weight(accept_encoding, names).map(|weight| weight * 2);
        let unnamed = u32::from(compression == Compression::None);
        let weight = weight.unwrap_or(unnamed);
        // Of equal ones the first: whoever names `identity` as well is better off with less.
        if weight > best.map_or(0, |(_, most)| most) {
            best = Some((compression, weight));
        }
    }
    best.map(|(compression, _)| compression)
}

/// The weight of a coding in thousandths, by its name or else by `*`.
fn weight(accept_encoding: &str, names: &[&str]) -> Option<u32> {
    let (mut own, mut any) = (None, None);
    for item in accept_encoding.split(',') {
        let mut parts = item.split(';').map(str::trim);
        let Some(coding) = parts.next() else { continue };
        let mut quality = Some(1000);
        for parameter in parts {
            if let Some(value) = parameter
                .strip_prefix("q=")
                .or_else(|| parameter.strip_prefix("Q="))
            {
                quality = thousandths(value);
            }
        }
        // A weight that cannot be read says nothing.
        let Some(quality) = quality else { continue };
        if names.iter().any(|name| name.eq_ignore_ascii_case(coding)) {
            own = own.max(Some(quality));
        } else if coding == "*" {
            any = any.max(Some(quality));
        }
    }
    own.or(any)
}

/// `0`, `0.5`, `1.000`: at most three digits behind the point, and not above one.
fn thousandths(text: &str) -> Option<u32> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let is_number = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return None;
    }
    let fraction: u32 = format!("{fraction:0<3}").parse().ok()?;
    match (whole, fraction) {
        ("0", fraction) => Some(fraction),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f22_weights_are_heeded() {
        use Compression::{Gzip, None as Plain, Zstd};
        for (header, expected) in [
            ("", Some(Plain)),
            ("gzip", Some(Gzip)),
            ("GZip ; Q=0.5", Some(Gzip)),
            ("x-gzip", Some(Gzip)),
            ("gzip;q=0", Some(Plain)),
            ("gzip;q=0.000", Some(Plain)),
            ("gzip;q=0.001", Some(Gzip)),
            ("gzip, zstd", Some(Zstd)),
            ("gzip, zstd;q=0.9", Some(Gzip)),
            ("gzip;q=0.5, zstd;q=0.5, br", Some(Zstd)),
            ("deflate, br", Some(Plain)),
            ("*", Some(Zstd)),
            ("*;q=0.1, gzip;q=0.2", Some(Gzip)),
            ("zstd;q=0, *", Some(Gzip)),
            ("identity, gzip;q=0.5", Some(Plain)),
            ("identity;q=0.4, gzip;q=0.5", Some(Gzip)),
            ("identity, gzip", Some(Gzip)),
            ("identity;q=0", None),
            ("*;q=0", None),
            ("identity;q=0, *", Some(Zstd)),
            ("*;q=0, identity", Some(Plain)),
            ("*;q=0, gzip", Some(Gzip)),
            ("identity;q=0, gzip;q=0", None),
            ("gzip;q=2", Some(Plain)),
            ("gzip;q=x", Some(Plain)),
            ("gzip;q=0.0001", Some(Plain)),
            (";;,,=,q=1", Some(Plain)),
        ] {
            let chosen = choose(header, |_| true);
            assert_eq!(chosen, expected, "{header}");
        }
        let both = "gzip;q=0.1,zstd;q=0";
        assert_eq!(choose(both, |_| true), Some(Gzip));
        assert_eq!(choose(both, |_| false), Some(Plain));
        assert_eq!(choose("identity;q=0, gzip", |_| false), None);
    }
}
