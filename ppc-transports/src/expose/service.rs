//! The answers to scrapers, as a service that is mounted or that our own server runs.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap,
    HeaderName, HeaderValue, VARY,
};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use ppc_core::{LabelSet, Source};

use super::render::{Renderer, Wanted};
use super::shared::Shared;
use super::{encoding, names, negotiate};
use crate::compress::Compression;

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");
const PLAIN: &str = "text/plain; charset=utf-8";

/// Answers scrapes of a source: a `tower` service, so that it is mounted in axum and its like, and
/// a service of hyper.
///
/// - Any path shows the metrics, but `/-/healthy`, which says `OK`, and `/favicon.ico`, which is
///   empty.
/// - The format is what the header `Accept` asks for, and the compression what `Accept-Encoding`
///   does, as far as the features `gzip` and `zstd` are on.
/// - `?name[]=a_total&name[]=b_bucket` shows these samples alone, by the names that stand in the
///   answer.
/// - GET, HEAD and OPTIONS are answered, every other method with 405.
/// - Requests that wait at the same moment share one answer. Nobody gets values that were gathered
///   before they asked.
///
/// Clones are the same service. It asks nobody who they are; that is left to what is around it.
///
/// # Examples
///
/// ```
/// use http_body_util::BodyExt;
/// use ppc_core::{Counter, Registry};
/// use ppc_transports::MetricsService;
/// use tower_service::Service;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let registry = Registry::new();
/// Counter::builder("jobs").register(&registry)?.inc();
/// let mut service = MetricsService::new(registry);
/// let answer = Service::call(&mut service, http::Request::get("/metrics").body(())?).await?;
/// assert_eq!(answer.status(), 200);
/// let body = answer.into_body().collect().await?.to_bytes();
/// assert_eq!(body, "# TYPE jobs_total counter\njobs_total 1\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct MetricsService {
    shared: Arc<Shared>,
    compression: Compressed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compressed {
    AsAsked,
    Never,
}

/// The answer of a [`MetricsService`], once it is there.
pub struct MetricsFuture(Pin<Box<dyn Future<Output = Answer> + Send>>);

type Answer = Response<Full<Bytes>>;

/// What is known of a request before its answer is made.
pub(super) enum Asked {
    /// The metrics, or where `head_only` what stands above them.
    Metrics { wanted: Wanted, head_only: bool },
    /// Something that is there already.
    Ready(Answer),
}

impl MetricsService {
    /// A service of this source.
    pub fn new(source: impl Source + 'static) -> Self {
        Self::with_labels(source, LabelSet::new())
    }

    /// A service of this source that adds these labels to every series; a series' own label of the
    /// same name wins.
    pub fn with_labels(source: impl Source + 'static, labels: LabelSet) -> Self {
        let renderer = Renderer::new(Box::new(source), labels);
        let shared = Arc::new(Shared::new(renderer));
        Self {
            shared,
            compression: Compressed::AsAsked,
        }
    }

    /// Compresses nothing, whatever is asked for.
    #[must_use]
    pub fn disable_compression(mut self) -> Self {
        self.compression = Compressed::Never;
        self
    }

    /// Reads a request; its body is of no interest.
    pub(super) fn read<B>(&self, request: &Request<B>) -> Asked {
        let head_only = request.method() == Method::HEAD;
        if request.method() == Method::OPTIONS {
            let mut answer = text(StatusCode::OK, "", false);
            answer.headers_mut().insert(ALLOW, METHODS);
            return Asked::Ready(answer);
        }
        if !head_only && request.method() != Method::GET {
            let mut answer = text(
                StatusCode::METHOD_NOT_ALLOWED,
                "method not allowed\n",
                false,
            );
            answer.headers_mut().insert(ALLOW, METHODS);
            return Asked::Ready(answer);
        }
        match request.uri().path() {
            "/-/healthy" => return Asked::Ready(text(StatusCode::OK, "OK\n", head_only)),
            "/favicon.ico" => return Asked::Ready(text(StatusCode::OK, "", head_only)),
            _ => {}
        }
        let headers = request.headers();
        let is_enabled = |compression: Compression| {
            self.compression == Compressed::AsAsked && compression.check().is_ok()
        };
        let codings = joined(headers, ACCEPT_ENCODING);
        let Some(compression) = encoding::choose(&codings, is_enabled) else {
            let why = "none of the accepted encodings is to be had\n";
            return Asked::Ready(text(StatusCode::NOT_ACCEPTABLE, why, head_only));
        };
        let negotiated = negotiate(&joined(headers, ACCEPT));
        let names = request.uri().query().and_then(names::read);
        let wanted = Wanted {
            negotiated,
            compression,
            names,
        };
        Asked::Metrics { wanted, head_only }
    }

    /// Makes the answer.
    pub(super) async fn answer(&self, asked: Asked) -> Answer {
        let (wanted, head_only) = match asked {
            Asked::Ready(answer) => return answer,
            Asked::Metrics { wanted, head_only } => (wanted, head_only),
        };
        let (negotiated, compression) = (wanted.negotiated, wanted.compression);
        let Ok(body) = self.shared.body(wanted).await else {
            let why = "the metrics could not be read\n";
            return text(StatusCode::INTERNAL_SERVER_ERROR, why, head_only);
        };
        let mut answer = said(StatusCode::OK, body, head_only);
        let headers = answer.headers_mut();
        if let Ok(content_type) = HeaderValue::from_str(&negotiated.content_type()) {
            headers.insert(CONTENT_TYPE, content_type);
        }
        if let Some(coding) = compression.content_encoding() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
        answer
    }

    fn respond<B>(&self, request: &Request<B>) -> MetricsFuture {
        let (service, asked) = (self.clone(), self.read(request));
        MetricsFuture(Box::pin(async move { service.answer(asked).await }))
    }
}

/// All lines of a header as one; one that is not text says nothing.
fn joined(headers: &HeaderMap, name: HeaderName) -> Cow<'_, str> {
    let lines = headers.get_all(name).into_iter();
    let mut lines = lines.filter_map(|line| line.to_str().ok());
    let first = Cow::from(lines.next().unwrap_or_default());
    lines.fold(first, |all, line| format!("{all},{line}").into())
}

/// An answer of a line of text.
pub(super) fn text(status: StatusCode, text: &'static str, head_only: bool) -> Answer {
    let mut answer = said(status, Bytes::from_static(text.as_bytes()), head_only);
    if !text.is_empty() {
        answer
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(PLAIN));
    }
    answer
}

/// An answer that says how long it is, and leaves it at that where only its head is wanted.
fn said(status: StatusCode, body: Bytes, head_only: bool) -> Answer {
    let length = body.len();
    let mut answer = Response::new(Full::new(if head_only { Bytes::new() } else { body }));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_LENGTH, length.into());
    answer
}

impl<B> tower_service::Service<Request<B>> for MetricsService {
    type Response = Answer;
    type Error = Infallible;
    type Future = MetricsFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> MetricsFuture {
        self.respond(&request)
    }
}

impl<B> hyper::service::Service<Request<B>> for MetricsService {
    type Response = Answer;
    type Error = Infallible;
    type Future = MetricsFuture;

    fn call(&self, request: Request<B>) -> MetricsFuture {
        self.respond(&request)
    }
}

impl Future for MetricsFuture {
    type Output = Result<Answer, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context).map(Ok)
    }
}

impl fmt::Debug for MetricsService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsService")
            .field("compression", &self.compression)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for MetricsFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsFuture").finish_non_exhaustive()
    }
}
