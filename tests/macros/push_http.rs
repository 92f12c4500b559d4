//! `#[push_metrics]` to servers over HTTP, gateways and files: what its keys become.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_executor::block_on;
use ppc::{
    AggregationGateway, Compression, Delivery, Format, Gauges, InfluxHttp, OpenMetricsHttp,
    Pushgateway, Registry, Secret, Textfile, Timestamps, Verb, metric, push_metrics,
};
use tokio::runtime::Builder;

use crate::support::script::{Request, Script, Server};

static REGISTRY: Registry = Registry::new();

metric! {
    /// Where the job is.
    static STAGE: Gauge { name: "http_stage", registry: REGISTRY }
}

/// A server on a Unix socket, so that the URL can be any.
fn server() -> Server {
    STAGE.set(1);
    Server::start_unix(Script::answering(|_, _| 200.into()))
}

/// What came last, which is the final push.
#[track_caller]
fn last(server: &Server) -> Request {
    let mut requests = server.requests();
    requests.pop().expect("a push")
}

/// Asserts how the final push began: its method, its target, and a line of its body.
#[track_caller]
fn check(server: &Server, line: &str, part: &str) {
    let request = last(server);
    assert_eq!(format!("{} {}", request.method, request.target), line);
    let text = request.text();
    assert!(text.contains(part), "{text}");
}

#[test]
fn urls_are_literals_with_or_without_a_scheme() {
    #[push_metrics(influx_http = "http://victoria/base/write?db=x", unix_socket = to, registry = REGISTRY, timestamps = "server")]
    fn influx(to: &Path) {}
    #[push_metrics(openmetrics_http = "victoria:8428", unix_socket = to, registry = REGISTRY)]
    fn openmetrics(to: &Path) {}
    #[push_metrics(pushgateway = "gateway", job = "a/b", unix_socket = to, registry = REGISTRY)]
    fn pushgateway(to: &Path) {}
    #[push_metrics(aggregation_gateway = "http://gateway/", job = "b", unix_socket = to, registry = REGISTRY)]
    fn aggregation(to: &Path) {}

    let server = server();
    influx(server.path());
    check(&server, "POST /base/write?db=x", "http stage=1\n");
    openmetrics(server.path());
    check(&server, "POST /api/v1/import/prometheus", "http_stage 1 ");
    pushgateway(server.path());
    check(
        &server,
        "POST /metrics/job@base64/YS9i",
        "# TYPE http_stage gauge\nhttp_stage 1\n",
    );
    aggregation(server.path());
    // What the final push takes back was never sent.
    check(&server, "POST /metrics/job/b", "job_runs_total");
}

#[test]
fn urls_are_strings_and_expressions_of_the_arguments() {
    #[push_metrics(influx_http = host, unix_socket = to, registry = REGISTRY)]
    fn string(host: String, to: &Path) -> String {
        // What the settings borrowed is here to be moved.
        host
    }
    #[push_metrics(openmetrics_http = format!("http://{host}:{port}/in"), unix_socket = to, registry = REGISTRY)]
    fn made(host: &str, port: u16, to: &Path) {}
    #[push_metrics(pushgateway = &hosts[1], job = hosts[0], unix_socket = to, registry = REGISTRY)]
    fn element(hosts: &[&str], to: PathBuf) -> PathBuf {
        to
    }
    let server = server();
    assert_eq!(string("victoria".to_owned(), server.path()), "victoria");
    check(&server, "POST /write", "http stage=1 ");
    made("victoria", 8428, server.path());
    check(&server, "POST /in", "http_stage 1 ");
    let to = server.path().to_owned();
    assert_eq!(element(&["first", "gateway"], to), server.path());
    check(&server, "POST /metrics/job/first", "http_stage 1\n");
}

