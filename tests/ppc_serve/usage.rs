//! What it says of itself, and of arguments and stores that are not right.

use std::fs;
use std::net::TcpListener;

use super::{store, text};
use crate::support::ppc_serve::{run, run_with};
use crate::support::receiver::Folder;

/// One line, which says what is wrong, and no more.
#[track_caller]
fn check(arguments: &[&str], environment: &[(&str, &str)], code: i32, expected: &str) {
    let ended = run_with(arguments, environment);
    assert_eq!(
        (ended.code, &*ended.stdout),
        (Some(code), ""),
        "{arguments:?}: {ended:?}"
    );
    let said = &*ended.stderr;
    assert!(
        said.starts_with("ppc-serve: ") && said.lines().count() == 1,
        "{arguments:?}: {said}"
    );
    assert!(said.contains(expected), "{arguments:?}: {said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn it_says_what_it_can_and_which_version_it_is() {
    let help = run(&["--help"]);
    for word in [
        "--listen",
        "--client-ca",
        "PPC_STORE",
        "PPC_SERVE_PASSWORD",
        "migrate",
    ] {
        assert!(help.said().contains(word), "{word}");
    }
    let wide: Vec<&str> = help
        .stdout
        .lines()
        .filter(|line| line.chars().count() > 100)
        .collect();
    assert_eq!(wide, Vec::<&str>::new());
    let version = concat!("ppc-serve ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(run(&["--version"]).said(), version);
}

#[test]
fn wrong_usage_ends_with_2() {
    let folder = Folder::create("ppc-serve-usage");
    let path = store(&folder);
    let (path, empty) = (text(&path), folder.path().join("empty"));
    fs::write(&empty, "\n").unwrap();
    let empty = text(&empty);
    for (arguments, expected) in [
        (&[][..], "PPC_STORE"),
        (&["--listn", path], "'--listn'"),
        (&["ftp://host"], "unknown scheme `ftp`"),
        (&["redis://host?prefx=a"], "`prefx`"),
        (&["show", "redis://host", "--prefix", "a b"], "prefix"),
        (&[path, "--listen", "nowhere"], "\"nowhere\""),
        (&[path, "--tls-cert", empty], "`--tls-key`"),
        (&[path, "--tls-cert", empty, "--tls-key", empty], "empty"),
        (&[path, "--basic-auth", "a"], "PPC_SERVE_PASSWORD"),
        (
            &[path, "--basic-auth", "a", "--password-file", empty],
            "empty",
        ),
        (&["list", path, "--yes"], "`list` has no option `--yes`"),
        (&["drop", path], "expects a family"),
    ] {
        check(arguments, &[], 2, expected);
    }
}

#[test]
fn what_cannot_be_done_ends_with_1_and_no_password_is_told() {
    let folder = Folder::create("ppc-serve-not-there");
    let path = store(&folder);
    let path = text(&path);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    check(&[path, "--listen", &address], &[], 1, &address);
    check(&["show", path], &[], 1, "metrics.db");
    check(&["list", path], &[], 1, "metrics.db");
    check(&["drop", path, "jobs"], &[], 1, "metrics.db");
    check(
        &["migrate", path, "jobs", "--remove-label", "a"],
        &[],
        1,
        "metrics.db",
    );
    check(
        &[path, "--basic-auth", "a", "--password-file", "/no/such"],
        &[],
        1,
        "/no/such",
    );
    // Nobody listens there.
    drop(taken);
    let url = format!("redis://jobs:hunter2@{address}");
    let environment = [("PPC_STORE", &*url)];
    for arguments in [
        &["show"][..],
        &["list"],
        &["drop", "jobs"],
        &["reset", "--yes"],
    ] {
        check(arguments, &environment, 1, &address);
    }
    let in_arguments = run(&["show", &url]);
    assert!(
        in_arguments.stderr.contains("password in the arguments"),
        "{in_arguments:?}"
    );
    assert!(!in_arguments.stderr.contains("hunter2"), "{in_arguments:?}");
}
