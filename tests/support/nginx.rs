//! A real nginx on loopback in front of an upstream: TLS, passwords and canned answers.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use super::access::{BCRYPT, USER};
use super::certificates::{Clients, Files, Identity};
use super::receiver::{self, Process};

/// What stands between a client and the upstream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Plain HTTP without.
    pub(crate) tls: Option<Tls>,
    /// Asks for `USER` and `PASSWORD`.
    pub(crate) password: bool,
    /// In bytes; a longer body is a 413.
    pub(crate) largest_body: Option<u64>,
    /// Where `/elsewhere/..` redirects to: another host, as it were.
    pub(crate) elsewhere: Option<SocketAddr>,
}

/// How it shows itself, and to whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tls {
    pub(crate) identity: Identity,
    pub(crate) clients: Clients,
}

/// A proxy. `/..` goes to the upstream as it is, encoded as it came.
///
/// `/unavailable/..` is a 503 that asks to come back in a second, `/moved/..` a 307 to `/..`, and
/// `/elsewhere/..` one to another server; none of them asks for the password.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    files: Files,
    process: Process,
}

impl Server {
    /// Starts it in front of an address.
    ///
    /// # Panics
    ///
    /// When the program is not there, or does not become ready.
    #[track_caller]
    pub(crate) fn start(upstream: SocketAddr, options: &Options) -> Self {
        receiver::start("nginx", || Self::try_start(upstream, options))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificates, also those of clients.
    pub(crate) fn files(&self) -> &Files {
        &self.files
    }

    /// What it has written to stderr, where it says why it refused.
    pub(crate) fn log(&self) -> String {
        self.process.log()
    }

    fn try_start(upstream: SocketAddr, options: &Options) -> Result<Self, String> {
        let address = receiver::free_address()?;
        let mut files = None;
        let mut process = Process::start("nginx", |data| {
            fs::create_dir_all(data).expect("the folder is ours");
            let written = Files::write(data);
            let configuration = configuration(address, upstream, options, &written);
            fs::write(data.join("nginx.conf"), configuration).expect("the folder is ours");
            write_password(data);
            files = Some(written);
            let data = data.display();
            ["-e", "stderr", "-p", &data.to_string(), "-c"]
                .map(str::to_owned)
                .into_iter()
                .chain([format!("{data}/nginx.conf")])
                .collect()
        })?;
        // Said once it listens.
        process.wait_until(|process| process.log().contains("getrlimit(RLIMIT_NOFILE)"))?;
        Ok(Self {
            address,
            files: files.expect("they were written for its start"),
            process,
        })
    }
}

fn write_password(folder: &Path) {
    fs::write(folder.join("password"), format!("{USER}:{BCRYPT}\n")).expect("the folder is ours");
}

fn configuration(
    address: SocketAddr,
    upstream: SocketAddr,
    options: &Options,
    files: &Files,
) -> String {
    let mut server = String::new();
    if let Some(tls) = options.tls {
        let certificate = files.certificate(tls.identity);
        let key = files.key(tls.identity);
        let authority = files.authority();
        write!(
            server,
            r#"listen {address} ssl;
        ssl_certificate "{}";
        ssl_certificate_key "{}";
        ssl_client_certificate "{}";
        ssl_verify_client {};"#,
            certificate.display(),
            key.display(),
            authority.display(),
            if tls.clients == Clients::WithCertificate {
                "on"
            } else {
                "off"
            },
        )
        .expect("a String takes all");
    } else {
        write!(server, "listen {address};").expect("a String takes all");
    }
    if options.password {
        server += "\n        auth_basic ours;\n        auth_basic_user_file password;";
    }
    // 0 switches the check off.
    let largest_body = options.largest_body.unwrap_or(0);
    let elsewhere = options.elsewhere.unwrap_or(upstream);
    // One process: a worker would outlive a killed master. `$request_uri` is the target as it
    // came; `proxy_pass` without a path passes it on so.
    format!(
        r#"daemon off;
master_process off;
pid pid;
error_log stderr info;
events {{}}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {{
        {server}
        client_max_body_size {largest_body};
        if ($request_uri ~ "^/moved(/.*)$") {{ return 307 $scheme://{address}$1; }}
        if ($request_uri ~ "^/elsewhere(/.*)$") {{ return 307 http://{elsewhere}$1; }}
        location /unavailable/ {{
            add_header Retry-After 1 always;
            return 503 "try again";
        }}
        location / {{
            proxy_pass http://{upstream};
            proxy_http_version 1.1;
        }}
    }}
}}
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::support::access::{Access, PASSWORD};
    use crate::support::script;

    fn upstream() -> script::Server {
        script::Server::answering(|_, _| 200.into())
    }

    fn tls(identity: Identity, clients: Clients) -> Options {
        Options {
            tls: Some(Tls { identity, clients }),
            ..Options::default()
        }
    }

    #[test]
    fn a_request_passes_as_it_came() {
        let upstream = upstream();
        let server = Server::start(upstream.address(), &Options::default());
        let target = "/metrics/job@base64/YS9i/path/a%2Fb?x=y";
        let access = Access::plain(server.address());
        let headers = [("Content-Encoding", "gzip")];
        let answer = access.request("PUT", target, &headers, &[31, 139]);
        assert_eq!(answer.unwrap().status, 200);
        let request = &upstream.requests()[0];
        assert_eq!((&*request.method, &*request.target), ("PUT", target));
        assert_eq!(request.header("Content-Encoding"), Some("gzip"));
        assert_eq!(request.body, [31, 139]);
    }

    #[test]
    fn certificates_of_clients_are_demanded() {
        let upstream = upstream();
        let options = tls(Identity::Server, Clients::WithCertificate);
        let server = Server::start(upstream.address(), &options);
        for (identity, status) in [
            (None, 400),
            (Some(Identity::StrangerClient), 400),
            (Some(Identity::Client), 200),
        ] {
            let access = Access::plain(server.address()).tls(server.files(), identity);
            let answer = access.get("/").unwrap();
            assert_eq!(answer.status, status, "{identity:?}: {}", server.log());
        }
        assert_eq!(upstream.requests().len(), 1);
    }

    #[test]
    fn bad_certificates_are_bad() {
        let upstream = upstream();
        for (identity, expected) in [
            (Identity::Expired, "expired"),
            (Identity::WrongName, "not valid for name"),
            (Identity::Stranger, "UnknownIssuer"),
        ] {
            let options = tls(identity, Clients::Anyone);
            let server = Server::start(upstream.address(), &options);
            let access = Access::plain(server.address()).tls(server.files(), None);
            let error = access.get("/").unwrap_err().to_string();
            assert!(error.contains(expected), "{identity:?}: {error}");
        }
        assert!(upstream.requests().is_empty());
    }

    #[test]
    fn a_password_is_demanded() {
        let upstream = upstream();
        let options = Options {
            password: true,
            ..Options::default()
        };
        let server = Server::start(upstream.address(), &options);
        let access = Access::plain(server.address());
        assert_eq!(access.get("/").unwrap().status, 401);
        let wrong = access.clone().password(USER, "open sesame:2");
        assert_eq!(wrong.get("/").unwrap().status, 401);
        let right = access.password(USER, PASSWORD);
        assert_eq!(right.get("/").unwrap().status, 200);
    }

    #[test]
    fn some_answers_are_its_own() {
        let (upstream, elsewhere) = (upstream(), upstream());
        let options = Options {
            largest_body: Some(4),
            elsewhere: Some(elsewhere.address()),
            ..Options::default()
        };
        let server = Server::start(upstream.address(), &options);
        let access = Access::plain(server.address());
        let put = |target, body| access.request("PUT", target, &[], body).unwrap();
        let unavailable = put("/unavailable/x", b"1234");
        assert_eq!(
            (unavailable.status, unavailable.header("Retry-After")),
            (503, Some("1"))
        );
        for (target, address) in [
            ("/moved/a%2Fb?c", server.address()),
            ("/elsewhere/a%2Fb?c", elsewhere.address()),
        ] {
            let moved = put(target, b"1234");
            let location = format!("http://{address}/a%2Fb?c");
            assert_eq!(
                (moved.status, moved.header("Location")),
                (307, Some(&*location))
            );
        }
        assert!(upstream.requests().is_empty());
        assert_eq!(put("/", b"12345").status, 413);
        assert_eq!(put("/", b"1234").status, 200);
    }
}
