//! How a program is started that does not start by itself.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::error::Result;
use crate::workspace::capture;

/// What makes a program of its file.
pub(super) enum Start {
    /// It is one.
    Itself,
    /// A script of ours beside it, so that nobody else need know how; it ends with `exec`, by which
    /// the program becomes the process that was started.
    Script {
        /// A program of the system that it needs.
        needs: Option<&'static str>,
        /// Shell; `$home` is the folder of the receiver, `$program` the path of its file.
        script: &'static str,
    },
}

impl Start {
    /// Fails where the system has no program that it needs.
    pub(super) fn require(&self) -> Result<()> {
        if let Self::Script {
            needs: Some(program),
            ..
        } = self
        {
            capture(Command::new(program).arg("--version"))?;
        }
        Ok(())
    }

    /// Says what is to be started below `tree`, for a program found below it.
    pub(super) fn prepare(&self, tree: &Path, program: &Path) -> Result<String> {
        match self {
            Self::Itself => Ok(program.display().to_string()),
            Self::Script { script, .. } => {
                let file = tree.join("start");
                fs::write(&file, text(script, program))?;
                fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
                Ok("start".to_owned())
            }
        }
    }
}

/// It finds its folder by itself: the folder gets its name when it is complete, and may move.
fn text(script: &str, program: &Path) -> String {
    format!(
        "#!/bin/sh\nhome=$(cd \"${{0%/*}}\" && pwd)\nprogram=\"$home/{}\"\n{script}\n",
        program.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_starts_what_is_beside_it() -> Result<()> {
        let folder = format!("ppc-xtask-script-{}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        fs::create_dir_all(&folder)?;
        let start = Start::Script {
            needs: Some("sh"),
            script: r#"exec echo "$program" "$@""#,
        };
        let name = start.prepare(&folder, Path::new("a/b.js"))?;
        let said = capture(Command::new(folder.join(name)).args(["c d", "e"]))?;
        let expected = format!("{} c d e\n", folder.join("a/b.js").display());
        assert_eq!(said, expected);
        fs::remove_dir_all(&folder)?;
        Ok(())
    }

    #[test]
    fn what_is_needed_is_named_where_it_is_missing() {
        let start = Start::Script {
            needs: Some("no-such-program"),
            script: "",
        };
        let message = start.require().err().map(|error| error.to_string());
        assert!(
            message.is_some_and(|message| message.contains("no-such-program")),
            "it is not there"
        );
        assert!(Start::Itself.require().is_ok());
    }
}
