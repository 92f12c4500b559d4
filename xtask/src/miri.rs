//! `cargo xtask miri`: the core's unit tests under Miri, which sees what undefined behaviour there
//! is in the orders it tries.
//!
//! It takes a quarter of an hour where nothing else runs, and a component of the nightly toolchain, so it is no step of
//! `cargo xtask test`.

use std::ffi::OsString;
use std::process::Command;

use crate::error::Result;
use crate::workspace::{Workspace, succeed};

/// Models run under loom, and what is compared or counted a hundred thousand times takes hours.
const LEFT_OUT: [&str; 4] = ["models", "allocations", "proptest", "fixed_sets"];

/// Runs the tests whose names have one of these in them, all where none is given.
pub(crate) fn run(workspace: &Workspace, tests: &[OsString]) -> Result<()> {
    let mut miri = Command::new("cargo");
    miri.current_dir(&workspace.root)
        .args(["+nightly", "miri", "test", "-p", "ppc-core", "--lib"])
        .arg("--target-dir")
        .arg(workspace.target.join("miri"))
        // Blocks are never freed, and tests read the clock.
        .env("MIRIFLAGS", "-Zmiri-ignore-leaks -Zmiri-disable-isolation")
        .arg("--")
        .args(LEFT_OUT.into_iter().flat_map(|name| ["--skip", name]))
        .args(tests);
    succeed(&mut miri).map_err(|error| {
        format!("{error}; Miri comes with `rustup component add miri --toolchain nightly`").into()
    })
}
