//! What the keys of destinations and their settings are taken for.

use proc_macro2::TokenStream;
use quote::quote;

use super::messages;
use crate::diag::Diagnostics;
use crate::features::Features;
use crate::push_metrics::calls::Destinations;
use crate::push_metrics::destinations::KINDS;
use crate::push_metrics::model::Settings;
use crate::push_metrics::parse;
use crate::push_metrics::settings::SETTINGS;

/// Every destination.
fn destinations() -> TokenStream {
    quote!(
        influx_udp = "influx+udp://localhost:8089?datagram_size=8192",
        influx_tcp = "victoria:8089",
        influx_unix = "/run/telegraf.sock",
        statsd_udp = "statsd+udp://[::1]:8125/?dialect=librato",
        statsd_tcp = address(),
        statsd_unix = "statsd+unix:///run/datadog/dsd.socket?socket=datagram",
        graphite_udp = "graphite+udp://carbon:2003",
        graphite_tcp = "carbon:2003",
        influx_http = "https://influx.acme.net:8086/api/v2/write",
        openmetrics_http = url(),
        pushgateway = "gateway.acme.net",
        aggregation_gateway = "aggregation+http://[::1]:80/prefix?job=other",
        textfile = "textfile:///var/lib/job.prom",
        redis = "valkeys://:password@store.acme.net/1?prefix=billing",
        sqlite = "sqlite:///var/lib/ppc/metrics.db?prefix=billing",
        job = "j"
    )
}

/// Every setting, but those that exclude others.
fn settings() -> TokenStream {
    quote!(
        timestamps = "server",
        names = names,
        dialect = "dogstatsd",
        types = types(),
        datagram_size = 1432,
        socket = "any",
        precision = "ms",
        db = "d",
        bucket = &b,
        org = org(),
        extra_labels(dc = "fra1", "rack" = rack),
        format = "openmetrics",
        exemplars = false,
        method = "put",
        grouping(instance = 1, "shard" = shard(2)),
        start,
        delete_on_success = all,
        gauges = "skip",
        delivery = "at_least_once",
        prefix = "billing",
        ttl = "1d",
        instance = instance(),
        nodes = ["two:6379", "three:6379"],
        headers("X-Scope-OrgID" = "7", Accept = accept),
        params(extra_filters = "a", extra_filters = "b"),
        username = "u",
        password = secret(),
        ca_file = "ca.pem",
        client_certificate = "job.pem",
        client_key = KEY,
        min_tls_version = "1.3",
        insecure_skip_verify = cfg!(test),
        compression = "zstd",
        timeout = "1m",
        connect_timeout = 0.5,
        max_body = 1_000_000,
        follow_redirects,
        proxy = "http://proxy:3128"
    )
}

