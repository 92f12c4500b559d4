//! A decoder of framed Snappy, written from the format's description and sharing nothing with the
//! encoder.

const IDENTIFIER: &[u8] = b"\xff\x06\0\0sNaPpY";

/// The content of a stream.
///
/// # Errors
///
/// When anything is wrong, with what.
pub(crate) fn decode(stream: &[u8]) -> Result<Vec<u8>, String> {
    let mut rest = stream
        .strip_prefix(IDENTIFIER)
        .ok_or("it does not begin with its identifier")?;
    let mut out = Vec::new();
    while let Some((head, after)) = rest.split_at_checked(4) {
        let length = usize::from(head[1]) | usize::from(head[2]) << 8 | usize::from(head[3]) << 16;
        let (chunk, after) = after.split_at_checked(length).ok_or("a chunk breaks off")?;
        rest = after;
        if (0x80..=0xfe).contains(&head[0]) {
            continue; // Padding, and what may be skipped.
        }
        let (sum, data) = chunk.split_at_checked(4).ok_or("a chunk without a sum")?;
        let data = match head[0] {
            0 => block(data)?,
            1 => data.to_vec(),
            kind => return Err(format!("a chunk of kind {kind}")),
        };
        if data.len() > 65_536 {
            return Err(format!("a chunk of {} bytes", data.len()));
        }
        if sum != masked_crc(&data).to_le_bytes() {
            return Err("a wrong sum".to_owned());
        }
        out.extend(data);
    }
    if rest.is_empty() {
        Ok(out)
    } else {
        Err("the head of a chunk breaks off".to_owned())
    }
}

/// A block: its length, then literals and copies of what came before.
fn block(mut rest: &[u8]) -> Result<Vec<u8>, String> {
    let mut length = 0_usize;
    for shift in (0..35).step_by(7) {
        let byte = take(&mut rest, 1)?;
        length |= (byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    let mut out: Vec<u8> = Vec::new();
    while !rest.is_empty() {
        let tag = take(&mut rest, 1)?;
        let (offset, count) = match tag & 3 {
            0 => {
                let count = match tag >> 2 {
                    short @ 0..60 => short + 1,
                    long => take(&mut rest, long - 59)? + 1,
                };
                let (literal, after) =
                    rest.split_at_checked(count).ok_or("a literal breaks off")?;
                out.extend(literal);
                rest = after;
                continue;
            }
            1 => ((tag >> 5) << 8 | take(&mut rest, 1)?, (tag >> 2 & 7) + 4),
            2 => (take(&mut rest, 2)?, (tag >> 2) + 1),
            _ => (take(&mut rest, 4)?, (tag >> 2) + 1),
        };
        let start = out.len().checked_sub(offset).filter(|_| offset > 0);
        let start = start.ok_or("a copy of what is not there")?;
        for at in start..start + count {
            out.push(out[at]);
        }
    }
    if out.len() == length {
        Ok(out)
    } else {
        Err(format!("{} bytes of {length}", out.len()))
    }
}

/// A number of so many bytes.
fn take(rest: &mut &[u8], count: usize) -> Result<usize, String> {
    let (bytes, after) = rest.split_at_checked(count).ok_or("a block breaks off")?;
    *rest = after;
    Ok(bytes
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

/// CRC-32C, rotated and with a constant added.
fn masked_crc(data: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in data {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0x82f6_3b78 * (crc & 1));
        }
    }
    (!crc).rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_decoded_and_its_mistakes_found() {
        // The check value of CRC-32C, masked.
        let crc = masked_crc(b"123456789");
        assert_eq!(crc.wrapping_sub(0xa282_ead8).rotate_left(15), 0xe306_9283);
        // "ab", then a copy of 4 from 2 before.
        assert_eq!(block(b"\x06\x04ab\x01\x02").unwrap(), b"ababab");
        let mut stream = IDENTIFIER.to_vec();
        stream.extend(b"\x01\x0d\0\0");
        stream.extend(crc.to_le_bytes());
        stream.extend(b"123456789");
        assert_eq!(decode(&stream).unwrap(), b"123456789");
        *stream.last_mut().unwrap() = b'0';
        assert_eq!(decode(&stream).unwrap_err(), "a wrong sum");
        stream.pop();
        assert_eq!(decode(&stream).unwrap_err(), "a chunk breaks off");
        assert!(decode(b"").is_err() && block(b"\x01\x01\x01").is_err());
    }
}
