//! The marks that are due: each must be shown by a test that ran.

use std::path::Path;

use crate::error::Result;

/// Where they are listed, one a line.
const LIST: &str = "tests/marks.txt";

/// Fails with the marks that no test that ran carries in its name.
///
/// A mark of tests that were left out is only named: why they were is the receivers' matter.
pub(crate) fn check(root: &Path, ran: &[String], left_out: &[String]) -> Result<()> {
    let list = std::fs::read_to_string(root.join(LIST)).map_err(|e| format!("{LIST}: {e}"))?;
    let (mut count, mut open, mut missing) = (0, Vec::new(), Vec::new());
    for mark in parse(&list)? {
        if shown(&mark, ran) {
            count += 1;
        } else if shown(&mark, left_out) {
            open.push(mark.written);
        } else {
            missing.push(mark.written);
        }
    }
    println!("{count} marks are shown by tests that ran");
    if !open.is_empty() {
        println!("left out with their tests: {}", open.join(", "));
    }
    if missing.is_empty() {
        return Ok(());
    }
    let hint = "a test shows mark K1 with `k01_` in its name";
    Err(format!("no test ran for {} ({hint})", missing.join(", ")).into())
}

/// One mark: as the list has it, and as a test's name has it.
#[derive(Debug, PartialEq)]
struct Mark {
    written: String,
    in_name: String,
}

fn parse(list: &str) -> Result<Vec<Mark>> {
    let mut marks: Vec<Mark> = Vec::new();
    for (index, line) in list.lines().enumerate() {
        let written = line.split('#').next().unwrap_or_default().trim();
        if written.is_empty() {
            continue;
        }
        let place = || format!("{LIST}:{}", index + 1);
        let mark = Mark::parse(written)
            .ok_or_else(|| format!("{}: `{written}` is no mark such as K1 or F14", place()))?;
        if marks.contains(&mark) {
            return Err(format!("{}: {written} is listed twice", place()).into());
        }
        marks.push(mark);
    }
    Ok(marks)
}

impl Mark {
    fn parse(written: &str) -> Option<Self> {
        let number = written.strip_prefix(['K', 'F'])?;
        let canonical = !number.starts_with(['0', '+']);
        let number: u8 = number
            .parse()
            .ok()
            .filter(|number| canonical && *number < 100)?;
        let letter = written[..1].to_ascii_lowercase();
        Some(Self {
            written: written.to_owned(),
            in_name: format!("{letter}{number:02}_"),
        })
    }
}

/// Whether a name has the mark as a word of its own: `blk01_` does not show K1.
fn shown(mark: &Mark, ran: &[String]) -> bool {
    ran.iter().any(|name| {
        name.match_indices(&mark.in_name)
            .any(|(at, _)| !name[..at].ends_with(|before: char| before.is_alphanumeric()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_name(written: &str, name: &str, expected: bool) {
        let Some(mark) = Mark::parse(written) else {
            panic!("{written} is a mark")
        };
        assert_eq!(
            shown(&mark, &[name.to_owned()]),
            expected,
            "{written} in {name}"
        );
    }

    #[test]
    fn a_line_has_a_mark_and_a_comment() -> Result<()> {
        let marks = parse("# due\n\nK1  # clients\nF14\n")?;
        let names: Vec<_> = marks.iter().map(|mark| mark.in_name.as_str()).collect();
        assert_eq!(names, ["k01_", "f14_"]);
        Ok(())
    }

    #[test]
    fn what_is_no_mark_is_refused_with_its_line() {
        for bad in ["K", "K01", "k1", "X1", "K100", "K1 K2", "F+1"] {
            let Err(error) = parse(&format!("K3\n{bad}")) else {
                panic!("{bad} passed")
            };
            assert!(
                error.to_string().starts_with("tests/marks.txt:2: "),
                "{error}"
            );
        }
        assert!(parse("K1\nK1").is_err());
    }

    #[test]
    fn a_mark_is_a_word_in_the_name() {
        check_name("K1", "influx::k01_arrives", true);
        check_name("F14", "k06_f14_escaping", true);
        check_name("K1", "src/push.rs - k01_doc (line 3)", true);
        check_name("K1", "k11_labels", false);
        check_name("K1", "blk01_x", false);
        check_name("K1", "k1_x", false);
    }
}
