//! Serves a store until a signal ends it.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use ppc::Secret;
use ppc::expose::{Server, ServerHandle};

use crate::failure::Failure;
use crate::options::Options;
use crate::page::Page;
use crate::place::Place;
use crate::say::say;

/// What is served, where, and to whom.
#[derive(Debug)]
pub(crate) struct Settings {
    listen: Vec<String>,
    identity: Option<(PathBuf, PathBuf)>,
    client_ca: Option<PathBuf>,
    basic_auth: Option<(String, PasswordAt)>,
    own_metrics: bool,
    timeout: Duration,
}

/// Where a password is; it is not among the arguments.
#[derive(Debug)]
enum PasswordAt {
    File(PathBuf),
    Environment,
}

/// Of this machine alone, where nothing is said: what is served has no password then.
const LISTEN: &str = "127.0.0.1:9100";

/// The variable with the password, where no file is said.
const PASSWORD: &str = "PPC_SERVE_PASSWORD";

/// Whoever ends it does not wait for scrapers that read slowly.
const STOP: Duration = Duration::from_millis(500);

impl Settings {
    pub(crate) fn new(options: Options) -> Result<Self, Failure> {
        let usage = |text: &str| Err(Failure::Usage(text.to_owned()));
        let identity = match (options.tls_cert, options.tls_key) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            (Some(_), None) => return usage("`--tls-cert` expects `--tls-key` as well"),
            (None, Some(_)) => return usage("`--tls-key` expects `--tls-cert` as well"),
        };
        if options.client_ca.is_some() && identity.is_none() {
            return usage("`--client-ca` expects `--tls-cert` and `--tls-key` as well");
        }
        let basic_auth = match (options.basic_auth, options.password_file) {
            (Some(user), Some(file)) => Some((user, PasswordAt::File(file))),
            (Some(user), None) => Some((user, PasswordAt::Environment)),
            (None, Some(_)) => return usage("`--password-file` expects `--basic-auth` as well"),
            (None, None) => None,
        };
        if options.timeout.is_zero() {
            return usage("`--timeout` is above 0: it takes time to read a store");
        }
        let mut listen = options.listen;
        if listen.is_empty() {
            listen.push(LISTEN.to_owned());
        }
        Ok(Self {
            listen,
            identity,
            client_ca: options.client_ca,
            basic_auth,
            own_metrics: options.own_metrics,
            timeout: options.timeout,
        })
    }

    #[cfg(test)]
    pub(crate) fn listen(&self) -> &[String] {
        &self.listen
    }

    /// Starts a server of the page at one of the addresses.
    fn start(&self, address: &str, page: &Arc<Page>) -> Result<ServerHandle, Failure> {
        let mut server = Server::new(address)
            .source(Arc::clone(page))
            .stop_timeout(STOP);
        if let Some((certificate, key)) = &self.identity {
            server = server.tls(certificate, key);
        }
        if let Some(file) = &self.client_ca {
            server = server.client_cafile(file).client_auth_required(true);
        }
        if let Some((user, password)) = &self.basic_auth {
            server = server.basic_auth(user, password.secret()?);
        }
        Ok(server.start()?)
    }

    fn scheme(&self) -> &'static str {
        match self.identity {
            Some(_) => "https",
            None => "http",
        }
    }
}

impl PasswordAt {
    /// Refuses one that is not there, or empty, which would let anyone in: the server reads it for
    /// each request, and would not tell before.
    fn secret(&self) -> Result<Secret, Failure> {
        let (secret, text, place) = match self {
            Self::File(path) => {
                let place = path.display().to_string();
                let text = fs::read_to_string(path).map_err(|error| {
                    Failure::Work(format!("cannot read the password in {place}: {error}"))
                })?;
                (Secret::file(path), text, place)
            }
            Self::Environment => {
                let text = env::var(PASSWORD).map_err(|_| {
                    let expected = "`--basic-auth` expects a password, in the file of";
                    Failure::Usage(format!("{expected} `--password-file` or in {PASSWORD}"))
                })?;
                (Secret::env(PASSWORD), text, PASSWORD.to_owned())
            }
        };
        if text.trim_end().is_empty() {
            return Err(Failure::Usage(format!("the password in {place} is empty")));
        }
        Ok(secret)
    }
}

/// Serves until SIGTERM, SIGINT or SIGHUP.
pub(crate) fn serve(place: &Place, settings: &Settings) -> Result<(), Failure> {
    let (signal, signalled) = mpsc::channel();
    // Before anything is served: from the first answer on, it ends as it should.
    let end = move || {
        let _ = signal.send(());
    };
    ctrlc::set_handler(end)
        .map_err(|error| Failure::Work(format!("cannot wait for signals: {error}")))?;
    let page = Page::new(place.open()?, settings.timeout, settings.own_metrics)?;
    let page = Arc::new(page);
    let start = |address: &String| settings.start(address, &page);
    let servers: Vec<ServerHandle> = settings
        .listen
        .iter()
        .map(start)
        .collect::<Result<_, _>>()?;
    for server in &servers {
        let (scheme, address) = (settings.scheme(), server.local_addr());
        say(format!("listening at {scheme}://{address}/metrics\n"))?;
    }
    // The handler has the other end for as long as there is the process.
    let _ = signalled.recv();
    servers.iter().for_each(ServerHandle::stop);
    Ok(())
}
