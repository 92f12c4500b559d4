//! The ways to a server: names, Unix sockets, proxies, one's own HTTP.

use std::sync::{Arc, Mutex};

use ppc::{HttpRequest, HttpResponse, InfluxHttp, Pushgateway, Registry, push_to_gateway};

use super::{gauge, influx, push};
use crate::support::script::{Script, Server};

fn registry() -> Registry {
    let registry = Registry::new();
    gauge(&registry).set(1);
    registry
}

#[test]
fn a_unix_socket_is_a_server_like_any_other() {
    let server = Server::start_unix(Script::answering(|_, _| 204.into()));
    let influx = InfluxHttp::new("http://victoria/write")
        .timestamps("server")
        .unix_socket(server.path());
    push(influx, &registry()).start().stop();
    let requests = server.requests();
    assert_eq!(requests[0].header("Host"), Some("victoria"));
    assert_eq!(
        (&*requests[0].target, &*requests[0].text()),
        ("/write", "a b=1\n")
    );
}

#[test]
fn a_name_is_looked_up() {
    let server = Server::answering(|_, _| 204.into());
    let influx = InfluxHttp::new(format!("http://localhost:{}", server.address().port()));
    push(influx, &registry()).start().stop();
    assert!(!server.requests().is_empty());
}

#[test]
fn f09_a_name_that_does_not_resolve_is_named() {
    let gateway = Pushgateway::new("http://no-such-host.invalid:9091").timeout(20);
    let error = push_to_gateway(gateway, "j", &registry()).unwrap_err();
    assert!(
        error.to_string().contains("no-such-host.invalid"),
        "{error}"
    );
    assert!(error.is_push() && error.status().is_none());
}

#[test]
fn a_proxy_is_asked_for_the_whole_url_with_its_own_credentials() {
    let proxy = Server::answering(|_, _| 204.into());
    let influx = InfluxHttp::new("http://victoria.invalid/write?db=x")
        .proxy(format!("http://user:pw@{}", proxy.address()));
    push(influx, &registry()).start().stop();
    let request = &proxy.requests()[0];
    assert_eq!(request.target, "http://victoria.invalid/write?db=x");
    // user:pw
    assert_eq!(
        request.header("Proxy-Authorization"),
        Some("Basic dXNlcjpwdw==")
    );
    assert_eq!(request.header("Authorization"), None);
}

#[test]
fn a_proxy_that_is_not_there_is_named() {
    let gateway = Pushgateway::new("http://gateway.invalid").proxy("http://user:pw@127.0.0.1:1");
    let error = push_to_gateway(gateway, "j", &registry())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("through the proxy http://127.0.0.1:1/:"),
        "{error}"
    );
}

#[test]
fn an_encrypted_connection_goes_through_a_proxy_as_a_tunnel() {
    let proxy = Server::answering(|_, _| 403.into());
    let gateway =
        Pushgateway::new("https://gateway.invalid").proxy(format!("http://{}", proxy.address()));
    let error = push_to_gateway(gateway, "j", &registry()).unwrap_err();
    let request = &proxy.requests()[0];
    assert_eq!(
        (&*request.method, &*request.target),
        ("CONNECT", "gateway.invalid:443")
    );
    assert!(error.to_string().contains("tunnel"), "{error}");
}

