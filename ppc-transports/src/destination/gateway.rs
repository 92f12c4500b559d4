//! One push to a Pushgateway, as `client_python` has it: for those who push by hand.

use std::future::poll_fn;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use ppc_core::{LabelSet, Source};

use super::server::Ready;
use super::{AsDestination, Pushgateway};
use crate::encode::Encoder;
use crate::error::{Error, ErrorKind};
use crate::pack::Body;
use crate::send::{Answer, Failure, Flight, Trouble, Verdict, place};

/// As long as that of `client_python`.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Replaces everything in the group of a job by what is in a registry or another source, and waits
/// until the gateway has it: a PUT.
///
/// `gateway` is an address, a URL, or a [`Pushgateway`] with settings, whose job and method are not
/// looked at here. The calling thread is blocked for 30 s at most, or what
/// [`timeout`](Pushgateway::timeout) says; it works in and outside a runtime.
///
/// # Errors
///
/// When a setting is wrong, the gateway cannot be reached in time, or it refuses what is pushed.
/// What it would refuse or silently change is found before anything is sent: a metric that has a
/// label of the group, two metrics of one name.
///
/// # Examples
///
/// ```no_run
/// use ppc_transports::{Pushgateway, push_to_gateway};
///
/// push_to_gateway("localhost:9091", "nightly-billing", ppc_core::registry())?;
/// let gateway = Pushgateway::new("https://gateway.acme.net").grouping("instance", "host-1");
/// push_to_gateway(&gateway, "nightly-billing", ppc_core::registry())?;
/// # Ok::<(), ppc_transports::Error>(())
/// ```
pub fn push_to_gateway(
    gateway: impl AsDestination<Pushgateway>,
    job: &str,
    source: &(impl Source + ?Sized),
) -> Result<(), Error> {
    Call::push(&gateway.as_destination(), job, Method::PUT, source)?.wait()
}

/// As [`push_to_gateway`], without blocking the thread, on any executor.
///
/// # Errors
///
/// Those of [`push_to_gateway`].
pub async fn push_to_gateway_async(
    gateway: impl AsDestination<Pushgateway>,
    job: &str,
    source: &(impl Source + ?Sized),
) -> Result<(), Error> {
    let call = Call::push(&gateway.as_destination(), job, Method::PUT, source)?;
    call.finish().await
}

/// Replaces the metrics of the same names in the group of a job: a POST. Otherwise as
/// [`push_to_gateway`].
///
/// # Errors
///
/// Those of [`push_to_gateway`].
pub fn pushadd_to_gateway(
    gateway: impl AsDestination<Pushgateway>,
    job: &str,
    source: &(impl Source + ?Sized),
) -> Result<(), Error> {
    Call::push(&gateway.as_destination(), job, Method::POST, source)?.wait()
}

/// As [`pushadd_to_gateway`], without blocking the thread, on any executor.
///
/// # Errors
///
/// Those of [`push_to_gateway`].
pub async fn pushadd_to_gateway_async(
    gateway: impl AsDestination<Pushgateway>,
    job: &str,
    source: &(impl Source + ?Sized),
) -> Result<(), Error> {
    let call = Call::push(&gateway.as_destination(), job, Method::POST, source)?;
    call.finish().await
}

/// Deletes the group of a job: a DELETE. One that is not there is as good as deleted.
///
/// # Errors
///
/// When a setting is wrong, the gateway cannot be reached in time, or it refuses.
pub fn delete_from_gateway(
    gateway: impl AsDestination<Pushgateway>,
    job: &str,
) -> Result<(), Error> {
    Call::delete(&gateway.as_destination(), job)?.wait()
}

/// As [`delete_from_gateway`], without blocking the thread, on any executor.
///
/// # Errors
///
/// Those of [`delete_from_gateway`].
pub async fn delete_from_gateway_async(
    gateway: impl AsDestination<Pushgateway>,
    job: &str,
) -> Result<(), Error> {
    let call = Call::delete(&gateway.as_destination(), job)?;
    call.finish().await
}

