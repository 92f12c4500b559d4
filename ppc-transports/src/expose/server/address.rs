//! Where to listen.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

use tokio::net::{TcpListener, TcpSocket};

use crate::error::{Error, ErrorKind};

/// Connections that wait to be accepted: what finds no room there comes again a second later.
const BACKLOG: u32 = 4096;

/// Listens at `host:port`, `:port` or `port`, inside a runtime.
pub(super) fn listen(address: &str) -> Result<TcpListener, Error> {
    let place = complete(address)?;
    let listen = || -> io::Result<TcpListener> {
        // Of several, the first that can be had.
        let mut outcome = Err(io::ErrorKind::AddrNotAvailable.into());
        for address in place.to_socket_addrs()? {
            outcome = listen_at(address);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    };
    listen().map_err(|source| {
        let address = place.clone();
        ErrorKind::Listen { address, source }.into()
    })
}

fn listen_at(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // A server that comes back needs its port while old connections are still closing.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn complete(address: &str) -> Result<String, Error> {
    let address = address.trim();
    let refuse = |reason| ErrorKind::Address {
        found: address.to_owned(),
        reason,
    };
    let (host, port) = match address.rsplit_once(':') {
        Some((host, port)) => (host, port),
        None => ("", address),
    };
    if port.parse::<u16>().is_err() {
        return Err(refuse("expected \"host:port\", \":port\" or a port").into());
    }
    if host.contains(':') && !host.starts_with('[') {
        return Err(refuse("an IPv6 address stands in brackets, as in \"[::]:9100\"").into());
    }
    let host = if host.is_empty() { "0.0.0.0" } else { host };
    Ok(format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k20_without_a_host_it_is_every_address() {
        for (given, expected) in [
            ("9100", "0.0.0.0:9100"),
            (":9100", "0.0.0.0:9100"),
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("localhost:1", "localhost:1"),
            ("[::]:9100", "[::]:9100"),
        ] {
            assert_eq!(complete(given).unwrap(), expected);
        }
        for bad in ["", "localhost", "a:", "a:b", "a:70000", "::1:9100", "-1"] {
            let error = complete(bad).unwrap_err();
            assert!(
                error.is_setting() && error.to_string().contains(bad),
                "{error}"
            );
        }
    }
}
