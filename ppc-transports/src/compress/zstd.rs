//! Zstandard: RFC 8878.

use std::io::{self, Write};

use ::zstd::DEFAULT_COMPRESSION_LEVEL;
use ::zstd::stream::write::Encoder;

pub(super) const ENABLED: bool = true;

/// Appends the parts, compressed as one frame that says how long they are.
pub(super) fn compress(parts: [&[u8]; 3], out: &mut Vec<u8>) -> io::Result<()> {
    let mut encoder = Encoder::new(out, DEFAULT_COMPRESSION_LEVEL)?;
    let len: usize = parts.iter().map(|part| part.len()).sum();
    encoder.set_pledged_src_size(Some(len as u64))?;
    for part in parts {
        encoder.write_all(part)?;
    }
    encoder.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::io::Read;

    /// By a decoder that is not the encoder's.
    fn decode(frame: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut decoder = ruzstd::decoding::StreamingDecoder::new(frame).unwrap();
        decoder.read_to_end(&mut bytes).unwrap();
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