#[test]
fn urls_have_the_form_of_the_environment_too() {
    #[push_metrics(influx_http = "influx+http://victoria/?db=x&precision=s", unix_socket = to, registry = REGISTRY)]
    fn influx(to: &Path) {}
    #[push_metrics(openmetrics_http = form, unix_socket = to, registry = REGISTRY)]
    fn openmetrics(form: &str, to: &Path) {}
    #[push_metrics(pushgateway = "pushgateway+http://gateway/?job=x&grouping.a=b&method=put", unix_socket = to, registry = REGISTRY)]
    fn pushgateway(to: &Path) {}
    #[push_metrics(aggregation_gateway = "aggregation+http://gateway/in?job=x", start, unix_socket = server.path(), registry = REGISTRY)]
    fn aggregation(server: &Server) {
        server.wait_for(|requests| {
            let mut requests = requests.iter();
            requests.any(|request| request.target.starts_with("/in"))
        });
    }

    let server = server();
    influx(server.path());
    check(&server, "POST /write?db=x&precision=s", "http stage=1 ");
    openmetrics(
        "openmetrics+http://victoria/?format=openmetrics",
        server.path(),
    );
    check(&server, "POST /api/v1/import/prometheus", "# EOF\n");
    pushgateway(server.path());
    check(&server, "PUT /metrics/job/x/a/b", "http_stage 1\n");
    aggregation(&server);
    check(&server, "POST /in/metrics/job/x", "http_stage -1\n");
}

#[test]
fn destinations_are_made_before() {
    #[push_metrics(influx_http = to, registry = REGISTRY)]
    fn influx(to: &InfluxHttp) {}
    #[push_metrics(openmetrics_http = to, registry = REGISTRY, format = Format::OpenMetrics)]
    fn openmetrics(to: OpenMetricsHttp) {}
    #[push_metrics(pushgateway = to.clone().method(Verb::Put), registry = REGISTRY)]
    fn pushgateway(to: &Pushgateway) {}
    #[push_metrics(aggregation_gateway = to, registry = REGISTRY, job = "other", gauges = Gauges::Skip, delivery = Delivery::AtLeastOnce)]
    fn aggregation(to: &AggregationGateway) {}

    let server = server();
    let to = server.path();
    influx(&InfluxHttp::new("victoria").db("y").unix_socket(to));
    check(&server, "POST /write?db=y", "http stage=1 ");
    openmetrics(OpenMetricsHttp::new("victoria/in").unix_socket(to));
    check(&server, "POST /in", "# EOF\n");
    pushgateway(&Pushgateway::new("gateway").job("made").unix_socket(to));
    check(&server, "PUT /metrics/job/made", "http_stage 1\n");
    let gateway = AggregationGateway::new("gateway").job("made");
    aggregation(&gateway.unix_socket(to));
    // The gateway's own job, and not that of the push.
    check(&server, "POST /metrics/job/made", "job_runs_total");
    assert!(!last(&server).text().contains("http_stage"));
}

#[test]
fn files_are_paths_of_any_kind() {
    #[push_metrics(textfile = concat!(env!("CARGO_TARGET_TMPDIR"), "/text.prom"), registry = REGISTRY)]
    fn text() {}
    #[push_metrics(textfile = folder.join("path.prom"), registry = REGISTRY)]
    fn path(folder: &Path) {}
    #[push_metrics(textfile = format!("textfile://{}/form.prom?start=true", folder.display()), registry = REGISTRY)]
    fn form(folder: &Path) {}
    #[push_metrics(textfile = to, registry = REGISTRY, start = to.to_string().is_empty())]
    fn made(to: &Textfile) {}

    STAGE.set(1);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    text();
    path(folder);
    form(folder);
    made(&Textfile::new(folder.join("made.prom")));
    for name in ["text", "path", "form", "made"] {
        let file = folder.join(name).with_extension("prom");
        let content = fs::read_to_string(&file).unwrap();
        assert!(content.contains("http_stage 1\n"), "{name}: {content}");
        fs::remove_file(file).unwrap();
    }
}

