//! A shared store in Redis.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::given::destination;
use super::stored::{Stored, store_settings};
use super::url::{Kind, Params, Taken, Url, UrlForm, encode_path, encode_user, refused, url_form};
use crate::error::{Error, ErrorKind};
use crate::push::Parts;
use crate::seconds::Seconds;
use crate::secret::Secret;
use crate::send::Address;
use crate::store::{Place, RedisAddress, RedisBackend, Store, TLS_ENABLED, TlsFiles};

/// A Redis, a Redis Cluster, or a Valkey, in which the processes of many machines count together.
///
/// Each push writes what came on top of the last one, in one go: counters, histograms and summaries
/// add up over all processes, gauges by the rule that they are declared with
/// ([`Builder::merge`](ppc_core::Builder::merge)), of infos and state sets the latest is kept. A push
/// that may have been written is written again under the same number, and counts once. Whoever reads
/// it needs no declarations: see [`open`](Self::open).
///
/// It takes a Redis of version 6.2 or later, and the commands `EVAL`, `EVALSHA`, `SCRIPT LOAD` and
/// `INFO`, and those on hashes, sorted sets and lifetimes. Whether it is a cluster is found out. All
/// keys of a family have one hash tag. What a server has acknowledged and then loses, at a failover or
/// for want of persistence, is lost.
///
/// Removing a series removes it in the store, with what others have counted. With
/// [`stream`](crate::Push::stream), what changed is written within some ten milliseconds.
///
/// The URL is `redis://user:password@host:port/database`, with `rediss` over TLS, `redis+unix` for a
/// socket, `redis+unix:///run/redis.sock?db=1`, and `valkey` or `valkeys` for the same.
///
/// # Examples
///
/// ```
/// use ppc_transports::{Push, Redis, Secret};
///
/// let redis = Redis::new("redis://redis.acme.net")
///     .user("metrics")
///     .password(Secret::file("/run/secrets/redis"))
///     .prefix("billing")
///     .ttl("1d");
/// let push = Push::to(redis).job("nightly-billing");
/// # let _ = push;
/// ```
#[derive(Clone, Debug)]
pub struct Redis {
    address: Result<RedisAddress, Error>,
    scheme: &'static str,
    timeout: Result<Duration, Error>,
    tls: TlsFiles,
    /// Further nodes, as they were given.
    nodes: Vec<Result<Address, Error>>,
    stored: Stored,
}

destination!(Redis);
store_settings!(Redis);

/// What is stored there.
pub(super) fn open(text: &str) -> Result<Store, Error> {
    Redis::from_text(text).open()
}

pub(super) const KIND: Kind = Kind::of::<Redis>();

/// The port where none is said.
const PORT: u16 = 6379;

/// For a connection, and for each reply.
const TIMEOUT: Duration = Duration::from_secs(5);

impl Redis {
    /// To the server at this URL, which is `redis://` where it has no scheme.
    pub fn new(url: impl AsRef<str>) -> Self {
        Self::from_text(url.as_ref())
    }

    /// Further nodes of the same cluster, `host:port`: to begin with, where the first is not there.
    #[must_use]
    pub fn nodes<N: AsRef<str>>(mut self, nodes: impl IntoIterator<Item = N>) -> Self {
        let nodes = nodes.into_iter().map(|node| node.as_ref().parse());
        self.nodes.extend(nodes);
        self
    }

    /// The user, where the server has several.
    #[must_use]
    pub fn user(mut self, user: impl Into<String>) -> Self {
        if let Ok(address) = &mut self.address {
            address.user = Some(user.into());
        }
        self
    }

    /// The password.
    #[must_use]
    pub fn password(mut self, password: impl Into<Secret>) -> Self {
        if let Ok(address) = &mut self.address {
            address.password = Some(password.into());
        }
        self
    }

