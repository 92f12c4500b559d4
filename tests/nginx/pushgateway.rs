//! In front of a real Pushgateway: who has the right credentials gets through, and whoever has
//! not is told why, without them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ppc::{Gauge, Push, Pushgateway, Registry, Secret, push_to_gateway};

use crate::support::access::{PASSWORD, USER};
use crate::support::certificates::{Clients, Identity};
use crate::support::nginx::{Options, Server, Tls};
use crate::support::{matrix, pushgateway, receiver};

fn registry() -> Registry {
    let registry = Registry::new();
    Gauge::builder("a_b").register(&registry).unwrap().set(1);
    registry
}

fn closed(identity: Identity) -> Options {
    let clients = Clients::WithCertificate;
    Options {
        tls: Some(Tls { identity, clients }),
        password: true,
        ..Options::default()
    }
}

/// By a name, which certificates are for.
fn url(server: &Server) -> String {
    format!("https://localhost:{}/", server.address().port())
}

/// With everything that it asks for.
fn right(server: &Server) -> Pushgateway {
    known(server, Identity::Client).basic_auth(USER, PASSWORD)
}

fn known(server: &Server, identity: Identity) -> Pushgateway {
    let files = server.files();
    Pushgateway::new(url(server))
        .ca_file(files.authority())
        .client_certificate(files.certificate(identity), files.key(identity))
}

