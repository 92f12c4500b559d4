//! `/metrics` of a job, for those who scrape it while it runs.

use std::sync::Arc;
use std::time::Instant;

use super::given::destination;
use super::url::{Kind, Params, Taken, Url, UrlForm, refused, url_form};
use crate::error::Error;
use crate::expose::{Server, ServerHandle};
use crate::push::{Made, Parts, Served, Serving};
use crate::seconds::Seconds;

destination!(Server);

pub(super) const KIND: Kind = Kind::of::<Server>();

impl UrlForm for Server {
    const SCHEMES: &'static [&'static str] = &["serve"];

    fn known() -> Vec<&'static str> {
        vec!["linger"]
    }

    fn from_text(text: &str) -> Self {
        url_form(text).unwrap_or_else(|| Self::new(text))
    }

    fn broken(error: Error) -> Self {
        let mut server = Self::new("");
        server.refuse(error);
        server
    }

    fn from_url(url: &Url) -> Result<Self, Error> {
        if url.user.is_some() {
            let reason =
                "credentials are not read from here: they are those of `Server::basic_auth`";
            return Err(url.refuse(reason));
        }
        if !matches!(&*url.path, "" | "/" | "/metrics") {
            let reason = "metrics are served at any path; none has to be said";
            return Err(url.refuse(reason));
        }
        Ok(Self::new(&url.authority))
    }

    fn set(&mut self, name: &str, value: &str) -> Taken {
        match name {
            "linger" => match value.duration() {
                Ok(time) => {
                    *self = self.clone().linger(time);
                    Taken::Yes
                }
                Err(_) => Taken::Wrong("expected a time, such as `30` or `1m30s`".to_owned()),
            },
            _ => Taken::Unknown,
        }
    }

    fn url(&self) -> String {
        let mut params = Params::default();
        let linger = self.lingers_for();
        params.add_some(
            "linger",
            (!linger.is_zero()).then_some(linger.as_secs_f64()),
        );
        params.behind(format!("serve://{}", self.address()))
    }

    fn identity(&self) -> String {
        format!("{self:?}")
    }

    fn parts(&self, _: Option<&str>) -> Result<Parts, Error> {
        Err(refused(&self.url(), "nothing is pushed there"))
    }

    fn made(&self, _: Option<&str>) -> Result<Made, Error> {
        if let Some(fault) = self.fault() {
            return Err(fault.clone());
        }
        let (server, linger) = (self.clone(), self.lingers_for());
        let start = move |source, labels: &_| {
            let handle = server.clone().source(source).start_with(labels)?;
            Ok(Arc::new(handle) as Arc<dyn Served>)
        };
        Ok(Made::Served(Serving {
            place: self.address().to_owned(),
            start: Box::new(start),
            linger,
        }))
    }
}

impl Served for ServerHandle {
    fn mark_end(&self) {
        Self::mark_end(self);
    }

    fn linger_until(&self, until: Instant) {
        Self::linger_until(self, until);
    }

    fn cut_linger(&self) {
        Self::cut_linger(self);
    }
}
