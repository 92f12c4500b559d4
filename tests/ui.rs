//! What the macros say of mistakes, read as a user reads it: `tests/ui/<macro>/fail/<kind>/`.
//!
//! The texts are those of the toolchain that `rust-version` names. After a change that is meant,
//! run with `TRYBUILD=overwrite` and review the texts like code.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*/fail/*/*.rs");
    cases.pass("tests/ui/*/pass/*.rs");
}
