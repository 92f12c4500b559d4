//! URL forms: every parameter is reachable, and what is written is read again.

use std::fmt::Display;
use std::str::FromStr;

use ppc::{
    AggregationGateway, Destination, GraphiteTcp, GraphiteUdp, InfluxHttp, InfluxTcp, InfluxUdp,
    InfluxUnix, OpenMetricsHttp, Pushgateway, Redis, Sqlite, StatsdTcp, StatsdUdp, StatsdUnix,
    Textfile,
};

use crate::support::awkward::TEXTS;
use crate::support::certificates::Files;
use crate::support::http::percent;
use crate::support::receiver::Folder;

/// Values for the parameters of servers; those of one line are set together. `FOLDER` has
/// certificates in it, which are read.
const SERVER: [&[(&str, &str)]; 20] = [
    &[("header.X-Run", "7 ü&=")],
    &[("param.x", "1 2&=?")],
    &[("password_file", "/run/a b")],
    &[("password_env", "PUSH_PASSWORD")],
    &[("bearer_token", "hunter2")],
    &[("bearer_token_file", "/run/token")],
    &[("bearer_token_env", "PUSH_TOKEN")],
    &[("ca_file", "FOLDER/authority.pem")],
    &[
        ("client_certificate", "FOLDER/client.pem"),
        ("client_key", "FOLDER/client.key"),
    ],
    &[("min_tls_version", "1.3")],
    &[("insecure_skip_verify", "true")],
    &[("compression", "zstd")],
    &[("timeout", "2.5")],
    &[("timeout", "none")],
    &[("connect_timeout", "0.5")],
    &[("max_body", "1000")],
    &[("follow_redirects", "true")],
    &[("proxy", "off")],
    &[("proxy", "http://proxy:3128")],
    &[("unix_socket", "/run/x.sock")],
];

/// Reads a URL, writes it, and reads it again.
#[track_caller]
fn again<D: FromStr<Err: Display> + Display>(url: &str) -> String {
    let read = |url: &str| {
        let read = url.parse::<D>();
        read.unwrap_or_else(|error| panic!("{url}: {error}"))
            .to_string()
    };
    let (first, second) = (read(url), read(&read(url)));
    assert_eq!(first, second);
    let any = url.parse::<Destination>();
    let any = any.unwrap_or_else(|error| panic!("{url}: {error}"));
    assert_eq!(format!("{any:?}"), format!("Destination({first})"));
    first
}

/// Each parameter alone, and all that are known are among them.
#[track_caller]
fn check<D>(folder: &Folder, scheme: &str, place: &str, params: &[&[(&str, &str)]])
where
    D: FromStr<Err: Display> + Display,
{
    let folder = folder.path().to_str().unwrap();
    let mut known = known(scheme, place);
    for pairs in params {
        let query: Vec<_> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={}", percent(&value.replace("FOLDER", folder))))
            .collect();
        let query = query.join("&");
        let url = again::<D>(&format!("{scheme}://{place}?{query}"));
        let is_secret = ["bearer_token", "token", "pass"].contains(&pairs[0].0);
        // What has a place in front of the parameters, where there is a host.
        let is_in_front =
            ["user", "db"].contains(&pairs[0].0) && ["rediss", "valkeys"].contains(&scheme);
        let expected = format!("?{query}");
        let plain = |url: &str| percent_decoded(url);
        if is_secret {
            assert!(!url.contains("hunter2") && !url.contains('?'), "{url}");
        } else if is_in_front {
            let value = pairs[0].1;
            assert!(url.contains(value) && !url.contains('?'), "{url}: {value}");
        } else {
            assert!(
                plain(&url).ends_with(&plain(&expected)),
                "{url}: {expected}"
            );
        }
        known.retain(|name| {
            !pairs.iter().any(|(known, _)| {
                known == name || (name.ends_with('.') && known.starts_with(&**name))
            })
        });
    }
    assert_eq!(
        known,
        Vec::<&str>::new(),
        "parameters of {scheme} without a test"
    );
}

