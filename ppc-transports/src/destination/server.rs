//! A server that is spoken to over HTTP, and how: what all of those transports have in common.

mod checks;
mod form;
mod setters;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Uri};

use super::url::{Params, Url, refused};
use crate::choice::{Chosen, Words, choices, chosen};
use crate::compress::Compression;
use crate::error::{Error, ErrorKind};
use crate::pack::{Body, Cut, Packer};
use crate::push::{MakeEncoder, Parts, Streams};
use crate::seconds::Seconds;
use crate::secret::Secret;
use crate::send::{
    Credentials, Habits, HttpHandler, HttpSender, Proxy, Requester, Route, Target, TlsOptions,
    header, is_sensitive,
};
use crate::tls_version::TlsVersion;

use checks::{check_proxy, place_fault, positive};
pub(super) use form::{ServerForm, proxy};
pub(super) use setters::server_settings;

/// Bytes of a body at most, before compression.
const MAX_BODY: usize = 4 * 1024 * 1024;
/// For a whole request.
pub(super) const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

choices! {
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

impl Ready {
    /// The parts of a destination on this server.
    pub(super) fn parts(self, pushed: Content) -> Parts {
        let Self {
            target,
            requester,
            compression,
            max_body,
        } = self;
        let (target, habits) = (Arc::new(target), pushed.habits);
        Parts {
            name: target.name.clone(),
            encoder: pushed.encoder,
            packer: Packer::new(max_body).cut(pushed.cut),
            body: Some(Body {
                trailer: pushed.trailer,
                compression,
            }),
            sender: Box::new(move |waker| {
                let target = Arc::clone(&target);
                Box::new(HttpSender::new(target, requester.clone(), habits, waker))
            }),
            streams: Streams::Never,
            at_start: pushed.at_start,
        }
    }
}

/// What is pushed to the server.
pub(super) struct Content {
    pub(super) encoder: Box<MakeEncoder>,
    pub(super) cut: Cut,
    /// Behind the last line of each body.
    pub(super) trailer: &'static str,
    pub(super) habits: Habits,
    pub(super) at_start: bool,
}

/// What a transport asks of the server.
pub(super) struct Ask<'a> {
    pub(super) name: String,
    pub(super) method: Method,
    pub(super) path: String,
    /// In front of the user's own.
    pub(super) params: Vec<(&'static str, &'a str)>,
    pub(super) content_type: &'static str,
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

    /// The path of the user's URL as it is; nothing where it has none.
    pub(super) fn own_path(&self) -> &str {
        let path = self.base.as_ref().map_or("", |base| base.path.as_str());
        if path == "/" { "" } else { path }
    }

    /// The path of the user's URL, for something behind it; nothing where it has none.
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
        let connect_timeout = positive("connect_timeout", self.connect_timeout.clone()?)?;
        let timeout = match self.timeout.clone()? {
            Timeout::Usual => Some(ask.timeout),
            Timeout::Never => None,
            Timeout::After(timeout) => Some(positive("timeout", timeout)?),
        };
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
        if let Some(reason) = place_fault(&uri) {
            return Err(refused(&url, reason));
        }
        if let Proxy::Url(url) = &self.proxy {
            check_proxy(url)?;
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
            connect_timeout,
            fresh: ask.fresh,
            handler: self.handler.clone(),
        };
        let target = Target {
            method: ask.method,
            uri,
            name: ask.name,
            headers: self.head(ask.content_type, compression)?,
            credentials: self.credentials.clone(),
            follow_redirects: self.follow_redirects,
            timeout,
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
        let mut own = HeaderMap::new();
        for (name, value) in &self.headers {
            let (name, value) = header(name, value).map_err(|reason| ErrorKind::Setting {
                what: format!("header {name:?}"),
                reason: reason.to_owned(),
            })?;
            own.append(name, value);
        }
        // In place of ours; of the user's own, each that has the same name is sent.
        headers.extend(own);
        Ok(headers)
    }

    /// What the URL does not say, for telling servers apart.
    pub(super) fn hidden(&self) -> String {
        let (scheme, user, secret) = match &self.credentials {
            Credentials::None => ("", "", 0),
            Credentials::Basic { user, password } => ("Basic", &**user, password.fingerprint()),
            Credentials::Token(scheme, token) => (*scheme, "", token.fingerprint()),
        };
        // Paths too: those that are not UTF-8 may look the same in a URL.
        let rest = Secret::from(format!(
            "{:?}{:?}{:?}{:?}{:?}{:?}",
            self.headers,
            self.params,
            self.proxy,
            self.ca_file,
            self.client_certificate,
            self.unix_socket,
        ));
        let handler = self.handler.as_ref().map(Arc::as_ptr);
        let rest = rest.fingerprint();
        format!(" {scheme} {user:?} {secret:x} {rest:x} {handler:?}")
    }

    /// What says where a push arrives, whatever else is set: how it gets there may change from
    /// run to run, and a token does.
    pub(super) fn place(&self) -> String {
        let base = self.base.as_ref().map(|base| {
            let scheme = if base.is_https { "https" } else { "http" };
            let authority = base.authority.to_ascii_lowercase();
            format!("{scheme}://{authority}{}", self.path())
        });
        let who = match &self.credentials {
            Credentials::Basic { user, .. } => user.as_str(),
            Credentials::None | Credentials::Token(..) => "",
        };
        let pairs = self.headers.iter().chain(&self.params);
        let pairs: Vec<_> = pairs.filter(|(name, _)| !is_sensitive(name)).collect();
        let socket = &self.unix_socket;
        format!("{who:?} {} {pairs:?} {socket:?}", base.unwrap_or_default())
    }
}
