//! The URL form of destinations: so operations can change them without a rebuild.

use std::path::{Path, PathBuf};

use fluent_uri::Uri;
use fluent_uri::pct_enc::encoder::{Data, Query, Userinfo};
use fluent_uri::pct_enc::{self, EStr, EString, Encoder};

use crate::choice::{Chosen, Words, word};
use crate::error::{Error, ErrorKind};
use crate::push::{Destination, Made, Parts};
use crate::send::Address;

/// A destination with a URL form.
pub(super) trait UrlForm: Sized {
    /// The schemes of the URL form.
    const SCHEMES: &'static [&'static str];

    /// The names of its parameters, for messages; one that ends in `.` stands for many.
    fn known() -> Vec<&'static str>;

    /// From what the user gives: an address or a server's URL, or the URL form. What is wrong is
    /// told later.
    fn from_text(text: &str) -> Self;

    /// One that is not to be had, because of an error.
    fn broken(error: Error) -> Self;

    /// From the URL form.
    fn from_url(url: &Url) -> Result<Self, Error>;

    /// Takes a parameter of the URL form.
    fn set(&mut self, name: &str, value: &str) -> Taken;

    /// The URL form, without credentials.
    fn url(&self) -> String;

    /// Tells destinations apart: every setting is in it.
    fn identity(&self) -> String;

    /// What it is made of, for a job of this name, where it is pushed to.
    fn parts(&self, job: Option<&str>) -> Result<Parts, Error>;

    /// What it is made of.
    fn made(&self, job: Option<&str>) -> Result<Made, Error> {
        self.parts(job).map(Made::Pushed)
    }
}

/// What became of a parameter.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Yes,
    Unknown,
    /// And what was expected.
    Wrong(String),
}

impl Taken {
    /// Takes a value that must be of a type.
    pub(super) fn parse<T: std::str::FromStr>(
        value: &str,
        expected: &str,
        take: impl FnOnce(T),
    ) -> Self {
        match value.parse() {
            Ok(value) => {
                take(value);
                Self::Yes
            }
            Err(_) => Self::Wrong(format!("expected {expected}")),
        }
    }

    /// Takes a switch, which may stand alone.
    pub(super) fn switch(value: &str, take: impl FnOnce(bool)) -> Self {
        match value {
            "" | "true" | "1" => take(true),
            "false" | "0" => take(false),
            _ => return Self::Wrong("expected \"true\" or \"false\"".to_owned()),
        }
        Self::Yes
    }
}

/// A URL, taken apart and decoded.
#[derive(Debug, Default)]
pub(super) struct Url {
    /// In lower case.
    pub(super) scheme: String,
    pub(super) user: Option<(String, Option<String>)>,
    /// Host and port; empty where there is none.
    pub(super) authority: String,
    /// As it stands in the URL.
    pub(super) path: String,
    pub(super) params: Vec<(String, String)>,
}

