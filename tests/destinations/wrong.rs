//! What is wrong with a destination is an error that lists what is known, and nothing is sent.

use ppc::{
    Destination, InfluxHttp, OpenMetricsHttp, Push, Pushgateway, Redis, Registry, Sqlite, Textfile,
};

use crate::support::script::Server;

#[track_caller]
fn error(url: &str) -> String {
    let error = url.parse::<Destination>().unwrap_err();
    assert!(error.is_setting(), "{error}");
    let text = error.to_string();
    assert!(
        !text.contains("hunter2") && !format!("{error:?}").contains("hunter2"),
        "{text}"
    );
    text
}

#[test]
fn an_unknown_scheme_lists_the_known_ones() {
    for url in [
        "http://h",
        "influx://h",
        "statsd://h:1",
        "influx+tls://h:1",
        "pushgateway://user:hunter2@h",
    ] {
        let text = error(url);
        for known in [
            "unknown scheme",
            "`influx+udp`",
            "`influx+http`",
            "`influx+https`",
            "`influx+tcp`",
            "`influx+unix`",
            "`statsd+udp`",
            "`statsd+tcp`",
            "`statsd+unix`",
            "`graphite+udp`",
            "`graphite+tcp`",
            "`openmetrics+https`",
            "`pushgateway+http`",
            "`textfile`",
            "`redis`",
            "`rediss`",
            "`redis+unix`",
            "`valkey`",
            "`valkeys`",
            "`valkey+unix`",
            "`sqlite`",
        ] {
            assert!(text.contains(known), "{known}: {text}");
        }
    }
}

#[test]
fn an_unknown_parameter_lists_the_known_ones() {
    for (url, known) in [
        (
            "influx+udp://h:1?size=5",
            &["`size`", "`datagram_size`", "`names`"][..],
        ),
        (
            "influx+http://h?databse=hunter2",
            &["`databse`", "`db`", "`header.NAME`", "`proxy`"],
        ),
        (
            "openmetrics+http://h?db=x",
            &["`db`", "`format`", "`extra_label.NAME`", "`timeout`"],
        ),
        (
            "pushgateway+http://h?group.a=x",
            &["`group.a`", "`grouping.NAME`", "`job`"],
        ),
        ("textfile:///a?b", &["`b`", "`start`"]),
        (
            "redis://u:hunter2@h?node=two:6379",
            &["`node`", "`nodes`", "`password_file`", "`ca_file`", "`ttl`"],
        ),
        (
            "sqlite:///a.db?nodes=h",
            &["`nodes`", "`prefix`", "`ttl`", "`instance`"],
        ),
        (
            "statsd+udp://h:1?tags=x",
            &["`tags`", "`dialect`", "`types`", "`datagram_size`"],
        ),
        (
            "influx+unix:///a?path=x",
            &["`path`", "`socket`", "`datagram_size`", "`names`"],
        ),
        (
            "graphite+tcp://h:1?names=influxdb",
            &["`names`", "`timestamps`"],
        ),
    ] {
        let text = error(url);
        assert!(text.contains("unknown parameter"), "{text}");
        assert!(
            known.iter().all(|known| text.contains(known)),
            "{known:?}: {text}"
        );
    }
}

#[test]
fn what_would_go_elsewhere_or_be_read_otherwise_is_refused() {
    for (url, words) in [
        ("influx+http://h:99999", ["port", "65535"]),
        ("influx+http://[::1]:99999", ["port", "65535"]),
        (
            "influx+http://h?proxy=ftp://u:hunter2@p",
            ["proxy", "http://"],
        ),
        (
            "influx+http://h?proxy=socks5://p:1080",
            ["proxy", "http://"],
        ),
        ("influx+http://h?proxy=p:99999", ["proxy", "http://"]),
        ("influx+http://h?proxy=%20", ["proxy", "`off`"]),
        (
            "influx+http://h?param.precision=s",
            ["`precision`", "timestamps"],
        ),
    ] {
        let text = error(url);
        assert!(
            words.iter().all(|word| text.contains(word)),
            "{url}: {text}"
        );
    }
}

