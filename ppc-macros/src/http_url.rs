//! Servers' URLs as literals: `http://host:port/path`.

/// Says why the text cannot be a server's URL or, with one of its schemes, the URL form of a
/// destination.
pub(crate) fn fault(text: &str, form: &str) -> Option<String> {
    if text.is_empty() {
        return Some("it is empty; a URL is \"http://host:port\"".to_owned());
    }
    if let Some(fault) = character_fault(text) {
        return Some(fault);
    }
    let rest = match text.split_once("://") {
        None => text,
        Some((scheme, rest)) if is_known(scheme, form) => rest,
        Some((scheme, rest)) => {
            return Some(format!(
                "unknown scheme `{scheme}`: expected \"http://{rest}\" or \"https://{rest}\""
            ));
        }
    };
    authority_fault(text, rest, "http://[::1]:9091")
}

/// Says which character cannot stand in a URL.
pub(crate) fn character_fault(text: &str) -> Option<String> {
    if let Some(character) = text.chars().find(|c| c.is_whitespace() || c.is_control()) {
        return Some(format!(
            "{character:?} cannot stand in a URL: found {text:?}"
        ));
    }
    text.contains('#')
        .then(|| format!("nothing can stand behind `#`, which is `%23` in a value: found {text:?}"))
}

/// Says why the text cannot be the URL of a proxy.
pub(crate) fn proxy_fault(text: &str) -> Option<String> {
    match text.split_once("://") {
        Some((scheme, rest)) if !scheme.eq_ignore_ascii_case("http") => Some(format!(
            "a proxy of the kind `{scheme}` is not spoken to: expected \"http://{rest}\""
        )),
        _ => fault(text, "http"),
    }
}

/// Says what is wrong with the host and port at the beginning of `rest`; an IPv6 address stands as in
/// `example`.
pub(crate) fn authority_fault(text: &str, rest: &str, example: &str) -> Option<String> {
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let (name, port) = match host.rsplit_once(':') {
        // What stands behind the last colon is of the address.
        Some(_) if host.ends_with(']') => (host, None),
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    };
    if name.is_empty() {
        return Some(format!("the host is missing: found {text:?}"));
    }
    if name.contains(':') && !name.starts_with('[') {
        return Some(format!(
            "an IPv6 address stands in brackets, \"{example}\": found {text:?}"
        ));
    }
    if matches!(name, "http" | "https") && !text.contains("://") {
        return Some(format!(
            "the `//` behind `{name}:` is missing: found {text:?}"
        ));
    }
    let port = port?;
    let is_port =
        port.bytes().all(|byte| byte.is_ascii_digit()) && matches!(port.parse::<u16>(), Ok(1..));
    (!is_port).then(|| format!("the port is a number from 1 to 65535: found {port:?}"))
}

/// Whether the URL asks for encryption.
pub(crate) fn is_https(text: &str) -> bool {
    let scheme = text
        .split_once("://")
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    scheme.is_some_and(|scheme| scheme == "https" || scheme.ends_with("+https"))
}

/// Whether the text is the URL form of a destination, which may say everything by itself.
pub(crate) fn is_url_form(text: &str, form: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        let scheme = scheme.to_ascii_lowercase();
        scheme == form || scheme.starts_with(&format!("{form}+"))
    })
}

fn is_known(scheme: &str, form: &str) -> bool {
    let scheme = scheme.to_ascii_lowercase();
    let bare = scheme
        .strip_prefix(form)
        .and_then(|rest| rest.strip_prefix('+'))
        .unwrap_or(&scheme);
    matches!(bare, "http" | "https")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_have_a_host() {
        for fine in [
            "localhost",
            "localhost:9091",
            "http://gateway",
            "HTTPS://user:pw@gateway:9091/prefix?x=1",
            "http://[::1]",
            "http://[::1]:8428/write",
            "influx+https://host:8086/?db=x",
        ] {
            assert_eq!(fault(fine, "influx"), None, "{fine}");
        }
        for (faulty, message) in [
            ("", "empty"),
            ("http://", "host is missing"),
            ("http://:80/", "host is missing"),
            ("host:0", "1 to 65535"),
            ("http://host:http/", "1 to 65535"),
            ("http://host:", "1 to 65535"),
            ("ftp://host/x", "\"https://host/x\""),
            ("statsd+http://host", "unknown scheme `statsd+http`"),
            ("http://a b", "' '"),
            ("http://a/#b", "`#`"),
            ("::1", "\"http://[::1]:9091\""),
            ("http:/host", "`//` behind `http:`"),
        ] {
            let found = fault(faulty, "influx").unwrap();
            assert!(found.contains(message), "{faulty}: {found}");
        }
    }

    #[test]
    fn proxies_speak_http() {
        for fine in [
            "http://proxy:3128",
            "proxy:3128",
            "http://user:pw@proxy.acme.net",
        ] {
            assert_eq!(proxy_fault(fine), None, "{fine}");
        }
        for (faulty, message) in [
            ("socks5://proxy:1080", "\"http://proxy:1080\""),
            ("https://proxy", "\"http://proxy\""),
            ("http://:3128", "host is missing"),
        ] {
            let found = proxy_fault(faulty).unwrap();
            assert!(found.contains(message), "{faulty}: {found}");
        }
    }

    #[test]
    fn schemes_say_what_is_needed() {
        assert!(is_https("https://a") && is_https("pushgateway+HTTPS://a"));
        assert!(!is_https("http://a") && !is_https("a"));
        assert!(
            is_url_form("textfile:///a", "textfile") && is_url_form("influx+http://a", "influx")
        );
        assert!(!is_url_form("http://a", "influx") && !is_url_form("/a", "textfile"));
    }
}
