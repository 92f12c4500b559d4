//! How many samples lines have.

/// How many samples there are in these lines; the headers of families are none.
pub(super) fn count_samples(lines: &[u8]) -> u64 {
    let headers = memchr::memmem::find_iter(lines, b"\n#").count();
    let headers = headers + usize::from(lines.starts_with(b"#"));
    (memchr::memchr_iter(b'\n', lines).count() - headers) as u64
}