#[test]
fn a_wrong_value_says_what_is_right() {
    for (url, words) in [
        (
            "influx+http://h?method=patch",
            &["method \"patch\"", "\"post\" and \"put\""][..],
        ),
        (
            "influx+http://h?precision=d",
            &["precision \"d\"", "\"ns\", \"us\", \"ms\" and \"s\""],
        ),
        (
            "influx+http://h?names=x",
            &["names \"x\"", "\"prometheus\" and \"influxdb\""],
        ),
        (
            "influx+http://h?timestamps=x",
            &["timestamps \"x\"", "\"client\" and \"server\""],
        ),
        (
            "openmetrics+http://h?format=x",
            &["format \"x\"", "\"text\" and \"openmetrics\""],
        ),
        (
            "openmetrics+http://h?exemplars=x",
            &["`exemplars`", "\"true\" or \"false\""],
        ),
        (
            "openmetrics+http://h?compression=deflate",
            &["compression \"deflate\"", "\"zstd\""],
        ),
        (
            "openmetrics+http://h?min_tls_version=1.1",
            &["min_tls_version \"1.1\"", "\"1.3\""],
        ),
        (
            "openmetrics+http://h?max_body=many",
            &["`max_body`", "a number of bytes"],
        ),
        (
            "openmetrics+http://h?max_body=0",
            &["max_body 0", "at least one byte"],
        ),
        ("openmetrics+http://h?timeout=soon", &["time", "soon"]),
        ("openmetrics+http://h?connect_timeout=-1", &["time", "-1"]),
        ("openmetrics+http://h?header.a%20b=x", &["header", "a b"]),
        (
            "openmetrics+http://h?header.X-A=x%0Ay",
            &["header", "X-A", "one line"],
        ),
        (
            "openmetrics+http://h?header.Host=x",
            &["header", "Host", "ours to set"],
        ),
        (
            "openmetrics+https://h?ca_file=/no/such",
            &["TLS", "/no/such"],
        ),
        ("openmetrics+http://", &["host is missing"]),
        ("openmetrics+http://h:0", &["port", "1 to 65535"]),
        ("openmetrics+http://h#x", &["`#`"]),
        ("openmetrics+http://user:hunter2@", &["host is missing"]),
        ("openmetrics+http:h", &["`//`"]),
        (
            "pushgateway+http://h?grouping.a-b=x",
            &["grouping key `a-b`"],
        ),
        (
            "pushgateway+http://h?grouping.job=x",
            &["grouping key `job`"],
        ),
        ("pushgateway+http://h?job=", &["grouping key `job`"]),
        (
            "pushgateway+http://h?start=2",
            &["`start`", "\"true\" or \"false\""],
        ),
        ("textfile://a/b.prom", &["textfile:///folder/name.prom"]),
        ("textfile:///", &["name of a file is missing"]),
        ("sqlite://a/b.db", &["sqlite:///folder/metrics.db"]),
        ("sqlite:///", &["name of a file is missing"]),
        ("sqlite:///a.db?ttl=soon", &["`ttl`", "`1h`", "`none`"]),
        ("redis://u:hunter2@", &["host is missing"]),
        ("redis://h/one", &["number of a database"]),
        ("redis://u:hunter2@h?db=one", &["`db`", "number"]),
        ("redis://h?timeout=soon", &["`timeout`", "`500ms`"]),
        ("redis://h:99999", &["port", "65535"]),
        ("redis+unix://run/a.sock", &["redis+unix:///run/redis.sock"]),
    ] {
        let text = error(url);
        assert!(
            words.iter().all(|word| text.contains(word)),
            "{url}: {words:?}: {text}"
        );
    }
}

#[test]
fn a_wrong_value_of_lines_says_what_is_right() {
    for (url, words) in [
        ("influx+udp://h:1/write", &["influx+udp://host:port"][..]),
        ("statsd+tcp://u@h:1", &["statsd+tcp://host:port"]),
        ("graphite+tcp://h", &["port is missing"]),
        (
            "statsd+udp://h:1?dialect=datadog",
            &[
                "dialect \"datadog\"",
                "\"influx\", \"dogstatsd\", \"librato\", \"signalfx\", \"graphite\" and \"plain\"",
            ],
        ),
        (
            "statsd+unix:///a?types=counters",
            &["types \"counters\"", "\"gauges\" and \"native\""],
        ),
        (
            "statsd+unix:///a?socket=dgram",
            &["socket \"dgram\"", "\"any\", \"datagram\" and \"stream\""],
        ),
        (
            "statsd+unix:///a?datagram_size=0",
            &["datagram_size 0", "from 1"],
        ),
        (
            "statsd+unix://run/a.sock",
            &["statsd+unix:///run/name.sock"],
        ),
        ("statsd+unix:///", &["the path of a socket is missing"]),
        (
            &format!("statsd+unix:///{}", "long/".repeat(30) + "x.sock"),
            &["path /long/", "SUN_LEN"],
        ),
        ("influx+udp://h", &["port is missing"]),
    ] {
        let text = error(url);
        assert!(
            words.iter().all(|word| text.contains(word)),
            "{url}: {words:?}: {text}"
        );
    }
}

#[test]
fn k16_what_is_wrong_is_found_before_anything_is_sent() {
    let server = Server::answering(|_, _| 200.into());
    let address = server.address().to_string();
    let registry = Registry::new();
    ppc::Gauge::builder("a_b")
        .register(&registry)
        .unwrap()
        .set(1);
    let wrong: [(Destination, &str); 14] = [
        (
            InfluxHttp::new(&address).compression("br").into(),
            "compression \"br\"",
        ),
        (
            OpenMetricsHttp::new(&address).compression("br").into(),
            "compression \"br\"",
        ),
        (
            Pushgateway::new(&address).job("j").compression("br").into(),
            "compression \"br\"",
        ),
        (
            InfluxHttp::new(&address).precision("h").into(),
            "precision \"h\"",
        ),
        (
            OpenMetricsHttp::new(format!("ftp://{address}")).into(),
            "`http://` or `https://`",
        ),
        (Pushgateway::new(&address).into(), "name of a job"),
        (
            Pushgateway::new(&address).job("j").timeout("soon").into(),
            "soon",
        ),
        (Textfile::new("/").into(), "name of a file is missing"),
        (Sqlite::new("/").into(), "name of a file is missing"),
        (Sqlite::new("/a.db").prefix("a b").into(), "prefix \"a b\""),
        (
            Sqlite::new("/a.db").ttl("500ms").into(),
            "a second at the least",
        ),
        (Redis::new(&address).prefix("").into(), "prefix \"\""),
        (Redis::new(&address).timeout(0).into(), "timeout 0"),
        (Redis::new(&address).nodes(["h:x"]).into(), "h:x"),
    ];
    for (destination, word) in wrong {
        let push = || Push::to(destination.clone()).registry(&registry);
        let error = push().try_start().unwrap_err();
        assert!(
            error.is_setting() && error.to_string().contains(word),
            "{word}: {error}"
        );
        // The job runs all the same.
        assert_eq!(push().run(|| 5), 5);
    }
    assert!(server.requests().is_empty());
}
