//! Real servers for the tests, unpacked under the target directory; nothing else is changed.

mod apt;

use std::path::{Path, PathBuf};
use std::process::Command;

use self::apt::Apt;
use crate::error::{Error, Result};
use crate::workspace::{Workspace, succeed};

/// A server that tests talk to. A further one is a further row.
pub(crate) struct Receiver {
    pub(crate) name: &'static str,
    package: &'static str,
    /// The file to run, anywhere in the package.
    program: &'static str,
    /// Starts it for a developer; `{data}` is a folder of its own.
    arguments: &'static [&'static str],
    addresses: &'static str,
}

const TABLE: [Receiver; 1] = [Receiver {
    name: "victoria-metrics",
    package: "victoria-metrics",
    program: "victoria-metrics",
    arguments: &[
        "-storageDataPath={data}",
        "-httpListenAddr=127.0.0.1:8428",
        "-influxListenAddr=127.0.0.1:8089",
        "-retentionPeriod=100y",
        "-search.latencyOffset=0s",
        "-search.disableCache",
    ],
    addresses: "http://127.0.0.1:8428/vmui, Influx lines over UDP and TCP at 127.0.0.1:8089",
}];

/// The names a developer can give to `receivers run`.
pub(crate) fn names() -> String {
    TABLE.map(|receiver| receiver.name).join(", ")
}

impl Receiver {
    /// The module that holds the tests against it.
    pub(crate) fn module(&self) -> String {
        self.name.replace('-', "_")
    }
}

/// A receiver that is here.
pub(crate) struct Installed {
    pub(crate) program: PathBuf,
    pub(crate) version: String,
}

