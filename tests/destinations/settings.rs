//! Typed settings: each does what its parameter of the URL form does.

use std::time::Duration;

use ppc::{
    Compression, Format, InfluxHttp, Names, OpenMetricsHttp, Precision, Push, Pushgateway, Redis,
    Registry, Secret, Sqlite, Textfile, Timestamps, TlsVersion, Verb,
};

use crate::support::script::Server;

#[test]
fn settings_and_parameters_are_the_same() {
    macro_rules! of_all {
        ($server:expr) => {
            $server
                .header("X-Run", "7")
                .param("x", "1")
                .basic_auth("u", Secret::env("PASSWORD"))
                .ca_file("/ca")
                .client_certificate("/c", "/k")
                .min_tls_version(TlsVersion::V1_3)
                .insecure_skip_verify(true)
                .compression(Compression::Gzip)
                .timeout("1m")
                .connect_timeout(Duration::from_millis(1500))
                .max_body(7)
                .follow_redirects(true)
                .proxy("off")
                .unix_socket("/s")
                .to_string()
        };
    }
    let same = "header.X-Run=7&param.x=1&password_env=PASSWORD&ca_file=%2Fca&\
                client_certificate=%2Fc&client_key=%2Fk&min_tls_version=1.3&\
                insecure_skip_verify=true&compression=gzip&timeout=60&connect_timeout=1.5&\
                max_body=7&follow_redirects=true&proxy=off&unix_socket=%2Fs";
    let influx = InfluxHttp::new("https://h/p")
        .method(Verb::Put)
        .db("d")
        .bucket("b")
        .org("o")
        .precision(Precision::Seconds)
        .extra_label("l", "v")
        .names(Names::InfluxDb)
        .timestamps(Timestamps::Server);
    assert_eq!(
        of_all!(influx),
        format!(
            "influx+https://u@h/p?method=put&db=d&bucket=b&org=o&precision=s&extra_label.l=v&\
             names=influxdb&timestamps=server&{same}"
        )
    );
    let openmetrics = OpenMetricsHttp::new("h:1")
        .method("put")
        .format(Format::OpenMetrics)
        .exemplars(false)
        .extra_label("l", "v")
        .timestamps("server");
    assert_eq!(
        of_all!(openmetrics),
        format!(
            "openmetrics+http://u@h:1?method=put&format=openmetrics&exemplars=false&\
             extra_label.l=v&timestamps=server&{same}"
        )
    );
    let gateway = Pushgateway::new("h")
        .job("j")
        .grouping("b", 2)
        .grouping("a", true)
        .method("put")
        .start(true)
        .delete_on_success(true)
        .delete_on_exit(true);
    assert_eq!(
        of_all!(gateway),
        format!(
            "pushgateway+http://u@h?job=j&grouping.a=true&grouping.b=2&method=put&start=true&\
             delete_on_success=true&delete_on_exit=true&{same}"
        )
    );
    assert_eq!(
        InfluxHttp::new("h").no_timeout().to_string(),
        "influx+http://h?timeout=none"
    );
    let token = InfluxHttp::new("h").token(Secret::file("/t")).to_string();
    assert_eq!(token, "influx+http://h?token_file=%2Ft");
    let file = Textfile::new("/a/b.prom").start(true).to_string();
    assert_eq!(file, "textfile:///a/b.prom?start=true");
    let redis = Redis::new("rediss://h/1")
        .nodes(["two:6379", "three:6379"])
        .user("u")
        .password(Secret::env("PASSWORD"))
        .ca_file("/ca")
        .client_certificate("/c", "/k")
        .timeout("1m")
        .prefix("billing")
        .ttl("1d")
        .instance("a");
    assert_eq!(
        redis.to_string(),
        "rediss://u@h:6379/1?password_env=PASSWORD&nodes=two%3A6379%2Cthree%3A6379&ca_file=%2Fca&\
         client_certificate=%2Fc&client_key=%2Fk&timeout=60&prefix=billing&ttl=86400&instance=a"
    );
    let sqlite = Sqlite::new("/a/b.db").prefix("billing").no_ttl();
    let form = sqlite.instance("a").to_string();
    assert_eq!(form, "sqlite:///a/b.db?prefix=billing&ttl=none&instance=a");
}

#[test]
fn f17_what_is_set_is_in_the_request() {
    let server = Server::answering(|_, _| 204.into());
    let registry = Registry::new();
    ppc::Gauge::builder("a_b")
        .register(&registry)
        .unwrap()
        .set(1);
    let address = server.address();
    let push = |destination: ppc::Destination| {
        let before = server.requests().len();
        Push::to(destination)
            .registry(&registry)
            .job("j")
            .job_metrics(false)
            .start()
            .stop();
        server.requests().split_off(before).pop().unwrap()
    };
    let influx = InfluxHttp::new(format!("http://{address}?u=x"))
        .method("put")
        .db("a b")
        .precision("us")
        .extra_label("l", "a=b&c")
        .param("q", "1")
        .header("X-Run", "7")
        .token("hunter2")
        .timestamps("server");
    let request = push(influx.into());
    assert_eq!(request.method, "PUT");
    let target = "/write?db=a%20b&precision=u&extra_label=l%3Da%3Db%26c&u=x&q=1";
    assert_eq!(
        (&*request.target, &*request.text()),
        (target, "a,job=j b=1\n")
    );
    assert_eq!(request.header("X-Run"), Some("7"));
    assert_eq!(request.header("Authorization"), Some("Token hunter2"));
    assert_eq!(request.header("Host"), Some(&*address.to_string()));
    let twice = InfluxHttp::new(format!("{address}?bucket=b&org=o"))
        .header("X-Run", "7")
        .header("x-run", "8")
        .header("Content-Type", "text/x");
    let request = push(twice.into());
    assert_eq!(request.target, "/api/v2/write?bucket=b&org=o");
    assert_eq!(request.headers_named("x-run"), ["7", "8"]);
    assert_eq!(request.headers_named("content-type"), ["text/x"]);
    let cloud = InfluxHttp::new(address.to_string())
        .org("o")
        .bucket("b")
        .precision("us");
    let request = push(cloud.into());
    assert_eq!(request.target, "/api/v2/write?bucket=b&org=o&precision=us");
    let openmetrics = OpenMetricsHttp::new(format!("http://user:pw@{address}/in/"))
        .extra_label("dc", "fra1")
        .timestamps("server");
    let request = push(openmetrics.into());
    assert_eq!(
        (&*request.method, &*request.target),
        ("POST", "/in/?extra_label=dc%3Dfra1")
    );
    assert_eq!(request.text(), "# TYPE a_b gauge\na_b{job=\"j\"} 1\n");
    assert_eq!(request.header("Authorization"), Some("Basic dXNlcjpwdw=="));
    let gateway = Pushgateway::new(format!("{address}/base"))
        .bearer_token("hunter2")
        .param("x", 1.to_string());
    let request = push(gateway.into());
    assert_eq!(request.target, "/base/metrics/job/j?x=1");
    assert_eq!(request.header("Authorization"), Some("Bearer hunter2"));
}
