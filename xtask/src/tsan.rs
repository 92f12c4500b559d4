//! `cargo xtask tsan`: the core's concurrent unit tests under `ThreadSanitizer`, which sees two threads
//! reach memory with nothing in between that orders them.
//!
//! The standard library is built anew with it, from the source that comes with the nightly toolchain;
//! that takes minutes, so it is no step of `cargo xtask test`. It knows nothing of fences, of which a
//! look-up has one and the end of a series another: loom and Miri do.

use std::ffi::OsString;
use std::process::Command;

use crate::error::Result;
use crate::workspace::{Workspace, succeed};

/// The tests that have several threads. Not those that fork meanwhile: a child of several threads may
/// have none under it.
const CONCURRENT: [&str; 7] = [
    "races",
    "threads",
    "feed",
    "tried",
    "window",
    "exemplars",
    "registry",
];

/// Models run under loom, and what is compared a hundred thousand times has one thread.
const LEFT_OUT: [&str; 2] = ["models", "proptest"];

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Runs the tests whose names have one of these in them; where none is given, all that are
/// concurrent.
pub(crate) fn run(workspace: &Workspace, tests: &[OsString]) -> Result<()> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err(format!("ThreadSanitizer is run on {TARGET} alone").into());
    }
    let mut tsan = Command::new("cargo");
    tsan.current_dir(&workspace.root)
        .args(["+nightly", "test", "-Zbuild-std", "--target", TARGET])
        .args(["-p", "ppc-core", "--lib"])
        .arg("--target-dir")
        .arg(workspace.target.join("tsan"))
        .env("RUSTFLAGS", "-Zsanitizer=thread")
        .arg("--")
        .args(LEFT_OUT.into_iter().flat_map(|name| ["--skip", name]));
    if tests.is_empty() {
        tsan.args(CONCURRENT);
    } else {
        tsan.args(tests);
    }
    succeed(&mut tsan).map_err(|error| {
        let source = "`rustup component add rust-src --toolchain nightly`";
        format!("{error}; the standard library's source comes with {source}").into()
    })
}
