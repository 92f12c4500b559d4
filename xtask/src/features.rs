//! The feature check: none, each feature alone, each one off, and all, without a warning.

use crate::error::Result;
use crate::workspace::{Package, Workspace, succeed};

/// The packages whose features a user can choose.
const PACKAGES: [&str; 2] = ["prometheus-push-client", "ppc-transports"];

/// Lints every set of features of every package that has some.
///
/// Clippy and not `check`: its `-D warnings` reaches our crates only, whereas `RUSTFLAGS` would
/// build every dependency once more; the dependencies are those of the other clippy step.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    for name in PACKAGES {
        for set in sets(workspace.package(name)?) {
            println!(
                "{name}: {}",
                if set.is_empty() { "no features" } else { &set }
            );
            let mut clippy = workspace.cargo("clippy");
            clippy.args([
                "--quiet",
                "--package",
                name,
                "--lib",
                "--no-default-features",
            ]);
            clippy.args(["--features", &set, "--", "-D", "warnings"]);
            succeed(&mut clippy)?;
        }
    }
    Ok(())
}

/// None, each alone, all but each, all: as arguments of `--features`.
fn sets(package: &Package) -> Vec<String> {
    let all = &package.features;
    let mut sets = vec![String::new()];
    sets.extend(all.iter().cloned());
    // With two features, all but one is one alone.
    if all.len() > 2 {
        sets.extend(all.iter().map(|off| {
            // `full` would switch it on again.
            let others = all.iter().filter(|other| *other != off && *other != "full");
            others.cloned().collect::<Vec<_>>().join(",")
        }));
    }
    if all.len() > 1 {
        sets.push(all.join(","));
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(features: &[&str], expected: &[&str]) {
        let features = features.iter().map(ToString::to_string).collect();
        assert_eq!(
            sets(&Package {
                name: "p".to_owned(),
                features
            }),
            expected
        );
    }

    #[test]
    fn none_each_and_all() {
        check(&["tcp", "udp"], &["", "tcp", "udp", "tcp,udp"]);
        check(&["udp"], &["", "udp"]);
        check(
            &["a", "b", "c"],
            &["", "a", "b", "c", "b,c", "a,c", "a,b", "a,b,c"],
        );
        check(&[], &[""]);
    }
}
