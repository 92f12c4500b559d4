//! Influx line protocol over HTTP.

use super::extra_labels::ExtraLabels;
use super::given::destination;
use super::server::{Ask, Content, Ready, Server, ServerForm, TIMEOUT, server_settings};
use super::url::{Kind, Params, Taken, UrlForm};
use super::verb::Verb;
use crate::choice::{Choice, Chosen, Words, choices, chosen};
use crate::encode::{Influx, Names, Precision, Timestamps};
use crate::error::{Error, ErrorKind};
use crate::pack::Cut;
use crate::push::Parts;
use crate::secret::Secret;
use crate::send::{Credentials, Habits};

/// Influx line protocol over HTTP, to `VictoriaMetrics`, `InfluxDB` and their like.
///
/// A URL without a path goes to `/write`, or with a [`bucket`](Self::bucket) or an
/// [`org`](Self::org) to `/api/v2/write`; one without a scheme to `http://`. Its parameters are
/// the server's.
///
/// The tenants of a `VictoriaMetrics` cluster are in the path,
/// `http://vminsert:8480/insert/42:7/influx/write`, or in labels,
/// `http://vminsert:8480/insert/multitenant/influx/write` with `vm_account_id` and `vm_project_id`
/// among the labels of the push or of a metric.
///
/// A setting that is wrong is reported when pushing starts.
///
/// # Examples
///
/// ```
/// use ppc_transports::{InfluxHttp, Push};
///
/// let victoria = InfluxHttp::new("http://victoria.acme.net:8428").extra_label("dc", "fra1");
/// let influx = InfluxHttp::new("http://influx.acme.net:8086").db("jobs").names("influxdb");
/// let cloud = InfluxHttp::new("http://influx.acme.net:8086")
///     .org("acme")
///     .bucket("jobs")
///     .token(ppc_transports::Secret::env("INFLUX_TOKEN"));
/// let push = Push::to(victoria).and_to(influx).and_to(cloud).period(15);
/// # let _ = push;
/// ```
#[derive(Clone)]
pub struct InfluxHttp {
    server: Server,
    verb: Chosen<Verb>,
    db: Option<String>,
    bucket: Option<String>,
    org: Option<String>,
    precision: Chosen<Precision>,
    extra_labels: ExtraLabels,
    names: Chosen<Names>,
    timestamps: Chosen<Timestamps>,
}

choices! {
    Precision:
        "ns" => Precision::Nanoseconds, "us" => Precision::Microseconds,
        "ms" => Precision::Milliseconds, "s" => Precision::Seconds;
}

server_settings!(InfluxHttp);
destination!(InfluxHttp);

pub(super) const KIND: Kind = Kind::of::<InfluxHttp>();

impl InfluxHttp {
    /// To the server at this URL.
    pub fn new(url: impl AsRef<str>) -> Self {
        Self::from_text(url.as_ref())
    }

    /// The method of requests: `"post"` by default, or `"put"`.
    #[must_use]
    pub fn method(mut self, verb: impl Choice<Verb>) -> Self {
        self.verb = verb.choice();
        self
    }

    /// The database, the parameter `db`; `VictoriaMetrics` makes it a label.
    #[must_use]
    pub fn db(mut self, name: impl AsRef<str>) -> Self {
        self.db = Some(name.as_ref().to_owned());
        self
    }

    /// The bucket of `InfluxDB` 2.
    #[must_use]
    pub fn bucket(mut self, name: impl AsRef<str>) -> Self {
        self.bucket = Some(name.as_ref().to_owned());
        self
    }

    /// The organisation of `InfluxDB` 2.
    #[must_use]
    pub fn org(mut self, name: impl AsRef<str>) -> Self {
        self.org = Some(name.as_ref().to_owned());
        self
    }

    /// The token of `InfluxDB`: `Authorization: Token ..`.
    #[must_use]
    pub fn token(mut self, token: impl Into<Secret>) -> Self {
        self.server.credentials = Credentials::Token("Token", token.into());
        self
    }

    /// The unit of timestamps, `"ns"` by default, or `"us"`, `"ms"`, `"s"`; the server is told.
    #[must_use]
    pub fn precision(mut self, precision: impl Choice<Precision>) -> Self {
        self.precision = precision.choice();
        self
    }

    /// Has `VictoriaMetrics` add a label to every series: the parameter `extra_label`.
    #[must_use]
    pub fn extra_label(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.extra_labels.push(name.as_ref(), value.as_ref());
        self
    }

    /// What becomes of a name without an inner `_`: `Names::Prometheus` by default.
    #[must_use]
    pub fn names(mut self, names: impl Choice<Names>) -> Self {
        self.names = names.choice();
        self
    }

    /// Whose clock stamps the samples: `Timestamps::Client` by default.
    #[must_use]
    pub fn timestamps(mut self, timestamps: impl Choice<Timestamps>) -> Self {
        self.timestamps = timestamps.choice();
        self
    }

