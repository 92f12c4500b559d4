//! What is refused of a server before anything is sent there.

use std::time::Duration;

use http::Uri;

use crate::error::{Error, ErrorKind};

/// What is wrong with the host and port, if anything.
pub(super) fn place_fault(uri: &Uri) -> Option<&'static str> {
    let authority = uri.authority()?.as_str();
    let host = uri.host().unwrap_or_default();
    let (_, behind) = authority.rsplit_once(host)?;
    // One that is no number of 16 bits would be taken for none.
    let is_port = matches!(behind.strip_prefix(':'), None | Some(""))
        || uri.port_u16().is_some_and(|port| port > 0);
    if host.is_empty() {
        Some("the host is missing")
    } else if is_port {
        None
    } else {
        Some("the port is a number from 1 to 65535")
    }
}

/// Refuses a proxy that would be passed by.
pub(super) fn check_proxy(text: &str) -> Result<(), Error> {
    let reason = "expected `http://host:port`, `environment` or `off`";
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let uri: Option<Uri> = whole.parse().ok();
    let is_fine =
        uri.is_some_and(|uri| uri.scheme_str() == Some("http") && place_fault(&uri).is_none());
    if is_fine {
        return Ok(());
    }
    let (what, reason) = ("proxy".to_owned(), reason.to_owned());
    Err(ErrorKind::Setting { what, reason }.into())
}

pub(super) fn positive(what: &str, time: Duration) -> Result<Duration, Error> {
    if time.is_zero() {
        let (what, reason) = (what.to_owned(), "it is longer than 0".to_owned());
        return Err(ErrorKind::Setting { what, reason }.into());
    }
    Ok(time)
}
