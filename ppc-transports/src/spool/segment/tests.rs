//! Whatever becomes of the bytes of a segment, what is whole is found, and nothing else.

use proptest::prelude::*;

use super::*;

/// A segment of these records, and where each begins.
fn segment(records: &[Vec<u8>]) -> (Vec<u8>, Vec<usize>) {
    let mut bytes = Vec::new();
    write_start("influx+udp://h:8089", &mut bytes);
    let starts = records.iter().enumerate().map(|(n, lines)| {
        let (at, n) = (bytes.len(), u32::try_from(n).unwrap());
        write_record(lines, n, u64::from(n) + 1000, &mut bytes).unwrap();
        at
    });
    let starts = starts.collect();
    (bytes, starts)
}

fn start(bytes: &[u8]) -> usize {
    match read_start(bytes) {
        Start::Of(name, start) => {
            assert_eq!(name, "influx+udp://h:8089");
            start
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_written_is_read() {
    let records = [b"a 1\n".to_vec(), Vec::new(), vec![b'x'; 100_000]];
    let (mut bytes, starts) = segment(&records);
    let (found, damaged) = read_records(&bytes, start(&bytes));
    assert_eq!((found.len(), damaged), (3, 0));
    for ((record, lines_of), at) in found.iter().zip(&records).zip(starts) {
        assert!(record.is_whole && !record.is_done && record.at == at);
        assert_eq!(&bytes[lines(at, &record.head)], lines_of);
    }
    assert_eq!((found[2].head.samples, found[2].head.read), (2, 1002));
    bytes[found[1].at + usize::try_from(STATE).unwrap()] = DONE;
    let (found, _) = read_records(&bytes, start(&bytes));
    assert_eq!(
        found
            .iter()
            .map(|record| record.is_done)
            .collect::<Vec<_>>(),
        [false, true, false]
    );
}

#[test]
fn a_header_with_a_damaged_length_is_not_taken_for_one_that_was_never_finished() {
    let (mut bytes, starts) = segment(&[b"a 1\n".to_vec()]);
    // As long as more than there is.
    bytes[11] = 0xff;
    assert_eq!(read_start(&bytes), Start::Damaged);
    assert_eq!(read_records(&bytes, 0).0[0].at, starts[0]);
}

#[test]
fn headers_say_what_they_are() {
    let (bytes, _) = segment(&[]);
    for len in 0..bytes.len() {
        assert_eq!(read_start(&bytes[..len]), Start::Torn, "{len}");
    }
    let changed = |at: usize, to: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = to;
        read_start(&bytes)
    };
    assert_eq!(changed(0, b'x'), Start::Damaged);
    assert_eq!(changed(14, b'x'), Start::Damaged);
    assert_eq!(changed(8, 2), Start::Newer(2));
    assert_eq!(read_start(b"something else, and long"), Start::Damaged);
    let long = "ü".repeat(40_000);
    let mut bytes = Vec::new();
    write_start(&long, &mut bytes);
    assert!(matches!(read_start(&bytes), Start::Of(name, _) if name == cut(&long)));
}

proptest! {
    #[test]
    fn a_torn_tail_takes_only_the_last_record(
        records in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 1..6),
        part in 0.0..1.0_f64,
    ) {
        let (bytes, starts) = segment(&records);
        let last = *starts.last().unwrap();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below its length")]
        let end = last + ((bytes.len() - last) as f64 * part) as usize;
        let (found, damaged) = read_records(&bytes[..end], start(&bytes));
        let whole = found.iter().filter(|record| record.is_whole).count();
        prop_assert_eq!(whole, records.len() - 1);
        // What is left of it is told, by its samples where its head is there.
        let told = damaged + (found.len() - whole) as u64;
        prop_assert_eq!(told, u64::from(end > last));
    }

    #[test]
    fn a_flipped_bit_takes_one_record_at_most(
        records in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 1..6),
        at in any::<proptest::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let (mut bytes, starts) = segment(&records);
        let first = starts[0];
        let at = first + at.index(bytes.len() - first);
        bytes[at] ^= 1 << bit;
        let (found, damaged) = read_records(&bytes, first);
        let good: Vec<_> = found.iter().filter(|record| record.is_whole).collect();
        prop_assert!(good.len() + 1 >= records.len(), "{} of {}", good.len(), records.len());
        prop_assert!(damaged <= 1);
        for record in good {
            let n = record.head.samples as usize;
            prop_assert_eq!(&bytes[lines(record.at, &record.head)], &records[n][..]);
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let at = match read_start(&bytes) {
            Start::Of(_, at) => at,
            _ => 0,
        };
        let (found, _) = read_records(&bytes, at);
        prop_assert!(found.iter().all(|record| record.at + HEAD <= bytes.len()));
    }
}