    fn is_v2(&self) -> bool {
        let is_param = |name: &str| self.server.params.iter().any(|(param, _)| param == name);
        self.bucket.is_some() || self.org.is_some() || is_param("bucket") || is_param("org")
    }

    fn path(&self) -> String {
        match self.server.own_path() {
            "" if self.is_v2() => "/api/v2/write".to_owned(),
            "" => "/write".to_owned(),
            path => path.to_owned(),
        }
    }

    fn ready(&self) -> Result<Ready, Error> {
        let precision = chosen("precision", &self.precision)?;
        let verb = chosen("method", &self.verb)?;
        if self
            .server
            .params
            .iter()
            .any(|(name, _)| name == "precision")
        {
            // The server would read timestamps in another unit than they are written in.
            let what = "query parameter `precision`".to_owned();
            let reason = "the setting `precision` tells server and timestamps alike".to_owned();
            return Err(ErrorKind::Setting { what, reason }.into());
        }
        let extra = self.extra_labels.values();
        let mut params: Vec<(&str, &str)> = Vec::new();
        for (name, value) in [
            ("db", &self.db),
            ("bucket", &self.bucket),
            ("org", &self.org),
        ] {
            params.extend(value.as_deref().map(|value| (name, value)));
        }
        if precision != Precision::default() {
            let is_new = self.path().ends_with("/api/v2/write");
            params.push(("precision", precision_word(precision, is_new)));
        }
        params.extend(extra.iter().map(|label| ("extra_label", label.as_str())));
        self.server.ready(Ask {
            name: self.url(),
            method: verb.method(),
            path: self.path(),
            params,
            content_type: "text/plain; charset=utf-8",
            fresh: false,
            timeout: TIMEOUT,
        })
    }
}

/// The unit as the server has it: InfluxDB 1 calls microseconds `u`, and takes `us` for ns.
fn precision_word(precision: Precision, is_v2: bool) -> &'static str {
    match precision {
        Precision::Microseconds if !is_v2 => "u",
        other => other.word(),
    }
}

impl ServerForm for InfluxHttp {
    const WHAT: &'static str = "influx";
    const SCHEMES: &'static [&'static str] = &["influx+http", "influx+https"];
    const OWN: &'static [&'static str] = &[
        "method",
        "db",
        "bucket",
        "org",
        "token",
        "token_file",
        "token_env",
        "precision",
        "extra_label.",
        "names",
        "timestamps",
    ];

    fn at(server: Server) -> Self {
        Self {
            server,
            verb: Ok(Verb::default()),
            db: None,
            bucket: None,
            org: None,
            precision: Ok(Precision::default()),
            extra_labels: ExtraLabels::default(),
            names: Ok(Names::default()),
            timestamps: Ok(Timestamps::default()),
        }
    }

    fn server(&self) -> &Server {
        &self.server
    }

    fn server_mut(&mut self) -> &mut Server {
        &mut self.server
    }

    fn set_own(&mut self, name: &str, value: &str) -> Taken {
        let token = |secret| Credentials::Token("Token", secret);
        match name {
            "method" => self.verb = Words::of_word(value),
            "db" => self.db = Some(value.to_owned()),
            "bucket" => self.bucket = Some(value.to_owned()),
            "org" => self.org = Some(value.to_owned()),
            "token" => self.server.credentials = token(Secret::from(value)),
            "token_file" => self.server.credentials = token(Secret::file(value)),
            "token_env" => self.server.credentials = token(Secret::env(value)),
            "precision" => self.precision = Words::of_word(value),
            "names" => self.names = Words::of_word(value),
            "timestamps" => self.timestamps = Words::of_word(value),
            _ => return self.extra_labels.set(name, value),
        }
        Taken::Yes
    }

    fn add_own(&self, params: &mut Params) {
        params.add_choice("method", &self.verb);
        for (name, value) in [
            ("db", &self.db),
            ("bucket", &self.bucket),
            ("org", &self.org),
        ] {
            if let Some(value) = value {
                params.add(name, value);
            }
        }
        params.add_choice("precision", &self.precision);
        self.extra_labels.add(params);
        params.add_choice("names", &self.names);
        params.add_choice("timestamps", &self.timestamps);
    }

    fn make(&self, _: Option<&str>) -> Result<Parts, Error> {
        let names = chosen("names", &self.names)?;
        let timestamps = chosen("timestamps", &self.timestamps)?;
        let precision = chosen("precision", &self.precision)?;
        let encoder = move || Influx::new(names, timestamps).precision(precision);
        Ok(self.ready()?.parts(Content {
            encoder: Box::new(move |_| Box::new(encoder())),
            cut: Cut::Lines,
            trailer: "",
            habits: Habits::default(),
            at_start: true,
        }))
    }
}