#[test]
fn k17_a_handler_of_ones_own_gets_everything() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (kept, answer) = (Arc::clone(&seen), Arc::new(Mutex::new(200)));
    let status = Arc::clone(&answer);
    let handler = move |request: &HttpRequest<'_>| {
        let headers: Vec<_> = request
            .headers()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        let body = String::from_utf8(request.body().to_vec())?;
        let (method, url) = (request.method().to_owned(), request.url());
        kept.lock()
            .unwrap()
            .push((method, url, headers, body, request.timeout()));
        Ok(HttpResponse::new(*status.lock().unwrap()).body("no room\nat all"))
    };
    let gateway = Pushgateway::new("gateway.invalid")
        .basic_auth("foo", "bar")
        .handler(handler);
    push_to_gateway(&gateway, "j", &registry()).unwrap();
    *answer.lock().unwrap() = 507;
    let error = push_to_gateway(&gateway, "j", &registry()).unwrap_err();
    assert_eq!(error.status(), Some(507));
    assert!(
        error
            .to_string()
            .ends_with("507 Insufficient Storage: no room"),
        "{error}"
    );
    let seen = seen.lock().unwrap();
    let (method, url, headers, body, timeout) = &seen[0];
    assert_eq!(
        (&**method, &**url),
        ("PUT", "http://gateway.invalid/metrics/job/j")
    );
    assert_eq!(body, "# TYPE a_b gauge\na_b 1\n");
    assert_eq!(timeout.unwrap().as_secs(), 30);
    for header in [
        "authorization: Basic Zm9vOmJhcg==",
        "content-type: text/plain; version=0.0.4; charset=utf-8",
    ] {
        assert!(headers.iter().any(|known| known == header), "{headers:?}");
    }
}

#[test]
fn a_handler_that_panics_or_fails_harms_nobody() {
    let gateway =
        |handler: fn() -> Result<HttpResponse, Box<dyn std::error::Error + Send + Sync>>| {
            Pushgateway::new("gateway.invalid").handler(move |_: &HttpRequest<'_>| handler())
        };
    let panics = gateway(|| panic!("as asked"));
    let error = push_to_gateway(panics, "j", &registry()).unwrap_err();
    assert!(
        error.to_string().contains("the handler panicked"),
        "{error}"
    );
    let fails = gateway(|| Err("no network today".into()));
    let error = push_to_gateway(fails, "j", &registry()).unwrap_err();
    assert!(error.to_string().contains("no network today"), "{error}");
}

#[test]
fn f17_own_headers_parameters_and_paths_are_sent() {
    let server = Server::answering(|_, _| 204.into());
    let influx = influx(&server)
        .header("X-Scope-OrgID", "tenant 7")
        .param("extra", "a&b=c")
        .db("jobs")
        .bearer_token("t0ken");
    push(influx, &registry()).start().stop();
    let request = &server.requests()[0];
    assert_eq!(request.target, "/write?db=jobs&extra=a%26b%3Dc");
    assert_eq!(request.header("X-Scope-OrgID"), Some("tenant 7"));
    assert_eq!(request.header("Authorization"), Some("Bearer t0ken"));
    let host = server.address().to_string();
    assert_eq!(request.header("Host"), Some(&*host));
}

#[test]
fn f17_the_password_of_a_proxy_is_not_told() {
    for proxy in ["user:hunter2@proxy:3128", "http://user:hunter2@proxy:3128"] {
        let told = Pushgateway::new("gateway.invalid").proxy(proxy).to_string();
        assert!(
            !told.contains("hunter2") && told.contains("proxy"),
            "{told}"
        );
    }
}

#[test]
fn what_a_handler_is_at_is_not_overtaken_by_the_last_push() {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&bodies);
    let (begun, first) = std::sync::mpsc::channel();
    let handler = move |request: &HttpRequest<'_>| {
        let _ = begun.send(());
        std::thread::sleep(std::time::Duration::from_millis(200));
        let body = String::from_utf8(request.body().to_vec())?;
        kept.lock().unwrap().push(body);
        Ok(HttpResponse::new(200))
    };
    let registry = Registry::new();
    let gauge = gauge(&registry);
    gauge.set(1);
    let influx = InfluxHttp::new("influx.invalid")
        .timestamps("server")
        .handler(handler);
    let guard = push(influx, &registry).start();
    first.recv().unwrap();
    gauge.set(2);
    guard.stop();
    assert_eq!(*bodies.lock().unwrap(), ["a b=1\n", "a b=2\n"]);
}
