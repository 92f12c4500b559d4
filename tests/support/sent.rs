//! The documents that go out, for those who judge them.

use std::fs;

use super::matrix;
use super::receiver::Folder;
use super::script::Server;

/// Destinations in the text format 0.0.4, as URLs to `HOST` or in the folder `FOLDER`.
pub(crate) const TEXT: [&str; 4] = [
    "pushgateway+http://HOST?job=j",
    "openmetrics+http://HOST",
    "openmetrics+http://HOST?timestamps=server&method=put",
    "textfile://FOLDER/jobs.prom",
];

/// Those in `OpenMetrics`.
pub(crate) const OPENMETRICS: [&str; 3] = [
    "openmetrics+http://HOST?format=openmetrics",
    "openmetrics+http://HOST?format=openmetrics&timestamps=server",
    "openmetrics+http://HOST?format=openmetrics&exemplars=false",
];

/// What was pushed at the end of a job with all metrics.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) text: String,
    /// Of the request.
    pub(crate) content_type: Option<String>,
}

impl Sent {
    /// By a destination.
    #[track_caller]
    pub(crate) fn by(place: &str) -> Self {
        let server = Server::answering(|_, _| 200.into());
        let folder = Folder::create("sent");
        let place = place.replace("HOST", &server.address().to_string());
        let place = place.replace("FOLDER", &folder.path().display().to_string());
        let pushed = matrix::push(&place);
        assert_eq!((&*pushed.ended.stderr, pushed.dropped.len()), ("", 0));
        if place.starts_with("textfile:") {
            let files: Vec<_> = fs::read_dir(folder.path()).expect("it is ours").collect();
            assert_eq!(files.len(), 1, "nothing stays beside it: {files:?}");
            let text = fs::read_to_string(folder.path().join("jobs.prom"));
            return Self {
                text: text.expect("it was written"),
                content_type: None,
            };
        }
        let requests = server.requests();
        let whole = requests.iter().rfind(|request| request.is_whole);
        let request = whole.expect("one came");
        Self {
            text: request.text(),
            content_type: request.header("Content-Type").map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::support::text_format;

    #[test]
    fn f17_text_passes_a_strict_parser_and_says_what_it_is() {
        let expected = matrix::expected(Some);
        for place in TEXT {
            let sent = Sent::by(place);
            let values = text_format::values(&sent.text).unwrap_or_else(|e| panic!("{place}: {e}"));
            matrix::assert_same(&values, &expected, 0.0);
            let kind = "text/plain; version=0.0.4; charset=utf-8";
            assert!(
                sent.content_type.is_none_or(|found| found == kind),
                "{place}"
            );
        }
        for place in OPENMETRICS {
            let kind = Sent::by(place).content_type.unwrap();
            assert_eq!(
                kind,
                "application/openmetrics-text; version=1.0.0; charset=utf-8"
            );
        }
    }
}
