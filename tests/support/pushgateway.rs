//! A real Pushgateway on loopback, started for one test and gone after it.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::access::{Access, BCRYPT, PASSWORD, USER};
use super::certificates::{Clients, Files, Identity};
use super::receiver::{self, Process};
use super::series::Labels;
use super::text_format::{self, Family, Sample};

/// No test waits longer for what it expects, on a machine that is busy with others.
const WITHIN: Duration = Duration::from_secs(20);

const POLL: Duration = Duration::from_millis(2);

/// What it asks of its clients.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Plain HTTP without.
    pub(crate) tls: Option<Clients>,
    /// Asks for `USER` and `PASSWORD`.
    pub(crate) password: bool,
    /// More for its command line.
    pub(crate) arguments: Vec<String>,
}

/// A gateway with nothing in it yet.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    files: Files,
    /// Ours, with whatever it asks for.
    access: Access,
    process: Process,
}

/// What was pushed under one grouping key, and how that went.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) labels: Labels,
    pub(crate) last_push_successful: bool,
    /// In seconds since 1970; 0 before the first.
    pub(crate) push_time_seconds: f64,
    pub(crate) push_failure_time_seconds: f64,
    /// The names of the families, but for those two.
    pub(crate) families: Vec<String>,
}

impl Server {
    /// Starts one that asks for nothing.
    ///
    /// # Panics
    ///
    /// When the program is not there, or does not become ready.
    #[track_caller]
    pub(crate) fn start() -> Self {
        Self::start_with(&Options::default())
    }

