//! Requests over HTTP: one at a time for each destination, on a thread that all of the process
//! share, tried again where that may help.

mod answer;
mod connect;
mod exchange;
mod handler;
mod request;
mod retry_after;
mod thread;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "no_tls.rs"]
mod tls;
mod tls_options;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper_util::client::proxy::matcher::Matcher;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

pub(crate) use answer::{Answer, Verdict};
pub(crate) use exchange::{Trouble, place};
pub use handler::{HttpHandler, HttpRequest, HttpResponse};
pub(crate) use request::{Credentials, Outgoing, Target, header, is_sensitive};
pub(crate) use tls_options::TlsOptions;

use self::connect::Way;
use self::exchange::{Endpoint, Sent, exchange};
use super::backoff::Backoff;
use super::{Failure, Plan, Progress, Report, Sender};
use crate::error::Error;

/// How requests get to the server.
#[derive(Clone, Default)]
pub(crate) struct Route {
    /// A socket of this machine, in place of the URL's host.
    pub(crate) unix_socket: Option<PathBuf>,
    pub(crate) proxy: Proxy,
    pub(crate) tls: TlsOptions,
    pub(crate) connect_timeout: Duration,
    /// Each request has a connection of its own.
    pub(crate) fresh: bool,
    pub(crate) handler: Option<Arc<dyn HttpHandler>>,
}

/// Which proxy requests go through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Proxy {
    /// What `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
    #[default]
    Environment,
    Off,
    /// This one, for every host.
    Url(String),
}

/// Makes requests.
#[derive(Clone)]
pub(crate) struct Requester(Kind);

#[derive(Clone)]
enum Kind {
    Network(Arc<Endpoint>),
    Handler(Arc<dyn HttpHandler>),
}

impl Requester {
    /// Reads what the settings name.
    pub(crate) fn new(route: &Route, is_https: bool) -> Result<Self, Error> {
        if let Some(handler) = &route.handler {
            return Ok(Self(Kind::Handler(Arc::clone(handler))));
        }
        let way = match (&route.unix_socket, &route.proxy) {
            (Some(path), _) => Way::Unix(path.clone()),
            (None, Proxy::Off) => Way::Straight,
            (None, Proxy::Environment) => Way::Proxy(Arc::new(Matcher::from_env())),
            (None, Proxy::Url(url)) => {
                Way::Proxy(Arc::new(Matcher::builder().all(url.as_str()).build()))
            }
        };
        Ok(Self(Kind::Network(Arc::new(Endpoint {
            way,
            tls: tls::load(&route.tls, is_https)?,
            has_identity: route.tls.identity.is_some(),
            connect_timeout: route.connect_timeout,
            fresh: route.fresh,
            client: OnceLock::new(),
            thread: OnceLock::new(),
        }))))
    }

    /// Starts a request.
    pub(crate) fn start(&self, request: Outgoing) -> io::Result<Flight> {
        let endpoint = match &self.0 {
            Kind::Network(endpoint) => Arc::clone(endpoint),
            Kind::Handler(handler) => {
                return Ok(Flight {
                    result: handler::spawn(handler, request),
                    sent: None,
                    task: None,
                });
            }
        };
        let (thread, sent) = (endpoint.thread()?, Arc::new(Sent::default()));
        let work = exchange(endpoint, request, Arc::clone(&sent));
        let (result, task) = thread.spawn(work);
        Ok(Flight {
            result,
            sent: Some(sent),
            task: Some(task),
        })
    }
}

/// A request under way; given up when it is dropped.
#[derive(Debug)]
pub(crate) struct Flight {
    result: oneshot::Receiver<Result<Answer, Trouble>>,
    /// A handler's requests are not looked into.
    sent: Option<Arc<Sent>>,
    task: Option<AbortHandle>,
}

impl Flight {
    /// The answer, or why there is none, once it is known; whoever asks is woken then.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Answer, Trouble>> {
        Pin::new(&mut self.result).poll(context).map(|result| {
            result.unwrap_or_else(|_| Err(Trouble::new("broken", "the request was given up")))
        })
    }

    fn maybe_arrived(&self) -> bool {
        self.sent.as_ref().is_none_or(|sent| sent.maybe())
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// Takes what was pushed away again at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum DeleteAtEnd {
    #[default]
    Never,
    /// When every use of the client ended well.
    OnSuccess,
    Always,
}

/// What an [`HttpSender`] does beyond sending.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Habits {
    pub(crate) delete: DeleteAtEnd,
    /// POST behind the first request of a push, whose PUT replaces everything.
    pub(crate) then_post: bool,
    /// A payload that is on its way is given up only where it has to be, because what arrives
    /// twice counts twice.
    pub(crate) settles: bool,
    /// A payload that may have arrived is not sent again.
    pub(crate) at_most_once: bool,
}

