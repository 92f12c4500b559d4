//! Addresses as users write them: `host:port`.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use crate::error::{Error, ErrorKind};

/// A host, by name or address, and a port.
///
/// # Examples
///
/// ```
/// use ppc_transports::Address;
///
/// let address: Address = "victoria.acme.net:8089".parse()?;
/// assert_eq!((address.host(), address.port()), ("victoria.acme.net", 8089));
/// assert_eq!("[::1]:8089".parse::<Address>()?.host(), "::1");
/// assert!("victoria.acme.net".parse::<Address>().unwrap_err().to_string().contains("port"));
/// # Ok::<(), ppc_transports::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    host: Box<str>,
    port: u16,
}

impl Address {
    /// The host's name or address, an IPv6 address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, never 0.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether it is this machine, as far as its text tells.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.host.to_ascii_lowercase();
        let is_name = host == "localhost" || host.ends_with(".localhost");
        is_name || self.ip().is_some_and(|ip| ip.is_loopback())
    }

    /// The host as an address, where it is one and no name.
    pub(crate) fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = |reason| {
            Err(ErrorKind::Address {
                found: text.to_owned(),
                reason,
            }
            .into())
        };
        let Some((host, port)) = text.rsplit_once(':') else {
            return refuse("an address is `host:port`, and the port is missing");
        };
        let host = match host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            Some(host) if host.parse::<Ipv6Addr>().is_ok() => host,
            Some(_) => return refuse("what stands in brackets is an IPv6 address"),
            None if host.contains(':') => {
                return refuse("an IPv6 address stands in brackets: `[::1]:8089`");
            }
            None => host,
        };
        let legal = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '%');
        if host.is_empty() || !host.chars().all(legal) {
            return refuse("an address is `host:port`, and the host is missing or not a host name");
        }
        let digits = port.bytes().all(|byte| byte.is_ascii_digit());
        match port.parse() {
            Ok(port) if port > 0 && digits => Ok(Self {
                host: host.into(),
                port,
            }),
            _ => refuse("a port is a number from 1 to 65535"),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_and_print_the_same() {
        for text in ["localhost:1", "127.0.0.1:65535", "[::1]:8089", "a-b.c_d:1"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn errors_name_what_was_found_and_what_was_expected() {
        for (text, expected) in [
            ("", "port is missing"),
            ("host", "port is missing"),
            ("host:", "from 1 to 65535"),
            ("host:0", "from 1 to 65535"),
            ("host:65536", "from 1 to 65535"),
            (":80", "host is missing"),
            ("::1:80", "brackets"),
            ("[host]:80", "IPv6"),
            ("http://host:80", "brackets"),
            ("a b:80", "not a host name"),
        ] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(
                error.contains(expected) && error.contains(&format!("{text:?}")),
                "{error}"
            );
        }
    }
}
