//! The parsers of Prometheus's Python client, as judges that are not ours.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value;

use super::receiver;
use super::series::{self, Labels};

/// One process a call: reads the document from stdin and writes a list of lists.
const SCRIPT: &str = r"
import importlib, json, sys

def labelled(exemplar):
    if exemplar is None:
        return None
    return [exemplar.labels, repr(float(exemplar.value)), stamp(exemplar.timestamp)]

def stamp(timestamp):
    return None if timestamp is None else repr(float(timestamp))

parser = importlib.import_module(sys.argv[1])
text = sys.stdin.buffer.read().decode()
families = parser.text_string_to_metric_families(text)
json.dump([
    [family.name, family.type, family.unit, family.documentation, [
        [s.name, s.labels, repr(float(s.value)), stamp(s.timestamp), labelled(s.exemplar)]
        for s in family.samples
    ]]
    for family in families
], sys.stdout)
";

/// The same for headers: reads a list of them from stdin and writes what is chosen for each.
const CHOOSE: &str = r"
import json, sys
from prometheus_client.exposition import choose_encoder

def chosen(accept):
    try:
        return choose_encoder(accept)[1]
    except Exception:
        return None

json.dump([chosen(accept) for accept in json.load(sys.stdin)], sys.stdout)
";

/// A family, with the suffix of a counter's samples left out of its name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Family {
    pub(crate) name: String,
    /// `counter`, `gauge`, .. in the parser's words; `unknown` where there is none.
    pub(crate) kind: String,
    pub(crate) unit: String,
    pub(crate) help: String,
    pub(crate) samples: Vec<Sample>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    /// With its suffix.
    pub(crate) name: String,
    pub(crate) labels: Labels,
    pub(crate) value: f64,
    /// In seconds.
    pub(crate) timestamp: Option<f64>,
    pub(crate) exemplar: Option<Exemplar>,
}