/// The grouping label `instance` with the address by which this host reaches others: that of the
/// interface which the default route leads to, and not that of loopback. Nothing is sent to find
/// it.
///
/// # Examples
///
/// ```
/// use ppc_transports::{Pushgateway, instance_ip_grouping_key};
///
/// let (name, ip) = instance_ip_grouping_key();
/// let gateway = Pushgateway::new("gateway.acme.net:9091").grouping(name, ip);
/// # let _ = gateway;
/// ```
pub fn instance_ip_grouping_key() -> (&'static str, String) {
    // Any address beyond the local networks would do: connecting a datagram socket asks the
    // routing table and no host.
    let beyond: [SocketAddr; 3] = [
        ([192, 0, 2, 1], 9).into(),
        ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], 9).into(),
        ([10, 255, 255, 255], 9).into(),
    ];
    let outward = |peer: SocketAddr| -> Option<IpAddr> {
        let any: SocketAddr = if peer.is_ipv4() {
            ([0; 4], 0).into()
        } else {
            ([0_u16; 8], 0).into()
        };
        let socket = UdpSocket::bind(any).ok()?;
        socket.connect(peer).ok()?;
        let ip = socket.local_addr().ok()?.ip();
        (!ip.is_loopback() && !ip.is_unspecified()).then_some(ip)
    };
    let ip = beyond.into_iter().find_map(outward);
    let ip = ip.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    ("instance", ip.to_string())
}

/// A request that was made up and started.
struct Call {
    name: String,
    flight: Flight,
}

impl Call {
    fn push(
        gateway: &Pushgateway,
        job: &str,
        method: Method,
        source: &(impl Source + ?Sized),
    ) -> Result<Self, Error> {
        let ready = gateway.clone().job(job).ready(None, method, TIMEOUT)?;
        let snapshot = source.gather();
        if let Some(descriptor) = snapshot.left_out().next() {
            let name = descriptor.names().family();
            return Err(unfit(&format!("another metric has a name of `{name}`")));
        }
        let mut lines = Vec::new();
        let omitted = gateway
            .encoder()
            .encode(&snapshot, &LabelSet::new(), &mut lines);
        if let Some((metric, label)) = omitted.taken {
            if &*label == "__name__" {
                return Err(unfit(&format!(
                    "`{metric}` is a metric of the gateway's own"
                )));
            }
            let text =
                format!("metric `{metric}` has the label `{label}`, which the group has too");
            return Err(unfit(&text));
        }
        let mut bytes = Vec::new();
        let payload = lines.strip_suffix(b"\n").unwrap_or(&lines);
        let body = Body {
            compression: ready.compression,
            ..Body::default()
        };
        let written = body.write(payload, &mut bytes);
        written.map_err(|error| unfit(&error.to_string()))?;
        Self::start(&ready, Bytes::from(bytes), false)
    }

    fn delete(gateway: &Pushgateway, job: &str) -> Result<Self, Error> {
        let ready = gateway
            .clone()
            .job(job)
            .ready(None, Method::DELETE, TIMEOUT)?;
        Self::start(&ready, Bytes::new(), true)
    }

    fn start(ready: &Ready, body: Bytes, deletes: bool) -> Result<Self, Error> {
        let name = place(&ready.target.uri);
        let request = ready
            .target
            .request(body)
            .map_err(|failure| failed(&failure))?;
        let request = if deletes { request.delete() } else { request };
        let flight = ready.requester.start(request).map_err(ErrorKind::Thread)?;
        Ok(Self { name, flight })
    }

    fn wait(mut self) -> Result<(), Error> {
        let waker: Waker = Arc::new(Unpark(thread::current())).into();
        let mut context = Context::from_waker(&waker);
        loop {
            match self.flight.poll(&mut context) {
                Poll::Ready(result) => return self.judge(result),
                Poll::Pending => thread::park(),
            }
        }
    }

    async fn finish(mut self) -> Result<(), Error> {
        let result = poll_fn(|context| self.flight.poll(context)).await;
        self.judge(result)
    }

    fn judge(&self, result: Result<Answer, Trouble>) -> Result<(), Error> {
        let answer = result.map_err(|trouble| failed(&trouble.failure))?;
        if answer.verdict() == Verdict::Arrived {
            return Ok(());
        }
        let failure = answer.failure(&self.name);
        Err(ErrorKind::Push {
            reason: failure.reason,
            status: Some(answer.status.as_u16()),
            text: failure.error.to_string(),
        }
        .into())
    }
}

fn unfit(text: &str) -> Error {
    ErrorKind::Push {
        reason: "unfit",
        status: None,
        text: format!("{text}; nothing was sent"),
    }
    .into()
}

fn failed(failure: &Failure) -> Error {
    ErrorKind::Push {
        reason: failure.reason,
        status: None,
        text: failure.error.to_string(),
    }
    .into()
}

/// Wakes a thread that waits.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k18_f18_the_instance_is_the_address_that_others_see() {
        let (name, ip) = instance_ip_grouping_key();
        assert_eq!(name, "instance");
        let ip: IpAddr = ip.parse().unwrap();
        // A host that has only loopback has no other address.
        let has_route = UdpSocket::bind("0.0.0.0:0")
            .unwrap()
            .connect("192.0.2.1:9")
            .is_ok();
        assert_eq!(ip.is_loopback(), !has_route, "{ip}");
    }
}
