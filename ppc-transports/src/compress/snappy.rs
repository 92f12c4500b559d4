//! Snappy in its framing format, which HTTP servers mean by `snappy`; not the bare blocks of
//! remote write.

use std::io::{self, Write};

use snap::write::FrameEncoder;

pub(super) const ENABLED: bool = true;

/// Appends the parts, compressed.
pub(super) fn compress(parts: [&[u8]; 3], out: &mut Vec<u8>) -> io::Result<()> {
    let mut encoder = FrameEncoder::new(out);
    for part in parts {
        encoder.write_all(part)?;
    }
    encoder.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::io::Read;

    fn decode(framed: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut decoder = snap::read::FrameDecoder::new(framed);
        decoder.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn it_is_framed() {
        let mut out = Vec::new();
        compress([b"g 1", b"\n", b""], &mut out).unwrap();
        assert_eq!(
            out[..10],
            *b"\xff\x06\0\0sNaPpY",
            "the identifier of a stream"
        );
    }

    #[test]
    fn it_reads_back() {
        let long = "events_total{queue=\"a\"} 1\n".repeat(20_000);
        for parts in [["", "", ""], ["g 1", "\n", ""], [&*long, "\n", "# EOF\n"]] {
            let mut out = Vec::new();
            compress(parts.map(str::as_bytes), &mut out).unwrap();
            assert_eq!(decode(&out), parts.concat().as_bytes());
            assert!(out.len() < 100 + parts.concat().len() / 10);
        }
    }
}
