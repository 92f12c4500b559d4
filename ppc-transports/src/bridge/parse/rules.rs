//! Which texts are read, and how strictly.

/// What a text has to keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    /// The text format 0.0.4, as leniently as Prometheus reads it.
    Text,
    /// OpenMetrics 1.0, every word of it.
    OpenMetrics,
    /// OpenMetrics as a library of this process writes it: lines and series that are wrong are left
    /// out and told, for nobody could send the text back.
    Lenient,
}

impl Rules {
    /// Those of a text of which nobody says what it is: OpenMetrics has `# EOF` at its end, and
    /// lines `# UNIT`, which also tell it where it was cut off.
    pub(crate) fn detect(text: &str) -> Self {
        let bytes = text.as_bytes();
        let end = text.strip_suffix('\n').unwrap_or(text);
        let has_eof = end == "# EOF" || end.ends_with("\n# EOF");
        let has_unit =
            || bytes.starts_with(b"# UNIT ") || memchr::memmem::find(bytes, b"\n# UNIT ").is_some();
        if has_eof || has_unit() {
            Self::OpenMetrics
        } else {
            Self::Text
        }
    }
}
