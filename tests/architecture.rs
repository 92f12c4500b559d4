//! Who may use whom, and how the house is kept: read from the sources and manifests.
//!
//! A rule is a function from sources to findings; beside it stands what it must find. The reader
//! sees tokens, not types: it does not see through macros or names hidden in strings.

mod circles;
mod house;
mod layers;
mod lexer;
mod manifests;
mod paths;
mod workspace;

use std::fmt;

use self::manifests::Manifest;
use self::workspace::{Crate, Workspace};

/// A place where a rule is broken.
#[derive(Debug, PartialEq)]
struct Finding {
    file: String,
    line: usize,
    rule: String,
}

impl Finding {
    fn new(file: &str, line: usize, rule: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            rule: rule.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.rule)
    }
}

/// Fails with what a rule finds in all the crates.
fn check_crates(rule: impl Fn(&Crate) -> Vec<Finding>) {
    let findings: Vec<Finding> = Workspace::read().crates.iter().flat_map(rule).collect();
    report(&findings);
}

/// Fails with what a rule finds in all the manifests.
fn check_manifests(rule: impl Fn(&Manifest) -> Vec<Finding>) {
    let findings: Vec<Finding> = Workspace::read().manifests.iter().flat_map(rule).collect();
    report(&findings);
}

fn report(findings: &[Finding]) {
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(
        findings.is_empty(),
        "the architecture is broken:\n{}",
        lines.join("\n")
    );
}

/// Asserts that a rule finds exactly this in bad sources: the lines, as `file:line: rule`.
#[track_caller]
fn check(findings: &[Finding], expected: &[&str]) {
    let found: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(found, expected);
}

#[test]
fn crates_depend_only_downwards() {
    check_manifests(manifests::dependencies_of_ours);
}

#[test]
fn core_has_no_runtime_socket_or_log() {
    check_manifests(manifests::core_is_small);
}

#[test]
fn versions_stand_in_the_workspace() {
    check_manifests(manifests::versions_are_inherited);
}

#[test]
fn layers_know_only_what_they_may() {
    check_crates(layers::layers);
}

#[test]
fn push_names_no_concrete_encoder_or_sender() {
    check_crates(layers::push_is_abstract);
}

#[test]
fn macros_name_nobody() {
    check_crates(layers::macros_name_nobody);
}

#[test]
fn time_in_core_comes_from_the_clock() {
    check_crates(layers::time_from_the_clock);
}

#[test]
fn files_import_in_no_circle() {
    check_crates(circles::circles);
}

#[test]
fn unsafe_stays_in_its_places() {
    check_crates(house::unsafe_in_its_places);
}

#[test]
fn features_are_chosen_on_modules() {
    check_crates(house::features_on_modules);
}

#[test]
fn files_stay_short() {
    check_crates(house::short_files);
}

#[test]
fn files_say_what_they_are_for() {
    let sources = Workspace::read().all_sources;
    let findings: Vec<Finding> = sources.iter().filter_map(house::purpose_first).collect();
    report(&findings);
}
