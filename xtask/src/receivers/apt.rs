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

    /// Downloads packages into `parts`, unpacks them into `tree` and says the first one's version.
    pub(super) fn unpack(&self, packages: &[&str], parts: &Path, tree: &Path) -> Result<String> {
        self.prepare()?;
        if !self.has_lists() || self.download(packages, parts).is_err() {
            // None yet, or old ones that name a version which the archive no longer has. A failed
            // update is no reason to stop: it may be about a source that is of no use here.
            let updated = capture(&mut self.get("update"));
            self.download(packages, parts)
                .map_err(|error| match updated {
                    Ok(_) => error,
                    Err(update) => format!("{update}; then {error}").into(),
                })?;
        }
        let mut version = None;
        for package in packages {
            let file = package_file(parts, package)?;
            capture(
                Command::new("dpkg-deb")
                    .arg("--extract")
                    .arg(&file)
                    .arg(tree),
            )?;
            if version.is_none() {
                let mut field = Command::new("dpkg-deb");
                version = Some(capture(field.arg("--field").arg(&file).arg("Version"))?);
            }
        }
        let version = version.ok_or("a receiver has a package")?;
        Ok(version.trim().to_owned())
    }

    fn download(&self, packages: &[&str], parts: &Path) -> Result<()> {
        capture(self.get("download").args(packages).current_dir(parts))?;
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

fn package_file(folder: &Path, package: &str) -> Result<PathBuf> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb")
            && path
                .file_name()
                .is_some_and(|name| is_of(package, &name.to_string_lossy()))
        {
            return Ok(path);
        }
    }
    Err(format!("apt-get download left no package {package} behind").into())
}

/// `name_version_architecture.deb`.
fn is_of(package: &str, file: &str) -> bool {
    file.split_once('_')
        .is_some_and(|(name, _)| name == package)
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

    #[test]
    fn a_file_is_of_the_package_that_it_is_named_after() {
        assert!(is_of("libuv1", "libuv1_1.44.2-1_amd64.deb"));
        assert!(!is_of("libuv1", "libuv1-dev_1.44.2-1_amd64.deb"));
    }
}