impl Url {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |reason: &str| refused(text, reason);
        let uri = Uri::parse(text).map_err(|error| {
            refuse(&format!(
                "{error}; a URL is `scheme://host:port/path?name=value`"
            ))
        })?;
        if uri.fragment().is_some() {
            return Err(refuse(
                "nothing can stand behind `#`; in a value it is written `%23`",
            ));
        }
        let Some(authority) = uri.authority() else {
            return Err(refuse("the `//` behind the scheme is missing"));
        };
        let decode = |text: &EStr<_>| decode(text).ok_or_else(|| refuse("a `%` is not UTF-8"));
        let user = match authority.userinfo() {
            None => None,
            Some(info) => Some(match info.split_once(':') {
                None => (
                    self::decode(info).ok_or_else(|| refuse("a `%` is not UTF-8"))?,
                    None,
                ),
                Some((user, password)) => {
                    let both = self::decode(user).zip(self::decode(password));
                    let (user, password) = both.ok_or_else(|| refuse("a `%` is not UTF-8"))?;
                    (user, Some(password))
                }
            }),
        };
        let host = authority.as_str();
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let mut params = Vec::new();
        let pairs = uri.query().into_iter().flat_map(|query| query.split('&'));
        for pair in pairs.filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, EStr::EMPTY));
            params.push((decode(name)?, decode(value)?));
        }
        Ok(Self {
            scheme: uri.scheme().as_str().to_ascii_lowercase(),
            user,
            authority: host.to_owned(),
            path: uri.path().as_str().to_owned(),
            params,
        })
    }

    /// The path, decoded.
    pub(super) fn decoded_path(&self) -> Option<String> {
        decode(EStr::<pct_enc::encoder::Path>::new(&self.path)?)
    }

    /// The address, where nothing else is in the URL.
    pub(super) fn address_alone(&self) -> Result<Address, Error> {
        if matches!(&*self.path, "" | "/") && self.user.is_none() {
            return self.authority.parse();
        }
        let scheme = &self.scheme;
        Err(self.refuse(format!("lines go to `{scheme}://host:port` alone")))
    }

    /// The path of something on this machine, such as the one of this example, where nothing else
    /// is in the URL.
    pub(super) fn path_alone(&self, what: &str, example: &str) -> Result<PathBuf, Error> {
        if !self.authority.is_empty() || self.user.is_some() {
            let scheme = &self.scheme;
            let text = format!("{what} is on this machine: `{scheme}:///{example}`");
            return Err(self.refuse(text));
        }
        let path = self.decoded_path();
        let path = path.ok_or_else(|| self.refuse("a `%` is not UTF-8"))?;
        Ok(path.into())
    }

    /// An error about this URL.
    pub(super) fn refuse(&self, reason: impl Into<String>) -> Error {
        let (scheme, authority, path) = (&self.scheme, &self.authority, &self.path);
        let mut found = format!("{scheme}://{authority}{path}");
        if !authority.is_empty() {
            // Where a password has a slash in it, unencoded, it is in the path.
            found = without_user(&found);
        }
        let reason = reason.into();
        ErrorKind::Url { found, reason }.into()
    }
}

/// An error about a text that should have been a URL, of which nothing is told that may be secret.
pub(super) fn refused(text: &str, reason: &str) -> Error {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let (shown, hidden) = text.split_at(end);
    let found = if hidden.contains('@') {
        // A password may have these signs in it, unencoded; where it ends is a guess then.
        let scheme = shown.split_once("://");
        scheme.map_or_else(|| "***".to_owned(), |(scheme, _)| format!("{scheme}://***"))
    } else {
        without_user(shown)
    };
    let reason = reason.to_owned();
    ErrorKind::Url { found, reason }.into()
}

/// A URL without the user and password in front of its host.
pub(super) fn without_user(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://{rest}"),
        (None, Some((_, rest))) => rest.to_owned(),
        (_, None) => url.to_owned(),
    }
}

/// Destinations of one kind, by their schemes.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) schemes: &'static [&'static str],
    pub(super) read: fn(&Url) -> Result<Destination, Error>,
}

impl Kind {
    pub(super) const fn of<D: UrlForm + Into<Destination>>() -> Self {
        Self {
            schemes: D::SCHEMES,
            read: |url| Ok(read_url::<D>(url)?.into()),
        }
    }
}

/// Reads the URL form of one kind of destination, with all that is wrong with it.
pub(super) fn read<D: UrlForm>(text: &str) -> Result<D, Error> {
    let url = Url::parse(text)?;
    if !D::SCHEMES.contains(&url.scheme.as_str()) {
        let (scheme, known) = (&url.scheme, list(D::SCHEMES));
        return Err(url.refuse(format!("unknown scheme `{scheme}`: known are {known}")));
    }
    read_url(&url)
}

fn read_url<D: UrlForm>(url: &Url) -> Result<D, Error> {
    let mut destination = D::from_url(url)?;
    for (name, value) in &url.params {
        match destination.set(name, value) {
            Taken::Yes => {}
            Taken::Wrong(reason) => {
                return Err(url.refuse(format!("parameter `{name}`: {reason}")));
            }
            Taken::Unknown => {
                let known = list(&D::known());
                let text = format!("unknown parameter `{name}`: known are {known}");
                return Err(url.refuse(text));
            }
        }
    }
    // Where there is no job yet, one may come.
    destination.made(Some("job"))?;
    Ok(destination)
}

/// A destination from its URL form, where the text has one of its schemes.
pub(super) fn url_form<D: UrlForm>(text: &str) -> Option<D> {
    let (scheme, _) = text.split_once("://")?;
    let is_ours = D::SCHEMES.contains(&scheme.to_ascii_lowercase().as_str());
    is_ours.then(|| read(text).unwrap_or_else(D::broken))
}

