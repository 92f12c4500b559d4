//! The Prometheus text format or OpenMetrics over HTTP.

use std::sync::Arc;

use super::Choice;
use super::choice::{Chosen, Words, choices, chosen, word};
use super::given::destination;
use super::server::{self, Ask, Ready, Server, TIMEOUT, body, server_settings};
use super::url::{Kind, Params, Taken, Url, UrlForm, url_form};
use super::verb::Verb;
use crate::encode::{Exposition, Format, Timestamps};
use crate::error::Error;
use crate::pack::{Cut, Packer};
use crate::push::Parts;
use crate::send::{Habits, HttpSender};

/// An exposition over HTTP: to `VictoriaMetrics`, or wherever one is taken.
///
/// A URL without a path goes to `/api/v1/import/prometheus`; one without a scheme to `http://`.
/// Its parameters are the server's. The tenants of a `VictoriaMetrics` cluster are in the path:
/// `http://vminsert:8480/insert/42:7/prometheus/api/v1/import/prometheus`.
///
/// A setting that is wrong is reported when pushing starts.
///
/// # Examples
///
/// ```
/// use ppc_transports::{OpenMetricsHttp, Push};
///
/// let victoria = OpenMetricsHttp::new("http://victoria.acme.net:8428").extra_label("dc", "fra1");
/// let other = OpenMetricsHttp::new("https://metrics.acme.net/in").format("openmetrics");
/// let push = Push::to(victoria).and_to(other);
/// # let _ = push;
/// ```
#[derive(Clone)]
pub struct OpenMetricsHttp {
    server: Server,
    verb: Chosen<Verb>,
    format: Chosen<Format>,
    exemplars: bool,
    extra_labels: Vec<(String, String)>,
    timestamps: Chosen<Timestamps>,
}

choices! {
    Format: "text" => Format::Text, "openmetrics" => Format::OpenMetrics;
}

server_settings!(OpenMetricsHttp);
destination!(OpenMetricsHttp);

pub(super) const KIND: Kind = Kind::of::<OpenMetricsHttp>();

/// What ends an exposition in OpenMetrics.
pub(super) fn trailer(format: Format) -> &'static str {
    match format {
        Format::Text => "",
        Format::OpenMetrics => "# EOF\n",
    }
}

impl OpenMetricsHttp {
    /// To the server at this URL.
    pub fn new(url: impl AsRef<str>) -> Self {
        Self::from_text(url.as_ref())
    }

    fn at(server: Server) -> Self {
        Self {
            server,
            verb: Ok(Verb::default()),
            format: Ok(Format::default()),
            exemplars: true,
            extra_labels: Vec::new(),
            timestamps: Ok(Timestamps::default()),
        }
    }

    /// The method of requests: `"post"` by default, or `"put"`.
    #[must_use]
    pub fn method(mut self, verb: impl Choice<Verb>) -> Self {
        self.verb = verb.choice();
        self
    }

    /// `"text"` by default, which is version 0.0.4 of the Prometheus text format, or
    /// `"openmetrics"`, which is version 1.0.0.
    #[must_use]
    pub fn format(mut self, format: impl Choice<Format>) -> Self {
        self.format = format.choice();
        self
    }

    /// Whether OpenMetrics has exemplars in it; it has by default. The text format has none.
    #[must_use]
    pub fn exemplars(mut self, send: bool) -> Self {
        self.exemplars = send;
        self
    }

    /// Has `VictoriaMetrics` add a label to every series: the parameter `extra_label`.
    #[must_use]
    pub fn extra_label(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let pair = (name.as_ref().to_owned(), value.as_ref().to_owned());
        self.extra_labels.push(pair);
        self
    }

    /// Whose clock stamps the samples: `Timestamps::Client` by default.
    #[must_use]
    pub fn timestamps(mut self, timestamps: impl Choice<Timestamps>) -> Self {
        self.timestamps = timestamps.choice();
        self
    }

    fn path(&self) -> String {
        match self.server.path() {
            "" => "/api/v1/import/prometheus".to_owned(),
            path => path.to_owned(),
        }
    }
}

impl UrlForm for OpenMetricsHttp {
    const SCHEMES: &'static [&'static str] = &["openmetrics+http", "openmetrics+https"];

    fn known() -> Vec<&'static str> {
        let own = [
            "method",
            "format",
            "exemplars",
            "extra_label.",
            "timestamps",
        ];
        own.into_iter().chain(server::KNOWN).collect()
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
        if let Some(name) = name.strip_prefix("extra_label.") {
            self.extra_labels.push((name.to_owned(), value.to_owned()));
            return Taken::Yes;
        }
        match name {
            "method" => self.verb = Words::of_word(value),
            "format" => self.format = Words::of_word(value),
            "exemplars" => return Taken::switch(value, |on| self.exemplars = on),
            "timestamps" => self.timestamps = Words::of_word(value),
            _ => return self.server.set(name, value),
        }
        Taken::Yes
    }

    fn url(&self) -> String {
        let mut params = Params::default();
        params.add_unless("method", &*word(&self.verb).to_string(), &"post");
        params.add_unless("format", &*word(&self.format).to_string(), &"text");
        params.add_unless("exemplars", self.exemplars, &true);
        for (name, value) in &self.extra_labels {
            params.add(&format!("extra_label.{name}"), value);
        }
        params.add_unless(
            "timestamps",
            &*word(&self.timestamps).to_string(),
            &"client",
        );
        self.server.url("openmetrics", params)
    }

    fn identity(&self) -> String {
        self.url() + &self.server.hidden()
    }

    fn parts(&self, _: Option<&str>) -> Result<Parts, Error> {
        let verb = chosen("method", &self.verb)?;
        let format = chosen("format", &self.format)?;
        let timestamps = chosen("timestamps", &self.timestamps)?;
        let exemplars = self.exemplars;
        let extra: Vec<String> = self
            .extra_labels
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let Ready {
            target,
            requester,
            compression,
            max_body,
        } = self.server.ready(Ask {
            name: self.url(),
            method: verb.method(),
            path: self.path(),
            params: extra
                .iter()
                .map(|label| ("extra_label", label.as_str()))
                .collect(),
            content_type: format.content_type(),
            credentials: None,
            fresh: false,
            timeout: TIMEOUT,
        })?;
        let target = Arc::new(target);
        Ok(Parts {
            name: self.url(),
            encoder: Box::new(move |_| {
                Box::new(Exposition::new(format, timestamps).exemplars(exemplars))
            }),
            packer: Packer::new(max_body).cut(match format {
                Format::Text => Cut::Lines,
                // Each body is complete in itself.
                Format::OpenMetrics => Cut::Families,
            }),
            body: Some(body(trailer(format), compression)),
            sender: Box::new(move |waker| {
                let (target, habits) = (Arc::clone(&target), Habits::default());
                Box::new(HttpSender::new(target, requester.clone(), habits, waker))
            }),
            at_start: true,
        })
    }
}

impl std::fmt::Debug for OpenMetricsHttp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpenMetricsHttp({})", self.url())
    }
}
