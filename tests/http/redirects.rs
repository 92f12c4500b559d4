//! Redirects: what is followed, with what, and how far.

use ppc::{InfluxHttp, Pushgateway, Registry, push_to_gateway};

use super::gauge;
use crate::support::script::{Answer, Reply, Server};

fn to(location: impl Into<String>, status: u16) -> Answer {
    Reply::status(status)
        .header("Location", &location.into())
        .into()
}

fn registry() -> Registry {
    let registry = Registry::new();
    gauge(&registry).set(1);
    registry
}

/// A PUT to this server, whose result says what became of it.
fn put(server: &Server, change: impl Fn(Pushgateway) -> Pushgateway) -> Result<(), String> {
    let gateway = change(Pushgateway::new(format!("http://{}", server.address())));
    push_to_gateway(gateway, "j", &registry()).map_err(|error| error.to_string())
}

#[test]
fn f19_method_and_body_survive_a_redirect() {
    for (status, follow) in [
        (307, false),
        (308, false),
        (307, true),
        (301, true),
        (302, true),
    ] {
        let server = Server::answering(move |request, _| {
            if request.target.starts_with("/moved") {
                200.into()
            } else {
                to("/moved?x=1", status)
            }
        });
        put(&server, |gateway| gateway.follow_redirects(follow)).unwrap();
        let requests = server.requests();
        assert_eq!(requests.len(), 2, "{status}");
        assert_eq!(requests[1].target, "/moved?x=1");
        for request in &requests {
            assert_eq!(
                (&*request.method, &*request.text()),
                ("PUT", "# TYPE a_b gauge\na_b 1\n")
            );
        }
    }
}

#[test]
fn f19_what_is_not_followed_is_an_error_that_says_so() {
    for status in [301, 302, 303, 300, 304] {
        let server = Server::answering(move |_, _| to("/moved", status));
        let error = put(&server, |gateway| gateway).unwrap_err();
        assert!(error.contains(&status.to_string()), "{error}");
        assert_eq!(server.requests().len(), 1);
    }
    let server = Server::answering(|_, _| to("/moved", 303));
    assert!(
        put(&server, |gateway| gateway.follow_redirects(true)).is_err(),
        "never a GET"
    );
}

#[test]
fn f19_a_circle_ends_after_five() {
    let server = Server::answering(|_, _| to("/again", 307));
    let error = put(&server, |gateway| gateway).unwrap_err();
    assert!(error.contains("more than 5 times"), "{error}");
    assert_eq!(server.requests().len(), 6);
}

#[test]
fn f19_a_redirect_that_says_nothing_is_an_error() {
    let server = Server::answering(|_, _| Reply::status(308).into());
    let error = put(&server, |gateway| gateway).unwrap_err();
    assert!(error.contains("without saying where"), "{error}");
}

#[test]
fn f19_another_server_gets_no_credentials() {
    let other = Server::answering(|_, _| 200.into());
    let place = format!("http://{}/x", other.address());
    let server = Server::answering(move |_, _| to(place.clone(), 307));
    put(&server, |gateway| {
        gateway
            .basic_auth("user", "hunter2")
            .header("X-Api-Key", "hunter3")
            .header("X-Scope-OrgID", "7")
    })
    .unwrap();
    let first = &server.requests()[0];
    assert!(first.header("Authorization").is_some() && first.header("X-Api-Key").is_some());
    let second = &other.requests()[0];
    assert_eq!(second.header("Authorization"), None);
    assert_eq!(second.header("X-Api-Key"), None);
    assert_eq!(second.header("X-Scope-OrgID"), Some("7"));
    assert_eq!(second.text(), first.text());
}

#[test]
fn f19_a_push_follows_as_the_functions_do() {
    let server = Server::answering(|request, _| {
        if request.target == "/moved" {
            204.into()
        } else {
            to("/moved", 308)
        }
    });
    let influx = InfluxHttp::new(format!("http://{}", server.address()));
    super::push(influx, &registry()).start().stop();
    assert!(
        server
            .requests()
            .iter()
            .any(|request| request.target == "/moved")
    );
}