/// A path as it stands in a URL, which has no place for one that depends on where the job runs.
pub(super) fn encode_path(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut encoded = EString::<pct_enc::encoder::Path>::new();
    encoded.encode_str::<pct_enc::encoder::Path>(&path.to_string_lossy());
    encoded.into_string()
}

/// A name in front of a host, with the sign between them.
pub(super) fn encode_user(user: &str) -> String {
    let mut encoded = EString::<Userinfo>::new();
    // Its colons too: one would begin the password.
    encoded.encode_str::<Data>(user);
    format!("{}@", encoded.as_str())
}

pub(super) fn list(words: &[&str]) -> String {
    let name = |word: &&str| match word.strip_suffix('.') {
        Some(word) => format!("`{word}.NAME`"),
        None => format!("`{word}`"),
    };
    words.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn decode<E: Encoder>(text: &EStr<E>) -> Option<String> {
    Some(text.decode().to_string().ok()?.into_owned())
}

/// Parameters to behind a `?`, encoded.
pub(super) struct Params(EString<Query>);

impl Default for Params {
    fn default() -> Self {
        Self(EString::new())
    }
}

impl Params {
    pub(super) fn add(&mut self, name: &str, value: impl std::fmt::Display) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.encode_str::<Data>(name);
        self.0.push('=');
        self.0.encode_str::<Data>(&value.to_string());
    }

    /// Adds it where there is one.
    pub(super) fn add_some(&mut self, name: &str, value: Option<impl std::fmt::Display>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }

    /// Adds it where it is another than usual.
    pub(super) fn add_unless<T: PartialEq + std::fmt::Display>(
        &mut self,
        name: &str,
        value: T,
        usual: &T,
    ) {
        if value != *usual {
            self.add(name, value);
        }
    }

    /// Adds the word of a choice that is another than usual.
    pub(super) fn add_choice<T: Words + Default>(&mut self, name: &str, choice: &Chosen<T>) {
        if *choice != Ok(T::default()) {
            self.add(name, word(choice));
        }
    }

    /// Adds a switch that is on.
    pub(super) fn switch(&mut self, name: &str, on: bool) {
        if on {
            self.add(name, true);
        }
    }

    /// The URL with these parameters.
    pub(super) fn behind(self, url: String) -> String {
        if self.0.is_empty() {
            url
        } else {
            format!("{url}?{}", self.0.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        let url = Url::parse("Influx+HTTPS://us%40er:p%3Aw@[::1]:8086/a%2Fb?x=1%262&y&z=").unwrap();
        assert_eq!(url.scheme, "influx+https");
        assert_eq!(url.user, Some(("us@er".to_owned(), Some("p:w".to_owned()))));
        assert_eq!((&*url.authority, &*url.path), ("[::1]:8086", "/a%2Fb"));
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(url.params, [pair("x", "1&2"), pair("y", ""), pair("z", "")]);
        let file = Url::parse("textfile:///a%20b").unwrap();
        assert_eq!(
            (file.authority.as_str(), file.decoded_path().unwrap()),
            ("", "/a b".to_owned())
        );
    }

    #[test]
    fn what_is_no_url_is_refused_without_its_secrets() {
        for (text, why) in [
            ("", "a URL is"),
            ("host:8089", "`//`"),
            ("http://user:hunter2@ho st/", "a URL is"),
            ("http://user:hunter2@host/#x", "#"),
            ("http://host/?token=hunter2%FF", "UTF-8"),
            ("http://hunter2%FF@host/", "UTF-8"),
            ("http://user:hunter2?x@host/", "a URL is"),
            ("http://user:hunter2#x@host/", "a URL is"),
            ("http://user:x@hunter2 ?x@host/", "a URL is"),
            ("user:hunter2?x@host", "`//`"),
        ] {
            let error = Url::parse(text).unwrap_err().to_string();
            assert!(error.contains(why) && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn parameters_are_encoded() {
        let mut params = Params::default();
        params.add("a", "1&2=3 ü");
        params.add_unless("b", 5, &5);
        params.switch("c", false);
        params.switch("d", true);
        assert_eq!(
            params.behind("x://h".to_owned()),
            "x://h?a=1%262%3D3%20%C3%BC&d=true"
        );
    }
}
