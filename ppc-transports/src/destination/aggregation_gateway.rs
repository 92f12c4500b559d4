//! A gateway that adds up what it is pushed.

use http::Method;
use ppc_core::LabelValue;

use super::given::destination;
use super::grouping::{Grouping, Values};
use super::remembered::{Remembered, Resume, Store};
use super::server::{Ask, Content, Server, ServerForm, TIMEOUT, server_settings};
use super::url::{Kind, Params, Taken, UrlForm};
use crate::choice::{Choice, Chosen, Words, choices, chosen};
use crate::encode::{DeltaExposition, Format, Gauges};
use crate::error::Error;
use crate::pack::Cut;
use crate::push::Parts;
use crate::send::Habits;

/// A gateway that adds up whatever it is pushed, such as prom-aggregation-gateway: one total for
/// all the processes that count the same.
///
/// Everything goes as the difference to what the gateway has acknowledged. Gauges, infos and state
/// sets are added up as well, and taken back by the final push; or they are left out, see
/// [`gauges`](Self::gauges). The quantiles of a summary cannot be added, and are left out.
///
/// A request whose answer is lost may have been applied or not; no client can know. See
/// [`delivery`](Self::delivery) for what is done about it. Pushes of the same source with the same
/// labels to the same group are by one client at a time; another one with other settings waits.
/// Differences are against all that this process has pushed there, in runs before, too.
///
/// A forked child counts from zero, and pushes what it counts itself by a client of its own.
///
/// Metrics are pushed to a group: its [`job`](Self::job), which is that of the push where no other
/// is set, and its [`grouping`](Self::grouping) labels, whose values cannot be empty or have a
/// slash in them. Labels of the group stay out of the body; a metric that has one of its own is
/// left out, counted and logged. There is no push at the start, unless it is asked for.
///
/// # Examples
///
/// ```
/// use ppc_transports::{AggregationGateway, Push};
///
/// let gateway = AggregationGateway::new("http://aggregation.acme.net").gauges("skip");
/// let push = Push::to(gateway).job("nightly-billing");
/// # let _ = push;
/// ```
#[derive(Clone)]
pub struct AggregationGateway {
    server: Server,
    grouping: Grouping,
    gauges: Chosen<Gauges>,
    delivery: Chosen<Delivery>,
    start: bool,
}

/// What becomes of a difference that may have arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// It is not sent again: totals are never too high, and what they may lack is counted in
    /// `ppc_dropped_total{reason="unacknowledged"}`.
    #[default]
    AtMostOnce,
    /// It is sent again: totals are never too low.
    AtLeastOnce,
}

choices! {
    Gauges: "delta" => Gauges::Delta, "skip" => Gauges::Skip;
    Delivery: "at_most_once" => Delivery::AtMostOnce, "at_least_once" => Delivery::AtLeastOnce;
}

server_settings!(AggregationGateway);
destination!(AggregationGateway);

pub(super) const KIND: Kind = Kind::of::<AggregationGateway>();

impl AggregationGateway {
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

    /// What becomes of gauges, infos and state sets: `"delta"` by default, so that the gateway has
    /// the sum over all processes that run, or `"skip"`.
    #[must_use]
    pub fn gauges(mut self, gauges: impl Choice<Gauges>) -> Self {
        self.gauges = gauges.choice();
        self
    }

    /// What becomes of a difference whose answer is lost: `"at_most_once"` by default, or
    /// `"at_least_once"`. One that has certainly not arrived is sent again in either case.
    #[must_use]
    pub fn delivery(mut self, delivery: impl Choice<Delivery>) -> Self {
        self.delivery = delivery.choice();
        self
    }

    /// Whether there is a push at the start; there is none by default.
    #[must_use]
    pub fn start(mut self, push: bool) -> Self {
        self.start = push;
        self
    }
}

impl ServerForm for AggregationGateway {
    const WHAT: &'static str = "aggregation";
    const SCHEMES: &'static [&'static str] = &["aggregation+http", "aggregation+https"];
    const OWN: &'static [&'static str] = &["job", "grouping.", "gauges", "delivery", "start"];

    fn at(server: Server) -> Self {
        Self {
            server,
            grouping: Grouping::default(),
            gauges: Ok(Gauges::default()),
            delivery: Ok(Delivery::default()),
            start: false,
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
            "gauges" => self.gauges = Words::of_word(value),
            "delivery" => self.delivery = Words::of_word(value),
            "start" => return Taken::switch(value, |on| self.start = on),
            _ => return self.grouping.set(name, value),
        }
        Taken::Yes
    }

    fn add_own(&self, params: &mut Params) {
        self.grouping.add(params);
        params.add_choice("gauges", &self.gauges);
        params.add_choice("delivery", &self.delivery);
        params.switch("start", self.start);
    }

    fn make(&self, job: Option<&str>) -> Result<Parts, Error> {
        let gauges = chosen("gauges", &self.gauges)?;
        let delivery = chosen("delivery", &self.delivery)?;
        let group = self.grouping.path(job, Values::Plain)?;
        let ready = self.server.ready(Ask {
            name: self.url(),
            method: Method::POST,
            path: format!("{}{group}", self.server.path()),
            params: Vec::new(),
            content_type: Format::Text.content_type(),
            // One that is being closed by the server would make a request's fate unknown.
            fresh: true,
            timeout: TIMEOUT,
        })?;
        let (place, taken) = (
            format!("{} {group}", self.server.place()),
            self.grouping.names(),
        );
        let at_most_once = delivery == Delivery::AtMostOnce;
        Ok(ready.parts(Content {
            encoder: Box::new(move |pushing| {
                let settings = (gauges, taken.clone());
                Box::new(Remembered::<DeltaExposition>::new(
                    &place,
                    pushing,
                    settings,
                    at_most_once,
                ))
            }),
            cut: Cut::Families,
            trailer: "",
            habits: Habits {
                settles: true,
                at_most_once,
                ..Habits::default()
            },
            at_start: self.start,
        }))
    }
}

impl Resume for DeltaExposition {
    /// What becomes of gauges, and the labels of the group.
    type Settings = (Gauges, Vec<String>);

    fn store() -> &'static Store<Self> {
        static STORE: Store<DeltaExposition> = Store::new();
        &STORE
    }

    fn fresh((gauges, taken): &Self::Settings) -> Self {
        Self::new(*gauges).taken_labels(taken.clone())
    }

    fn resume(&mut self, (gauges, _): &Self::Settings) {
        self.begin_again(*gauges);
    }
}
