//! Which format is chosen for which header `Accept`.

use ppc::expose::choose_encoder;

/// A header, what is chosen for it, and what `client_python` chooses where that is another one.
pub(crate) struct Row {
    pub(crate) accept: &'static str,
    pub(crate) expected: &'static str,
    /// With the reason, by which it is wrong or ours is one of several.
    pub(crate) theirs: Option<(&'static str, &'static str)>,
}

const PROMETHEUS_2_42: &str = "application/openmetrics-text;version=1.0.0,\
     application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
const PROMETHEUS_3: &str = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
     application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
     text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
const PROMETHEUS_3_PROTOBUF: &str = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;\
     encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
     application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,\
     text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
const PROMETHEUS_3_LEGACY: &str = "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,\
     application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=underscores;q=0.4,\
     text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
const PROMETHEUS_1: &str = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;\
     encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3,*/*;q=0.1";
const VICTORIA_METRICS: &str = "text/plain;version=0.0.4;q=1,*/*;q=0.1";
const FIREFOX: &str =
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const Q: &str = "q is not looked at";
const VERSION: &str = "a version is claimed that nothing is written in";
const CRASH: &str = "the header is refused by an exception";

const fn row(accept: &'static str, expected: &'static str) -> Row {
    let theirs = None;
    Row {
        accept,
        expected,
        theirs,
    }
}

const fn but(
    accept: &'static str,
    expected: &'static str,
    theirs: &'static str,
    why: &'static str,
) -> Row {
    let theirs = Some((theirs, why));
    Row {
        accept,
        expected,
        theirs,
    }
}

macro_rules! openmetrics {
    ($escaping:literal) => {
        concat!(
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=",
            $escaping
        )
    };
}

macro_rules! text1 {
    ($escaping:literal) => {
        concat!(
            "text/plain; version=1.0.0; charset=utf-8; escaping=",
            $escaping
        )
    };
}

