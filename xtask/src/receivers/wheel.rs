//! Python wheels, by the pip that is there.

use std::path::Path;
use std::process::Command;

use crate::error::Result;
use crate::workspace::capture;

/// Downloads wheels into `parts`, unpacks them into `tree` and says the first one's version.
pub(super) fn unpack(projects: &[&str], parts: &Path, tree: &Path) -> Result<String> {
    capture(
        Command::new("python3")
            .args(["-m", "pip", "--quiet", "--disable-pip-version-check"])
            .args(["download", "--no-deps", "--only-binary", ":all:"])
            .arg("--dest")
            .arg(parts)
            .args(projects),
    )?;
    let wheels = wheels(parts)?;
    for wheel in &wheels {
        // A wheel is a zip; where pip runs there is Python's own way to unpack one.
        capture(
            Command::new("python3")
                .args(["-m", "zipfile", "--extract"])
                .arg(parts.join(wheel))
                .arg(tree),
        )?;
    }
    let first = projects.first().ok_or("a receiver has a project")?;
    let version = wheels.iter().find_map(|wheel| version(first, wheel));
    let version = version.ok_or_else(|| format!("pip download left no wheel of {first} behind"))?;
    Ok(version.to_owned())
}

fn wheels(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if Path::new(&name)
            .extension()
            .is_some_and(|extension| extension == "whl")
        {
            names.push(name);
        }
    }
    Ok(names)
}

/// `name-version-python-abi-platform.whl`, where it is the wheel of this project. The project may
/// stand with the version that is asked for, and its name has `_` for `-` in the file's.
fn version<'a>(project: &str, wheel: &'a str) -> Option<&'a str> {
    let (project, _) = project.split_once("==").unwrap_or((project, ""));
    let rest = wheel.strip_prefix(&project.replace('-', "_"))?;
    let (version, _) = rest.strip_prefix('-')?.split_once('-')?;
    Some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_in_the_name() {
        let wheel = "prometheus_client-0.26.0-py3-none-any.whl";
        assert_eq!(version("prometheus-client", wheel), Some("0.26.0"));
        assert_eq!(version("prometheus-client==0.26.0", wheel), Some("0.26.0"));
        assert_eq!(version("prometheus", wheel), None);
        assert_eq!(version("redis", wheel), None);
        assert_eq!(version("wheel", "wheel.whl"), None);
    }
}
