//! The rules that hold for whatever stands in a file of a spool.

use super::*;

/// Whatever the bytes are, records lie behind each other within them, but for the lines of the last.
pub(crate) fn fuzz_segment(bytes: &[u8]) {
    let at = match read_start(bytes) {
        Start::Of(name, at) => {
            let mut start = Vec::new();
            write_start(&name, &mut start);
            // Of an older version, or with a name that is no text, it is written otherwise.
            if start.len() == at
                && bytes[8..10] == VERSION.to_le_bytes()
                && !name.contains('\u{fffd}')
            {
                assert_eq!(start, bytes[..at]);
            }
            at
        }
        Start::Newer(version) => {
            assert!(version > VERSION);
            return;
        }
        Start::Torn | Start::Damaged => 0,
    };
    let (found, damaged) = read_records(bytes, at);
    assert!(
        damaged <= found.len() as u64 + 1,
        "between two records is one place"
    );
    let mut end = at;
    for record in &found {
        assert!(record.at >= end, "{found:?}");
        assert!(record.at + HEAD <= bytes.len(), "{found:?}");
        let range = lines(record.at, &record.head);
        assert_eq!(
            record.is_whole,
            is_whole(bytes.get(range.clone()), &record.head)
        );
        end = range.end;
        // What is whole is written again as it stands, but for what is no part of its head.
        if record.is_whole {
            let mut again = Vec::new();
            let head = record.head;
            write_record(&bytes[range.clone()], head.samples, head.read, &mut again);
            assert_eq!(again[8..], bytes[record.at + 8..range.end]);
        }
    }
}

/// Writes these lines, damages a few bytes in a row, and finds every record that has none of them.
pub(crate) fn fuzz_damaged_segment(name: &str, all: &[&[u8]], damage: (usize, [u8; 4])) {
    let mut bytes = Vec::new();
    write_start(name, &mut bytes);
    let start = bytes.len();
    assert_eq!(read_start(&bytes), Start::Of(cut(name).to_owned(), start));
    let mut written = Vec::new();
    for (n, lines) in (0_u32..).zip(all) {
        let at = bytes.len();
        let head = write_record(lines, n, u64::from(n) << 20, &mut bytes).expect("they are short");
        written.push((at..bytes.len(), head));
    }
    let found = |bytes: &[u8], at| read_records(bytes, at).0;
    let whole = found(&bytes, start);
    assert_eq!(whole.len(), written.len());
    assert!(
        whole
            .iter()
            .all(|record| record.is_whole && !record.is_done)
    );

    let (at, with) = damage;
    let at = at % bytes.len();
    for (byte, with) in bytes[at..].iter_mut().zip(with) {
        *byte ^= with;
    }
    // Where a file begins with something else, records are looked for from its first byte on.
    let from = if at < start { 0 } else { start };
    let found = found(&bytes, from);
    let is_torn = read_start(&bytes) == Start::Torn;
    assert!(found.is_empty() || !is_torn, "it would be removed");
    for (range, head) in written {
        if range.end <= at || range.start >= at + with.len() {
            let is_there = found
                .iter()
                .any(|record| record.at == range.start && record.head == head && record.is_whole);
            assert!(is_there, "{range:?} of {found:?}, {at} is damaged");
        }
    }
    // The end of a file may be missing as well.
    bytes.truncate(at);
    fuzz_segment(&bytes);
}
