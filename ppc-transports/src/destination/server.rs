//! A server that is spoken to over HTTP, and how: what all of those transports have in common.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Uri};

use super::choice::{Chosen, Words, choices, chosen, word};
use super::url::{Params, Taken, Url, refused};
use crate::error::{Error, ErrorKind};
use crate::pack::{Body, Compression};
use crate::seconds::Seconds;
use crate::send::{
    Credentials, HttpHandler, Proxy, Requester, Route, Secret, Target, TlsOptions, TlsVersion,
    header, is_sensitive,
};

/// Bytes of a body at most, before compression.
const MAX_BODY: usize = 4 * 1024 * 1024;
/// For a whole request.
pub(super) const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

choices! {
    TlsVersion: "1.2" => TlsVersion::V1_2, "1.3" => TlsVersion::V1_3;
    Compression:
        "none" => Compression::None, "gzip" => Compression::Gzip,
        "snappy" => Compression::Snappy, "zstd" => Compression::Zstd;
}

/// The settings that every HTTP transport has.
#[derive(Clone)]
pub(super) struct Server {
    base: Result<Base, Error>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) params: Vec<(String, String)>,
    pub(super) credentials: Credentials,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) client_certificate: Option<(PathBuf, PathBuf)>,
    pub(super) min_tls_version: Chosen<TlsVersion>,
    pub(super) insecure_skip_verify: bool,
    pub(super) compression: Chosen<Compression>,
    pub(super) timeout: Result<Timeout, Error>,
    pub(super) connect_timeout: Result<Duration, Error>,
    pub(super) max_body: usize,
    pub(super) follow_redirects: bool,
    pub(super) proxy: Proxy,
    pub(super) unix_socket: Option<PathBuf>,
    pub(super) handler: Option<Arc<dyn HttpHandler>>,
}

/// Where the server is.
#[derive(Clone, Debug)]
struct Base {
    is_https: bool,
    authority: String,
    path: String,
}

/// What a push needs of the server.
pub(super) struct Ready {
    pub(super) target: Target,
    pub(super) requester: Requester,
    pub(super) compression: Compression,
    pub(super) max_body: usize,
}

/// What a transport asks of the server.
pub(super) struct Ask<'a> {
    pub(super) name: String,
    pub(super) method: Method,
    pub(super) path: String,
    /// In front of the user's own.
    pub(super) params: Vec<(&'static str, &'a str)>,
    pub(super) content_type: &'static str,
    pub(super) credentials: Option<Credentials>,
    /// Each request has a connection of its own.
    pub(super) fresh: bool,
    /// Where the user sets no other.
    pub(super) timeout: Duration,
}

/// How long a request may take.
#[derive(Clone, Copy, Debug)]
pub(super) enum Timeout {
    Usual,
    Never,
    After(Duration),
}

/// Names of the parameters of the URL form.
pub(super) const KNOWN: [&str; 17] = [
    "header.",
    "param.",
    "password_file",
    "password_env",
    "bearer_token",
    "bearer_token_file",
    "bearer_token_env",
    "ca_file",
    "client_certificate",
    "client_key",
    "min_tls_version",
    "insecure_skip_verify",
    "compression",
    "timeout",
    "connect_timeout",
    "max_body",
    "follow_redirects",
];
pub(super) const KNOWN_TOO: [&str; 2] = ["proxy", "unix_socket"];

impl Server {
    /// From the server's own URL, with or without a scheme; its parameters are the server's.
    pub(super) fn new(text: &str) -> Self {
        // As client_python has it: what has no scheme of HTTP gets one.
        let has_scheme = text.split_once("://").is_some_and(|(scheme, _)| {
            scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
        });
        let whole = if has_scheme {
            text.to_owned()
        } else {
            format!("http://{text}")
        };
        match Url::parse(&whole) {
            Ok(url) if text.contains("://") && !has_scheme => {
                let reason = "expected `http://` or `https://`";
                Self::at(Err(refused(text, reason)), &url)
            }
            Ok(url) => {
                let mut server = Self::of_url(&url, url.scheme == "https");
                server.params.clone_from(&url.params);
                server
            }
            Err(error) => Self::broken(error),
        }
    }