/// The receivers, each here or missing with the reason.
pub(crate) struct Receivers {
    folder: PathBuf,
    found: Vec<(&'static Receiver, Result<Installed>)>,
}

impl Receivers {
    /// Those of the workspace, none looked for yet.
    pub(crate) fn of(workspace: &Workspace) -> Self {
        Self {
            folder: workspace.target.join("receivers"),
            found: Vec::new(),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn present(&self) -> impl Iterator<Item = (&'static Receiver, &Installed)> {
        self.found
            .iter()
            .filter_map(|(receiver, found)| Some((*receiver, found.as_ref().ok()?)))
    }

    pub(crate) fn missing(&self) -> impl Iterator<Item = (&'static Receiver, &Error)> {
        self.found
            .iter()
            .filter_map(|(receiver, found)| Some((*receiver, found.as_ref().err()?)))
    }

    /// Looks for all of them and fetches those that are not here.
    pub(crate) fn fetch_all(&mut self) {
        let apt = Apt::in_folder(self.folder.join("apt"));
        self.found = TABLE
            .iter()
            .map(|receiver| (receiver, self.bring(receiver, &apt)))
            .collect();
    }

    /// One line for each: where it is, or why it is not.
    pub(crate) fn print(&self) {
        for (receiver, found) in &self.found {
            match found {
                Ok(Installed { program, version }) => {
                    println!("{} {version}: {}", receiver.name, program.display());
                }
                Err(reason) => println!("{}: missing, because {reason}", receiver.name),
            }
        }
    }

    /// `cargo xtask receivers`.
    pub(crate) fn list(mut self) -> Result<()> {
        self.fetch_all();
        self.print();
        match self.missing().count() {
            0 => Ok(()),
            count => Err(format!("{count} receivers are missing").into()),
        }
    }

    /// `cargo xtask receivers run NAME`, in the foreground, with the data of the last run gone.
    pub(crate) fn run(&self, name: &str) -> Result<()> {
        let receiver = TABLE
            .iter()
            .find(|receiver| receiver.name == name)
            .ok_or_else(|| format!("there is no receiver `{name}`; there are: {}", names()))?;
        let installed = self.bring(receiver, &Apt::in_folder(self.folder.join("apt")))?;
        let data = self.folder.join("data").join(name);
        if data.exists() {
            std::fs::remove_dir_all(&data)?;
        }
        std::fs::create_dir_all(&data)?;
        println!("{name} {}: {}", installed.version, receiver.addresses);
        let data = data.to_string_lossy();
        let arguments = receiver
            .arguments
            .iter()
            .map(|word| word.replace("{data}", &data));
        succeed(Command::new(installed.program).args(arguments))
    }

    fn bring(&self, receiver: &Receiver, apt: &Apt) -> Result<Installed> {
        let home = self.folder.join(receiver.name);
        if let Some(installed) = installed(&home) {
            return Ok(installed);
        }
        eprintln!("fetching {} ...", receiver.name);
        // Complete before it has its name, so that a run that was stopped leaves nothing to trust.
        let parts = self
            .folder
            .join(format!(".{}-{}", receiver.name, std::process::id()));
        let result = unpack(receiver, apt, &parts, &home);
        if parts.exists() {
            std::fs::remove_dir_all(&parts)?;
        }
        result?;
        installed(&home).ok_or_else(|| format!("{} is not complete", home.display()).into())
    }
}

/// What the receipt in a receiver's folder says, if that is still true.
fn installed(home: &Path) -> Option<Installed> {
    let receipt = std::fs::read_to_string(home.join("receipt")).ok()?;
    let (program, version) = receipt.trim_end().split_once('\n')?;
    let program = home.join(program);
    program.is_file().then(|| Installed {
        program,
        version: version.to_owned(),
    })
}

fn unpack(receiver: &Receiver, apt: &Apt, parts: &Path, home: &Path) -> Result<()> {
    let tree = parts.join("tree");
    std::fs::create_dir_all(&tree)?;
    let version = apt.unpack(receiver.package, parts, &tree)?;
    let program = find(&tree, receiver.program)?
        .ok_or_else(|| format!("package {} has no `{}`", receiver.package, receiver.program))?;
    // Two lines, also read by `tests/support`: the program below this folder, the version.
    let receipt = format!("{}\n{version}\n", program.strip_prefix(&tree)?.display());
    std::fs::write(tree.join("receipt"), receipt)?;
    if home.exists() {
        std::fs::remove_dir_all(home)?;
    }
    std::fs::rename(&tree, home)?;
    Ok(())
}

/// The program in a package's tree: a file of that name in a folder `bin` or `sbin`.
fn find(folder: &Path, program: &str) -> Result<Option<PathBuf>> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if let Some(found) = find(&path, program)? {
                return Ok(Some(found));
            }
        } else if path.ends_with(Path::new("bin").join(program))
            || path.ends_with(Path::new("sbin").join(program))
        {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that goes when the test ends.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Result<Self> {
            let folder = format!("ppc-xtask-{name}-{}", std::process::id());
            let folder = Self(std::env::temp_dir().join(folder));
            std::fs::create_dir_all(folder.0.join("usr/bin"))?;
            Ok(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_receipt_counts_while_its_program_is_there() -> Result<()> {
        let folder = Folder::new("receipt")?;
        std::fs::write(folder.0.join("receipt"), "usr/bin/server\n1.2\n")?;
        assert!(installed(&folder.0).is_none());
        std::fs::write(folder.0.join("usr/bin/server"), "")?;
        let Some(installed) = installed(&folder.0) else {
            panic!("not found")
        };
        assert_eq!(installed.version, "1.2");
        assert_eq!(installed.program, folder.0.join("usr/bin/server"));
        Ok(())
    }

    #[test]
    fn programs_are_found_in_bin_folders_only() -> Result<()> {
        let folder = Folder::new("find")?;
        std::fs::write(folder.0.join("usr/server"), "")?;
        assert!(find(&folder.0, "server")?.is_none());
        std::fs::write(folder.0.join("usr/bin/server"), "")?;
        assert_eq!(
            find(&folder.0, "server")?,
            Some(folder.0.join("usr/bin/server"))
        );
        Ok(())
    }

    #[test]
    fn modules_are_named_after_receivers() {
        assert_eq!(TABLE[0].module(), "victoria_metrics");
    }
}