#[test]
fn settings_reach_the_request() {
    #[push_metrics(
        influx_http = "http://victoria",
        unix_socket = to,
        registry = REGISTRY,
        method = "put",
        precision = "ms",
        timestamps = Timestamps::Server,
        names = String::from("influxdb"),
        db = db,
        bucket = "b",
        org = format!("{db}-org"),
        token = Secret::from(secret),
        extra_labels(dc = "fra1", "rack" = rack.to_string()),
        headers("X-Scope-OrgID" = "7", Accept = accept),
        params(a = "1 2", "a" = db),
        min_tls_version = "1.3",
        insecure_skip_verify = false,
        compression = "none",
        timeout = "1m",
        connect_timeout = Duration::from_secs(20),
        max_body = 1_000_000,
        follow_redirects,
    )]
    fn run(to: &Path, db: &str, secret: &str, rack: u8, accept: String) {}

    let server = server();
    run(server.path(), "d", "hunter2", 5, "text/plain".to_owned());
    let target = "/api/v2/write?db=d&bucket=b&org=d-org&precision=ms&extra_label=dc%3Dfra1\
                  &extra_label=rack%3D5&a=1%202&a=d";
    check(&server, &format!("PUT {target}"), "http stage=1\n");
    let request = last(&server);
    for (name, value) in [
        ("Authorization", "Token hunter2"),
        ("X-Scope-OrgID", "7"),
        ("Accept", "text/plain"),
    ] {
        assert_eq!(request.header(name), Some(value), "{name}");
    }
}

#[test]
fn settings_of_gateways_reach_the_request() {
    #[push_metrics(
        pushgateway = "http://gateway/prefix",
        job = job,
        grouping(instance = instance, "shard" = 3, r#type = 'c'),
        unix_socket = to,
        registry = REGISTRY,
        method = method,
        username = "jobs",
        password = Secret::from("open sesame"),
        compression = Compression::Gzip,
        delete_on_exit = false,
    )]
    fn run(to: &Path, job: &str, instance: String, method: &str) {}
    #[push_metrics(pushgateway = "gateway", job = "j", unix_socket = to, registry = REGISTRY, bearer_token = token)]
    fn bearer(to: &Path, token: &Secret) {}

    let server = server();
    run(server.path(), "j", "a b".to_owned(), "put");
    let request = last(&server);
    let target = "/prefix/metrics/job/j/instance@base64/YSBi/shard/3/type/c";
    assert_eq!((&*request.method, &*request.target), ("PUT", target));
    assert_eq!(request.header("Content-Encoding"), Some("gzip"));
    let authorization = request.header("Authorization").unwrap();
    assert_eq!(authorization, "Basic am9iczpvcGVuIHNlc2FtZQ==");

    bearer(server.path(), &Secret::from("t"));
    assert_eq!(last(&server).header("Authorization"), Some("Bearer t"));
}

#[test]
fn a_setting_of_several_destinations_is_evaluated_once() {
    #[push_metrics(
        influx_http = { order.set(order.get() * 10 + 9); "http://victoria" },
        openmetrics_http = "http://victoria",
        pushgateway = "http://gateway",
        job = "j",
        registry = REGISTRY,
        unix_socket = to,
        headers("X-A" = { order.set(order.get() * 10 + 1); "a" }, "X-B" = { order.set(order.get() * 10 + 2); "b" }),
        params(c = &*{ order.set(order.get() * 10 + 3); "d".to_owned() }),
        username = { order.set(order.get() * 10 + 4); String::from("u") },
        password = { order.set(order.get() * 10 + 5); Secret::from("p") },
        timeout = { order.set(order.get() * 10 + 6); 10 },
        max_body = { order.set(order.get() * 10 + 7); 1_000_000 },
        follow_redirects = { order.set(order.get() * 10 + 8); true },
    )]
    fn run(to: &Path, order: &Cell<u64>) {}

    let (server, order) = (server(), Cell::new(0));
    run(server.path(), &order);
    // Those that are shared in front of those that are not.
    assert_eq!(order.get(), 123_456_789);
    let requests = server.requests();
    for target in [
        "/write?c=d",
        "/api/v1/import/prometheus?c=d",
        "/metrics/job/j?c=d",
    ] {
        let mut requests = requests.iter();
        let request = requests.find(|request| request.target == target);
        let request = request.unwrap_or_else(|| panic!("nothing to {target}"));
        let headers = ["X-A", "X-B", "Authorization"].map(|name| request.header(name));
        assert_eq!(headers, [Some("a"), Some("b"), Some("Basic dTpw")]);
    }
}

