//! A segment of a spool, as bytes: a header, and records behind each other.
//!
//! Numbers are little-endian. The header is `PPCSPOOL`, the version (u16), how long the name of
//! the destination is (u16), the name, and the CRC-32 of all that. A record is 32 bytes and its
//! lines: `PPCr`, a byte that says whether it is still to be delivered, what kind it is (u8), two bytes
//! of 0, how long the lines are (u32), how many samples they have (u32), when they were read, in
//! milliseconds since the Unix epoch (u64), the CRC-32 of the lines, and that of the head but for its
//! first eight bytes. The one byte is overwritten in place, which takes no room on a full disk.

use std::ops::Range;

/// The version that is written, and the newest that is read.
pub(super) const VERSION: u16 = 1;

const MAGIC: &[u8; 8] = b"PPCSPOOL";
const MARK: &[u8; 4] = b"PPCr";
/// Bytes of a record before its lines.
pub(super) const HEAD: usize = 32;
/// Where in a record the byte stands that says whether it is to be delivered.
pub(super) const STATE: u64 = 4;
/// Before the name of the destination.
const START: usize = 12;

/// That byte, of a record that is done with; in any other it is to be delivered.
pub(super) const DONE: u8 = b'd';
const KEPT: u8 = b'k';

/// The longest lines that a record has: what a length beyond that says is damage.
const LONGEST: usize = 1 << 30;

/// What a record says of its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) samples: u32,
    /// In milliseconds since the Unix epoch.
    pub(super) read: u64,
    pub(super) len: u32,
    crc: u32,
}

/// A record that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Where it begins.
    pub(super) at: usize,
    pub(super) head: Head,
    pub(super) is_done: bool,
    /// Its lines are there, and are what was written.
    pub(super) is_whole: bool,
}

/// What a file begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// Of this destination; records begin here.
    Of(String, usize),
    /// Of a version that is not known here.
    Newer(u16),
    /// It ends before its header does: it was never begun.
    Torn,
    /// Of somebody else, or damaged; records may follow.
    Damaged,
}

/// Appends the header of a segment of this destination.
pub(super) fn write_start(name: &str, out: &mut Vec<u8>) {
    let (from, name) = (out.len(), cut(name));
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&u16::try_from(name.len()).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(name.as_bytes());
    let crc = crc32fast::hash(&out[from..]);
    out.extend_from_slice(&crc.to_le_bytes());
}

/// As much of a name as a header has room for.
pub(super) fn cut(name: &str) -> &str {
    &name[..name.floor_char_boundary(usize::from(u16::MAX))]
}

/// Reads what a file begins with.
pub(super) fn read_start(bytes: &[u8]) -> Start {
    let (Some(magic), Some(version), Some(len)) = (
        bytes.get(..8),
        number(bytes, 8, 2),
        number(bytes, 10, 2).and_then(|len| usize::try_from(len).ok()),
    ) else {
        return Start::Torn;
    };
    if magic != MAGIC {
        return Start::Damaged;
    }
    let end = START + len;
    let is_whole =
        number(bytes, end, 4).is_some_and(|crc| crc == u64::from(crc32fast::hash(&bytes[..end])));
    match u16::try_from(version) {
        // A newer one may have another header.
        Ok(version) if version > VERSION => Start::Newer(version),
        _ if is_whole => {
            let name = String::from_utf8_lossy(&bytes[START..end]).into_owned();
            Start::Of(name, end + 4)
        }
        // Where records follow, it is its length that is damaged.
        _ if bytes.len() < end + 4 && next_record(bytes, 0).is_none() => Start::Torn,
        _ => Start::Damaged,
    }
}

/// Appends a record of these lines; none where they are too long for one.
pub(super) fn write_record(
    lines: &[u8],
    samples: u32,
    read: u64,
    out: &mut Vec<u8>,
) -> Option<Head> {
    let head = Head {
        samples,
        read,
        len: u32::try_from(lines.len())
            .ok()
            .filter(|_| lines.len() <= LONGEST)?,
        crc: crc32fast::hash(lines),
    };
    out.extend_from_slice(MARK);
    out.extend_from_slice(&[KEPT, 0, 0, 0]);
    let from = out.len();
    out.extend_from_slice(&head.len.to_le_bytes());
    out.extend_from_slice(&head.samples.to_le_bytes());
    out.extend_from_slice(&head.read.to_le_bytes());
    out.extend_from_slice(&head.crc.to_le_bytes());
    let crc = crc32fast::hash(&out[from..]);
    out.extend_from_slice(&crc.to_le_bytes());
    out.extend_from_slice(lines);
    Some(head)
}

/// Finds the records in the bytes of a segment, from `at` on, and how many places were damaged so
/// that nothing is known of what stood there.
pub(super) fn read_records(bytes: &[u8], mut at: usize) -> (Vec<Found>, u64) {
    let (mut found, mut damaged) = (Vec::new(), 0);
    while at < bytes.len() {
        let Some(head) = read_head(bytes, at) else {
            damaged += 1;
            let Some(next) = next_record(bytes, at + 1) else {
                break;
            };
            at = next;
            continue;
        };
        let lines = lines(at, &head);
        let is_whole = is_whole(bytes.get(lines.clone()), &head);
        found.push(Found {
            at,
            head,
            is_done: bytes[at + 4] == DONE,
            is_whole,
        });
        at = lines.end;
    }
    (found, damaged)
}

/// The next head that is whole, from a place on; a mark within lines has no sum behind it.
fn next_record(bytes: &[u8], from: usize) -> Option<usize> {
    let marks = memchr::memmem::find_iter(&bytes[from..], MARK);
    let mut places = marks.map(|index| from + index);
    places.find(|at| read_head(bytes, *at).is_some())
}

/// Where the lines of a record stand.
pub(super) fn lines(at: usize, head: &Head) -> Range<usize> {
    let from = at + HEAD;
    from..from + head.len as usize
}

/// Whether these are the lines of a record.
pub(super) fn is_whole(lines: Option<&[u8]>, head: &Head) -> bool {
    lines
        .is_some_and(|lines| lines.len() == head.len as usize && crc32fast::hash(lines) == head.crc)
}

fn read_head(bytes: &[u8], at: usize) -> Option<Head> {
    let head = bytes.get(at..at + HEAD)?;
    let crc = number(head, 28, 4)?;
    let is_whole = &head[..4] == MARK && crc == u64::from(crc32fast::hash(&head[8..28]));
    let word = |at| u32::try_from(number(head, at, 4)?).ok();
    let head = Head {
        len: word(8)?,
        samples: word(12)?,
        read: number(head, 16, 8)?,
        crc: word(24)?,
    };
    (is_whole && head.len as usize <= LONGEST).then_some(head)
}

fn number(bytes: &[u8], at: usize, len: usize) -> Option<u64> {
    let mut number = [0; 8];
    number[..len].copy_from_slice(bytes.get(at..at + len)?);
    Some(u64::from_le_bytes(number))
}

#[cfg(fuzzing)]
mod fuzz;
#[cfg(test)]
mod tests;

#[cfg(fuzzing)]
pub(crate) use self::fuzz::{fuzz_damaged_segment, fuzz_segment};
