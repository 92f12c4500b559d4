//! The options of all commands, and which command has which.

use std::path::PathBuf;
use std::time::Duration;

use lexopt::{Parser, ValueExt as _};
use ppc::Seconds as _;
use ppc::store::Migration;

use crate::failure::Failure;

/// What was given, with what holds where nothing was.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) prefix: Option<String>,
    pub(crate) listen: Vec<String>,
    pub(crate) tls_cert: Option<PathBuf>,
    pub(crate) tls_key: Option<PathBuf>,
    pub(crate) client_ca: Option<PathBuf>,
    pub(crate) basic_auth: Option<String>,
    pub(crate) password_file: Option<PathBuf>,
    pub(crate) own_metrics: bool,
    pub(crate) timeout: Duration,
    pub(crate) yes: bool,
    pub(crate) migration: Migration,
    /// Those that were given.
    given: Vec<&'static str>,
}

/// Less than the ten seconds after which Prometheus gives up.
const TIMEOUT: Duration = Duration::from_secs(8);

const SERVE: &[&str] = &[
    "listen",
    "tls-cert",
    "tls-key",
    "client-ca",
    "basic-auth",
    "password-file",
    "own-metrics",
    "no-own-metrics",
    "timeout",
];
const MIGRATE: &[&str] = &["add-label", "remove-label", "rename-label", "buckets"];
const RESET: &[&str] = &["yes"];
/// Of all commands.
const ALL: &[&str] = &["prefix"];

impl Options {
    pub(crate) fn new() -> Self {
        Self {
            prefix: None,
            listen: Vec::new(),
            tls_cert: None,
            tls_key: None,
            client_ca: None,
            basic_auth: None,
            password_file: None,
            own_metrics: true,
            timeout: TIMEOUT,
            yes: false,
            migration: Migration::new(),
            given: Vec::new(),
        }
    }

    /// The option of this name, as written behind `--`.
    pub(crate) fn known(name: &str) -> Option<&'static str> {
        let mut known = [SERVE, MIGRATE, RESET, ALL].into_iter().flatten();
        known.find(|known| **known == name).copied()
    }

    /// Takes an option with its value, which comes next.
    pub(crate) fn take(&mut self, name: &'static str, from: &mut Parser) -> Result<(), Failure> {
        self.given.push(name);
        match name {
            "prefix" => self.prefix = Some(from.value()?.string()?),
            "listen" => self.listen.push(from.value()?.string()?),
            "tls-cert" => self.tls_cert = Some(from.value()?.into()),
            "tls-key" => self.tls_key = Some(from.value()?.into()),
            "client-ca" => self.client_ca = Some(from.value()?.into()),
            "basic-auth" => self.basic_auth = Some(from.value()?.string()?),
            "password-file" => self.password_file = Some(from.value()?.into()),
            "own-metrics" => self.own_metrics = true,
            "no-own-metrics" => self.own_metrics = false,
            "timeout" => self.timeout = from.value()?.string()?.duration()?,
            "yes" => self.yes = true,
            _ => self.change(name, &from.value()?.string()?)?,
        }
        Ok(())
    }

    /// Whether nothing of a declaration is to be changed.
    pub(crate) fn changes_nothing(&self) -> bool {
        !self.given.iter().any(|name| MIGRATE.contains(name))
    }

    /// Refuses what another command has.
    pub(crate) fn check(&self, command: &str) -> Result<(), Failure> {
        let own = match command {
            "serve" => SERVE,
            "migrate" => MIGRATE,
            "reset" => RESET,
            _ => &[],
        };
        let foreign = |name: &&&str| !own.contains(*name) && !ALL.contains(*name);
        match self.given.iter().find(foreign) {
            Some(name) => {
                let own = [ALL, own].concat();
                let text = format!(
                    "`{command}` has no option `--{name}`: it has `--{}`",
                    own.join("`, `--")
                );
                Err(Failure::Usage(text))
            }
            None => Ok(()),
        }
    }

    /// Takes an option of `migrate`.
    fn change(&mut self, name: &str, value: &str) -> Result<(), Failure> {
        let pair = |expected: &str| {
            let pair = value.split_once('=').filter(|(name, _)| !name.is_empty());
            pair.ok_or_else(|| {
                Failure::Usage(format!("`--{name}` takes {expected}: found `{value}`"))
            })
        };
        let migration = std::mem::take(&mut self.migration);
        self.migration = match name {
            "add-label" => {
                let (name, value) = pair("NAME=VALUE")?;
                migration.add_label(name, value)
            }
            "rename-label" => {
                let (old, new) = pair("OLD=NEW")?;
                migration.rename_label(old, new)
            }
            "remove-label" => migration.remove_label(value),
            _ => migration.buckets(bounds(value)?),
        };
        Ok(())
    }
}

/// `0.1,1,10`.
fn bounds(text: &str) -> Result<Vec<f64>, Failure> {
    let bound = |word: &str| {
        word.trim()
            .parse()
            .ok()
            .filter(|bound: &f64| !bound.is_nan())
    };
    let bounds: Option<Vec<f64>> = text.split(',').map(bound).collect();
    bounds.ok_or_else(|| {
        let expected = "numbers with commas between them, such as `0.1,1,10`";
        Failure::Usage(format!("`--buckets` takes {expected}: found `{text}`"))
    })
}
