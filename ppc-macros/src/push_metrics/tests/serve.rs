//! What is served while the function runs.

use proc_macro2::TokenStream;
use quote::quote;

use super::messages;
use crate::diag::Diagnostics;
use crate::features::Features;
use crate::push_metrics::calls::Destinations;
use crate::push_metrics::model::Settings;
use crate::push_metrics::parse;

#[track_caller]
fn check(settings: TokenStream, part: Option<&str>) {
    let text = settings.to_string();
    let found = messages(settings, Features::FULL);
    assert_eq!(
        found.len(),
        usize::from(part.is_some()),
        "{text}: {found:#?}"
    );
    let part = part.unwrap_or_default();
    assert!(
        found.iter().all(|message| message.contains(part)),
        "{text}: {found:#?}"
    );
}

#[test]
fn addresses_are_those_of_this_machine() {
    for address in [
        "0.0.0.0:9100",
        "localhost:9100",
        ":9100",
        "127.0.0.1:0",
        ":0",
        "9100",
        "[::]:9100",
        "[::1]:0",
        "serve://0.0.0.0:9100",
        "serve://:9100?linger=30",
        "serve://[::1]:0/",
        "serve://:9100/metrics?linger=30",
    ] {
        check(quote!(serve = #address), None);
    }
    for (address, part) in [
        ("", "it is empty"),
        (
            "localhost",
            "the port is missing: found \"localhost\", expected \"localhost:9100\"",
        ),
        ("0.0.0.0:", "the port is missing"),
        ("0.0.0.0:99999", "port"),
        (":x", "port"),
        ("http://0.0.0.0:9100", "a URL is not taken here"),
        ("0.0.0.0:9100/metrics", "cannot stand in"),
        ("0.0.0.0:9100/", "cannot stand in"),
        ("::1:9100", "an IPv6 address stands in brackets"),
    ] {
        check(quote!(serve = #address), Some(part));
    }
    check(
        quote!(serve = true),
        Some("takes an address such as \"0.0.0.0:9100\""),
    );
    let found = messages(quote!(serve = ":9100"), Features::NONE);
    assert!(found[0].contains("feature `serve`"), "{found:?}");
}

#[test]
fn the_server_lingers_and_not_the_push() {
    check(quote!(serve = ":9100", linger = 30), None);
    check(
        quote!(
            serve = ":9100",
            linger = "30s",
            influx_udp = made,
            period = 5
        ),
        None,
    );
    check(
        quote!(serve = ":9100", linger = -1),
        Some("cannot be negative"),
    );
    check(
        quote!(linger = 30),
        Some("`linger` needs `serve` or a stream"),
    );
    let beside = "give it an attribute of its own, `#[push_metrics(serve = ..)]`";
    check(
        quote!(serve = ":9100", statsd_udp = made, stream, linger = 1),
        Some(beside),
    );
    // Without the attribute around it, which asks for the features of this build.
    let mut diagnostics = Diagnostics::default();
    let settings = quote!(serve = ":9100", linger = wait(), influx_udp = made);
    let table = parse::settings(settings, &mut diagnostics);
    let settings = Settings::new(table, &mut diagnostics);
    let Destinations { shared, calls } = Destinations::of(&settings, &quote!(private));
    let expanded = quote!(#(#shared)* #(#calls)*).to_string().replace(' ', "");
    assert!(
        expanded.contains("::Server>(&(\":9100\")).linger(&(wait())))"),
        "{expanded}"
    );
    assert_eq!(expanded.matches("linger").count(), 1, "{expanded}");
}
