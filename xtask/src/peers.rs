//! `cargo xtask bench-peers`: ours beside other libraries, in a workspace of its own, so that no
//! other build sees those.

use std::ffi::OsString;

use crate::error::Result;
use crate::workspace::{Workspace, succeed};

/// Builds the comparison and runs it; the arguments are the comparison's own.
pub(crate) fn run(workspace: &Workspace, arguments: &[OsString]) -> Result<()> {
    succeed(
        workspace
            .cargo("run")
            .args(["--release", "--manifest-path", "peers/Cargo.toml"])
            .arg("--target-dir")
            .arg(workspace.target.join("peers"))
            .arg("--")
            .args(arguments),
    )
}
