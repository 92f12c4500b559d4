//! Packages of Node.js, by the npm that is there.

use std::path::Path;
use std::process::Command;

use crate::error::Result;
use crate::workspace::capture;

/// Installs `name@version` into `tree`, with what it depends on, and says its version.
pub(super) fn unpack(package: &str, cache: &Path, tree: &Path) -> Result<String> {
    capture(
        Command::new("npm")
            .arg("install")
            .arg("--prefix")
            .arg(tree)
            // Logs too are in the cache, which is else in the user's home.
            .arg("--cache")
            .arg(cache)
            // No scripts of the packages run, and nothing is compiled.
            .args(["--ignore-scripts", "--omit=optional"])
            .args(["--no-audit", "--no-fund", "--no-update-notifier"])
            .arg(package),
    )?;
    version(package).map(str::to_owned)
}

/// The version is pinned: there is one of each package only.
fn version(package: &str) -> Result<&str> {
    match package.rsplit_once('@') {
        Some((name, version)) if !name.is_empty() => Ok(version),
        _ => Err(format!("`{package}` names no version").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_asked_for() -> Result<()> {
        assert_eq!(version("statsd@0.9.0")?, "0.9.0");
        assert_eq!(version("@scope/name@1.2.3")?, "1.2.3");
        assert!(version("statsd").is_err());
        assert!(version("@scope/name").is_err());
        Ok(())
    }
}