/// What an error lists: `timeout`, `header.`.
#[track_caller]
fn known(scheme: &str, place: &str) -> Vec<String> {
    let error = format!("{scheme}://{place}?no-such-parameter").parse::<Destination>();
    let error = error.unwrap_err().to_string();
    let (_, list) = error.split_once("known are ").expect("it lists them");
    let names = list
        .split(", ")
        .map(|name| name.trim_matches('`').replace("NAME", ""));
    names.collect()
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn every_parameter_of_every_destination_is_read_and_written() {
    let folder = Folder::create("forms");
    Files::write(folder.path());
    let formats: [&[(&str, &str)]; 3] = [
        &[("method", "put")],
        &[("extra_label.dc", "fra 1")],
        &[("timestamps", "server")],
    ];
    let own: [&[(&str, &str)]; 8] = [
        &[("db", "jobs & co")],
        &[("bucket", "b")],
        &[("org", "o")],
        &[("token", "hunter2")],
        &[("token_file", "/run/token")],
        &[("token_env", "TOKEN")],
        &[("precision", "ms")],
        &[("names", "influxdb")],
    ];
    for scheme in ["influx+http", "INFLUX+http"] {
        let all = [&formats[..], &own, &SERVER].concat();
        check::<InfluxHttp>(&folder, scheme, "[::1]:8086/a%2Fb", &all);
    }
    let own: [&[(&str, &str)]; 2] = [&[("format", "openmetrics")], &[("exemplars", "false")]];
    check::<OpenMetricsHttp>(
        &folder,
        "openmetrics+http",
        "h",
        &[&formats[..], &own, &SERVER].concat(),
    );
    let own: [&[(&str, &str)]; 6] = [
        &[("job", "my/job")],
        &[("grouping.k", "a/ z")],
        &[("method", "put")],
        &[("start", "true")],
        &[("delete_on_success", "true")],
        &[("delete_on_exit", "true")],
    ];
    check::<Pushgateway>(
        &folder,
        "pushgateway+http",
        "h:9091/base/",
        &[&own[..], &SERVER].concat(),
    );
    let own: [&[(&str, &str)]; 5] = [
        &[("job", "j")],
        &[("grouping.k", "b c")],
        &[("gauges", "skip")],
        &[("delivery", "at_least_once")],
        &[("start", "true")],
    ];
    check::<AggregationGateway>(
        &folder,
        "aggregation+http",
        "h:80",
        &[&own[..], &SERVER].concat(),
    );
    check::<Textfile>(
        &folder,
        "textfile",
        "/a%20b/c.prom",
        &[&[("start", "true")]],
    );
}

#[test]
fn every_parameter_of_lines_is_reachable_and_written() {
    let folder = Folder::create("forms-of-lines");
    let udp: [&[(&str, &str)]; 2] = [
        &[("datagram_size", "508")],
        &[("datagrams_per_second", "10.5")],
    ];
    let unix: [&[(&str, &str)]; 3] = [
        &[("socket", "datagram")],
        &[("socket", "stream")],
        &[("datagram_size", "508")],
    ];
    let influx: [&[(&str, &str)]; 2] = [&[("names", "influxdb")], &[("timestamps", "server")]];
    let statsd: [&[(&str, &str)]; 6] = [
        &[("dialect", "dogstatsd")],
        &[("dialect", "librato")],
        &[("dialect", "signalfx")],
        &[("dialect", "graphite")],
        &[("dialect", "plain")],
        &[("types", "native")],
    ];
    let graphite: [&[(&str, &str)]; 1] = [&[("timestamps", "server")]];
    let (host, path) = ("h:8089", "/run/a%20b.sock");
    check::<InfluxUdp>(&folder, "influx+udp", host, &[&udp[..], &influx].concat());
    check::<InfluxTcp>(&folder, "influx+tcp", host, &influx);
    check::<InfluxUnix>(&folder, "influx+unix", path, &[&unix[..], &influx].concat());
    check::<StatsdUdp>(&folder, "statsd+udp", host, &[&udp[..], &statsd].concat());
    check::<StatsdTcp>(&folder, "statsd+tcp", host, &statsd);
    check::<StatsdUnix>(&folder, "statsd+unix", path, &[&unix[..], &statsd].concat());
    check::<GraphiteUdp>(
        &folder,
        "graphite+udp",
        "[::1]:2003",
        &[&udp[..], &graphite].concat(),
    );
    check::<GraphiteTcp>(&folder, "graphite+tcp", "[::1]:2003", &graphite);
}

#[test]
fn every_parameter_of_stores_is_reachable_and_written() {
    let folder = Folder::create("forms-of-stores");
    Files::write(folder.path());
    let stored: [&[(&str, &str)]; 4] = [
        &[("prefix", "my-jobs")],
        &[("ttl", "1.5")],
        &[("ttl", "none")],
        &[("instance", "a/b &=?")],
    ];
    let own: [&[(&str, &str)]; 7] = [
        &[("user", "jobs")],
        &[("pass", "hunter2")],
        &[("db", "7")],
        &[("password_file", "/run/a b")],
        &[("password_env", "PUSH_PASSWORD")],
        &[("nodes", "two:6379,[::1]:6380")],
        &[("timeout", "2.5")],
    ];
    let tls: [&[(&str, &str)]; 2] = [
        &[("ca_file", "FOLDER/authority.pem")],
        &[
            ("client_certificate", "FOLDER/client.pem"),
            ("client_key", "FOLDER/client.key"),
        ],
    ];
    check::<Sqlite>(&folder, "sqlite", "/a%20b/c.db", &stored);
    for scheme in ["rediss", "valkeys"] {
        let all = [&stored[..], &own, &tls].concat();
        check::<Redis>(&folder, scheme, "h:6380", &all);
    }
    for (form, written) in [
        ("redis://h/3", "redis://h:6379/3"),
        ("valkey://u%40x@[::1]:1", "valkey://u%40x@[::1]:1"),
        (
            "redis+unix:///a%20b.sock?db=3",
            "redis+unix:///a%20b.sock?db=3",
        ),
        (
            "valkey+unix:///a.sock?user=u",
            "valkey+unix:///a.sock?user=u",
        ),
        ("REDIS://u:hunter2@h:1?prefix=ppc&ttl=1h", "redis://u@h:1"),
    ] {
        assert_eq!(again::<Redis>(form), written);
    }
}

#[test]
fn every_text_survives() {
    for text in TEXTS {
        let gateway = Pushgateway::new("h")
            .job(text)
            .grouping("k", text)
            .header("X-A", "b");
        if !text.is_empty() {
            assert_eq!(
                again::<Pushgateway>(&gateway.to_string()),
                gateway.to_string()
            );
        }
        let influx = InfluxHttp::new("h")
            .db(text)
            .extra_label("l", text)
            .param("p", text);
        assert_eq!(again::<InfluxHttp>(&influx.to_string()), influx.to_string());
        if !text.contains('\0') {
            let file = Textfile::new(format!("/a/{text}x?#%&.prom"));
            assert_eq!(again::<Textfile>(&file.to_string()), file.to_string());
            let file = Sqlite::new(format!("/a/{text}x?#%&.db")).instance(text);
            assert_eq!(again::<Sqlite>(&file.to_string()), file.to_string());
            let socket = StatsdUnix::new(format!("/a/{text}x?#%&.sock"));
            assert_eq!(again::<StatsdUnix>(&socket.to_string()), socket.to_string());
        }
    }
}

#[test]
fn a_file_beside_the_program_has_a_url_as_well() {
    let file = Textfile::new("a b.prom").start(true);
    let here = std::env::current_dir().unwrap();
    let url = file.to_string();
    let here = here.to_str().unwrap();
    assert!(
        percent_decoded(&url) == format!("textfile://{here}/a b.prom?start=true"),
        "{url}"
    );
    assert_eq!(again::<Textfile>(&url), url);
}

#[test]
fn passwords_and_tokens_are_in_no_url() {
    for url in [
        "influx+http://user:hunter2@h",
        "influx+http://h?token=hunter2",
        "openmetrics+http://hunter2@h?bearer_token=hunter2",
        "pushgateway+http://h?header.Authorization=hunter2&header.X-Api-Key=hunter2",
        "influx+http://h?param.u=user&param.p=hunter2&param.token=hunter2",
        "influx+http://h?proxy=http%3A%2F%2Fuser%3Ahunter2%40proxy",
        "influx+http://h?proxy=user%3Ahunter2%40proxy%3A3128",
    ] {
        let any = url.parse::<Destination>().unwrap();
        let shown = format!("{any:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
        again::<Destination2>(url);
    }
}

/// Whichever it is, as it writes itself.
struct Destination2(String);

impl FromStr for Destination2 {
    type Err = ppc::Error;

    fn from_str(url: &str) -> Result<Self, ppc::Error> {
        let any = format!("{:?}", url.parse::<Destination>()?);
        let inner = any
            .strip_prefix("Destination(")
            .and_then(|any| any.strip_suffix(')'));
        Ok(Self(inner.unwrap().to_owned()))
    }
}

impl Display for Destination2 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[test]
fn destinations_with_other_secrets_are_others() {
    let of = |url: &str| url.parse::<Destination>().unwrap();
    for (one, other) in [
        ("influx+http://u:a@h", "influx+http://u:b@h"),
        ("influx+http://u:a@h", "influx+http://v:a@h"),
        ("influx+http://h?token=a", "influx+http://h?token=b"),
        ("influx+http://h?token=a", "influx+http://h?bearer_token=a"),
        (
            "influx+http://h?header.X-Api-Key=a",
            "influx+http://h?header.X-Api-Key=b",
        ),
        ("influx+http://h?param.p=a", "influx+http://h?param.p=b"),
        ("influx+http://Token:a@h", "influx+http://h?token=a"),
    ] {
        assert!(
            of(one) == of(one) && of(one) != of(other),
            "{one} and {other}"
        );
    }
}
