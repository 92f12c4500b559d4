//! Addresses as literals: `host:port`.

use std::net::Ipv6Addr;

/// Says why the text cannot be an address, with the fix where one can be guessed: the port is
/// `usual` as a rule.
pub(crate) fn fault(address: &str, usual: &str) -> Option<String> {
    if let Some((scheme, rest)) = address.split_once("://") {
        let rest = rest.trim_end_matches('/');
        return Some(format!(
            "a URL is not taken here; without `{scheme}://` it is \"{rest}\""
        ));
    }
    if let Some(character) = address
        .chars()
        .find(|c| c.is_whitespace() || "/@?#".contains(*c))
    {
        return Some(format!(
            "{character:?} cannot stand in \"host:port\": found {address:?}"
        ));
    }
    if let Some(rest) = address.strip_prefix('[') {
        return bracketed(address, rest, usual);
    }
    if address.parse::<Ipv6Addr>().is_ok() {
        return Some(format!(
            "an IPv6 address stands in brackets, and its port after them: \"[{address}]:{usual}\""
        ));
    }
    match address.split_once(':') {
        None if address.is_empty() => Some("it is empty; an address is \"host:port\"".to_owned()),
        None => Some(format!(
            "the port is missing: found {address:?}, expected \"{address}:{usual}\""
        )),
        Some(("", _)) => Some(format!("the host is missing: found {address:?}")),
        Some((host, "")) => Some(format!(
            "the port is missing: found {address:?}, expected \"{host}:{usual}\""
        )),
        Some((host, port)) => host_fault(host).or_else(|| port_fault(port)),
    }
}

fn host_fault(host: &str) -> Option<String> {
    let strange = host
        .chars()
        .find(|c| !c.is_alphanumeric() && !".-_%".contains(*c))?;
    Some(format!(
        "{strange:?} cannot stand in a host name: found {host:?}"
    ))
}

fn bracketed(address: &str, rest: &str, usual: &str) -> Option<String> {
    let Some((host, after)) = rest.split_once(']') else {
        return Some(format!("the closing bracket is missing: found {address:?}"));
    };
    if host.parse::<Ipv6Addr>().is_err() {
        return Some(format!(
            "{host:?} is not an IPv6 address; only those stand in brackets"
        ));
    }
    match after.strip_prefix(':') {
        None | Some("") => Some(format!(
            "the port is missing: found {address:?}, expected \"[{host}]:{usual}\""
        )),
        Some(port) => port_fault(port),
    }
}

fn port_fault(port: &str) -> Option<String> {
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse::<u16>() {
        Ok(1..) if digits => None,
        _ => Some(format!(
            "the port is a number from 1 to 65535: found {port:?}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_host_and_a_port() {
        for fine in [
            "localhost:8089",
            "victoria.acme.net:1",
            "10.0.0.1:65535",
            "[::1]:8089",
            "my_host:80",
        ] {
            assert_eq!(fault(fine, "8089"), None, "{fine}");
        }
        for (faulty, message) in [
            ("", "empty"),
            ("victoria.acme.net", "\"victoria.acme.net:8089\""),
            ("host:", "\"host:8089\""),
            (":8089", "host is missing"),
            ("host:0", "1 to 65535"),
            ("host:65536", "1 to 65535"),
            ("host:http", "1 to 65535"),
            ("host:+80", "1 to 65535"),
            ("a:b:80", "1 to 65535"),
            ("::1", "\"[::1]:8089\""),
            ("[::1]", "\"[::1]:8089\""),
            ("[::1", "closing bracket"),
            ("[host]:80", "not an IPv6 address"),
            ("udp://host:80/", "\"host:80\""),
            ("host:80/write", "'/'"),
            ("a b:80", "' '"),
        ] {
            let found = fault(faulty, "8089").unwrap();
            assert!(found.contains(message), "{faulty}: {found}");
        }
    }
}