    /// One that is nowhere, because of an error.
    pub(super) fn broken(error: Error) -> Self {
        Self::at(Err(error), &Url::default())
    }

    /// From the URL form, whose parameters are ours.
    pub(super) fn of_url(url: &Url, is_https: bool) -> Self {
        let base = if url.authority.is_empty() {
            Err(url.refuse("the host is missing"))
        } else {
            Ok(Base {
                is_https,
                authority: url.authority.clone(),
                path: url.path.clone(),
            })
        };
        Self::at(base, url)
    }

    fn at(base: Result<Base, Error>, url: &Url) -> Self {
        let credentials = match &url.user {
            None => Credentials::None,
            Some((user, password)) => Credentials::Basic {
                user: user.clone(),
                password: Secret::from(password.as_deref().unwrap_or_default()),
            },
        };
        Self {
            base,
            headers: Vec::new(),
            params: Vec::new(),
            credentials,
            ca_file: None,
            client_certificate: None,
            min_tls_version: Ok(TlsVersion::default()),
            insecure_skip_verify: false,
            compression: Ok(Compression::None),
            timeout: Ok(Timeout::Usual),
            connect_timeout: Ok(CONNECT_TIMEOUT),
            max_body: MAX_BODY,
            follow_redirects: false,
            proxy: Proxy::Environment,
            unix_socket: None,
            handler: None,
        }
    }

    /// The path of the user's URL; nothing where it has none.
    pub(super) fn path(&self) -> &str {
        let path = self.base.as_ref().map_or("", |base| base.path.as_str());
        path.trim_end_matches('/')
    }

    pub(super) fn set_timeout(&mut self, timeout: &impl Seconds) {
        self.timeout = timeout.duration().map(Timeout::After);
    }

    /// Reads everything that the settings name, and refuses what is wrong.
    pub(super) fn ready(&self, ask: Ask<'_>) -> Result<Ready, Error> {
        let base = self.base.clone()?;
        let compression = chosen("compression", &self.compression)?;
        if let Err(feature) = compression.check() {
            let what = format!("compression = {:?}", compression.word());
            return Err(ErrorKind::Feature { what, feature }.into());
        }
        if self.max_body == 0 {
            let (found, reason) = ("0".to_owned(), "a body has at least one byte");
            let what = "max_body";
            return Err(ErrorKind::Number {
                what,
                found,
                reason,
            }
            .into());
        }
        let scheme = if base.is_https { "https" } else { "http" };
        let mut params = Params::default();
        for (name, value) in ask.params {
            params.add(name, value);
        }
        for (name, value) in &self.params {
            params.add(name, value);
        }
        let url = params.behind(format!("{scheme}://{}{}", base.authority, ask.path));
        let uri: Uri = url
            .parse()
            .map_err(|_| refused(&url, "the host and port are not those of a URL"))?;
        if uri.host().is_none_or(str::is_empty) || uri.port_u16() == Some(0) {
            return Err(refused(&url, "the host is missing, or the port is 0"));
        }
        let route = Route {
            unix_socket: self.unix_socket.clone(),
            proxy: self.proxy.clone(),
            tls: TlsOptions {
                ca_file: self.ca_file.clone(),
                identity: self.client_certificate.clone(),
                min_version: chosen("min_tls_version", &self.min_tls_version)?,
                insecure_skip_verify: self.insecure_skip_verify,
            },
            connect_timeout: self.connect_timeout.clone()?,
            fresh: ask.fresh,
            handler: self.handler.clone(),
        };
        let target = Target {
            method: ask.method,
            uri,
            name: ask.name,
            headers: self.head(ask.content_type, compression)?,
            credentials: match ask.credentials {
                Some(credentials) if self.credentials == Credentials::None => credentials,
                _ => self.credentials.clone(),
            },
            follow_redirects: self.follow_redirects,
            timeout: match self.timeout.clone()? {
                Timeout::Usual => Some(ask.timeout),
                Timeout::Never => None,
                Timeout::After(timeout) => Some(timeout),
            },
        };
        Ok(Ready {
            target,
            requester: Requester::new(&route, base.is_https)?,
            compression,
            max_body: self.max_body,
        })
    }