    /// Trusts the certificates that this file has, in place of those that the system trusts.
    #[must_use]
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.tls.ca = Some(path.into());
        self
    }

    /// Shows this certificate, with this key.
    #[must_use]
    pub fn client_certificate(
        mut self,
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Self {
        self.tls.identity = Some((certificate.into(), key.into()));
        self
    }

    /// How long to wait for a connection, and for each reply: 5 s by default.
    #[must_use]
    pub fn timeout(mut self, timeout: impl Seconds) -> Self {
        self.timeout = timeout.duration();
        self
    }

    /// What is stored there, as a source: to be served, pushed on, or written as text.
    ///
    /// # Errors
    ///
    /// When a setting is wrong. That the server is not there is found when it is read.
    pub fn open(&self) -> Result<Store, Error> {
        let backend = RedisBackend::new(self.address()?, self.stored.prefix()?);
        self.stored.open(self.url(), Box::new(backend))
    }

    /// The address with all that was set.
    fn address(&self) -> Result<RedisAddress, Error> {
        let mut address = self.address.clone()?;
        address.timeout = self.timeout.clone()?;
        if address.timeout.is_zero() {
            let what = "timeout 0".to_owned();
            let reason = "it takes time to reply".to_owned();
            return Err(ErrorKind::Setting { what, reason }.into());
        }
        let nodes: Result<Vec<Address>, Error> = self.nodes.iter().cloned().collect();
        let further = nodes?;
        match &mut address.place {
            Place::Net { nodes, tls } => {
                let further = further.iter();
                nodes.extend(further.map(|node| (node.host().to_owned(), node.port())));
                if let Some(tls) = tls {
                    tls.clone_from(&self.tls);
                } else if self.tls != TlsFiles::default() {
                    let reason = "certificates are for `rediss` and `valkeys`";
                    return Err(refused(&self.url(), reason));
                }
            }
            Place::Unix(_) if further.is_empty() && self.tls == TlsFiles::default() => {}
            Place::Unix(_) => {
                let reason = "a socket has neither further nodes nor TLS";
                return Err(refused(&self.url(), reason));
            }
        }
        if !TLS_ENABLED && let Place::Net { tls: Some(_), .. } = &address.place {
            return Err(refused(&self.url(), "TLS needs the feature `tls`"));
        }
        Ok(address)
    }

    /// Takes a parameter that says who we are.
    fn set_credential(&mut self, name: &str, value: &str) -> Taken {
        let Ok(address) = &mut self.address else {
            return Taken::Yes;
        };
        match name {
            "db" => return Taken::parse(value, "a number", |number| address.database = number),
            "user" => address.user = Some(value.to_owned()),
            "pass" => address.password = Some(Secret::from(value)),
            "password_file" => address.password = Some(Secret::file(value)),
            "password_env" => address.password = Some(Secret::env(value)),
            _ => return Taken::Unknown,
        }
        Taken::Yes
    }
}