/// A push that fails in these words, with nothing secret in them.
#[track_caller]
fn refused(gateway: &Pushgateway, upstream: &pushgateway::Server, words: &[&str]) {
    let error = push_to_gateway(gateway, "j", &registry()).unwrap_err();
    let shown = format!("{error} {error:?} {gateway} {gateway:?}");
    assert!(
        words.iter().all(|word| shown.contains(word)),
        "{words:?}: {shown}"
    );
    let sent = STANDARD.encode(format!("{USER}:{PASSWORD}"));
    for secret in [PASSWORD, "sesame", &*sent, "PRIVATE"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(error.is_push(), "{error}");
    assert!(upstream.groups().is_empty());
}

#[test]
fn k17_the_right_credentials_arrive_however_they_are_given() {
    let upstream = pushgateway::Server::start();
    let server = Server::start(upstream.address(), &closed(Identity::Server));
    let folder = receiver::Folder::create("password");
    let file = folder.path().join("password");
    std::fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let user = "a%20job%40home";
    let address = format!("localhost:{}", server.address().port());
    let certified = |url: String| {
        let files = server.files();
        let (chain, key) = (
            files.certificate(Identity::Client),
            files.key(Identity::Client),
        );
        Pushgateway::new(url)
            .ca_file(files.authority())
            .client_certificate(chain, key)
    };
    let in_url = format!("https://{user}:open%20sesame%3A1@{address}");
    for gateway in [
        right(&server),
        known(&server, Identity::Client).basic_auth(USER, Secret::file(&file)),
        certified(in_url.clone()),
        certified(format!("pushgateway+{in_url}")),
        certified(format!(
            "pushgateway+https://{user}@{address}?password_file={}",
            file.display()
        )),
        right(&server).min_tls_version("1.2").compression("gzip"),
        right(&server).insecure_skip_verify(true),
    ] {
        push_to_gateway(&gateway, "j", &registry()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(upstream.metrics().len(), 1, "{gateway}");
        upstream.wipe();
        Push::to(gateway.clone())
            .registry(&registry())
            .job("j")
            .job_metrics(false)
            .start()
            .stop();
        assert_eq!(upstream.metrics().len(), 1, "{gateway}");
        upstream.wipe();
    }
}

#[test]
fn k17_each_wrong_credential_is_named() {
    let upstream = pushgateway::Server::start();
    let server = Server::start(upstream.address(), &closed(Identity::Server));
    let files = server.files();
    let no_certificate = Pushgateway::new(url(&server))
        .ca_file(files.authority())
        .basic_auth(USER, PASSWORD);
    refused(
        &no_certificate,
        &upstream,
        &["400", "No required SSL certificate"],
    );
    let stranger = known(&server, Identity::StrangerClient).basic_auth(USER, PASSWORD);
    refused(&stranger, &upstream, &["400", "The SSL certificate error"]);
    refused(
        &known(&server, Identity::Client),
        &upstream,
        &["401", "Unauthorized"],
    );
    let wrong = known(&server, Identity::Client).basic_auth(USER, "open sesame:2");
    refused(&wrong, &upstream, &["401", "Unauthorized"]);
    let nobody = known(&server, Identity::Client).basic_auth("nobody", PASSWORD);
    refused(&nobody, &upstream, &["401"]);
    let file = right(&server).basic_auth(USER, Secret::file("/no/such/file"));
    refused(&file, &upstream, &["/no/such/file", "No such file"]);
    let variable = right(&server).basic_auth(USER, Secret::env("PPC_NO_SUCH_VARIABLE"));
    refused(&variable, &upstream, &["PPC_NO_SUCH_VARIABLE", "not found"]);
}

#[test]
fn k17_each_wrong_server_is_named() {
    let upstream = pushgateway::Server::start();
    for (identity, words) in [
        (Identity::Expired, &["certificate", "expired"][..]),
        (
            Identity::WrongName,
            &["certificate", "not valid for name", "elsewhere.example"],
        ),
        (Identity::Stranger, &["certificate", "UnknownIssuer"]),
    ] {
        let server = Server::start(upstream.address(), &closed(identity));
        refused(&right(&server), &upstream, words);
        // Whom it asks for nothing that it does not say.
        let trusting = right(&server).insecure_skip_verify(true);
        push_to_gateway(&trusting, "j", &registry()).unwrap_or_else(|error| panic!("{error}"));
        upstream.wipe();
    }
}

#[test]
fn k17_authorities_that_are_not_the_servers_are_told() {
    let upstream = pushgateway::Server::start();
    let server = Server::start(upstream.address(), &closed(Identity::Server));
    // The system's, and one that signed nobody.
    let files = server.files();
    let other = files.certificate(Identity::Stranger);
    for gateway in [
        Pushgateway::new(url(&server)),
        right(&server).ca_file(other),
    ] {
        refused(&gateway, &upstream, &["certificate", "UnknownIssuer"]);
    }
    let plain = Server::start(upstream.address(), &Options::default());
    refused(
        &right(&plain),
        &upstream,
        &["https://localhost", "does not speak TLS"],
    );
    // The other way round nginx has words of its own.
    let http = Pushgateway::new(server.address().to_string());
    refused(
        &http,
        &upstream,
        &["400", "plain HTTP request was sent to HTTPS port"],
    );
}

#[test]
fn k17_the_oldest_version_of_tls_is_that_of_the_setting() {
    // This one speaks 1.2 and no newer one, the gateway itself 1.3 as well.
    let upstream = pushgateway::Server::start();
    let server = Server::start(upstream.address(), &closed(Identity::Server));
    refused(
        &right(&server).min_tls_version("1.3"),
        &upstream,
        &["ProtocolVersion"],
    );
    let newer = pushgateway::Server::start_with(&pushgateway::Options {
        tls: Some(Clients::WithCertificate),
        password: true,
        ..pushgateway::Options::default()
    });
    let files = newer.files();
    let gateway = Pushgateway::new(format!("https://localhost:{}", newer.address().port()))
        .ca_file(files.authority())
        .client_certificate(
            files.certificate(Identity::Client),
            files.key(Identity::Client),
        )
        .basic_auth(USER, PASSWORD)
        .min_tls_version("1.3");
    push_to_gateway(&gateway, "j", &registry()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(newer.metrics().len(), 1);
}

#[test]
fn files_that_are_not_what_they_should_be_are_named_at_the_start() {
    let upstream = pushgateway::Server::start();
    let server = Server::start(upstream.address(), &closed(Identity::Server));
    let files = server.files();
    let (chain, key) = (
        files.certificate(Identity::Client),
        files.key(Identity::Client),
    );
    let server_key = files.key(Identity::Server);
    let missing = "/no/such/file.pem";
    for (gateway, word) in [
        (right(&server).ca_file(missing), missing),
        (right(&server).ca_file(&key), key.to_str().unwrap()),
        (right(&server).client_certificate(missing, &key), missing),
        (right(&server).client_certificate(&chain, missing), missing),
        (
            right(&server).client_certificate(&chain, &chain),
            chain.to_str().unwrap(),
        ),
        (
            right(&server).client_certificate(&chain, &server_key),
            "KeyMismatch",
        ),
        (right(&server).min_tls_version("1.1"), "\"1.2\" and \"1.3\""),
    ] {
        let error = push_to_gateway(&gateway, "j", &registry()).unwrap_err();
        assert!(
            error.is_setting() && error.to_string().contains(word),
            "{word}: {error}"
        );
    }
}

#[test]
fn no_credential_is_in_the_log() {
    let upstream = pushgateway::Server::start();
    let server = Server::start(upstream.address(), &closed(Identity::Server));
    let (port, files) = (server.address().port(), server.files());
    let url = format!(
        "pushgateway+https://user:hunter2@localhost:{port}?job=j&ca_file={}&client_certificate={}\
         &client_key={}&header.X-Api-Key=hunter2&param.token=hunter2",
        files.authority().display(),
        files.certificate(Identity::Client).display(),
        files.key(Identity::Client).display(),
    );
    let ended = matrix::run(&url, "matrix-one", &[]).ended;
    assert!(
        ended.stderr.contains("401 Unauthorized"),
        "{}",
        ended.stderr
    );
    let said = ended.stderr + &ended.stdout;
    assert!(
        !said.contains("hunter2") && !said.contains("dXNlcjpodW50ZXIy"),
        "{said}"
    );
    assert!(upstream.groups().is_empty());
    // It would have to be a secret's place, which is none.
    let gateway = Pushgateway::new(&url);
    assert!(!format!("{gateway} {gateway:?}").contains("hunter2"));
}