#[test]
fn a_group_is_deleted_after_a_success() {
    #[push_metrics(pushgateway = "gateway", job = "j", unix_socket = to, registry = REGISTRY, delete_on_success)]
    fn run(to: &Path, result: Result<u8, String>) -> Result<u8, String> {
        result
    }
    #[push_metrics(pushgateway = "gateway", job = "k", unix_socket = to, registry = REGISTRY, delete_on_exit = always)]
    async fn run_async(to: &Path, always: bool, result: Result<u8, String>) -> Result<u8, String> {
        result
    }

    let server = server();
    assert_eq!(run(server.path(), Ok(5)), Ok(5));
    check(&server, "DELETE /metrics/job/j", "");
    assert!(run(server.path(), Err("e".to_owned())).is_err());
    check(&server, "POST /metrics/job/j", "outcome=\"error\"");
    assert!(block_on(run_async(server.path(), true, Err(String::new()))).is_err());
    check(&server, "DELETE /metrics/job/k", "");
    assert_eq!(block_on(run_async(server.path(), false, Ok(5))), Ok(5));
    check(&server, "POST /metrics/job/k", "outcome=\"ok\"");
}

#[test]
fn gateways_and_files_hear_of_the_start_where_it_is_asked_for() {
    #[push_metrics(
        pushgateway = "gateway",
        textfile = file,
        job = "j",
        unix_socket = server.path(),
        registry = REGISTRY,
        start = start
    )]
    fn run(server: &Server, file: &Path, start: bool) {
        if start {
            server.wait_for(|requests| !requests.is_empty());
            while !file.exists() {
                std::thread::yield_now();
            }
        } else {
            std::thread::sleep(Duration::from_millis(50));
            assert!(server.requests().is_empty() && !file.exists());
        }
    }

    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("start.prom");
    let _ = fs::remove_file(&file);
    run(&server(), &file, false);
    assert!(file.exists());
    fs::remove_file(&file).unwrap();
    run(&server(), &file, true);
    fs::remove_file(&file).unwrap();
}

#[test]
fn async_functions_push_in_and_outside_runtimes() {
    #[push_metrics(influx_http = "victoria", unix_socket = to, registry = REGISTRY, timestamps = "server")]
    async fn run(to: &Path) -> u8 {
        5
    }
    #[push_metrics(influx_http = "victoria", unix_socket = to, registry = REGISTRY, timestamps = "server", task = on)]
    async fn on_a_task(to: &Path, on: bool) -> u8 {
        5
    }
    #[push_metrics(influx_http = "victoria", unix_socket = to, registry = REGISTRY, timestamps = "server")]
    fn blocking(to: &Path) -> u8 {
        5
    }

    let one = Builder::new_current_thread().enable_all().build().unwrap();
    let many = Builder::new_multi_thread().enable_all().build().unwrap();
    for (name, job) in [
        ("blocking", &blocking as &dyn Fn(&Path) -> u8),
        ("outside", &|to| block_on(run(to))),
        ("current_thread", &|to| one.block_on(run(to))),
        ("multi_thread", &|to| many.block_on(run(to))),
        ("blocking inside", &|to| {
            one.block_on(async { blocking(to) })
        }),
        ("task", &|to| one.block_on(on_a_task(to, true))),
        ("task of many", &|to| many.block_on(on_a_task(to, true))),
    ] {
        let server = server();
        assert_eq!(job(server.path()), 5, "{name}");
        check(&server, "POST /write", "http stage=1\n");
    }
}
