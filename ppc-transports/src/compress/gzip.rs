//! gzip: RFC 1952.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

pub(super) const ENABLED: bool = true;

/// Appends the parts, compressed.
pub(super) fn compress(parts: [&[u8]; 3], out: &mut Vec<u8>) -> io::Result<()> {
    let mut encoder = GzEncoder::new(out, Compression::default());
    for part in parts {
        encoder.write_all(part)?;
    }
    encoder.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 1952 by hand, and the deflated data by a decoder that is not the encoder's.
    fn decode(gzip: &[u8]) -> Vec<u8> {
        let (head, rest) = gzip.split_at(10);
        assert_eq!(
            head[..4],
            [0x1f, 0x8b, 8, 0],
            "deflated, without name or comment"
        );
        let (data, end) = rest.split_at(rest.len() - 8);
        let bytes = miniz_oxide::inflate::decompress_to_vec(data).unwrap();
        let len = u32::try_from(bytes.len()).unwrap();
        assert_eq!(end[4..], len.to_le_bytes());
        let crc = bytes.iter().fold(!0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
            })
        });
        assert_eq!(end[..4], (!crc).to_le_bytes());
        bytes
    }

    #[test]
    fn another_decoder_reads_it() {
        let long = "events_total{queue=\"a\"} 1\n".repeat(20_000);
        for parts in [["", "", ""], ["g 1", "\n", ""], [&*long, "\n", "# EOF\n"]] {
            let mut out = Vec::new();
            compress(parts.map(str::as_bytes), &mut out).unwrap();
            assert_eq!(decode(&out), parts.concat().as_bytes());
            assert!(out.len() < 100 + parts.concat().len() / 10);
        }
    }
}
