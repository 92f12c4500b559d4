//! Connections: straight, through a proxy, or over a Unix socket; each within a limit of time.

use std::error::Error;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::Uri;
use http::uri::Scheme;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tower_service::Service;

use crate::send::resolve::{Answer, Lookup};

pub(super) type BoxError = Box<dyn Error + Send + Sync>;
type BoxFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// Which way connections take.
#[derive(Clone, Debug)]
pub(super) enum Way {
    /// To the host of the URL.
    Straight,
    /// Through the proxy for the URL, where there is one for it.
    Proxy(Arc<Matcher>),
    /// To a socket of this machine, whatever the host of the URL.
    Unix(PathBuf),
}

impl Way {
    /// The proxy for a URL, where there is one.
    pub(super) fn proxy(&self, to: &Uri) -> Option<Intercept> {
        match self {
            Self::Proxy(proxies) => proxies.intercept(to),
            Self::Straight | Self::Unix(_) => None,
        }
    }
}

/// Opens connections, before any encryption.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    way: Way,
    tcp: HttpConnector<Resolver>,
}

impl Wire {
    pub(super) fn new(way: Way) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver);
        // The scheme is looked at by those above; one thread of ours does all, so no delay is due.
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(Duration::from_secs(30)));
        Self { way, tcp }
    }
}

impl Service<Uri> for Wire {
    type Response = Stream;
    type Error = BoxError;
    type Future = BoxFuture<Stream>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> BoxFuture<Stream> {
        let mut tcp = self.tcp.clone();
        match &self.way {
            Way::Unix(path) => {
                let path = path.clone();
                Box::pin(async move {
                    let opened = UnixStream::connect(&path).await;
                    let stream = opened.map_err(|error| {
                        io::Error::new(error.kind(), format!("{}: {error}", path.display()))
                    })?;
                    Ok(Stream::new(TokioIo::new(stream)))
                })
            }
            Way::Proxy(proxies) if let Some(proxy) = proxies.intercept(&to) => {
                if proxy.uri().scheme() != Some(&Scheme::HTTP) {
                    let text = "the proxy in the environment is of a kind that is not known: \
                                expected http://";
                    return Box::pin(async move { Err(text.into()) });
                }
                if to.scheme() == Some(&Scheme::HTTPS) {
                    let mut tunnel = Tunnel::new(proxy.uri().clone(), tcp);
                    if let Some(auth) = proxy.basic_auth() {
                        tunnel = tunnel.with_auth(auth.clone());
                    }
                    return Box::pin(async move { Ok(Stream::new(tunnel.call(to).await?)) });
                }
                let proxy = proxy.uri().clone();
                Box::pin(async move {
                    let mut stream = Stream::new(tcp.call(proxy).await?);
                    stream.is_proxied = true;
                    Ok(stream)
                })
            }
            Way::Straight | Way::Proxy(_) => {
                Box::pin(async move { Ok(Stream::new(tcp.call(to).await?)) })
            }
        }
    }
}

/// Gives up connecting, encryption and all, when the time is over.
#[derive(Clone, Debug)]
pub(super) struct Limited<S> {
    pub(super) inner: S,
    pub(super) limit: Duration,
}

impl<S> Service<Uri> for Limited<S>
where
    S: Service<Uri, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = BoxFuture<S::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let (connecting, limit) = (self.inner.call(to), self.limit);
        Box::pin(async move {
            tokio::time::timeout(limit, connecting)
                .await
                .unwrap_or_else(|_| {
                    let text = format!("no connection within {limit:?}");
                    Err(io::Error::new(io::ErrorKind::TimedOut, text).into())
                })
        })
    }
}

/// Names to addresses, by the look-ups that all senders share.
#[derive(Clone, Debug)]
pub(super) struct Resolver;

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(async move {
            // The port is set by the caller.
            let address = format!("{name}:80").parse().map_err(io::Error::other)?;
            let lookup = Lookup::new(&address);
            poll_fn(
                |context| match lookup.answer_or_wake(Instant::now(), context.waker()) {
                    Answer::Pending => Poll::Pending,
                    Answer::Known(addresses) => Poll::Ready(Ok(addresses.into_iter())),
                    Answer::Unknown(error) => Poll::Ready(Err(io::Error::other(error))),
                },
            )
            .await
        })
    }
}

/// What a connection is made of.
trait Duplex: Read + Write + Connection + Send + Unpin {}

impl<T: Read + Write + Connection + Send + Unpin> Duplex for T {}

/// A connection of any kind.
pub(super) struct Stream {
    stream: Box<dyn Duplex>,
    /// Requests say the whole URL, because a proxy reads them.
    is_proxied: bool,
}

impl Stream {
    fn new(stream: impl Read + Write + Connection + Send + Unpin + 'static) -> Self {
        Self {
            stream: Box::new(stream),
            is_proxied: false,
        }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        self.stream.connected().proxy(self.is_proxied)
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