impl UrlForm for Redis {
    const SCHEMES: &'static [&'static str] = &[
        "redis",
        "rediss",
        "redis+unix",
        "valkey",
        "valkeys",
        "valkey+unix",
    ];

    fn known() -> Vec<&'static str> {
        let own = [
            "nodes",
            "db",
            "user",
            "pass",
            "password_file",
            "password_env",
            "ca_file",
            "client_certificate",
            "client_key",
            "timeout",
        ];
        [&own[..], &Stored::KNOWN[..]].concat()
    }

    fn from_text(text: &str) -> Self {
        if let Some(redis) = url_form(text) {
            return redis;
        }
        if text.contains("://") {
            return super::url::read(text).unwrap_or_else(Self::broken);
        }
        super::url::read(&format!("redis://{text}")).unwrap_or_else(Self::broken)
    }

    fn broken(error: Error) -> Self {
        Self {
            address: Err(error),
            scheme: Self::SCHEMES[0],
            timeout: Ok(TIMEOUT),
            tls: TlsFiles::default(),
            nodes: Vec::new(),
            stored: Stored::default(),
        }
    }

    fn from_url(url: &Url) -> Result<Self, Error> {
        let mut schemes = Self::SCHEMES.iter();
        let scheme = schemes.find(|scheme| **scheme == url.scheme);
        let scheme = scheme.copied().unwrap_or(Self::SCHEMES[0]);
        if !url.authority.is_empty() && url.path.contains('@') {
            let reason = "in front of `@`, a `/` is written `%2F`";
            return Err(url.refuse(reason));
        }
        let mut address = if scheme.ends_with("+unix") {
            let path = url.path_alone("a socket", "run/redis.sock")?;
            RedisAddress::new(Place::Unix(path), TIMEOUT)
        } else {
            let authority = &*url.authority;
            let host_and_port = if authority
                .rsplit(']')
                .next()
                .is_some_and(|end| end.contains(':'))
            {
                authority.to_owned()
            } else {
                format!("{authority}:{PORT}")
            };
            let node: Address = host_and_port.parse()?;
            let nodes = vec![(node.host().to_owned(), node.port())];
            let tls = matches!(scheme, "rediss" | "valkeys").then(TlsFiles::default);
            RedisAddress::new(Place::Net { nodes, tls }, TIMEOUT)
        };
        if let Some((user, password)) = &url.user {
            address.user = Some(user.clone()).filter(|user| !user.is_empty());
            address.password = password.as_deref().map(Secret::from);
        }
        if matches!(address.place, Place::Net { .. }) {
            let database = url.path.trim_start_matches('/');
            if !database.is_empty() {
                let number = database.parse();
                let reason = "behind the host stands the number of a database, as in `/0`";
                address.database = number.map_err(|_| url.refuse(reason))?;
            }
        }
        let mut redis = Self::broken(url.refuse(""));
        (redis.address, redis.scheme) = (Ok(address), scheme);
        Ok(redis)
    }

    fn set(&mut self, name: &str, value: &str) -> Taken {
        match name {
            "nodes" => *self = self.clone().nodes(value.split(',')),
            "ca_file" => self.tls.ca = Some(value.into()),
            "client_certificate" => self.tls.identity.get_or_insert_default().0 = value.into(),
            "client_key" => self.tls.identity.get_or_insert_default().1 = value.into(),
            "timeout" => match value.duration() {
                Ok(timeout) => self.timeout = Ok(timeout),
                Err(_) => {
                    return Taken::Wrong("expected a time, such as `5` or `500ms`".to_owned());
                }
            },
            _ => match self.set_credential(name, value) {
                Taken::Unknown => return self.stored.set(name, value),
                taken => return taken,
            },
        }
        Taken::Yes
    }

    fn url(&self) -> String {
        let mut params = Params::default();
        let scheme = self.scheme;
        let Ok(address) = &self.address else {
            return format!("{scheme}://");
        };
        let url = match &address.place {
            Place::Unix(path) => {
                params.add_unless("db", address.database, &0);
                params.add_some("user", address.user.as_ref());
                format!("{scheme}://{}", encode_path(path))
            }
            Place::Net { nodes, .. } => {
                let (host, port) = nodes
                    .first()
                    .map_or(("", PORT), |(host, port)| (host, *port));
                let host = if host.contains(':') {
                    format!("[{host}]")
                } else {
                    host.to_owned()
                };
                let user = address.user.as_deref().map(encode_user).unwrap_or_default();
                match address.database {
                    0 => format!("{scheme}://{user}{host}:{port}"),
                    database => format!("{scheme}://{user}{host}:{port}/{database}"),
                }
            }
        };
        if let Some((kind, place)) = address.password.as_ref().and_then(Secret::place) {
            params.add(&format!("password_{kind}"), place);
        }
        if !self.nodes.is_empty() {
            let nodes = self.nodes.iter().flatten();
            let nodes: Vec<String> = nodes.map(ToString::to_string).collect();
            params.add("nodes", nodes.join(","));
        }
        params.add_some("ca_file", self.tls.ca.as_ref().map(|path| path.display()));
        if let Some((certificate, key)) = &self.tls.identity {
            params.add("client_certificate", certificate.display());
            params.add("client_key", key.display());
        }
        if let Ok(timeout) = &self.timeout {
            params.add_unless("timeout", timeout.as_secs_f64(), &TIMEOUT.as_secs_f64());
        }
        self.stored.add(&mut params);
        params.behind(url)
    }

    fn identity(&self) -> String {
        let password = self.address.as_ref().ok();
        let password = password.and_then(|address| address.password.as_ref());
        format!("{self:?} {:?}", password.map(Secret::fingerprint))
    }

    fn parts(&self, _: Option<&str>) -> Result<Parts, Error> {
        let (address, prefix) = (self.address()?, self.stored.prefix()?.to_owned());
        let place = format!("redis {:?} {}", address.place, address.database);
        let make = move || Box::new(RedisBackend::new(address.clone(), &prefix)) as _;
        self.stored.parts(self.url(), &place, Arc::new(make))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_with_a_slash_is_not_told() {
        for url in [
            "redis://user:12/34hunter2@host",
            "redis://user:/hunter2@host",
            "redis://user:123456/hunter2@host:6379/1",
        ] {
            let error = open(url).unwrap_err().to_string();
            assert!(error.contains("%2F"), "{error}");
            let is_told = ["hunter2", "user", "12"]
                .iter()
                .any(|word| error.contains(word));
            assert!(!is_told, "{error}");
        }
    }
}