/// Sends each payload as a request.
pub(crate) struct HttpSender {
    target: Arc<Target>,
    requester: Requester,
    habits: Habits,
    waker: Waker,
    backoff: Backoff,
    plan: Option<Plan>,
    /// Payloads of this push that have arrived.
    arrived: usize,
    flight: Option<Flight>,
}

impl HttpSender {
    /// A sender to this target; nothing is opened yet.
    pub(crate) fn new(
        target: Arc<Target>,
        requester: Requester,
        habits: Habits,
        waker: Waker,
    ) -> Self {
        Self {
            target,
            requester,
            habits,
            waker,
            backoff: Backoff::default(),
            plan: None,
            arrived: 0,
            flight: None,
        }
    }

    fn start(&self, payload: &[u8]) -> Result<Flight, Failure> {
        let mut request = self.target.request(Bytes::copy_from_slice(payload))?;
        if self.plan.as_ref().is_some_and(|plan| self.closes(plan)) {
            request = request.delete();
        } else if self.habits.then_post && self.arrived > 0 {
            request.method = http::Method::POST;
        }
        self.requester.start(request).map_err(|error| Failure {
            reason: "thread",
            error,
        })
    }

    /// What an answer means for the payload.
    fn judge(&mut self, result: Result<Answer, Trouble>, now: Instant) -> Progress {
        let at_most_once = self.habits.at_most_once;
        let failure = |answer: &Answer| answer.failure(&place(&self.target.uri));
        match result {
            Ok(answer) => match answer.verdict() {
                Verdict::Arrived => {
                    self.backoff.reset();
                    self.arrived += 1;
                    Progress::Sent
                }
                Verdict::TooLarge => Progress::TooLarge(failure(&answer)),
                Verdict::Unknown if at_most_once => Progress::Unknown(failure(&answer)),
                Verdict::Later | Verdict::Unknown => {
                    let pause = self.backoff.fail(now, answer.retry_after);
                    Progress::Retry(failure(&answer), pause)
                }
                Verdict::Wrong => Progress::Dropped(failure(&answer)),
                Verdict::Refused => Progress::Failed(failure(&answer)),
            },
            Err(trouble) if trouble.maybe_arrived && at_most_once => {
                Progress::Unknown(trouble.failure)
            }
            Err(trouble) if trouble.may_pass => {
                let pause = self.backoff.fail(now, None);
                Progress::Retry(trouble.failure, pause)
            }
            Err(trouble) => Progress::Failed(trouble.failure),
        }
    }
}

/// When to look again though nobody has woken the driver: never, but for a mistake of ours.
const WOKEN: Duration = Duration::from_secs(10);

impl Sender for HttpSender {
    fn begin(&mut self, plan: Plan) {
        self.flight = None;
        self.arrived = 0;
        // There is no later than the last push.
        if plan.deadline.is_some() {
            self.backoff.reset();
        }
        self.plan = Some(plan);
    }

    fn send(&mut self, payload: &[u8], now: Instant) -> Progress {
        if self.flight.is_none() {
            if let Some(pause) = self.backoff.wait(now) {
                return Progress::Wait(pause);
            }
            match self.start(payload) {
                Ok(flight) => self.flight = Some(flight),
                Err(failure) => {
                    let pause = self.backoff.fail(now, None);
                    return Progress::Retry(failure, pause);
                }
            }
        }
        let Some(flight) = &mut self.flight else {
            return Progress::Wait(Duration::ZERO);
        };
        match flight.poll(&mut Context::from_waker(&self.waker)) {
            Poll::Pending => Progress::Wait(WOKEN),
            Poll::Ready(result) => {
                self.flight = None;
                self.judge(result, now)
            }
        }
    }

    fn end(&mut self) -> Report {
        let flight = self.flight.take();
        Report {
            unknown: self.habits.at_most_once
                && flight.is_some_and(|flight| flight.maybe_arrived()),
            ..Report::default()
        }
    }

    fn closes(&self, plan: &Plan) -> bool {
        plan.deadline.is_some()
            && match self.habits.delete {
                DeleteAtEnd::Never => false,
                DeleteAtEnd::OnSuccess => plan.succeeded,
                DeleteAtEnd::Always => true,
            }
    }

    fn must_settle(&self) -> bool {
        // What a handler does cannot be given up, and must not arrive behind what is newer.
        let flight = self.flight.as_ref();
        let is_kept = self.plan.is_some_and(|plan| plan.kept);
        flight.is_some_and(|flight| self.habits.settles || is_kept || flight.task.is_none())
    }

    fn is_between_tries(&self) -> bool {
        self.flight.is_none() && self.backoff.is_set()
    }
}

impl fmt::Debug for HttpSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSender")
            .field("target", &self.target.name)
            .field("flight", &self.flight.is_some())
            .finish_non_exhaustive()
    }
}
