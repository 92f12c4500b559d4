//! The Prometheus text format or OpenMetrics over HTTP.

use super::extra_labels::ExtraLabels;
use super::given::destination;
use super::server::{Ask, Content, Server, ServerForm, TIMEOUT, server_settings};
use super::url::{Kind, Params, Taken, UrlForm};
use super::verb::Verb;
use crate::choice::{Choice, Chosen, Words, choices, chosen};
use crate::encode::{Exposition, Format, Timestamps};
use crate::error::Error;
use crate::pack::Cut;
use crate::push::Parts;
use crate::send::Habits;

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
    extra_labels: ExtraLabels,
    timestamps: Chosen<Timestamps>,
}

choices! {
    Format: "text" => Format::Text, "openmetrics" => Format::OpenMetrics;
}

server_settings!(OpenMetricsHttp);
destination!(OpenMetricsHttp);

pub(super) const KIND: Kind = Kind::of::<OpenMetricsHttp>();

impl OpenMetricsHttp {
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
        self.extra_labels.push(name.as_ref(), value.as_ref());
        self
    }

    /// Whose clock stamps the samples: `Timestamps::Client` by default.
    #[must_use]
    pub fn timestamps(mut self, timestamps: impl Choice<Timestamps>) -> Self {
        self.timestamps = timestamps.choice();
        self
    }

    fn path(&self) -> String {
        match self.server.own_path() {
            "" => "/api/v1/import/prometheus".to_owned(),
            path => path.to_owned(),
        }
    }
}

impl ServerForm for OpenMetricsHttp {
    const WHAT: &'static str = "openmetrics";
    const SCHEMES: &'static [&'static str] = &["openmetrics+http", "openmetrics+https"];
    const OWN: &'static [&'static str] = &[
        "method",
        "format",
        "exemplars",
        "extra_label.",
        "timestamps",
    ];

    fn at(server: Server) -> Self {
        Self {
            server,
            verb: Ok(Verb::default()),
            format: Ok(Format::default()),
            exemplars: true,
            extra_labels: ExtraLabels::default(),
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
        match name {
            "method" => self.verb = Words::of_word(value),
            "format" => self.format = Words::of_word(value),
            "exemplars" => return Taken::switch(value, |on| self.exemplars = on),
            "timestamps" => self.timestamps = Words::of_word(value),
            _ => return self.extra_labels.set(name, value),
        }
        Taken::Yes
    }

    fn add_own(&self, params: &mut Params) {
        params.add_choice("method", &self.verb);
        params.add_choice("format", &self.format);
        params.add_unless("exemplars", self.exemplars, &true);
        self.extra_labels.add(params);
        params.add_choice("timestamps", &self.timestamps);
    }

    fn make(&self, _: Option<&str>) -> Result<Parts, Error> {
        let verb = chosen("method", &self.verb)?;
        let format = chosen("format", &self.format)?;
        let timestamps = chosen("timestamps", &self.timestamps)?;
        let exemplars = self.exemplars;
        let extra = self.extra_labels.values();
        let ready = self.server.ready(Ask {
            name: self.url(),
            method: verb.method(),
            path: self.path(),
            params: extra
                .iter()
                .map(|label| ("extra_label", label.as_str()))
                .collect(),
            content_type: format.content_type(),
            fresh: false,
            timeout: TIMEOUT,
        })?;
        let encoder = move || Exposition::new(format, timestamps).exemplars(exemplars);
        Ok(ready.parts(Content {
            encoder: Box::new(move |_| Box::new(encoder())),
            cut: match format {
                Format::Text => Cut::Lines,
                // Each body is complete in itself.
                Format::OpenMetrics => Cut::Families,
            },
            trailer: format.trailer(),
            habits: Habits::default(),
            at_start: true,
        }))
    }
}
