//! What operations say in the environment: it overrides what the program says.

#[cfg(fuzzing)]
mod fuzz;

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use ppc_core::LabelSet;

#[cfg(fuzzing)]
pub(crate) use self::fuzz::fuzz_environment;
use super::destination::Destination;
use crate::byte_size::ByteSize;
use crate::error::{Error, ErrorKind};
use crate::seconds::Seconds;

/// What is set; what is wrong is left out.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    /// Nothing is to be pushed.
    pub(crate) off: bool,
    pub(crate) destinations: Option<Vec<Destination>>,
    pub(crate) period: Option<Duration>,
    pub(crate) flush_timeout: Option<Duration>,
    /// What is kept of what cannot be delivered.
    pub(crate) buffer: Option<u64>,
    pub(crate) spool: Option<PathBuf>,
    pub(crate) labels: LabelSet,
    pub(crate) faults: Vec<Error>,
}

impl Environment {
    /// `PPC_PUSH`, `PPC_PERIOD`, `PPC_FLUSH_TIMEOUT`, `PPC_BUFFER`, `PPC_SPOOL`, `PPC_LABELS`.
    pub(crate) fn read() -> Self {
        Self::of(|name| env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    fn of(get: impl Fn(&str) -> Option<String>) -> Self {
        // What is empty is as good as not set.
        let get = |name| get(name).filter(|value| !value.trim().is_empty());
        let mut environment = Self::default();
        if let Some(value) = get("PPC_PUSH") {
            environment.set_destinations(&value);
        }
        if let Some(value) = get("PPC_PERIOD") {
            environment.period = environment.time("PPC_PERIOD", &value, false);
        }
        if let Some(value) = get("PPC_FLUSH_TIMEOUT") {
            environment.flush_timeout = environment.time("PPC_FLUSH_TIMEOUT", &value, true);
        }
        if let Some(value) = get("PPC_BUFFER") {
            match value.byte_size() {
                Ok(bytes) => environment.buffer = Some(bytes),
                Err(error) => environment.fault("PPC_BUFFER", "", error.to_string()),
            }
        }
        environment.spool = get("PPC_SPOOL").map(PathBuf::from);
        if let Some(value) = get("PPC_LABELS") {
            environment.set_labels(&value);
        }
        environment
    }

    /// URLs between white space, or `off`.
    fn set_destinations(&mut self, value: &str) {
        if value.trim().eq_ignore_ascii_case("off") {
            self.off = true;
            return;
        }
        let mut destinations = Vec::new();
        let mut rest = value;
        while let Some(skipped) = rest.find(|c: char| !c.is_whitespace()) {
            rest = &rest[skipped..];
            let at = value.len() - rest.len();
            let (word, after) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
            match word.parse::<Destination>() {
                Ok(destination) => destinations.push(destination),
                Err(error) => self.fault("PPC_PUSH", &value[..at], error.to_string()),
            }
            rest = after;
        }
        self.destinations = Some(destinations);
    }

    fn time(&mut self, name: &'static str, value: &str, zero: bool) -> Option<Duration> {
        match value.duration() {
            Ok(time) if zero || !time.is_zero() => Some(time),
            Ok(_) => {
                self.fault(name, "", "a period is longer than 0".to_owned());
                None
            }
            Err(error) => {
                self.fault(name, "", error.to_string());
                None
            }
        }
    }

    /// `name=value,other="a, \"b\""`.
    fn set_labels(&mut self, value: &str) {
        let mut rest = value;
        while !rest.trim_start().is_empty() {
            rest = rest.trim_start();
            // Nothing between two commas is nothing wrong.
            if let Some(after) = rest.strip_prefix(',') {
                rest = after;
                continue;
            }
            let before = &value[..value.len() - rest.len()];
            match label(rest) {
                Ok((name, text, after)) => {
                    if let Err(error) = self.labels.insert(name, text.as_str()) {
                        self.fault("PPC_LABELS", before, error.to_string());
                    }
                    rest = after;
                }
                Err((at, reason)) => {
                    let before = &value[..value.len() - rest.len() + at];
                    self.fault("PPC_LABELS", before, reason.to_owned());
                    // What follows cannot be told from what is wrong.
                    return;
                }
            }
        }
    }

    /// Something wrong behind `before`.
    fn fault(&mut self, name: &'static str, before: &str, reason: String) {
        let position = before.chars().count() + 1;
        let fault = ErrorKind::Environment {
            name,
            position,
            reason,
        };
        self.faults.push(fault.into());
    }
}

/// A label at the beginning of the text, and what stands behind it and its comma; or where what is
/// wrong, in bytes.
fn label(text: &str) -> Result<(&str, String, &str), (usize, &'static str)> {
    let Some((name, value)) = text.split_once('=') else {
        return Err((0, "expected `name=value`"));
    };
    let start = text.len() - value.len();
    let inner = value.trim_start();
    let (value, rest) = if let Some(quoted) = inner.strip_prefix('"') {
        let start = text.len() - inner.len();
        unquote(quoted).ok_or((start, "the closing `\"` is missing"))?
    } else {
        let (value, rest) = value.split_at(value.find(',').unwrap_or(value.len()));
        if let Some(at) = value.find('"') {
            return Err((
                start + at,
                "a `\"` stands at the beginning and end of a value",
            ));
        }
        (value.trim().to_owned(), rest)
    };
    let rest = rest.trim_start();
    let at = text.len() - rest.len();
    match rest.strip_prefix(',') {
        Some(after) => Ok((name.trim(), value, after)),
        None if rest.is_empty() => Ok((name.trim(), value, rest)),
        None => Err((at, "expected `,`")),
    }
}

/// The text up to the closing quote, with `\"`, `\\` and `\n` resolved, and what stands behind it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => value.push('\n'),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Environment {
        Environment::of(|asked| (asked == name).then(|| value.to_owned()))
    }

