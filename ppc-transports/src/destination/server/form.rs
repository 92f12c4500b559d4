//! What all HTTP transports have in common in their URL form.

use std::path::PathBuf;
use std::time::Duration;

use super::{CONNECT_TIMEOUT, MAX_BODY, Server, Timeout};
use crate::choice::Words;
use crate::destination::url::{Params, Taken, Url, UrlForm, encode_user, url_form, without_user};
use crate::error::Error;
use crate::push::Parts;
use crate::seconds::Seconds;
use crate::secret::Secret;
use crate::send::{Credentials, Proxy, is_sensitive};

/// A destination on such a server, in its URL form.
pub(in crate::destination) trait ServerForm: Sized {
    /// What stands before the `+http` of its scheme.
    const WHAT: &'static str;
    const SCHEMES: &'static [&'static str];
    /// The names of its own parameters.
    const OWN: &'static [&'static str];

    /// With nothing set but the server.
    fn at(server: Server) -> Self;

    fn server(&self) -> &Server;

    fn server_mut(&mut self) -> &mut Server;

    /// Takes a parameter of its own.
    fn set_own(&mut self, name: &str, value: &str) -> Taken;

    /// Adds the parameters of its own.
    fn add_own(&self, params: &mut Params);

    /// What it is made of, for a job of this name.
    fn make(&self, job: Option<&str>) -> Result<Parts, Error>;
}

impl<D: ServerForm> UrlForm for D {
    const SCHEMES: &'static [&'static str] = D::SCHEMES;

    fn known() -> Vec<&'static str> {
        D::OWN.iter().copied().chain(KNOWN).collect()
    }

    fn from_text(text: &str) -> Self {
        url_form(text).unwrap_or_else(|| Self::at(Server::new(text)))
    }

    fn broken(error: Error) -> Self {
        Self::at(Server::broken(error))
    }

    fn from_url(url: &Url) -> Result<Self, Error> {
        Ok(Self::at(Server::of_url(url, url.scheme.ends_with("https"))))
    }

    fn set(&mut self, name: &str, value: &str) -> Taken {
        match self.set_own(name, value) {
            Taken::Unknown => self.server_mut().set(name, value),
            taken => taken,
        }
    }

    fn url(&self) -> String {
        let mut params = Params::default();
        self.add_own(&mut params);
        self.server().url(D::WHAT, params)
    }

    fn identity(&self) -> String {
        self.url() + &self.server().hidden()
    }

    fn parts(&self, job: Option<&str>) -> Result<Parts, Error> {
        self.make(job)
    }
}

/// Names of the parameters that all of them have.
const KNOWN: [&str; 19] = [
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
    "proxy",
    "unix_socket",
];

impl Server {
    /// Takes a parameter of the URL form.
    fn set(&mut self, name: &str, value: &str) -> Taken {
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
    fn url(&self, what: &str, mut params: Params) -> String {
        let Ok(base) = &self.base else {
            return format!("{what}+http://?");
        };
        let user = match &self.credentials {
            // Without the user a password in a file would be nobody's.
            Credentials::Basic { user, password } if password.place().is_some() => {
                encode_user(user)
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
        params.add_choice("min_tls_version", &self.min_tls_version);
        params.switch("insecure_skip_verify", self.insecure_skip_verify);
        params.add_choice("compression", &self.compression);
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
}

/// A proxy as users name it.
pub(in crate::destination) fn proxy(text: &str) -> Proxy {
    match text {
        "environment" => Proxy::Environment,
        "off" => Proxy::Off,
        url => Proxy::Url(url.to_owned()),
    }
}

fn text(time: Duration) -> String {
    time.as_secs_f64().to_string()
}
