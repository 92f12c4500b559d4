//! A chunk that was encoded, as it is until it is delivered.

use std::time::Instant;

use crate::batch::{Head, remembered};

/// What of a family goes together, and goes again as it is.
#[derive(Debug)]
pub(super) struct Frozen {
    pub(super) number: u64,
    /// What stands behind the numbers.
    text: String,
    series: u64,
    pub(super) since: Instant,
    is_last: bool,
}

impl Frozen {
    pub(super) fn new(number: u64, is_last: bool, head: &Head<'_>, body: &str) -> Self {
        let mut text = String::with_capacity(body.len() + 256);
        head.write_rest(&mut text);
        text.push_str(body);
        Self {
            number,
            series: memchr::memchr_iter(b'\n', body.as_bytes()).count() as u64,
            text,
            since: Instant::now(),
            is_last,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn series(&self) -> u64 {
        self.series
    }

    /// Whether the store may have forgotten that it has seen this, a while before it does.
    pub(super) fn is_forgotten(&self) -> bool {
        self.since.elapsed() > remembered(self.is_last).mul_f64(0.9)
    }

    /// Appends it, to be applied after the one of this number.
    pub(super) fn write(&self, after: u64, out: &mut Vec<u8>) {
        let mut digits = itoa::Buffer::new();
        out.push(b'#');
        out.extend_from_slice(digits.format(self.number).as_bytes());
        out.push(b' ');
        out.extend_from_slice(digits.format(after).as_bytes());
        out.push(b' ');
        out.extend_from_slice(self.text.as_bytes());
    }
}