#[test]
fn what_can_be_right_passes() {
    let (all, settings) = (destinations(), settings());
    let none: [&str; 0] = [];
    assert_eq!(messages(quote!(#all, #settings), Features::FULL), none);
    for rest in [
        quote!(token = ppc::Secret::env("T"), delete_on_exit),
        quote!(bearer_token = "t", unix_socket = "/run/a.sock"),
        quote!(proxy = "off"),
        quote!(proxy = "environment"),
        quote!(proxy = "proxy.acme.net"),
        quote!(headers(Authorization = "x"), compression = "none"),
    ] {
        assert_eq!(messages(quote!(#all, #rest), Features::FULL), none);
    }
    for gateway in [
        quote!(pushgateway = "pushgateway+http://host/?grouping.a=b&job=x"),
        quote!(aggregation_gateway = made),
    ] {
        assert_eq!(messages(gateway, Features::FULL), none);
    }
}

/// So that no key is forgotten in what passes, here and with features off.
#[test]
fn every_key_is_used_above() {
    let (all, settings) = (destinations(), settings());
    let text = quote!(#all, #settings, token, delete_on_exit, bearer_token, unix_socket);
    let text = text.to_string();
    let keys = KINDS.iter().map(|kind| kind.key);
    for key in keys.chain(SETTINGS.iter().map(|setting| setting.key)) {
        assert!(text.contains(key.name), "{}", key.name);
    }
}

#[test]
fn examples_in_messages_are_right() {
    let all = destinations();
    let none: [&str; 0] = [];
    for setting in SETTINGS {
        let example: TokenStream = setting.key.example.parse().unwrap();
        assert_eq!(messages(quote!(#all, #example), Features::FULL), none);
    }
    for kind in KINDS {
        let example: TokenStream = kind.key.example.parse().unwrap();
        let found = messages(quote!(#example, job = "j"), Features::FULL);
        assert_eq!(found, none);
    }
}

#[test]
fn what_needs_a_feature_names_it() {
    let (all, settings) = (destinations(), settings());
    let found = messages(quote!(#all, #settings), Features::NONE);
    for start in [
        "`influx_udp` needs the features `influx` and `udp`",
        "`influx_tcp` needs the features `influx` and `tcp`",
        "`influx_unix` needs the features `influx` and `unix`",
        "`statsd_udp` needs the features `statsd` and `udp`",
        "`statsd_tcp` needs the features `statsd` and `tcp`",
        "`statsd_unix` needs the features `statsd` and `unix`",
        "`graphite_udp` needs the features `graphite` and `udp`",
        "`graphite_tcp` needs the features `graphite` and `tcp`",
        "`influx_http` needs the features `influx` and `http`",
        "`influx_http`: `https://` needs the feature `tls`",
        "`openmetrics_http` needs the features `openmetrics` and `http`",
        "`pushgateway` needs the feature `pushgateway`",
        "`aggregation_gateway` needs the feature `pushgateway`",
        "`textfile` needs the feature `textfile`",
        "`redis` needs the feature `redis`",
        "`redis`: `valkeys://` needs the feature `tls`",
        "`sqlite` needs the feature `sqlite`",
        "`ca_file` needs the feature `tls`",
        "`client_certificate` needs the feature `tls`",
        "`client_key` needs the feature `tls`",
        "`min_tls_version` needs the feature `tls`",
        "`insecure_skip_verify` needs the feature `tls`",
        "`compression = \"zstd\"` needs the feature `zstd`",
    ] {
        let is_told = found.iter().any(|message| message.starts_with(start));
        assert!(is_told, "{start}: {found:#?}");
    }
    assert_eq!(found.len(), 23, "{found:#?}");
}

#[test]
fn what_destinations_share_is_evaluated_once() {
    let count = |settings: &TokenStream, what: &str| {
        let mut diagnostics = Diagnostics::default();
        let table = parse::settings(settings.clone(), &mut diagnostics);
        let settings = Settings::new(table, &mut diagnostics);
        let Destinations { shared, calls } = Destinations::of(&settings, &quote!(private));
        let expanded = quote!(#(#shared)* #(#calls)*).to_string().replace(' ', "");
        expanded.matches(what).count()
    };
    let shared = quote!(
        job = "j",
        timeout = time(),
        exemplars = exemplars(),
        start = start(),
        grouping(a = first(), b = second()),
        headers("X-A" = header()),
        username = user(),
        password = password(),
    );
    let both = quote!(#shared pushgateway = one(), aggregation_gateway = two(),
        openmetrics_http = three());
    for (call, setter) in [
        ("time()", ".timeout("),
        ("first()", ".grouping(\"a\""),
        ("second()", ".grouping(\"b\""),
        ("header()", ".header(\"X-A\""),
        ("user()", ".basic_auth("),
        ("password()", ".basic_auth("),
        ("start()", ".start("),
    ] {
        assert_eq!(count(&both, call), 1, "{call}");
        let users = if setter.contains("grouping") || setter.contains("start") {
            2
        } else {
            3
        };
        assert_eq!(count(&both, setter), users, "{setter}");
    }
    assert_eq!(count(&both, "exemplars()"), 1);
    // A literal is no expression to be evaluated, and stays where its type is found.
    let literal = quote!(
        pushgateway = one(),
        aggregation_gateway = two(),
        job = "j",
        timeout = 7
    );
    assert_eq!(count(&literal, ".timeout(&(7))"), 2);
}

#[test]
fn a_misspelt_key_is_one_mistake() {
    let found = messages(
        quote!(
            influx = "http://localhost",
            precission = 5,
            user = "u",
            header("a b" = "c")
        ),
        Features::FULL,
    );
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found.iter().all(|message| message.contains("did you mean")));
}
