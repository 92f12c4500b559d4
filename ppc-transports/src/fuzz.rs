//! What `cargo xtask fuzz` reaches of what is private: each function panics where a rule is broken.

/// Reads the text as each variable of the environment.
pub fn environment(text: &str) {
    super::push::fuzz_environment(text);
}

/// Reads the bytes as a segment of a spool.
pub fn segment(bytes: &[u8]) {
    super::spool::fuzz_segment(bytes);
}

/// Writes these lines as a segment, damages up to four bytes in a row, and reads all others.
pub fn damaged_segment(name: &str, lines: &[&[u8]], damage: (usize, [u8; 4])) {
    super::spool::fuzz_damaged_segment(name, lines, damage);
}