impl Sample {
    /// `name{label="value",...}`, labels sorted.
    pub(crate) fn key(&self) -> String {
        series::key(&self.name, &self.labels)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Exemplar {
    pub(crate) labels: Labels,
    pub(crate) value: f64,
    /// In seconds.
    pub(crate) timestamp: Option<f64>,
}

/// Parses the text format 0.0.4.
///
/// # Errors
///
/// When the parser refuses it, with its last words.
#[track_caller]
pub(crate) fn parse_text(text: &str) -> Result<Vec<Family>, String> {
    parse("prometheus_client.parser", text)
}

/// Parses OpenMetrics 1.0, strictly.
///
/// # Errors
///
/// When the parser refuses it, with its last words.
#[track_caller]
pub(crate) fn parse_openmetrics(text: &str) -> Result<Vec<Family>, String> {
    parse("prometheus_client.openmetrics.parser", text)
}

/// The values of all samples, by `name{label="value",...}`.
pub(crate) fn values(families: &[Family]) -> BTreeMap<String, f64> {
    let samples = families.iter().flat_map(|family| &family.samples);
    samples.map(|sample| (sample.key(), sample.value)).collect()
}

/// The content type that it chooses for each header `Accept`; nothing where it refuses one.
#[track_caller]
pub(crate) fn choose_encoder(headers: &[&str]) -> Vec<Option<String>> {
    let headers = serde_json::to_string(headers).expect("texts are JSON");
    let chosen = run(&[CHOOSE], &headers).expect("it answers");
    let chosen = list(&chosen, |chosen| Some(text(chosen)));
    chosen.expect("the script writes a list")
}

#[track_caller]
fn parse(parser: &str, text: &str) -> Result<Vec<Family>, String> {
    let families = run(&[SCRIPT, parser], text)?;
    let read = list(&families, family);
    Ok(read.unwrap_or_else(|| panic!("cannot read {families}")))
}

/// Runs a script on this input, and reads what it writes.
#[track_caller]
fn run(script: &[&str], text: &str) -> Result<Value, String> {
    let package = receiver::program("client-python");
    // `prometheus_client/__init__.py` in the folder that Python looks in.
    let folder = package.ancestors().nth(2).expect("it is in a package");
    let mut python = Command::new("python3")
        // Without the user's own packages, and without writing beside the wheel's files.
        .args(["-s", "-B", "-c"])
        .args(script)
        .env("PYTHONPATH", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut stdin = python.stdin.take().expect("it is piped");
    let output = thread::scope(|scope| {
        scope.spawn(move || drop(stdin.write_all(text.as_bytes())));
        python.wait_with_output().expect("it is our child")
    });
    if !output.status.success() {
        let messages = String::from_utf8_lossy(&output.stderr);
        return Err(messages.lines().last().unwrap_or_default().to_owned());
    }
    Ok(serde_json::from_slice(&output.stdout).expect("the script writes JSON"))
}

fn family(family: &Value) -> Option<Family> {
    Some(Family {
        name: text(&family[0])?,
        kind: text(&family[1])?,
        unit: text(&family[2])?,
        help: text(&family[3])?,
        samples: list(&family[4], sample)?,
    })
}

fn sample(sample: &Value) -> Option<Sample> {
    let exemplar = &sample[4];
    Some(Sample {
        name: text(&sample[0])?,
        labels: labels(&sample[1])?,
        value: number(&sample[2])?,
        timestamp: number(&sample[3]),
        exemplar: if exemplar.is_null() {
            None
        } else {
            Some(Exemplar {
                labels: labels(&exemplar[0])?,
                value: number(&exemplar[1])?,
                timestamp: number(&exemplar[2]),
            })
        },
    })
}

fn list<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    value.as_array()?.iter().map(read).collect()
}

fn labels(value: &Value) -> Option<Labels> {
    let labels = value.as_object()?.iter();
    labels
        .map(|(name, value)| Some((name.clone(), text(value)?)))
        .collect()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// As text, because JSON has no word for infinity; none where there is none.
fn number(value: &Value) -> Option<f64> {
    value.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_format_is_parsed() {
        let families = parse_text(
            "# HELP jobs_total All\\nof them.\n# TYPE jobs_total counter\n\
             jobs_total{queue=\"a \\\"b\\\\\\n\"} 2.5 1700000000123\nhot -Inf\n",
        );
        let families = families.unwrap();
        let [jobs, hot] = &families[..] else {
            panic!("{families:?}")
        };
        assert_eq!((&*jobs.name, &*jobs.kind), ("jobs", "counter"));
        assert_eq!(jobs.help, "All\nof them.");
        let sample = &jobs.samples[0];
        assert_eq!(sample.labels["queue"], "a \"b\\\n");
        assert_eq!(sample.timestamp, Some(1_700_000_000.123));
        assert_eq!((&*hot.name, &*hot.kind), ("hot", "unknown"));
        let values = values(&families);
        assert_eq!(values["hot"], f64::NEG_INFINITY);
        assert_eq!(values[r#"jobs_total{queue="a \"b\\\n"}"#], 2.5);
    }

    #[test]
    fn openmetrics_is_parsed() {
        let families = parse_openmetrics(
            "# TYPE latency_seconds histogram\n# UNIT latency_seconds seconds\n\
             latency_seconds_bucket{le=\"1.0\"} 1 1700000000.5 # {trace_id=\"x\"} 0.5 1700000000.25\n\
             latency_seconds_bucket{le=\"+Inf\"} 1 1700000000.5\n\
             latency_seconds_count 1 1700000000.5\nlatency_seconds_sum 0.5 1700000000.5\n# EOF\n",
        );
        let families = families.unwrap();
        let [latency] = &families[..] else {
            panic!("{families:?}")
        };
        assert_eq!((&*latency.kind, &*latency.unit), ("histogram", "seconds"));
        let bucket = &latency.samples[0];
        assert_eq!(bucket.timestamp, Some(1_700_000_000.5));
        let exemplar = bucket.exemplar.as_ref().unwrap();
        assert_eq!(exemplar.labels["trace_id"], "x");
        assert_eq!(
            (exemplar.value, exemplar.timestamp),
            (0.5, Some(1_700_000_000.25))
        );
        assert_eq!(latency.samples[1].exemplar, None);
    }

    #[test]
    fn refusals_are_explained() {
        let error = parse_openmetrics("# TYPE a gauge\na 1\n").unwrap_err();
        assert!(error.contains("EOF"), "{error}");
        let error = parse_text("a{ 1\n").unwrap_err();
        assert!(error.contains("ValueError"), "{error}");
    }
}
