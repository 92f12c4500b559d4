//! What destinations and their settings are given, where it is written out.

use crate::address;
use crate::diag::Diagnostics;
use crate::features::Features;
use crate::http_url;
use crate::literal::Literal;
use crate::store_url;
use crate::times::{self, Zero};
use crate::words;

use super::destinations::Takes;
use super::model::{Content, Destination, Given};
use super::settings::Value;
use super::{literals, pairs};

/// An address, a URL or a path, and the features that it needs.
pub(super) fn destination(
    destination: &Destination,
    features: Features,
    diagnostics: &mut Diagnostics,
) {
    let Destination { kind, keyed } = destination;
    let (name, ty) = (kind.key.name, kind.ty);
    if let Some(fault) = features.fault(name) {
        diagnostics.on(&keyed.key, fault);
    }
    let text = match Literal::of(&keyed.value) {
        None => return,
        Some(Literal::Text(text)) => text,
        Some(_) => {
            let expected = kind.takes.expected();
            let message = format!("`{name}` takes {expected}, or a value of the type `{ty}`");
            return diagnostics.on(&keyed.value, message);
        }
    };
    let fault = match kind.takes {
        Takes::Address(port) => address_fault(&text, kind.scheme, port),
        Takes::Http => http_url::fault(&text, kind.scheme).or_else(|| {
            let is_https = http_url::is_https(&text);
            features.fault("https://").filter(|_| is_https)
        }),
        Takes::Store => store_url::fault(&text).or_else(|| features.fault(store_url::tls(&text)?)),
        Takes::Database => path_fault(&text, kind.scheme, &DATABASE),
        Takes::File => path_fault(&text, kind.scheme, &FILE),
        Takes::Socket => path_fault(&text, kind.scheme, &SOCKET),
        Takes::Listener => listener_fault(&text, kind.scheme),
    };
    if let Some(fault) = fault {
        diagnostics.on(&keyed.value, format!("`{name}`: {fault}"));
    }
}

/// `host:port`, or the URL form around it.
fn address_fault(text: &str, form: &str, port: &str) -> Option<String> {
    if !http_url::is_url_form(text, form) {
        return address::fault(text, port);
    }
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split('?').next().unwrap_or_default();
    address::fault(authority.strip_suffix('/').unwrap_or(authority), port)
}

/// `host:port` of this machine: without a host all of its addresses, with the port 0 any port.
fn listener_fault(text: &str, form: &str) -> Option<String> {
    let any_host = |address: &str| {
        let port = address.strip_prefix(':').unwrap_or(address);
        // One that begins with two colons is an IPv6 address.
        let is_port = address.starts_with(':') && !port.contains(':')
            || !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit());
        if is_port {
            format!("0.0.0.0:{port}")
        } else {
            address.to_owned()
        }
    };
    let any_port = |address: &str| match address.strip_suffix(":0") {
        Some(host) => format!("{host}:9100"),
        None => address.to_owned(),
    };
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if http_url::is_url_form(text, form) => (format!("{scheme}://"), rest),
        _ => (String::new(), text),
    };
    let (address, params) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    // The URL form has a path, if only by its nature.
    let mut paths = ["/metrics", "/"].iter().filter(|_| !scheme.is_empty());
    let address = paths
        .find_map(|path| address.strip_suffix(path))
        .unwrap_or(address);
    let address = any_port(&any_host(address));
    address_fault(&format!("{scheme}{address}{params}"), form, "9100")
}

/// What a path leads to, for messages.
struct What {
    noun: &'static str,
    /// Without its first slash.
    example: &'static str,
}

const FILE: What = What {
    noun: "file",
    example: "folder/name.prom",
};
const DATABASE: What = What {
    noun: "file",
    example: "folder/metrics.db",
};
const SOCKET: What = What {
    noun: "socket",
    example: "run/name.sock",
};

/// A path, or the URL form around it.
fn path_fault(text: &str, form: &str, what: &What) -> Option<String> {
    let What { noun, example } = what;
    let path = match text.split_once("://") {
        Some((_, rest)) if http_url::is_url_form(text, form) => {
            let path = rest.split('?').next().unwrap_or_default();
            if !path.starts_with('/') {
                return Some(format!(
                    "a {noun} is on this machine, as in \"{form}:///{example}\": found {text:?}"
                ));
            }
            path
        }
        Some((scheme, _)) => {
            return Some(format!(
                "unknown scheme `{scheme}`: expected a path, or \"{form}:///{example}\""
            ));
        }
        None => text,
    };
    let is_folder = matches!(path.rsplit('/').next(), None | Some("" | "." | ".."));
    is_folder.then(|| format!("the name of a {noun} is missing: found {text:?}"))
}

/// A setting of destinations, and the features that it needs.
pub(super) fn setting(given: &Given, features: Features, diagnostics: &mut Diagnostics) {
    let (key, example) = (&given.setting.key, given.setting.key.example);
    if let Some(fault) = features.fault(key.name) {
        diagnostics.on(given.key(), fault);
    }
    let keyed = match &given.content {
        Content::Value(keyed) => keyed,
        Content::Pairs(_, list) => {
            if let Value::Pairs { of, .. } = given.setting.value {
                pairs::check(of, list, diagnostics);
            }
            return;
        }
    };
    match given.setting.value {
        Value::Word(known) => {
            words::check(keyed, known, diagnostics);
            if let Some(Literal::Text(word)) = Literal::of(&keyed.value)
                && let Some(fault) = features.fault(&format!("{} = {word:?}", key.name))
            {
                diagnostics.on(&keyed.value, fault);
            }
        }
        Value::Time => {
            if let Some(fault) = times::fault(key.name, &keyed.value, Zero::Refused) {
                diagnostics.on(&keyed.value, fault);
            }
        }
        Value::Switch => literals::switch(keyed, diagnostics),
        Value::Count => literals::bytes(keyed, diagnostics),
        Value::Proxy => literals::proxy(keyed, example, diagnostics),
        Value::Text | Value::Pair { .. } | Value::Second { .. } => {
            literals::text(keyed, example, diagnostics);
        }
        Value::Pairs { .. } => {}
    }
}
