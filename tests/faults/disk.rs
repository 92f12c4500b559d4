//! A disk of the job's own that fills up, in a mount namespace.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::receiver::Folder;

/// What starts the job: it mounts the disk, fills it whenever it is told to, and at the end has its
/// content copied to where others see it.
const SCRIPT: &str = r#"
disk=$0/disk
mount -t tmpfs -o size=1m none "$disk" || exit 99
fill() {
    dd if=/dev/zero of="$disk/filler" bs=4k oflag=append conv=notrunc
}
follow() {
    while :; do
        if [ -e "$0/full" ]; then fill; else rm -f "$disk/filler"; fi
        sleep 0.02
    done
}
if [ -e "$0/full" ]; then fill 2>/dev/null; fi
follow >/dev/null 2>&1 &
"$@"
status=$?
kill $!
rm -f "$disk/filler"
cp -r "$disk/." "$0/copy"
exit $status
"#;

/// The folder that the disk is mounted in, and that tells it to be full.
#[derive(Debug)]
pub(super) struct Disk(Folder);

impl Disk {
    pub(super) fn create() -> Self {
        let folder = Folder::create("disk");
        for name in ["disk", "copy"] {
            fs::create_dir_all(folder.path().join(name)).expect("it is ours");
        }
        Self(folder)
    }

    /// Where the job finds it.
    pub(super) fn path(&self) -> PathBuf {
        self.0.path().join("disk")
    }

    /// What was on it when a job had ended.
    pub(super) fn copy(&self) -> PathBuf {
        self.0.path().join("copy")
    }

    pub(super) fn set_full(&self, is_full: bool) {
        let full = self.0.path().join("full");
        if is_full {
            fs::write(full, "").expect("it is ours");
        } else {
            // It is not there at first.
            let _ = fs::remove_file(full);
        }
    }

    pub(super) fn way(&self) -> Vec<String> {
        way(SCRIPT, self.0.path())
    }
}

/// Programs that start a job in a mount namespace, by a script that has this path as its `$0`.
pub(super) fn way(script: &str, path: &Path) -> Vec<String> {
    let path = path.display().to_string();
    let words = [
        "unshare",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        script,
        &path,
    ];
    words.map(str::to_owned).into()
}
