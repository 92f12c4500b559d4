//! Prometheus's own tool as a judge of what we write.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::str::Chars;
use std::thread;

use super::receiver::{self, Folder};
use super::series;

/// What `promtool check metrics` says of the text format 0.0.4.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    Good,
    /// It can be read, and is not as the conventions have it; one line each.
    Lint(Vec<String>),
    /// It cannot be read.
    Bad(String),
}

/// Reads the text format. Buckets that fall and series that come twice pass unseen.
#[track_caller]
pub(crate) fn check_metrics(text: &str) -> Verdict {
    let output = promtool(&["check", "metrics"], text);
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.code() {
        Some(0) => Verdict::Good,
        Some(3) => Verdict::Lint(messages.lines().map(str::to_owned).collect()),
        _ => Verdict::Bad(messages),
    }
}

/// Writes OpenMetrics into blocks of Prometheus's own storage and reads it back: timestamps in
/// milliseconds and values, by `name{label="value",...}`.
///
/// It wants a timestamp on each sample, and takes exemplars without keeping them.
///
/// # Errors
///
/// When it cannot read the text.
#[track_caller]
pub(crate) fn create_blocks(
    openmetrics: &str,
) -> Result<BTreeMap<String, Vec<(i64, f64)>>, String> {
    let folder = Folder::create("blocks");
    let text = folder.path().join("openmetrics.txt");
    let blocks = folder.path().join("blocks");
    fs::write(&text, openmetrics).expect("the folder is ours");
    let (text, blocks) = (text.to_string_lossy(), blocks.to_string_lossy());
    let created = promtool(
        &["tsdb", "create-blocks-from", "openmetrics", &text, &blocks],
        "",
    );
    if !created.status.success() {
        return Err(String::from_utf8_lossy(&created.stderr).into_owned());
    }
    // A dump wants the log of a running server beside the blocks.
    fs::create_dir_all(folder.path().join("blocks/wal")).expect("the folder is ours");
    let dumped = promtool(&["tsdb", "dump", &blocks], "");
    assert!(dumped.status.success(), "{dumped:?}");
    let mut samples: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in String::from_utf8_lossy(&dumped.stdout).lines() {
        let (key, timestamp, value) = dumped_sample(line).unwrap_or_else(|| {
            panic!("cannot read {line}");
        });
        samples.entry(key).or_default().push((timestamp, value));
    }
    Ok(samples)
}

/// A line of a dump: `{__name__="up", a="b"} 1 1700000000000`.
fn dumped_sample(line: &str) -> Option<(String, i64, f64)> {
    let (rest, timestamp) = line.rsplit_once(' ')?;
    let (labels, value) = rest.rsplit_once(' ')?;
    let labels = labels.strip_prefix('{')?.strip_suffix('}')?;
    let mut read = series::Labels::new();
    let mut rest = labels;
    while let Some((name, after)) = rest.split_once("=\"") {
        let (value, after) = unquote(after)?;
        read.insert(name.trim_start_matches([',', ' ']).to_owned(), value);
        rest = after;
    }
    let name = read.remove("__name__")?;
    Some((
        series::key(&name, &read),
        timestamp.parse().ok()?,
        value.parse().ok()?,
    ))
}

/// A text as Go quotes it, up to its closing quote, and what stands behind that.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text.chars();
    loop {
        match rest.next()? {
            '"' => return Some((value, rest.as_str())),
            '\\' => value.push(match rest.next()? {
                'a' => '\x07',
                'b' => '\x08',
                'f' => '\x0c',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'v' => '\x0b',
                // Of bytes it has only those of ASCII: the rest is UTF-8.
                'x' => code(&mut rest, 2)?,
                'u' => code(&mut rest, 4)?,
                'U' => code(&mut rest, 8)?,
                other => other,
            }),
            other => value.push(other),
        }
    }
}

fn code(rest: &mut Chars<'_>, digits: usize) -> Option<char> {
    let text: String = rest.take(digits).collect();
    char::from_u32(u32::from_str_radix(&text, 16).ok()?)
}

/// It is beside the server's program.
#[track_caller]
fn path() -> PathBuf {
    receiver::program("prometheus").with_file_name("promtool")
}

#[track_caller]
fn promtool(arguments: &[&str], input: &str) -> Output {
    let mut tool = Command::new(path())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = tool.stdin.take().expect("it is piped");
    thread::scope(|scope| {
        // Beside the reading, because it may write before it has read all; it may also end.
        scope.spawn(move || drop(stdin.write_all(input.as_bytes())));
        tool.wait_with_output().expect("it is our child")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_good_or_unconventional_or_bad() {
        let good = "# HELP jobs_total Jobs.\n# TYPE jobs_total counter\njobs_total 1\n";
        assert_eq!(check_metrics(good), Verdict::Good);
        let Verdict::Lint(lines) = check_metrics("# HELP x y\n# TYPE x counter\nx 1\n") else {
            panic!("it has no _total")
        };
        assert!(lines[0].contains("_total"), "{lines:?}");
        let Verdict::Bad(message) = check_metrics("x y\n") else {
            panic!("it has no value")
        };
        assert!(message.contains("expected float"), "{message}");
    }

    #[test]
    fn openmetrics_is_stored_and_read_back() {
        let text = "# TYPE jobs counter\n\
                    jobs_total{queue=\"a \\\"b\\\\, c=\\n\"} 2.5 1700000000.123 # {trace_id=\"x\"} 1\n\
                    jobs_total 1 1700000000\n\
                    jobs_total 2 1700000001\n\
                    # TYPE hot gauge\n\
                    hot +Inf 1700000000\n\
                    # EOF\n";
        let blocks = create_blocks(text).unwrap();
        let key = r#"jobs_total{queue="a \"b\\, c=\n"}"#;
        assert_eq!(
            blocks.keys().collect::<Vec<_>>(),
            ["hot", "jobs_total", key]
        );
        assert_eq!(blocks[key], [(1_700_000_000_123, 2.5)]);
        assert_eq!(blocks["hot"], [(1_700_000_000_000, f64::INFINITY)]);
        let twice = [(1_700_000_000_000, 1.0), (1_700_000_001_000, 2.0)];
        assert_eq!(blocks["jobs_total"], twice);
    }

    #[test]
    fn openmetrics_that_is_bad_is_refused() {
        for bad in [
            "# TYPE a gauge\na 1 1700000000\n",
            "# TYPE a gauge\na 1\n# EOF\n",
            "# TYPE a nonsense\na 1 1700000000\n# EOF\n",
        ] {
            create_blocks(bad).unwrap_err();
        }
    }
}
