//! The two formats, and what HTTP calls them.

/// Which of the two formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// The Prometheus text format 0.0.4, in words `text`.
    #[default]
    Text,
    /// OpenMetrics 1.0.0, in words `openmetrics`.
    OpenMetrics,
}

impl Format {
    /// What HTTP calls it.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_transports::Format;
    ///
    /// assert_eq!(Format::Text.content_type(), "text/plain; version=0.0.4; charset=utf-8");
    /// ```
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// What a body of this format ends in, behind the lines of the encoder.
    pub fn trailer(self) -> &'static str {
        match self {
            Self::Text => "",
            Self::OpenMetrics => "# EOF\n",
        }
    }
}
