//! What streams stand with, and what they do not.

use proc_macro2::TokenStream;
use quote::quote;

use super::messages;
use crate::features::Features;
use crate::push_metrics::destinations::KINDS;

/// The keys of destinations that can be streamed to.
const ABLE: [&str; 10] = [
    "influx_udp",
    "influx_tcp",
    "influx_unix",
    "statsd_udp",
    "statsd_tcp",
    "statsd_unix",
    "graphite_udp",
    "graphite_tcp",
    "redis",
    "sqlite",
];

#[track_caller]
fn check(settings: TokenStream, parts: &[&str]) {
    let text = settings.to_string();
    let found = messages(settings, Features::FULL);
    assert_eq!(found.len(), parts.len(), "{text}: {found:#?}");
    for part in parts {
        let is_told = found.iter().any(|message| message.contains(part));
        assert!(is_told, "{part}: {found:#?}");
    }
}

#[test]
fn what_can_be_right_passes() {
    for settings in [
        quote!(stream),
        quote!(stream = true, linger = "50ms", full = "drop_newest"),
        quote!(stream = on(), linger = 0, full = "block", period = 5),
        quote!(stream, linger = TIME, full = full()),
        quote!(
            stream,
            full = "coalesce",
            influx_udp = made,
            statsd_unix = "/run/s"
        ),
        // Switched off, it leaves the rest as it is.
        quote!(stream = false, linger = 1, full = "block", period = 5),
        quote!(stream = false, period = 5, textfile = "/job.prom"),
        // Whether there is one is not known.
        quote!(stream = on(), textfile = "/job.prom"),
    ] {
        check(settings, &[]);
    }
}

#[test]
fn a_period_has_no_place_where_everything_streams() {
    let message = "leave out `period`, or `stream`";
    check(quote!(stream, period = 5), &[message]);
    check(quote!(stream = (true), period = TIME), &[message]);
    check(quote!(stream, period = 5, influx_tcp = made), &[message]);
    // The mistake is another, and the period may go with what is pushed to.
    let settings = quote!(stream, period = 5, influx_tcp = made, textfile = made);
    check(settings, &["`textfile` cannot be streamed to"]);
    let settings = quote!(stream, period = 5, textfile = made);
    check(settings, &["`stream` is no setting of `textfile`"]);
}

#[test]
fn settings_of_a_stream_need_one() {
    check(
        quote!(linger = 1, full = "block"),
        &[
            "add `serve = ..` or `stream`, or leave `linger` out",
            "leave `full` out",
        ],
    );
    check(
        quote!(linger = -1),
        &["cannot be negative", "needs `serve` or a stream"],
    );
}

#[test]
fn values_are_read() {
    for (settings, part) in [
        (quote!(stream = "yes"), "`stream` is `true` or `false`"),
        (
            quote!(stream(true)),
            "`stream` stands alone, or is switched",
        ),
        (
            quote!(stream, linger = "soon"),
            "`linger` cannot be \"soon\"",
        ),
        (quote!(stream, linger = -0.1), "`linger` cannot be negative"),
        (quote!(stream, linger = true), "`linger` takes seconds"),
        (
            quote!(stream, linger),
            "needs a value, such as `linger = \"50ms\"`",
        ),
        (quote!(stream, full = "blok"), "did you mean `block`?"),
        (
            quote!(stream, full = "wait"),
            "(known: `drop_newest`, `coalesce`, `block`)",
        ),
        (
            quote!(stream, full = 5),
            "`full` is one of these words: `drop_newest`",
        ),
    ] {
        check(settings, &[part]);
    }
}

#[test]
fn only_lines_are_streamed() {
    for kind in KINDS {
        let name = kind.key.name;
        let key: TokenStream = name.parse().unwrap();
        if ABLE.contains(&name) {
            check(quote!(#key = made, stream), &[]);
            continue;
        }
        let alone = format!("`stream` is no setting of `{name}`: it goes with `influx_udp`, ");
        check(quote!(#key = made, stream), &[&alone]);
        let beside = format!("`{name}` cannot be streamed to: give it an attribute of its own");
        check(quote!(#key = made, statsd_udp = made, stream), &[&beside]);
    }
    let able = ABLE.map(|name| format!("`{name}`")).join(", ");
    let all = format!("no setting of `pushgateway`, `textfile`: it goes with {able}");
    check(quote!(textfile = a, pushgateway = b, stream), &[&all]);
    check(
        quote!(textfile = a, influx_udp = b, pushgateway = c, stream),
        &["`textfile` cannot", "`pushgateway` cannot"],
    );
}

#[test]
fn a_misspelt_key_is_one_mistake() {
    for settings in [
        quote!(steam, period = 5, linger = 1, textfile = made),
        quote!(liner = 1),
        quote!(stream, perod = 5),
        quote!(stream, textfil = made),
        quote!(stream, textfil = made, pushgateway = made),
    ] {
        check(settings, &["did you mean"]);
    }
}

#[test]
fn settings_become_calls() {
    let function = quote!(
        fn f() {}
    );
    let settings = quote!(stream, linger = wait(), full = "block");
    let expanded = crate::push_metrics::push_metrics(settings, &function).to_string();
    let expanded = expanded.replace(' ', "");
    let calls = ".stream(true).linger(&(wait())).full(&(\"block\"))";
    assert!(expanded.contains(calls), "{expanded}");
}
