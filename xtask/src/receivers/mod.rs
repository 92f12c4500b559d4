//! Real servers for the tests, unpacked under the target directory; nothing else is changed.

mod apt;
mod npm;
mod start;
mod table;
mod wheel;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use self::apt::Apt;
pub(crate) use self::table::{Receiver, names};
use self::table::{Run, Source, TABLE};
use crate::error::{Error, Result};
use crate::workspace::{Workspace, succeed};

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
        self.found = TABLE
            .iter()
            .map(|receiver| (receiver, self.bring(receiver)))
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
        let Some(run) = &receiver.run else {
            return Err(format!("`{name}` is no server; there are: {}", names()).into());
        };
        let installed = self.bring(receiver)?;
        let data = self.folder.join("data").join(name);
        remove(&data)?;
        std::fs::create_dir_all(&data)?;
        println!("{name} {}: {}", installed.version, run.addresses);
        succeed(&mut start(&installed, run, &data)?)
    }

    /// The program of one, fetched where it is not here.
    pub(crate) fn program(&self, name: &str) -> Result<PathBuf> {
        let receiver = TABLE.iter().find(|receiver| receiver.name == name);
        let receiver = receiver.ok_or_else(|| format!("there is no receiver `{name}`"))?;
        Ok(self.bring(receiver)?.program)
    }

    fn bring(&self, receiver: &Receiver) -> Result<Installed> {
        // Also where it was fetched before: without that it is of no use.
        receiver.start.require()?;
        let home = self.folder.join(receiver.name);
        if let Some(installed) = installed(&home) {
            return Ok(installed);
        }
        std::fs::create_dir_all(&self.folder)?;
        // One fetches at a time; whoever waited finds what the other one brought.
        let lock = File::create(self.folder.join(".lock"))?;
        lock.lock()?;
        if let Some(installed) = installed(&home) {
            return Ok(installed);
        }
        eprintln!("fetching {} ...", receiver.name);
        // Complete before it has its name, so that a run that was stopped leaves nothing to trust.
        let parts = self.folder.join(".parts");
        remove(&parts)?;
        let result = self.unpack(receiver, &parts, &home);
        remove(&parts)?;
        result?;
        installed(&home).ok_or_else(|| format!("{} is not complete", home.display()).into())
    }

    fn unpack(&self, receiver: &Receiver, parts: &Path, home: &Path) -> Result<()> {
        let tree = parts.join("tree");
        std::fs::create_dir_all(&tree)?;
        let (package, version) = match receiver.source {
            Source::Apt(packages) => {
                let apt = Apt::in_folder(self.folder.join("apt"));
                (packages[0], apt.unpack(packages, parts, &tree)?)
            }
            Source::Wheel(projects) => (projects[0], wheel::unpack(projects, parts, &tree)?),
            Source::Npm(package) => {
                let cache = self.folder.join("npm");
                (package, npm::unpack(package, &cache, &tree)?)
            }
        };
        let program = find(&tree, receiver.program)?
            .ok_or_else(|| format!("package {package} has no `{}`", receiver.program))?;
        let program = receiver
            .start
            .prepare(&tree, program.strip_prefix(&tree)?)?;
        // Two lines, also read by `tests/support`: the program below this folder, the version.
        std::fs::write(tree.join("receipt"), format!("{program}\n{version}\n"))?;
        remove(home)?;
        std::fs::rename(&tree, home)?;
        Ok(())
    }
}

/// The command of a server, with its files written where it expects them.
fn start(installed: &Installed, run: &Run, data: &Path) -> Result<Command> {
    let folder = data.to_string_lossy();
    for (name, text) in run.files {
        std::fs::write(data.join(name), text.replace("{data}", &folder))?;
    }
    let words = run.arguments.iter();
    let mut command = Command::new(&installed.program);
    command.args(words.map(|word| word.replace("{data}", &folder)));
    Ok(command)
}

fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
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

/// The program in a package's tree: a file whose path ends so.
fn find(folder: &Path, program: &str) -> Result<Option<PathBuf>> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if let Some(found) = find(&path, program)? {
                return Ok(Some(found));
            }
        } else if path.ends_with(program) {
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
    fn programs_are_found_in_their_folders_only() -> Result<()> {
        let folder = Folder::new("find")?;
        std::fs::write(folder.0.join("usr/server"), "")?;
        assert!(find(&folder.0, "bin/server")?.is_none());
        std::fs::write(folder.0.join("usr/bin/server"), "")?;
        assert_eq!(
            find(&folder.0, "bin/server")?,
            Some(folder.0.join("usr/bin/server"))
        );
        Ok(())
    }

    #[test]
    fn a_command_names_its_folder_and_finds_its_configuration() -> Result<()> {
        let folder = Folder::new("start")?;
        let installed = Installed {
            program: "/p".into(),
            version: "1".to_owned(),
        };
        let run = Run {
            arguments: &["-c={data}/configuration"],
            files: &[("configuration", "dir = {data}")],
            addresses: "",
        };
        let command = start(&installed, &run, &folder.0)?;
        let path = folder.0.join("configuration");
        let expected = format!("-c={}", path.display());
        assert_eq!(command.get_args().collect::<Vec<_>>(), [&*expected]);
        let written = std::fs::read_to_string(path)?;
        assert_eq!(written, format!("dir = {}", folder.0.display()));
        Ok(())
    }
}
