//! The Prometheus Pushgateway.

use std::time::Duration;

use http::Method;
use ppc_core::LabelValue;

use super::given::destination;
use super::grouping::{Grouping, Values};
use super::server::{Ask, Content, Ready, Server, ServerForm, TIMEOUT, server_settings};
use super::url::{Kind, Params, Taken, UrlForm};
use super::verb::Verb;
use crate::choice::Choice;
use crate::choice::{Chosen, Words, chosen};
use crate::encode::{Exposition, Format, Timestamps};
use crate::error::Error;
use crate::pack::Cut;
use crate::push::Parts;
use crate::send::{DeleteAtEnd, Habits};

/// The Prometheus Pushgateway, which keeps what was pushed last for the next scrape.
///
/// Metrics are pushed to a group: its [`job`](Self::job), which is that of the push where no other
/// is set, and its [`grouping`](Self::grouping) labels. Labels of the group stay out of the body;
/// a metric that has one of its own is left out, counted and logged, because the gateway would
/// overwrite it. There is no push at the start, unless it is asked for, as it would wipe what the
/// last run has left.
///
/// A setting that is wrong is reported when pushing starts.
///
/// # Examples
///
/// ```
/// use ppc_transports::{Push, Pushgateway, Secret};
///
/// let gateway = Pushgateway::new("https://gateway.acme.net:9091")
///     .grouping("instance", ppc_transports::hostname())
///     .basic_auth("jobs", Secret::file("/run/secrets/gateway"));
/// let push = Push::to(gateway).job("nightly-billing");
/// # let _ = push;
/// ```
#[derive(Clone)]
pub struct Pushgateway {
    server: Server,
    grouping: Grouping,
    verb: Chosen<Verb>,
    start: bool,
    delete_on_success: bool,
    delete_on_exit: bool,
}

/// What the gateway itself says of each group, whatever it is pushed.
const OWN_NAMES: [&str; 2] = ["push_time_seconds", "push_failure_time_seconds"];

server_settings!(Pushgateway);
destination!(Pushgateway);

pub(super) const KIND: Kind = Kind::of::<Pushgateway>();

impl Pushgateway {
    /// To the gateway at this URL, which is `http://` where it has no scheme.
    pub fn new(url: impl AsRef<str>) -> Self {
        Self::from_text(url.as_ref())
    }

    /// The job of the group; by default that of the push.
    #[must_use]
    pub fn job(mut self, name: impl AsRef<str>) -> Self {
        self.grouping.set_job(name.as_ref());
        self
    }

    /// Adds a label to the group.
    #[must_use]
    pub fn grouping(mut self, name: impl AsRef<str>, value: impl LabelValue) -> Self {
        self.grouping.insert(name.as_ref(), value);
        self
    }

    /// `"post"` by default, which replaces the metrics of the same names in the group, or
    /// `"put"`, which replaces the group.
    #[must_use]
    pub fn method(mut self, verb: impl Choice<Verb>) -> Self {
        self.verb = verb.choice();
        self
    }

    /// Whether there is a push at the start; there is none by default.
    #[must_use]
    pub fn start(mut self, push: bool) -> Self {
        self.start = push;
        self
    }

    /// Whether the group is deleted at the end, in place of a last push, when every use of the
    /// client returned, and none with an `Err`.
    #[must_use]
    pub fn delete_on_success(mut self, delete: bool) -> Self {
        self.delete_on_success = delete;
        self
    }

    /// Whether the group is deleted at the end, in place of a last push, however that comes.
    #[must_use]
    pub fn delete_on_exit(mut self, delete: bool) -> Self {
        self.delete_on_exit = delete;
        self
    }

    /// The encoder for this group.
    pub(super) fn encoder(&self) -> Exposition {
        Exposition::new(Format::Text, Timestamps::Server)
            .taken_labels(self.grouping.names())
            .taken_names(&OWN_NAMES)
    }

    /// A request of this method, where no other is set, to the group of this job, where it has no
    /// other.
    pub(super) fn ready(
        &self,
        job: Option<&str>,
        method: Method,
        timeout: Duration,
    ) -> Result<Ready, Error> {
        let group = self.grouping.path(job, Values::Base64)?;
        self.server.ready(Ask {
            name: self.url(),
            method,
            path: format!("{}{group}", self.server.path()),
            params: Vec::new(),
            content_type: Format::Text.content_type(),
            fresh: false,
            timeout,
        })
    }
}

impl ServerForm for Pushgateway {
    const WHAT: &'static str = "pushgateway";
    const SCHEMES: &'static [&'static str] = &["pushgateway+http", "pushgateway+https"];
    const OWN: &'static [&'static str] = &[
        "job",
        "grouping.",
        "method",
        "start",
        "delete_on_success",
        "delete_on_exit",
    ];

    fn at(server: Server) -> Self {
        Self {
            server,
            grouping: Grouping::default(),
            verb: Ok(Verb::default()),
            start: false,
            delete_on_success: false,
            delete_on_exit: false,
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
            "start" => return Taken::switch(value, |on| self.start = on),
            "delete_on_success" => return Taken::switch(value, |on| self.delete_on_success = on),
            "delete_on_exit" => return Taken::switch(value, |on| self.delete_on_exit = on),
            _ => return self.grouping.set(name, value),
        }
        Taken::Yes
    }

    fn add_own(&self, params: &mut Params) {
        self.grouping.add(params);
        params.add_choice("method", &self.verb);
        params.switch("start", self.start);
        params.switch("delete_on_success", self.delete_on_success);
        params.switch("delete_on_exit", self.delete_on_exit);
    }

    fn make(&self, job: Option<&str>) -> Result<Parts, Error> {
        let verb = chosen("method", &self.verb)?;
        let ready = self.ready(job, verb.method(), TIMEOUT)?;
        let this = self.clone();
        Ok(ready.parts(Content {
            encoder: Box::new(move |_| Box::new(this.encoder())),
            // A family that came in two bodies would replace its first half by its second.
            cut: Cut::Families,
            trailer: "",
            habits: Habits {
                delete: match (self.delete_on_exit, self.delete_on_success) {
                    (true, _) => DeleteAtEnd::Always,
                    (false, true) => DeleteAtEnd::OnSuccess,
                    (false, false) => DeleteAtEnd::Never,
                },
                then_post: verb == Verb::Put,
                ..Habits::default()
            },
            at_start: self.start,
        }))
    }
}
