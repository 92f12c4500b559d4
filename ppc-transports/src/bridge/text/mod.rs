//! Expositions of other programs: a text that is given, a file, the answer of a URL.

mod file;
#[cfg(feature = "http")]
mod url;

use ppc_core::{Mirror, Snapshot, Source};

pub use self::file::TextFile;
#[cfg(feature = "http")]
pub use self::url::TextUrl;
use super::parse::{Parsed, Rules};
use crate::encode::Format;
use crate::error::Error;

/// An exposition as a [`Source`]: the Prometheus text format 0.0.4, or OpenMetrics 1.0.
///
/// - **OpenMetrics** is what ends in `# EOF`. It is read strictly, as its specification says.
/// - **Text** is read leniently, as Prometheus does: types may stand anywhere, white space is of any
///   length, comments and empty lines are skipped. Samples that do not fit the type of their family,
///   and histograms whose buckets contradict each other, are left out and named in
///   [`Snapshot::faults`].
///
/// Names in quotes, `{"http.requests", code="200"} 1`, are read in both, and shown with `_` where a
/// wire has no place for another character. The label `le` stays as it is written, exemplars stay,
/// and a sum that is missing is NaN. Timestamps and `_created` are read and dropped, as is the gauge
/// `x_created` that stands for it in the text format: everything in a snapshot is of one time. Of a series with several timestamps the latest is shown. A histogram of
/// gauges, and a summary without a count, is shown as numbers of unknown kind, with their labels.
///
/// # Examples
///
/// ```
/// use ppc_core::{Kind, Source};
/// use ppc_transports::Text;
///
/// let text = Text::parse("# TYPE jobs_total counter\njobs_total{queue=\"in\"} 5\n")?;
/// let snapshot = text.gather();
/// let jobs = snapshot.families().next().unwrap().descriptor();
/// assert_eq!((jobs.kind(), jobs.names().family()), (Kind::Counter, "jobs"));
///
/// let error = Text::parse("up 1\njobs_total{queue=in} 5\n").unwrap_err();
/// assert_eq!(error.line(), Some(2));
/// assert_eq!(
///     error.to_string(),
///     "line 2: expected the value of a label in quotes, found \"in} 5\""
/// );
/// # Ok::<(), ppc_transports::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a source shows nothing until it is gathered"]
pub struct Text(Mirror);

impl Text {
    /// Reads a text; one that ends in `# EOF` is OpenMetrics.
    ///
    /// # Errors
    ///
    /// Where it cannot be read: [`Error::line`] says where.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::with_rules(text, Rules::detect(text))
    }

    /// Reads a text of this format.
    ///
    /// # Errors
    ///
    /// Where it cannot be read: [`Error::line`] says where.
    pub fn parse_as(text: &str, format: Format) -> Result<Self, Error> {
        Self::with_rules(text, rules_of(format))
    }

    fn with_rules(text: &str, rules: Rules) -> Result<Self, Error> {
        let mut mirror = Mirror::new();
        tell(text, rules, &mut mirror)?;
        Ok(Self(mirror))
    }
}

impl std::str::FromStr for Text {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl Source for Text {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        self.0.gather_into(snapshot);
    }
}

/// Has the mirror show a text in place of the one before; an error leaves it as it is.
fn tell(text: &str, rules: Rules, mirror: &mut Mirror) -> Result<(), Error> {
    let parsed = Parsed::parse(text, rules)?;
    let mut reading = mirror.read();
    parsed.tell(&mut reading);
    reading.finish();
    Ok(())
}

fn rules_of(format: Format) -> Rules {
    match format {
        Format::Text => Rules::Text,
        Format::OpenMetrics => Rules::OpenMetrics,
    }
}