    fn head(
        &self,
        content_type: &'static str,
        compression: Compression,
    ) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        if let Some(encoding) = compression.content_encoding() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        for (name, value) in &self.headers {
            let (name, value) = header(name, value).map_err(|reason| ErrorKind::Setting {
                what: format!("header {name:?}"),
                reason: reason.to_owned(),
            })?;
            headers.insert(name, value);
        }
        Ok(headers)
    }

    /// Takes a parameter of the URL form.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Taken {
        let pair = |name: &str| (name.to_owned(), value.to_owned());
        if let Some(name) = name.strip_prefix("header.") {
            self.headers.push(pair(name));
            return Taken::Yes;
        }
        if let Some(name) = name.strip_prefix("param.") {
            self.params.push(pair(name));
            return Taken::Yes;
        }
        match name {
            "password_file" => self.set_password(Secret::file(value)),
            "password_env" => self.set_password(Secret::env(value)),
            "bearer_token" => self.credentials = Credentials::Token("Bearer", Secret::from(value)),
            "bearer_token_file" => {
                self.credentials = Credentials::Token("Bearer", Secret::file(value));
            }
            "bearer_token_env" => {
                self.credentials = Credentials::Token("Bearer", Secret::env(value));
            }
            "ca_file" => self.ca_file = Some(value.into()),
            "client_certificate" => self.identity().0 = value.into(),
            "client_key" => self.identity().1 = value.into(),
            "min_tls_version" => self.min_tls_version = Words::of_word(value),
            "insecure_skip_verify" => {
                return Taken::switch(value, |on| self.insecure_skip_verify = on);
            }
            "compression" => self.compression = Words::of_word(value),
            "timeout" if value == "none" => self.timeout = Ok(Timeout::Never),
            "timeout" => self.set_timeout(&value),
            "connect_timeout" => self.connect_timeout = value.duration(),
            "max_body" => {
                return Taken::parse(value, "a number of bytes", |bytes| self.max_body = bytes);
            }
            "follow_redirects" => return Taken::switch(value, |on| self.follow_redirects = on),
            "proxy" => self.proxy = proxy(value),
            "unix_socket" => self.unix_socket = Some(value.into()),
            _ => return Taken::Unknown,
        }
        Taken::Yes
    }

    fn set_password(&mut self, secret: Secret) {
        let user = match &self.credentials {
            Credentials::Basic { user, .. } => user.clone(),
            _ => String::new(),
        };
        self.credentials = Credentials::Basic {
            user,
            password: secret,
        };
    }

    fn identity(&mut self) -> &mut (PathBuf, PathBuf) {
        self.client_certificate.get_or_insert_default()
    }

    /// The URL form: `what+http://..`, with the parameters of the transport in front of these.
    pub(super) fn url(&self, what: &str, mut params: Params) -> String {
        let Ok(base) = &self.base else {
            return format!("{what}+http://?");
        };
        let user = match &self.credentials {
            // Without the user a password in a file would be nobody's.
            Credentials::Basic { user, password } if password.place().is_some() => {
                let mut encoded =
                    fluent_uri::pct_enc::EString::<fluent_uri::pct_enc::encoder::Userinfo>::new();
                encoded.encode_str::<fluent_uri::pct_enc::encoder::Data>(user);
                format!("{}@", encoded.as_str())
            }
            _ => String::new(),
        };
        self.add_params(&mut params);
        let scheme = if base.is_https { "https" } else { "http" };
        let (authority, path) = (&base.authority, &base.path);
        params.behind(format!("{what}+{scheme}://{user}{authority}{path}"))
    }

    fn add_params(&self, params: &mut Params) {
        for (prefix, pairs) in [("header", &self.headers), ("param", &self.params)] {
            for (name, value) in pairs.iter().filter(|(name, _)| !is_sensitive(name)) {
                params.add(&format!("{prefix}.{name}"), value);
            }
        }
        let secret = match &self.credentials {
            Credentials::None => None,
            Credentials::Basic { password, .. } => {
                password.place().map(|place| ("password", place))
            }
            Credentials::Token("Bearer", token) => {
                token.place().map(|place| ("bearer_token", place))
            }
            Credentials::Token(_, token) => token.place().map(|place| ("token", place)),
        };
        if let Some((what, (kind, place))) = secret {
            params.add(&format!("{what}_{kind}"), place);
        }
        if let Some(file) = &self.ca_file {
            params.add("ca_file", file.display());
        }
        if let Some((certificate, key)) = &self.client_certificate {
            params.add("client_certificate", certificate.display());
            params.add("client_key", key.display());
        }
        let tls = word(&self.min_tls_version).to_string();
        params.add_unless("min_tls_version", tls.as_str(), &"1.2");
        params.switch("insecure_skip_verify", self.insecure_skip_verify);
        let compression = word(&self.compression).to_string();
        params.add_unless("compression", compression.as_str(), &"none");
        match &self.timeout {
            Ok(Timeout::Never) => params.add("timeout", "none"),
            Ok(Timeout::After(timeout)) => params.add("timeout", text(*timeout)),
            Ok(Timeout::Usual) | Err(_) => {}
        }
        let connect_timeout = self.connect_timeout.as_ref().unwrap_or(&CONNECT_TIMEOUT);
        params.add_unless(
            "connect_timeout",
            text(*connect_timeout),
            &text(CONNECT_TIMEOUT),
        );
        params.add_unless("max_body", self.max_body, &MAX_BODY);
        params.switch("follow_redirects", self.follow_redirects);
        match &self.proxy {
            Proxy::Environment => {}
            Proxy::Off => params.add("proxy", "off"),
            Proxy::Url(url) => params.add("proxy", without_user(url)),
        }
        if let Some(socket) = &self.unix_socket {
            params.add("unix_socket", socket.display());
        }
    }

    /// What the URL does not say, for telling servers apart.
    pub(super) fn hidden(&self) -> String {
        let secret = match &self.credentials {
            Credentials::None => 0,
            Credentials::Basic { password, .. } => password.fingerprint(),
            Credentials::Token(_, token) => token.fingerprint(),
        };
        let user = match &self.credentials {
            Credentials::Basic { user, .. } => user.as_str(),
            _ => "",
        };
        let rest = Secret::from(format!(
            "{:?}{:?}{:?}",
            self.headers, self.params, self.proxy
        ));
        let handler = self.handler.as_ref().map(Arc::as_ptr);
        format!(" {user} {secret:x} {:x} {handler:?}", rest.fingerprint())
    }
}