pub(crate) const ROWS: &[Row] = &[
    // What scrapers, tools and browsers send.
    row("", TEXT),
    row(PROMETHEUS_2_42, openmetrics!("underscores")),
    row(PROMETHEUS_3, openmetrics!("allow-utf-8")),
    row(PROMETHEUS_3_PROTOBUF, openmetrics!("allow-utf-8")),
    row(PROMETHEUS_3_LEGACY, openmetrics!("underscores")),
    row(PROMETHEUS_1, TEXT),
    row(VICTORIA_METRICS, TEXT),
    row("*/*", TEXT),
    row(FIREFOX, TEXT),
    row("application/json, text/plain, */*", TEXT),
    row("text/html", TEXT),
    // OpenMetrics.
    row("application/openmetrics-text", OPENMETRICS),
    row("application/openmetrics-text; charset=utf-8", OPENMETRICS),
    row(
        "application/openmetrics-text; version=1.0.0",
        openmetrics!("underscores"),
    ),
    row(
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
        openmetrics!("underscores"),
    ),
    row(
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8",
        openmetrics!("allow-utf-8"),
    ),
    row(
        "application/openmetrics-text;version=1.0.0;escaping=underscores",
        openmetrics!("underscores"),
    ),
    row(
        "application/openmetrics-text;version=1.0.0;escaping=dots",
        openmetrics!("dots"),
    ),
    row(
        "application/openmetrics-text;version=1.0.0;escaping=values",
        openmetrics!("values"),
    ),
    row(
        "application/openmetrics-text;version=1.0.0;escaping=other",
        openmetrics!("underscores"),
    ),
    row("application/openmetrics-text;version=0.0.1", TEXT),
    row(
        "application/openmetrics-text;version=0.0.1,application/openmetrics-text;version=1.0.0",
        openmetrics!("underscores"),
    ),
    row(
        " application/openmetrics-text ; version=1.0.0 ; escaping=dots ",
        openmetrics!("dots"),
    ),
    but(
        "application/openmetrics-text; version=1.1.0",
        openmetrics!("underscores"),
        "application/openmetrics-text; version=1.1.0; charset=utf-8; escaping=underscores",
        VERSION,
    ),
    but(
        "application/openmetrics-text; version=2.0.0; escaping=dots",
        TEXT,
        "application/openmetrics-text; version=2.0.0; charset=utf-8; escaping=dots",
        VERSION,
    ),
    but(
        "application/openmetrics-text; version=2.0.0, application/openmetrics-text; version=1.0.0; q=0.5",
        openmetrics!("underscores"),
        "application/openmetrics-text; version=2.0.0; charset=utf-8; escaping=underscores",
        VERSION,
    ),
    but(
        "Application/OpenMetrics-Text",
        OPENMETRICS,
        TEXT,
        "types are of any case",
    ),
    but(
        "application/openmetrics-text; VERSION=1.0.0",
        openmetrics!("underscores"),
        OPENMETRICS,
        "names are of any case",
    ),
    but(
        "application/openmetrics-text; version=\"1.0.0\"; escaping=\"dots\"",
        openmetrics!("dots"),
        "",
        CRASH,
    ),
    but(
        "application/*",
        OPENMETRICS,
        TEXT,
        "ranges are not looked at",
    ),
    // Text.
    row("text/plain", TEXT),
    row("text/plain; version=0.0.4", TEXT),
    row("text/plain; version=0.0.4; escaping=allow-utf-8", TEXT),
    row("text/*", TEXT),
    row("text/plain; version=1.0.0", text1!("underscores")),
    row(
        "text/plain; version=1.0.0; escaping=allow-utf-8",
        text1!("allow-utf-8"),
    ),
    row("text/plain; version=1.0.0; escaping=dots", text1!("dots")),
    row(
        "text/plain; version=1.0.0; escaping=values",
        text1!("values"),
    ),
    row(
        "text/plain; version=1.0.0; escaping=values, text/plain; version=0.0.4",
        text1!("values"),
    ),
    row("text/plain; version=0.0.1", TEXT),
    but(
        "text/plain; version=2.0.0",
        TEXT,
        text1!("underscores"),
        VERSION,
    ),
    // q.
    row(
        "application/openmetrics-text;q=1.0,text/plain;q=0.5",
        OPENMETRICS,
    ),
    but(
        "application/openmetrics-text;q=0.5,text/plain;q=0.9",
        TEXT,
        OPENMETRICS,
        Q,
    ),
    but(
        "application/openmetrics-text;q=0,text/plain",
        TEXT,
        OPENMETRICS,
        Q,
    ),
    but("application/openmetrics-text;q=0", TEXT, OPENMETRICS, Q),
    but(
        "application/openmetrics-text;version=1.0.0;q=0.3,text/plain;version=1.0.0;escaping=dots;q=0.4",
        text1!("dots"),
        openmetrics!("underscores"),
        Q,
    ),
    but(
        "application/openmetrics-text;q=0,application/*",
        TEXT,
        OPENMETRICS,
        Q,
    ),
    but(
        "text/plain,application/openmetrics-text",
        TEXT,
        OPENMETRICS,
        "of two equal ones the first is taken",
    ),
    row("application/openmetrics-text,text/plain", OPENMETRICS),
    but(
        "*/*;q=0.9,application/openmetrics-text;q=0.1",
        TEXT,
        OPENMETRICS,
        Q,
    ),
    row("application/openmetrics-text;q=abc", OPENMETRICS),
    row("application/openmetrics-text;q=5", OPENMETRICS),
    // What is no header at all.
    row(",;,=,", TEXT),
    row("text", TEXT),
    but("application/openmetrics-text;version=abc", TEXT, "", CRASH),
    but(
        "application/openmetrics-text;version=abc,application/openmetrics-text;version=1.0.0",
        openmetrics!("underscores"),
        "",
        CRASH,
    ),
    but("text/plain;version=1.x", TEXT, "", CRASH),
    row("application/openmetrics-text;version=", OPENMETRICS),
    row("\u{fffd}/\u{fffd};q=\u{fffd}", TEXT),
];

#[test]
fn k19_f21_what_is_chosen_for_each_header() {
    assert!(ROWS.len() >= 40);
    for Row {
        accept, expected, ..
    } in ROWS
    {
        let (encoder, content_type) = choose_encoder(accept);
        assert_eq!(content_type, *expected, "{accept:?}");
        let body = String::from_utf8(encoder.generate(&ppc::Registry::new())).unwrap();
        let ends = if content_type.contains("openmetrics") {
            "# EOF\n"
        } else {
            ""
        };
        assert_eq!(body, ends, "{accept:?}");
    }
}
