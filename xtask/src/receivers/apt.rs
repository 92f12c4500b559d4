//! Packages from the system's own sources, with lists, cache and state in a folder of ours.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Result;
use crate::workspace::capture;

/// An apt that leaves the system's alone: no root, no lock, nothing installed.
pub(super) struct Apt {
    folder: PathBuf,
}

impl Apt {
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Downloads a package into `parts`, unpacks it into `tree` and says its version.
    pub(super) fn unpack(&self, package: &str, parts: &Path, tree: &Path) -> Result<String> {
        self.prepare()?;
        if !self.has_lists() || self.download(package, parts).is_err() {
            // None yet, or old ones that name a version which the archive no longer has. A failed
            // update is no reason to stop: it may be about a source that is of no use here.
            let updated = capture(&mut self.get("update"));
            self.download(package, parts)
                .map_err(|error| match updated {
                    Ok(_) => error,
                    Err(update) => format!("{update}; then {error}").into(),
                })?;
        }
        let file = package_file(parts)?;
        capture(
            Command::new("dpkg-deb")
                .arg("--extract")
                .arg(&file)
                .arg(tree),
        )?;
        let version = capture(
            Command::new("dpkg-deb")
                .arg("--field")
                .arg(&file)
                .arg("Version"),
        )?;
        Ok(version.trim().to_owned())
    }

    fn download(&self, package: &str, parts: &Path) -> Result<()> {
        capture(self.get("download").arg(package).current_dir(parts))?;
        Ok(())
    }

    fn get(&self, command: &str) -> Command {
        let mut get = Command::new("apt-get");
        get.arg("--config-file")
            .arg(self.folder.join("apt.conf"))
            .args(["--quiet", command]);
        get
    }

    /// Writes the settings, each time: the folder may have moved with the target directory.
    fn prepare(&self) -> Result<()> {
        for folder in ["state", "lists/partial", "cache/archives/partial"] {
            std::fs::create_dir_all(self.folder.join(folder))?;
        }
        std::fs::write(self.folder.join("status"), "")?;
        std::fs::write(self.folder.join("apt.conf"), settings(&self.folder))?;
        Ok(())
    }

    fn has_lists(&self) -> bool {
        let Ok(entries) = std::fs::read_dir(self.folder.join("lists")) else {
            return false;
        };
        entries
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().contains("_Packages"))
    }
}

/// Read after the system's settings, whose sources and proxies stay; its hooks would touch its
/// own folders, so they are cleared.
fn settings(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        r#"Dir::State "{folder}/state";
Dir::State::lists "{folder}/lists";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Log "{folder}/log";
Debug::NoLocking "true";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"#
    )
}

fn package_file(folder: &Path) -> Result<PathBuf> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            return Ok(path);
        }
    }
    Err("apt-get download left no package behind".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_keep_everything_in_the_folder() {
        let settings = settings(Path::new("/t/apt"));
        for line in settings.lines().filter(|line| line.starts_with("Dir::")) {
            assert!(line.contains(" \"/t/apt/"), "{line}");
        }
        assert!(settings.contains("#clear APT::Update::Post-Invoke;"));
    }
}