/// A proxy as users name it.
pub(super) fn proxy(text: &str) -> Proxy {
    match text {
        "environment" => Proxy::Environment,
        "off" => Proxy::Off,
        url => Proxy::Url(url.to_owned()),
    }
}

fn without_user(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        _ => url.to_owned(),
    }
}

fn text(time: Duration) -> String {
    time.as_secs_f64().to_string()
}

/// Bodies with this behind the last line.
pub(super) fn body(trailer: &'static str, compression: Compression) -> Body {
    Body {
        trailer,
        compression,
    }
}

/// The setters of everything that the HTTP transports have in common, on a type with the field
/// `server`.
macro_rules! server_settings {
    ($type:ident) => {
        /// # How requests are made
        impl $type {
            /// Adds a header to every request.
            #[must_use]
            pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
                let pair = (name.as_ref().to_owned(), value.as_ref().to_owned());
                self.server.headers.push(pair);
                self
            }

            /// Adds a query parameter to the server's URL.
            #[must_use]
            pub fn param(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
                let pair = (name.as_ref().to_owned(), value.as_ref().to_owned());
                self.server.params.push(pair);
                self
            }

            /// Sends user and password (RFC 7617), in place of those in the URL.
            #[must_use]
            pub fn basic_auth(
                mut self,
                user: impl AsRef<str>,
                password: impl Into<$crate::send::Secret>,
            ) -> Self {
                self.server.credentials = $crate::send::Credentials::Basic {
                    user: user.as_ref().to_owned(),
                    password: password.into(),
                };
                self
            }

            /// Sends a token (RFC 6750): `Authorization: Bearer ..`.
            #[must_use]
            pub fn bearer_token(mut self, token: impl Into<$crate::send::Secret>) -> Self {
                self.server.credentials = $crate::send::Credentials::Token("Bearer", token.into());
                self
            }

            /// Trusts the authorities in this PEM file, in place of the system's.
            #[must_use]
            pub fn ca_file(mut self, path: impl Into<std::path::PathBuf>) -> Self {
                self.server.ca_file = Some(path.into());
                self
            }

            /// Shows a certificate: PEM files with its chain and its key.
            #[must_use]
            pub fn client_certificate(
                mut self,
                chain: impl Into<std::path::PathBuf>,
                key: impl Into<std::path::PathBuf>,
            ) -> Self {
                self.server.client_certificate = Some((chain.into(), key.into()));
                self
            }

            /// The oldest version of TLS to speak, `"1.2"` by default.
            #[must_use]
            pub fn min_tls_version(
                mut self,
                version: impl $crate::destination::Choice<$crate::send::TlsVersion>,
            ) -> Self {
                self.server.min_tls_version = version.choice();
                self
            }

            /// Takes every server for the right one: for tests alone.
            #[must_use]
            pub fn insecure_skip_verify(mut self, skip: bool) -> Self {
                self.server.insecure_skip_verify = skip;
                self
            }

            /// Compresses bodies: `"none"` by default, `"gzip"`, `"snappy"` (framed) or `"zstd"`,
            /// each by the feature of its name.
            #[must_use]
            pub fn compression(
                mut self,
                compression: impl $crate::destination::Choice<$crate::pack::Compression>,
            ) -> Self {
                self.server.compression = compression.choice();
                self
            }

            /// How long a request may take, redirects and all; 10 s by default.
            #[must_use]
            pub fn timeout(mut self, timeout: impl $crate::seconds::Seconds) -> Self {
                self.server.set_timeout(&timeout);
                self
            }

            /// Lets a request take as long as it does. The final push ends with its
            /// `flush_timeout` all the same.
            #[must_use]
            pub fn no_timeout(mut self) -> Self {
                self.server.timeout = Ok($crate::destination::server::Timeout::Never);
                self
            }

            /// How long a connection may take, encryption and all; 5 s by default.
            #[must_use]
            pub fn connect_timeout(mut self, timeout: impl $crate::seconds::Seconds) -> Self {
                self.server.connect_timeout = timeout.duration();
                self
            }

            /// Bytes of a body at most, before compression; 4 MiB by default. What is larger goes
            /// in several requests; a server that answers 413 gets bodies of half the size.
            #[must_use]
            pub fn max_body(mut self, bytes: usize) -> Self {
                self.server.max_body = bytes;
                self
            }

            /// Whether 301 and 302 are followed as well, with the same method and body; 307 and
            /// 308 are in any case, at most five in a row, never from `https://` to `http://`, and
            /// without credentials to another server.
            #[must_use]
            pub fn follow_redirects(mut self, follow: bool) -> Self {
                self.server.follow_redirects = follow;
                self
            }

            /// Which proxy to go through: `"environment"` (`HTTP_PROXY`, `HTTPS_PROXY`,
            /// `ALL_PROXY`, `NO_PROXY`) by default, `"off"`, or a URL.
            #[must_use]
            pub fn proxy(mut self, proxy: impl AsRef<str>) -> Self {
                self.server.proxy = $crate::destination::server::proxy(proxy.as_ref());
                self
            }

            /// Connects to a Unix socket, whatever the host of the URL is.
            #[must_use]
            pub fn unix_socket(mut self, path: impl Into<std::path::PathBuf>) -> Self {
                self.server.unix_socket = Some(path.into());
                self
            }

            /// Has requests made by this, in place of the built-in client.
            #[must_use]
            pub fn handler(mut self, handler: impl $crate::send::HttpHandler) -> Self {
                self.server.handler = Some(std::sync::Arc::new(handler));
                self
            }
        }
    };
}

pub(super) use server_settings;
