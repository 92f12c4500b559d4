//! What cargo knows about this workspace: folders, packages and their features.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::error::Result;

/// The workspace this command was started in.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    packages: Vec<Package>,
}

/// A member of the workspace.
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) features: Vec<String>,
}

impl Workspace {
    /// Asks `cargo metadata`, which also knows where the target directory was moved to.
    pub(crate) fn load() -> Result<Self> {
        let output = cargo()
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("cargo cannot be started: {error}"))?;
        if !output.status.success() {
            return Err(format!("cargo metadata: {}", output.status).into());
        }
        Self::parse(&output.stdout)
    }

    fn parse(metadata: &[u8]) -> Result<Self> {
        let metadata: Value = serde_json::from_slice(metadata)?;
        let packages = metadata["packages"]
            .as_array()
            .ok_or("cargo metadata has no packages")?;
        Ok(Self {
            root: text(&metadata, "workspace_root")?.into(),
            target: text(&metadata, "target_directory")?.into(),
            packages: packages.iter().map(Package::parse).collect::<Result<_>>()?,
        })
    }

    /// A cargo command at the root of the workspace.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        let mut command = cargo();
        command.current_dir(&self.root).arg(subcommand);
        command
    }

    /// A cargo command that runs our code: settings of the developer's own jobs stay out of it.
    pub(crate) fn cargo_without_settings(&self, subcommand: &str) -> Command {
        without_settings(self.cargo(subcommand))
    }

    /// A program of ours, without them as well.
    pub(crate) fn program(&self, path: &Path) -> Command {
        let mut command = Command::new(path);
        command.current_dir(&self.root);
        without_settings(command)
    }

    pub(crate) fn package(&self, name: &str) -> Result<&Package> {
        let found = self.packages.iter().find(|package| package.name == name);
        found.ok_or_else(|| format!("the workspace has no package `{name}`").into())
    }
}

impl Package {
    fn parse(package: &Value) -> Result<Self> {
        let features = package["features"]
            .as_object()
            .ok_or("a package has no features")?;
        Ok(Self {
            name: text(package, "name")?.to_owned(),
            features: features.keys().cloned().collect(),
        })
    }
}

fn without_settings(mut command: Command) -> Command {
    for setting in ["PPC_PUSH", "PPC_LABELS", "PPC_LOG"] {
        command.env_remove(setting);
    }
    command
}

/// Runs a command with its output on ours; anything but success is an error.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command
        .status()
        .map_err(|error| format!("{shown}: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{shown}: {status}").into())
    }
}

/// Runs a command quietly; its output is returned, or shown in the error.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{shown}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let messages = String::from_utf8_lossy(&output.stderr)
        .trim()
        .replace('\n', "\n    ");
    Err(format!("{shown}: {}\n    {messages}", output.status).into())
}

/// The command as one would type it.
fn shown(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let mut words = vec![
        program
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
    ];
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

/// The cargo that runs us, so that a `+toolchain` reaches every step.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key]
        .as_str()
        .ok_or_else(|| format!("cargo metadata has no `{key}`").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_gives_folders_and_features() -> Result<()> {
        let workspace = Workspace::parse(
            br#"{"workspace_root": "/w", "target_directory": "/t", "packages": [
                {"name": "a", "features": {"udp": [], "default": ["udp"]}}]}"#,
        )?;
        assert_eq!(workspace.target, PathBuf::from("/t"));
        assert_eq!(workspace.package("a")?.features, ["default", "udp"]);
        assert!(workspace.package("b").is_err());
        Ok(())
    }

    #[test]
    fn metadata_without_packages_is_an_error() {
        assert!(Workspace::parse(b"{}").is_err());
    }
}
