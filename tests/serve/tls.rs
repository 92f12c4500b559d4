//! Over TLS: certificates of both sides, and files that change.

use std::fs;
use std::time::{Duration, Instant};

use ppc::TlsVersion;
use ppc::expose::Server;

use super::{JOBS, eventually, jobs, local};
use crate::support::access::Access;
use crate::support::certificates::{Files, Identity};
use crate::support::http::Response;
use crate::support::receiver::Folder;

fn secure(files: &Files) -> Server {
    let (certificate, key) = (
        files.certificate(Identity::Server),
        files.key(Identity::Server),
    );
    local().source(jobs()).tls(certificate, key)
}

fn is_page(answer: std::io::Result<Response>) -> bool {
    answer.is_ok_and(|answer| answer.text() == JOBS)
}

#[test]
fn k20_https_is_served() {
    let folder = Folder::create("serve-tls");
    let files = Files::write(folder.path());
    let server = secure(&files)
        .min_tls_version(TlsVersion::V1_3)
        .start()
        .unwrap();
    let plain = Access::plain(server.local_addr());
    let secured = plain.clone().tls(&files, None);
    assert_eq!(secured.get("/metrics").unwrap().text(), JOBS);
    eventually("a scrape", || server.scrapes() == 1);
    assert!(!is_page(plain.get("/metrics")));
    assert_eq!(secured.get("/metrics").unwrap().text(), JOBS);
}

#[test]
fn k20_clients_show_certificates() {
    let folder = Folder::create("serve-clients");
    let files = Files::write(folder.path());
    let authorities = folder.path().join("authorities");
    fs::create_dir(&authorities).unwrap();
    fs::copy(files.authority(), authorities.join("ours.pem")).unwrap();
    for server in [
        secure(&files).client_cafile(files.authority()),
        secure(&files).client_capath(&authorities),
    ] {
        let server = server.client_auth_required(true).start().unwrap();
        let plain = Access::plain(server.local_addr());
        let known = plain.clone().tls(&files, Some(Identity::Client));
        assert_eq!(known.get("/").unwrap().text(), JOBS);
        for identity in [None, Some(Identity::StrangerClient)] {
            let unknown = plain.clone().tls(&files, identity);
            assert!(!is_page(unknown.get("/")), "{identity:?}");
        }
    }
    let server = secure(&files)
        .client_cafile(files.authority())
        .start()
        .unwrap();
    let plain = Access::plain(server.local_addr());
    assert!(is_page(plain.clone().tls(&files, None).get("/")));
    let stranger = plain.tls(&files, Some(Identity::StrangerClient));
    assert!(!is_page(stranger.get("/")));
    let error = secure(&files)
        .client_auth_required(true)
        .start()
        .unwrap_err();
    assert!(error.is_setting(), "{error}");
}

#[test]
fn certificates_are_read_again_when_they_change() {
    let folder = Folder::create("serve-reload");
    let files = Files::write(folder.path());
    let (certificate, key) = (folder.path().join("now.pem"), folder.path().join("now.key"));
    let set = |identity| {
        fs::copy(files.certificate(identity), &certificate).unwrap();
        fs::copy(files.key(identity), &key).unwrap();
    };
    set(Identity::Server);
    let server = local()
        .source(jobs())
        .tls(&certificate, &key)
        .start()
        .unwrap();
    let access = Access::plain(server.local_addr()).tls(&files, None);
    assert!(is_page(access.get("/")));
    // Of an authority that the client does not know.
    set(Identity::Stranger);
    eventually("the other certificate is shown", || {
        !is_page(access.get("/"))
    });
    set(Identity::Server);
    eventually("the first is shown again", || is_page(access.get("/")));
    fs::write(&certificate, "no certificate").unwrap();
    // Longer than it takes to be looked at.
    let started = Instant::now();
    while started.elapsed() < Duration::from_millis(2_500) {
        assert!(is_page(access.get("/")), "the good one stays");
    }
    set(Identity::Server);
    assert!(is_page(access.get("/")));
}

#[test]
fn a_handshake_that_does_not_come_is_not_waited_for() {
    let folder = Folder::create("serve-handshake");
    let files = Files::write(folder.path());
    let server = secure(&files).header_timeout(0.2).start().unwrap();
    let silent = super::sent(server.local_addr(), "");
    assert_eq!(super::rest(silent), "");
    let server = secure(&files).start().unwrap();
    let silent = super::sent(server.local_addr(), "\x16");
    server.stop();
    assert_eq!(super::rest(silent), "");
}
