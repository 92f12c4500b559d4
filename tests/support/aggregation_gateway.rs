//! A gateway that adds up what it is pushed, by the published rules of prom-aggregation-gateway.
//!
//! Each POST and PUT to `/metrics/<label>/<value>/..` adds every sample to the sum of its series,
//! gauges as well, so a push that is repeated counts twice. It does not undo what it took of a
//! push that it refuses later on, decodes no `@base64` and no compressed body, forgets
//! timestamps, and cannot delete.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::script::{self, Answer, Reply, Request, Script};
use super::series::{self, Labels};
use super::text_format::{self, Family, Kind};

/// No test waits longer for a sum.
const WITHIN: Duration = Duration::from_secs(20);

/// What goes wrong with one push.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Fault {
    #[default]
    Nothing,
    /// The connection closes before the body is read; nothing is added.
    LostRequest,
    /// The connection closes when all is added.
    LostAnswer,
    /// The server is asked to wait; nothing is added.
    Unavailable,
}

/// Adds up until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    server: script::Server,
    sums: Arc<Mutex<Sums>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::start_with(|_, _| Fault::Nothing)
    }

    /// Starts one where `fault` says of each request, by its head and how many came before, what
    /// goes wrong. It is asked before the body is read and when all is added.
    pub(crate) fn start_with(
        fault: impl Fn(&Request, usize) -> Fault + Send + Sync + 'static,
    ) -> Self {
        let sums = Arc::<Mutex<Sums>>::default();
        let (kept, fault) = (Arc::clone(&sums), Arc::new(fault));
        let at_the_end = Arc::clone(&fault);
        let script = Script::answering(move |request, nth| {
            let answer = kept.lock().expect("nobody panics with it").answer(request);
            match at_the_end(request, nth) {
                Fault::LostAnswer => Answer::Close,
                _ => answer.into(),
            }
        });
        let script = script.on_head(move |request, nth| match fault(request, nth) {
            Fault::LostRequest => Some(Answer::Close),
            Fault::Unavailable => Some(503.into()),
            Fault::Nothing | Fault::LostAnswer => None,
        });
        Self {
            server: script::Server::start(script),
            sums,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// Waits for requests as [`script::Server::wait_for`] does.
    #[track_caller]
    pub(crate) fn wait_for(&self, enough: impl Fn(&[Request]) -> bool) -> Vec<Request> {
        self.server.wait_for(enough)
    }

    /// Waits until the sum of a series is this.
    #[track_caller]
    pub(crate) fn wait_for_sum(&self, key: &str, expected: f64) {
        let start = Instant::now();
        while self.sums().get(key) != Some(&expected) {
            let sums = self.sums();
            assert!(
                start.elapsed() < WITHIN,
                "{key} never was {expected}: {sums:?}"
            );
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// The sums by `name{label="value",...}`, labels sorted, those of the path among them.
    pub(crate) fn sums(&self) -> BTreeMap<String, f64> {
        let sums = self.sums.lock().expect("nobody panics with it");
        let families = sums.families.values();
        let samples = families.flat_map(|family| &family.samples);
        samples
            .map(|((name, labels), value)| (series::key(name, labels), *value))
            .collect()
    }
}

#[derive(Debug, Default)]
struct Sums {
    families: BTreeMap<String, Sum>,
}

#[derive(Debug)]
struct Sum {
    kind: Kind,
    samples: BTreeMap<(String, Labels), f64>,
}

impl Sums {
    fn answer(&mut self, request: &Request) -> Reply {
        let path = request.target.split('?').next().unwrap_or_default();
        match (&*request.method, path.strip_prefix("/metrics")) {
            ("GET", Some("")) => Reply::status(200).body(self.exposition()),
            ("POST" | "PUT", Some(path)) if path.is_empty() || path.starts_with('/') => {
                match self.add(path, &request.body) {
                    Ok(()) => Reply::status(202),
                    Err(error) => Reply::status(400).body(error),
                }
            }
            // Its router knows no other method, and takes the request for one to nowhere.
            _ => Reply::status(404),
        }
    }

    fn add(&mut self, path: &str, body: &[u8]) -> Result<(), String> {
        let labels = path_labels(path)?;
        let text = str::from_utf8(body).map_err(|error| format!("the body is no text: {error}"))?;
        for mut family in text_format::parse(text)? {
            for sample in &mut family.samples {
                for (name, value) in &labels {
                    let before = sample.labels.insert(name.clone(), value.clone());
                    if before.is_some() {
                        return Err(format!("duplicate label {name}"));
                    }
                }
            }
            self.merge(family)?;
        }
        Ok(())
    }

    fn merge(&mut self, family: Family) -> Result<(), String> {
        let Family { name, kind, .. } = family;
        let is_new = !self.families.contains_key(&name);
        let sum = self.families.entry(name.clone()).or_insert_with(|| Sum {
            kind,
            samples: BTreeMap::new(),
        });
        if sum.kind != kind {
            return Err(format!("{name} is a {}, not a {kind}", sum.kind));
        }
        // There is no sum of quantiles: the first push shows them, the second removes them.
        let drops_quantiles = kind == Kind::Summary && !is_new;
        if drops_quantiles {
            sum.samples.retain(|(sample, _), _| *sample != name);
        }
        for sample in family.samples {
            if !(drops_quantiles && sample.name == name) {
                let key = (sample.name, sample.labels);
                *sum.samples.entry(key).or_insert(0.0) += sample.value;
            }
        }
        Ok(())
    }

    fn exposition(&self) -> String {
        let mut lines = Vec::new();
        for (name, family) in &self.families {
            lines.push(format!("# TYPE {name} {}\n", family.kind));
            let mut samples: Vec<_> = family.samples.iter().collect();
            samples.sort_by(|(one, _), (other, _)| bound(&one.1).total_cmp(&bound(&other.1)));
            for ((name, labels), value) in samples {
                let value = match value {
                    value if value.is_infinite() => format!("{value:+}").replace('i', "I"),
                    value => value.to_string(),
                };
                lines.push(format!("{} {value}\n", series::key(name, labels)));
            }
        }
        lines.concat()
    }
}

/// What the buckets of a series are sorted by.
fn bound(labels: &Labels) -> f64 {
    let bound = labels.get("le").and_then(|bound| bound.parse().ok());
    bound.unwrap_or_default()
}

/// Pairs of names and values, decoded before they are split: a slash in a value is one too many.
fn path_labels(path: &str) -> Result<Labels, String> {
    let path = decode(path)?;
    let path = path.trim_matches('/');
    if path.is_empty() {
        return Ok(Labels::new());
    }
    let parts: Vec<&str> = path.split('/').collect();
    if !parts.len().is_multiple_of(2) {
        return Err("labels must be defined in pairs".to_owned());
    }
    let pairs = parts.chunks_exact(2);
    pairs
        .map(|pair| Ok((text_format::label_name(pair[0])?, pair[1].to_owned())))
        .collect()
}

fn decode(path: &str) -> Result<String, String> {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let digits = after
            .get(..2)
            .and_then(|digits| str::from_utf8(digits).ok());
        let decoded = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(decoded.ok_or("a percent sign without two digits")?);
        rest = &after[2..];
    }
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::support::http;

    const BODY: &str = "# TYPE jobs counter\njobs{queue=\"a\"} 2\n# TYPE hot gauge\nhot -1.5\n\
                        # TYPE took histogram\ntook_bucket{le=\"1\"} 1\ntook_bucket{le=\"+Inf\"} 2\n\
                        took_sum 3.5\ntook_count 2\n";

    fn send(server: &Server, method: &str, target: &str, body: &[u8]) -> u16 {
        let answer = http::request(server.address(), method, target, &[], body);
        answer.unwrap().status
    }

    fn post(server: &Server, target: &str, body: &str) -> u16 {
        send(server, "POST", target, body.as_bytes())
    }

    #[test]
    fn every_push_is_added() {
        let server = Server::start();
        assert_eq!(
            send(&server, "PUT", "/metrics/job/j/k/a%20b", BODY.as_bytes()),
            202
        );
        assert_eq!(post(&server, "/metrics/job/j/k/a%20b", BODY), 202);
        assert_eq!(post(&server, "/metrics", BODY), 202);
        let sums = server.sums();
        assert_eq!(sums[r#"jobs{job="j",k="a b",queue="a"}"#], 4.0);
        assert_eq!(sums[r#"hot{job="j",k="a b"}"#], -3.0);
        assert_eq!(sums[r#"took_bucket{job="j",k="a b",le="+Inf"}"#], 4.0);
        assert_eq!(sums["took_sum"], 3.5);
        assert_eq!(sums.len(), 12);
        let shown = http::get(server.address(), "/metrics").unwrap().text();
        assert_eq!(text_format::values(&shown).unwrap(), sums);
    }

    #[test]
    fn what_it_cannot_take_is_refused() {
        let server = Server::start();
        for (target, body) in [
            ("/metrics/job@base64/ag", BODY),
            ("/metrics/job", BODY),
            ("/metrics/job/a%2Fb", BODY),
            ("/metrics/job/j", "x{job=\"j\"} 1\n"),
            ("/metrics/job/j", "x 1"),
            ("/metrics/job/j", "\u{1f}x 1\n"),
        ] {
            assert_eq!(post(&server, target, body), 400, "{target} {body}");
        }
        assert_eq!(send(&server, "PUT", "/metrics/job/j", &[31, 139, 8]), 400);
        assert_eq!(send(&server, "DELETE", "/metrics/job/j", b""), 404);
        assert!(server.sums().is_empty());
    }

    #[test]
    fn a_conflict_leaves_what_came_before_it() {
        let server = Server::start();
        post(
            &server,
            "/metrics",
            "# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n",
        );
        let conflict = "# TYPE a gauge\na 1\n# TYPE b counter\nb 1\n";
        assert_eq!(post(&server, "/metrics", conflict), 400);
        let expected = [("a".to_owned(), 2.0), ("b".to_owned(), 1.0)];
        assert_eq!(server.sums(), BTreeMap::from(expected));
    }

    #[test]
    fn quantiles_are_not_added() {
        let server = Server::start();
        let body = "# TYPE s summary\ns{quantile=\"0.5\"} 3\ns_sum 4\ns_count 2\n";
        post(&server, "/metrics", body);
        assert_eq!(server.sums().len(), 3);
        post(&server, "/metrics", body);
        let expected = [("s_count".to_owned(), 4.0), ("s_sum".to_owned(), 8.0)];
        assert_eq!(server.sums(), BTreeMap::from(expected));
    }

    #[test]
    fn pushes_are_lost_on_the_way_there_or_back() {
        let server = Server::start_with(|_, nth| match nth {
            0 => Fault::LostRequest,
            1 => Fault::LostAnswer,
            2 => Fault::Unavailable,
            _ => Fault::Nothing,
        });
        let mut seen = Vec::new();
        for _ in 0..4 {
            let answer = http::post(server.address(), "/metrics", "text/plain", b"a 1\n");
            let sum = server.sums().get("a").copied().unwrap_or_default();
            seen.push((answer.ok().map(|answer| answer.status), sum));
        }
        assert_eq!(
            seen,
            [(None, 0.0), (None, 1.0), (Some(503), 1.0), (Some(202), 2.0)]
        );
        let whole: Vec<bool> = server.requests().iter().map(|r| r.is_whole).collect();
        assert_eq!(whole, [false, true, false, true]);
    }
}
