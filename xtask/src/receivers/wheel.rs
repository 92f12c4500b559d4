//! Python wheels, by the pip that is there.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Result;
use crate::workspace::capture;

/// Downloads a wheel into `parts`, unpacks it into `tree` and says its version.
pub(super) fn unpack(project: &str, parts: &Path, tree: &Path) -> Result<String> {
    capture(
        Command::new("python3")
            .args(["-m", "pip", "--quiet", "--disable-pip-version-check"])
            .args(["download", "--no-deps", "--only-binary", ":all:"])
            .arg("--dest")
            .arg(parts)
            .arg(project),
    )?;
    let wheel = wheel(parts)?;
    // A wheel is a zip; where pip runs there is Python's own way to unpack one.
    capture(
        Command::new("python3")
            .args(["-m", "zipfile", "--extract"])
            .arg(&wheel)
            .arg(tree),
    )?;
    let name = wheel.file_name().unwrap_or_default().to_string_lossy();
    version(&name).map(str::to_owned)
}

fn wheel(folder: &Path) -> Result<PathBuf> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "whl") {
            return Ok(path);
        }
    }
    Err("pip download left no wheel behind".into())
}

/// `name-version-python-abi-platform.whl`.
fn version(wheel: &str) -> Result<&str> {
    let version = wheel.split('-').nth(1);
    version.ok_or_else(|| format!("`{wheel}` is not the name of a wheel").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_in_the_name() -> Result<()> {
        assert_eq!(
            version("prometheus_client-0.26.0-py3-none-any.whl")?,
            "0.26.0"
        );
        assert!(version("wheel.whl").is_err());
        Ok(())
    }
}
