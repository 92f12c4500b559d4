//! The grouping key of a gateway: the labels in its URL.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use fluent_uri::pct_enc::EString;
use fluent_uri::pct_enc::encoder::{Data, Path};
use ppc_core::{Kind, LabelValue, Scratch, label_name_fault};

use super::url::{Params, Taken};
use crate::error::{Error, ErrorKind};

/// A group: its job, where one is set, and its labels beside that, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Grouping {
    job: Option<String>,
    labels: BTreeMap<String, String>,
}

/// How a gateway reads values that a path cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Values {
    /// Pushgateway: `name@base64`.
    Base64,
    /// Those that add up: not at all.
    Plain,
}

impl Grouping {
    pub(super) fn insert(&mut self, name: &str, value: impl LabelValue) {
        let value = value.text(&mut Scratch::default()).to_owned();
        self.labels.insert(name.to_owned(), value);
    }

    pub(super) fn set_job(&mut self, name: &str) {
        self.job = Some(name.to_owned());
    }

    /// Takes a parameter of the URL form.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Taken {
        match name.strip_prefix("grouping.") {
            Some(label) => self.insert(label, value),
            None if name == "job" => self.set_job(value),
            None => return Taken::Unknown,
        }
        Taken::Yes
    }

    /// Adds the parameters of the URL form.
    pub(super) fn add(&self, params: &mut Params) {
        if let Some(job) = &self.job {
            params.add("job", job);
        }
        for (name, value) in &self.labels {
            params.add(&format!("grouping.{name}"), value);
        }
    }

    /// The names, that of the job among them.
    pub(super) fn names(&self) -> Vec<String> {
        let names = self.labels.keys().cloned();
        ["job".to_owned()].into_iter().chain(names).collect()
    }

    /// The path below the gateway's, `/metrics/job/<job>/<name>/<value>..`, of this job where no
    /// other is set.
    pub(super) fn path(&self, job: Option<&str>, values: Values) -> Result<String, Error> {
        let job = self.job.as_deref().or(job);
        let missing =
            "a gateway wants the name of a job: `job = \"name\"`, or `?job=name` in its URL";
        let job = job.ok_or_else(|| refuse("job", missing.to_owned()))?;
        if job.is_empty() {
            return Err(refuse(
                "job",
                "a gateway wants the name of a job".to_owned(),
            ));
        }
        let mut path = EString::<Path>::new();
        path.encode_str::<Path>("/metrics");
        segment(&mut path, "job", job, values)?;
        for (name, value) in &self.labels {
            if name == "job" {
                return Err(refuse("job", "it is given as the job already".to_owned()));
            }
            if let Some(fault) = label_name_fault(name, Kind::Gauge) {
                return Err(refuse(name, fault.to_owned()));
            }
            segment(&mut path, name, value, values)?;
        }
        Ok(path.into_string())
    }
}

fn segment(path: &mut EString<Path>, name: &str, value: &str, values: Values) -> Result<(), Error> {
    path.push('/');
    path.encode_str::<Data>(name);
    // Servers take `.` and `..` for steps; the rest is as client_python has it.
    let is_awkward = matches!(value, "" | "." | "..") || value.contains(['/', ' ']);
    match values {
        Values::Base64 if is_awkward => {
            path.encode_str::<Path>("@base64/");
            let encoded = URL_SAFE.encode(value);
            // Base64 of nothing, which would end the path.
            path.encode_str::<Path>(if value.is_empty() { "=" } else { &encoded });
        }
        Values::Plain if is_awkward && !value.contains(' ') || value.contains('/') => {
            let text = format!("this gateway cannot be told the value {value:?}");
            return Err(refuse(name, text));
        }
        _ => {
            path.push('/');
            path.encode_str::<Data>(value);
        }
    }
    Ok(())
}

fn refuse(name: &str, reason: String) -> Error {
    let what = format!("grouping key `{name}`");
    ErrorKind::Setting { what, reason }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(job: &str, grouping: &[(&str, &str)]) -> String {
        let mut all = Grouping::default();
        for (name, value) in grouping {
            all.insert(name, *value);
        }
        let path = all.path(Some(job), Values::Base64);
        path.unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn k14_the_path_is_that_of_client_python() {
        for (job, grouping, expected) in [
            ("my_job", &[][..], "/metrics/job/my_job"),
            (
                "my_job",
                &[("b", "a/ z"), ("a", "9")],
                "/metrics/job/my_job/a/9/b@base64/YS8geg==",
            ),
            ("my/job", &[], "/metrics/job@base64/bXkvam9i"),
            ("j", &[("empty", "")], "/metrics/job/j/empty@base64/="),
            (
                "j",
                &[("label", "value with spaces")],
                "/metrics/job/j/label@base64/dmFsdWUgd2l0aCBzcGFjZXM=",
            ),
            ("a+b%c?d#e", &[], "/metrics/job/a%2Bb%25c%3Fd%23e"),
            ("ü", &[], "/metrics/job/%C3%BC"),
            ("a~b_c.d-e", &[], "/metrics/job/a~b_c.d-e"),
            ("j", &[("dots", "..")], "/metrics/job/j/dots@base64/Li4="),
        ] {
            assert_eq!(path(job, grouping), expected);
        }
    }

    #[test]
    fn keys_that_cannot_be_are_named() {
        for (job, grouping, expected) in [
            ("", &[][..], "`job`"),
            ("j", &[("job", "x")], "`job`"),
            ("j", &[("a/b", "x")], "`a/b`"),
            ("j", &[("", "x")], "grouping key ``"),
            ("j", &[("a@base64", "x")], "`a@base64`"),
        ] {
            let error = path(job, grouping);
            assert!(
                error.starts_with("invalid") && error.contains(expected),
                "{error}"
            );
        }
    }

    #[test]
    fn a_gateway_without_base64_is_told_what_a_path_can_hold() {
        let path = |value: &str| {
            let mut grouping = Grouping::default();
            grouping.insert("a", value);
            grouping.path(Some("j"), Values::Plain).ok()
        };
        assert_eq!(path("b c").unwrap(), "/metrics/job/j/a/b%20c");
        for value in ["", "b/c", "/ ", ".", ".."] {
            assert_eq!(path(value), None, "{value:?}");
        }
    }
}