    fn faults(environment: &Environment) -> String {
        let faults = environment.faults.iter().map(ToString::to_string);
        faults.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn nothing_is_set_where_nothing_is_said() {
        for environment in [
            Environment::of(|_| None),
            Environment::of(|_| Some(" ".into())),
        ] {
            assert!(!environment.off && environment.destinations.is_none());
            assert!(environment.period.is_none() && environment.labels.is_empty());
            assert_eq!(faults(&environment), "");
        }
        assert!(read("PPC_PUSH", " off ").off && read("PPC_PUSH", "OFF").off);
    }

    #[test]
    fn times_are_read_and_their_faults_told() {
        assert_eq!(
            read("PPC_PERIOD", "1m30s").period,
            Some(Duration::from_secs(90))
        );
        let zero = read("PPC_FLUSH_TIMEOUT", "0").flush_timeout;
        assert_eq!(zero, Some(Duration::ZERO));
        for wrong in ["0", "soon", "-1"] {
            let environment = read("PPC_PERIOD", wrong);
            assert_eq!(environment.period, None);
            assert!(
                faults(&environment).contains("PPC_PERIOD"),
                "{}",
                faults(&environment)
            );
        }
    }

    #[test]
    fn what_is_kept_is_read() {
        let environment = read("PPC_BUFFER", "64MiB");
        assert_eq!(environment.buffer, Some(64 << 20));
        let environment = read("PPC_BUFFER", "much");
        assert_eq!(environment.buffer, None);
        let told = faults(&environment);
        assert!(
            told.contains("PPC_BUFFER") && told.contains("16MiB"),
            "{told}"
        );
        let environment = read("PPC_SPOOL", "/var/spool/ppc");
        assert_eq!(environment.spool, Some(PathBuf::from("/var/spool/ppc")));
    }

    #[test]
    fn labels_are_plain_or_quoted() {
        let environment = read("PPC_LABELS", r#" a=1 ,, b = "x, \"y\"\\\n" ,c=,d="" "#);
        let labels: Vec<_> = environment.labels.iter().collect();
        assert_eq!(
            labels,
            [("a", "1"), ("b", "x, \"y\"\\\n"), ("c", ""), ("d", "")]
        );
        assert_eq!(faults(&environment), "");
    }

    #[test]
    fn what_is_wrong_with_labels_is_told_with_its_position() {
        for (value, position, kept) in [
            ("a=1,b", 5, 1),
            ("a=1,b=\"x", 7, 1),
            ("ü=1,b=2", 1, 1),
            ("a=1,b=\"x\"y,c=3", 10, 1),
            ("a=x\"y\"", 4, 0),
            ("a=1,__b=2,c=3", 5, 2),
        ] {
            let environment = read("PPC_LABELS", value);
            let text = faults(&environment);
            assert!(
                text.contains(&format!("at character {position}:")),
                "{value}: {text}"
            );
            assert_eq!(environment.labels.iter().len(), kept, "{value}");
        }
    }
}
