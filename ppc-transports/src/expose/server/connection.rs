//! One connection: handshake, requests, end.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use http::header::{CONNECTION, HeaderValue, WWW_AUTHENTICATE};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::credentials::CHALLENGE;
use super::exchange::Exchange;
use super::serving::Serving;
use super::wire::Wire;
use crate::expose::service::{Asked, text};

pub(super) struct Connection {
    pub(super) serving: Arc<Serving>,
    pub(super) exchange: Arc<Exchange>,
    pub(super) stopped: watch::Receiver<bool>,
}

impl Connection {
    pub(super) async fn run(self, stream: TcpStream) {
        // Answers are written whole; waiting to fill a packet would only delay their ends.
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.serving.tls else {
            return self.serve(stream).await;
        };
        let mut stopped = self.stopped.clone();
        let mut stop = pin!(stopped.wait_for(|stopped| *stopped));
        let time = self.serving.limits.header_timeout;
        let mut handshake = pin!(timeout(time, tls.handshake(stream)));
        let shaken = poll_fn(|context| match handshake.as_mut().poll(context) {
            Poll::Ready(shaken) => Poll::Ready(shaken.ok().and_then(Result::ok)),
            Poll::Pending => stop.as_mut().poll(context).map(|_| None),
        });
        // A client that cannot be spoken to knows it; it is none of the program's business.
        if let Some(stream) = shaken.await {
            self.serve(stream).await;
        }
    }

    async fn serve(&self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let wire = TokioIo::new(Wire::new(stream, Arc::clone(&self.exchange)));
        let service = service_fn(|request| self.respond(request));
        let limits = &self.serving.limits;
        let mut builder = http1::Builder::new();
        // The wire knows better: it tells a head from a pause between two requests.
        builder.header_read_timeout(None);
        // Who has said all that they will say, as `nc` does at the end of its input, still reads.
        builder.half_close(true);
        builder
            .max_header_size(limits.header_size)
            .max_headers(limits.headers);
        let mut connection = pin!(builder.serve_connection(wire, service));
        let mut stopped = self.stopped.clone();
        let mut stop = pin!(stopped.wait_for(|stopped| *stopped));
        let mut is_stopping = false;
        poll_fn(|context| {
            // What has come is read before anything is closed: it may be a request.
            if connection.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            if !is_stopping && stop.as_mut().poll(context).is_ready() {
                is_stopping = true;
                connection.as_mut().graceful_shutdown();
                if connection.as_mut().poll(context).is_ready() {
                    return Poll::Ready(());
                }
            }
            if is_stopping && self.exchange.unused_since().is_some() {
                return Poll::Ready(());
            }
            Poll::Pending
        })
        .await;
    }

    async fn respond(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        self.exchange.has_begun();
        let answer = self.answer(&request).await;
        Ok(answer)
    }

    async fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let service = &self.serving.service;
        let asked = service.read(request);
        let is_metrics = matches!(asked, Asked::Metrics { .. });
        let head_only = request.method() == Method::HEAD;
        if let Some(credentials) = &self.serving.credentials
            && is_metrics
            && !credentials.are_in(request.headers())
        {
            let mut answer = text(StatusCode::UNAUTHORIZED, "unauthorized\n", head_only);
            answer.headers_mut().insert(WWW_AUTHENTICATE, CHALLENGE);
            return self.made(answer, None, request);
        }
        let scrape = (is_metrics && !head_only).then(|| self.serving.progress.begin());
        let answer = service.answer(asked).await;
        let scrape = scrape.filter(|_| answer.status().is_success());
        self.made(answer, scrape, request)
    }

    fn made(
        &self,
        mut answer: Response<Full<Bytes>>,
        scrape: Option<u64>,
        request: &Request<Incoming>,
    ) -> Response<Full<Bytes>> {
        // A body that nobody reads is not waited for.
        if !request.body().is_end_stream() {
            answer
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let body = answer.body().size_hint().exact().unwrap_or_default();
        self.exchange.is_made(body, scrape);
        answer
    }
}