    /// Starts one.
    ///
    /// # Panics
    ///
    /// When the program is not there, or does not become ready.
    #[track_caller]
    pub(crate) fn start_with(options: &Options) -> Self {
        receiver::start("Pushgateway", || Self::try_start(options))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificates, also those of clients.
    pub(crate) fn files(&self) -> &Files {
        &self.files
    }

    /// The tests' own way to it.
    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    /// What it has written to stderr, where it says why it refused.
    pub(crate) fn log(&self) -> String {
        self.process.log()
    }

    /// What was pushed, as it shows it to a scraper; a group without `instance` has an empty one.
    #[track_caller]
    pub(crate) fn families(&self) -> Vec<Family> {
        let text = self.get("/metrics");
        // It is strict about what it takes; what it shows is to pass ours.
        let mut families = text_format::parse(&text).expect("it shows what can be read");
        for family in &mut families {
            family.samples.retain(is_pushed);
        }
        families.retain(|family| !family.samples.is_empty());
        families
    }

    /// The values of what was pushed, by `name{label="value",...}`.
    #[track_caller]
    pub(crate) fn metrics(&self) -> BTreeMap<String, f64> {
        let families = self.families().into_iter();
        let samples = families.flat_map(|family| family.samples);
        samples.map(|sample| (sample.key(), sample.value)).collect()
    }

    /// The groups it has.
    #[track_caller]
    pub(crate) fn groups(&self) -> Vec<Group> {
        let text = self.get("/api/v1/metrics");
        let groups: Value = serde_json::from_str(&text).expect("it answers JSON");
        let groups = groups["data"].as_array().expect("a list of groups");
        let groups = groups.iter().map(group);
        groups
            .collect::<Option<_>>()
            .unwrap_or_else(|| panic!("cannot read {text}"))
    }

    /// Waits until it has so many groups: it answers a DELETE before it has done it.
    ///
    /// # Panics
    ///
    /// When the time is over, with those that it has.
    #[track_caller]
    pub(crate) fn wait_for_groups(&self, count: usize) {
        let start = Instant::now();
        while self.groups().len() != count {
            let groups = self.groups();
            assert!(start.elapsed() < WITHIN, "{count} groups, not {groups:?}");
            thread::sleep(POLL);
        }
    }

    /// Forgets all that was pushed.
    #[track_caller]
    pub(crate) fn wipe(&self) {
        let answer = self
            .access
            .request("PUT", "/api/v1/admin/wipe", &[], b"")
            .expect("it answers");
        assert_eq!(answer.status, 202, "{}", answer.text());
        self.wait_for_groups(0);
    }

    #[track_caller]
    fn get(&self, target: &str) -> String {
        match self.access.get(target) {
            Ok(response) if response.status == 200 => response.text(),
            Ok(response) => panic!("{target}: status {}: {}", response.status, response.text()),
            Err(error) => panic!("{target}: {error}; the server's log:\n{}", self.log()),
        }
    }

    fn try_start(options: &Options) -> Result<Self, String> {
        let address = receiver::free_address()?;
        let mut files = None;
        let mut process = Process::start("pushgateway", |data| {
            fs::create_dir_all(data).expect("the folder is ours");
            let written = Files::write(data);
            let config = data.join("web.yml");
            fs::write(&config, configuration(options, &written)).expect("the folder is ours");
            files = Some(written);
            let mut arguments = arguments(address, &config);
            arguments.extend(options.arguments.iter().cloned());
            arguments
        })?;
        // Said by this process once it listens; another one's answer proves nothing.
        process.wait_until(|process| process.log().contains("Listening on"))?;
        let files = files.expect("they were written for its start");
        let mut access = Access::plain(address);
        if let Some(clients) = options.tls {
            let identity = (clients == Clients::WithCertificate).then_some(Identity::Client);
            access = access.tls(&files, identity);
        }
        if options.password {
            access = access.password(USER, PASSWORD);
        }
        Ok(Self {
            address,
            files,
            access,
            process,
        })
    }
}

fn arguments(address: SocketAddr, config: &Path) -> Vec<String> {
    vec![
        format!("--web.listen-address={address}"),
        format!("--web.config.file={}", config.display()),
        "--web.enable-admin-api".to_owned(),
        // Else it writes below /var.
        "--persistence.file=".to_owned(),
    ]
}

/// An empty file asks for nothing.
fn configuration(options: &Options, files: &Files) -> String {
    let mut configuration = String::new();
    if let Some(clients) = options.tls {
        let authority = match clients {
            Clients::Anyone => String::new(),
            Clients::WithCertificate => format!(
                "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: \"{}\"\n",
                files.authority().display()
            ),
        };
        configuration = format!(
            "tls_server_config:\n  cert_file: \"{}\"\n  key_file: \"{}\"\n{authority}",
            files.certificate(Identity::Server).display(),
            files.key(Identity::Server).display(),
        );
    }
    if options.password {
        configuration += "basic_auth_users:\n  \"";
        configuration += USER;
        configuration += "\": \"";
        configuration += BCRYPT;
        configuration += "\"\n";
    }
    configuration
}

/// All that was pushed has a job, and the gateway's own metrics have none.
fn is_pushed(sample: &Sample) -> bool {
    let own = ["push_time_seconds", "push_failure_time_seconds"];
    sample.labels.contains_key("job") && !own.contains(&&*sample.name)
}

fn group(group: &Value) -> Option<Group> {
    let mut families: Vec<String> = group.as_object()?.keys().cloned().collect();
    families.retain(|name| {
        !name.starts_with("push_") && name != "labels" && name != "last_push_successful"
    });
    let mut labels = Labels::new();
    for (name, value) in group["labels"].as_object()? {
        labels.insert(name.clone(), value.as_str()?.to_owned());
    }
    let time = |name: &str| {
        let value = group[name]["metrics"][0]["value"].as_str()?;
        value.parse().ok()
    };
    Some(Group {
        labels,
        last_push_successful: group["last_push_successful"].as_bool()?,
        push_time_seconds: time("push_time_seconds")?,
        push_failure_time_seconds: time("push_failure_time_seconds")?,
        families,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::support::http;

    const BODY: &str = "# TYPE jobs_total counter\njobs_total{queue=\"a b\"} 2\n\
                        # TYPE took histogram\ntook_bucket{le=\"1\"} 1\ntook_bucket{le=\"+Inf\"} 2\n\
                        took_sum 3.5\ntook_count 2\n";

    fn put(server: &Server, target: &str, body: &str) -> u16 {
        let answer = server.access().request("PUT", target, &[], body.as_bytes());
        answer.unwrap().status
    }

    #[test]
    fn what_is_pushed_is_read_back() {
        let server = Server::start();
        assert!(server.metrics().is_empty() && server.groups().is_empty());
        assert_eq!(
            put(&server, "/metrics/job@base64/YS9i/instance/i", BODY),
            200
        );
        let metrics = server.metrics();
        let key = r#"jobs_total{instance="i",job="a/b",queue="a b"}"#;
        assert_eq!(metrics[key], 2.0);
        assert_eq!(
            metrics[r#"took_bucket{instance="i",job="a/b",le="+Inf"}"#],
            2.0
        );
        assert_eq!(metrics.len(), 5, "{metrics:?}");
        let families = server.families();
        let kinds: Vec<_> = families.iter().map(|family| family.kind).collect();
        assert_eq!(
            kinds,
            [text_format::Kind::Counter, text_format::Kind::Histogram]
        );
        server.wipe();
        assert!(server.metrics().is_empty() && server.groups().is_empty());
    }

    #[test]
    fn groups_say_how_the_last_push_went() {
        let server = Server::start();
        put(&server, "/metrics/job/a/k/v", BODY);
        let groups = server.groups();
        let [group] = &groups[..] else {
            panic!("{groups:?}")
        };
        let labels = [("job", "a"), ("k", "v")];
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(group.labels, Labels::from(labels));
        assert_eq!(group.families, ["jobs_total", "took"]);
        assert!(group.last_push_successful);
        assert!(group.push_time_seconds > 1e9);
        assert_eq!(group.push_failure_time_seconds, 0.0);
        assert_eq!(put(&server, "/metrics/job/a/k/v", "x 1 5\n"), 400);
        let group = &server.groups()[0];
        assert!(!group.last_push_successful);
        assert!(group.push_failure_time_seconds >= group.push_time_seconds);
        assert!(server.log().contains("must not have timestamps"));
    }

    #[test]
    fn it_can_be_closed_to_strangers() {
        let server = Server::start_with(&Options {
            tls: Some(Clients::WithCertificate),
            password: true,
            ..Options::default()
        });
        assert_eq!(put(&server, "/metrics/job/a", BODY), 200);
        assert_eq!(server.metrics().len(), 5);
        let answer = http::get(server.address(), "/metrics").unwrap();
        assert_eq!(answer.status, 400, "{}", answer.text());
        let access = Access::plain(server.address());
        let nobody = access.clone().tls(server.files(), None);
        nobody.password(USER, PASSWORD).get("/metrics").unwrap_err();
        let client = access.tls(server.files(), Some(Identity::Client));
        assert_eq!(client.get("/metrics").unwrap().status, 401);
    }

    #[test]
    fn it_takes_more_arguments() {
        let server = Server::start_with(&Options {
            arguments: vec!["--push.disable-consistency-check".to_owned()],
            ..Options::default()
        });
        let answer = put(&server, "/metrics/job/a", "a 1\na 2\n");
        assert_eq!(answer, 202);
    }
}
