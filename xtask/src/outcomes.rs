//! What the test harness says, read line by line while it is shown.

use crate::error::Result;

/// The outcomes of all the tests of one run.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    /// Names of the tests that ran and passed.
    pub(crate) passed: Vec<String>,
    pub(crate) failed: Vec<String>,
    pub(crate) ignored: Vec<String>,
    /// Counted by the harness's own summaries.
    summed: usize,
    /// A test that was announced, and whose own output came before its outcome.
    pending: Option<String>,
}

impl Outcomes {
    /// Reads one line of output; what is not about a test is passed over.
    pub(crate) fn read(&mut self, line: &str) {
        let line = without_colours(line);
        let line = line.trim_end();
        if let Some(summary) = line.strip_prefix("test result: ") {
            self.summed += summary_count(summary);
            self.pending = None;
        } else if let Some((name, outcome)) = test_line(line) {
            let name = without_kind(name).to_owned();
            if !self.settle(&name, outcome) {
                self.pending = Some(name);
            }
        } else if let Some(name) = self.pending.take()
            && !self.settle(&name, line)
        {
            self.pending = Some(name);
        }
    }

    /// The tests that a receiver's module holds.
    pub(crate) fn of_module(&self, module: &str) -> usize {
        self.passed
            .iter()
            .chain(&self.failed)
            .filter(|name| in_module(name, module))
            .count()
    }

    /// How many outcomes the summaries count, and this reader missed.
    ///
    /// Marks must not depend on lines that a test's own output has torn apart unseen.
    fn unread(&self) -> usize {
        let read = self.passed.len() + self.failed.len() + self.ignored.len();
        self.summed.abs_diff(read)
    }

    /// Whether this run shows that all is well.
    ///
    /// # Errors
    ///
    /// When a test failed, showed nothing, or may have gone unseen.
    pub(crate) fn verdict(&self, succeeded: bool) -> Result<()> {
        let list = |names: &[String]| names.join("\n    ");
        if !self.failed.is_empty() {
            return Err(format!("tests failed:\n    {}", list(&self.failed)).into());
        }
        if !succeeded {
            return Err("cargo test failed; its output says why".into());
        }
        if !self.ignored.is_empty() {
            let names = list(&self.ignored);
            return Err(format!("ignored tests show nothing:\n    {names}").into());
        }
        match self.unread() {
            0 => Ok(()),
            count => Err(format!("{count} outcomes could not be read").into()),
        }
    }

    fn settle(&mut self, name: &str, outcome: &str) -> bool {
        let list = match outcome.split([' ', ',']).next().unwrap_or_default() {
            "ok" => &mut self.passed,
            "FAILED" => &mut self.failed,
            "ignored" => &mut self.ignored,
            _ => return false,
        };
        list.push(name.to_owned());
        true
    }
}

/// The names in the output of `cargo test -- --list`.
pub(crate) fn listed(output: &str) -> impl Iterator<Item = &str> {
    output
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
}

/// Whether one of the name's path segments is the module.
pub(crate) fn in_module(name: &str, module: &str) -> bool {
    name.split("::").any(|segment| segment == module)
}

/// `test a::b ... ok` gives `a::b` and `ok`.
fn test_line(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("test ")?
        .rsplit_once(" ... ")
        .or_else(|| {
            // Nothing after the dots: the outcome is still to come.
            Some((line.strip_prefix("test ")?.strip_suffix(" ...")?, ""))
        })
}

/// The harness adds to a name how the test is run.
fn without_kind(name: &str) -> &str {
    [" - should panic", " - compile fail", " - compile"]
        .iter()
        .find_map(|kind| name.strip_suffix(kind))
        .unwrap_or(name)
}

/// `ok. 3 passed; 1 failed; 2 ignored; 0 measured; 9 filtered out; …` gives 6.
fn summary_count(summary: &str) -> usize {
    let counts = summary
        .split_once(". ")
        .map_or(summary, |(_, counts)| counts);
    let mut sum = 0;
    for count in counts.split("; ") {
        if let Some((number, "passed" | "failed" | "ignored")) = count.split_once(' ') {
            sum += number.parse::<usize>().unwrap_or(0);
        }
    }
    sum
}

fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').map_or(part, |(_, rest)| rest));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(output: &str) -> Outcomes {
        let mut outcomes = Outcomes::default();
        output.lines().for_each(|line| outcomes.read(line));
        outcomes
    }

    #[test]
    fn each_outcome_has_its_list() {
        let outcomes = read(
            "running 4 tests\n\
             test a::b ... ok\n\
             test a::c ... FAILED\n\
             test d ... ignored, too slow\n\
             test e - should panic ... ok\n\
             test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 7 filtered out; 0 s\n",
        );
        assert_eq!(outcomes.passed, ["a::b", "e"]);
        assert_eq!(outcomes.failed, ["a::c"]);
        assert_eq!(outcomes.ignored, ["d"]);
        assert_eq!(outcomes.unread(), 0);
    }

    #[test]
    fn only_a_clean_run_passes() {
        assert!(read("test a ... ok").verdict(false).is_err());
        let clean = "test a ... ok\ntest result: ok. 1 passed; 0 failed; 0 ignored";
        assert!(read(clean).verdict(true).is_ok());
        for bad in ["test a ... FAILED", "test a ... ignored"] {
            let Err(error) = read(bad).verdict(true) else {
                panic!("{bad} passed")
            };
            assert!(error.to_string().ends_with("    a"), "{error}");
        }
    }

    #[test]
    fn documentation_tests_count_by_their_item() {
        let outcomes = read(
            "test src/lib.rs - Push::to (line 7) - compile ... ok\n\
             test src/lib.rs - (line 3) ... ok\n",
        );
        assert_eq!(
            outcomes.passed,
            ["src/lib.rs - Push::to (line 7)", "src/lib.rs - (line 3)"]
        );
    }

    #[test]
    fn output_of_the_test_may_come_before_its_outcome() {
        let outcomes = read("test a ... spoken by a child\nmore\nok\ntest b ... \nFAILED\n");
        assert_eq!(outcomes.passed, ["a"]);
        assert_eq!(outcomes.failed, ["b"]);
    }

    #[test]
    fn a_summary_that_counts_more_is_noticed() {
        let outcomes = read("test a ... swallowed\ntest result: ok. 1 passed; 0 failed; 0 ignored");
        assert!(outcomes.passed.is_empty());
        assert_eq!(outcomes.unread(), 1);
    }

    #[test]
    fn colours_do_not_matter() {
        assert_eq!(read("test a ... \u{1b}[32mok\u{1b}[0m").passed, ["a"]);
    }

    #[test]
    fn other_lines_are_passed_over() {
        let outcomes = read("test\nok\ntesting ... ok\n---- a stdout ----\ntest failed\n");
        assert!(outcomes.passed.is_empty() && outcomes.failed.is_empty());
    }

    #[test]
    fn a_module_is_a_whole_segment() {
        let outcomes = read(
            "test victoria_metrics::a ... ok\n\
             test x::victoria_metrics::b ... FAILED\n\
             test not_victoria_metrics::c ... ok\n\
             test victoria_metrics_too ... ok\n",
        );
        assert_eq!(outcomes.of_module("victoria_metrics"), 2);
    }

    #[test]
    fn a_list_has_tests_and_other_lines() {
        let output = "a::b: test\nc: benchmark\n\n2 tests, 1 benchmark\n";
        assert_eq!(listed(output).collect::<Vec<_>>(), ["a::b"]);
    }
}
