//! The dependency budget of the default build.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::workspace::{Workspace, capture};

/// How many crates the default build may have, ours among them.
const MOST: usize = 25;

/// A runtime, an HTTP stack, or the need for a C compiler.
const BANNED: [&str; 4] = ["tokio", "hyper", "cc", "cmake"];

/// Counts the crates of the default build and prints how many there are.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let tree = capture(workspace.cargo("tree").args([
        "--package",
        "prometheus-push-client",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--no-dedupe",
    ]))?;
    let crates = crates(&tree);
    println!(
        "{} crates in the default build, {MOST} allowed",
        crates.len()
    );
    judge(&crates)
}

/// The distinct lines; one crate in two versions counts twice.
fn crates(tree: &str) -> BTreeSet<&str> {
    tree.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect()
}

fn judge(crates: &BTreeSet<&str>) -> Result<()> {
    let name = |line: &&str| line.split(' ').next().unwrap_or_default().to_owned();
    if let Some(banned) = crates
        .iter()
        .map(name)
        .find(|name| BANNED.contains(&&**name))
    {
        return Err(format!("the default build has `{banned}`").into());
    }
    if crates.len() > MOST {
        let list = crates.iter().copied().collect::<Vec<_>>().join("\n    ");
        return Err(format!("{} crates, {MOST} allowed:\n    {list}", crates.len()).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_met_twice_counts_once() {
        assert_eq!(
            crates("a v1.0.0\nb v1.0.0\na v1.0.0\na v2.0.0\n\n").len(),
            3
        );
    }

    #[test]
    fn banned_crates_are_named() {
        let Err(error) = judge(&crates("a v1\ncc v1.2.3\n")) else {
            panic!("passed")
        };
        assert_eq!(error.to_string(), "the default build has `cc`");
        assert!(judge(&crates("cc-like v1\n")).is_ok());
    }

    #[test]
    fn one_too_many() {
        let lines: Vec<String> = (0..=MOST).map(|number| format!("c{number} v1")).collect();
        assert!(judge(&crates(&lines[1..].join("\n"))).is_ok());
        assert!(judge(&crates(&lines.join("\n"))).is_err());
    }
}
