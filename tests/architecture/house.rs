//! How files are kept: unsafe code, features, length, first line.

use super::Finding;
use super::lexer::{self, Token};
use super::workspace::{Crate, Source};

/// Where unsafe code may stand; the reasons are in the code there.
const UNSAFE: [&str; 2] = ["ppc-core/src/cell", "ppc-transports/src/os/"];

const LONGEST: usize = 600;

pub(super) fn unsafe_in_its_places(krate: &Crate) -> Vec<Finding> {
    let sources = krate.sources.iter();
    let sources =
        sources.filter(|source| !UNSAFE.iter().any(|place| source.file.starts_with(place)));
    let mut findings = Vec::new();
    for source in sources {
        for pair in source.tokens.windows(2) {
            // `Token![unsafe]` is only the word.
            let opens = ["{", "fn", "impl", "trait", "extern", "("]
                .iter()
                .any(|t| pair[1].is(t));
            if pair[0].is("unsafe") && opens {
                let rule = format!("unsafe code only in {}", UNSAFE.join(" and "));
                findings.push(Finding::new(&source.file, pair[0].line, rule));
            }
        }
    }
    findings
}

pub(super) fn features_on_modules(krate: &Crate) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in &krate.sources {
        let chooses = source.file.ends_with("/lib.rs") || source.file.ends_with("/mod.rs");
        let chooses = chooses || source.file == "lib.rs";
        for at in features(&source.tokens) {
            let line = source.tokens[at].line;
            if !chooses {
                let rule = "`cfg(feature)` only in `lib.rs` and `mod.rs`";
                findings.push(Finding::new(&source.file, line, rule));
            } else if !is_on_module(&source.tokens, at) && !is_on_crate(&source.tokens, at) {
                let rule = "`cfg(feature)` only on a `mod` or `use`";
                findings.push(Finding::new(&source.file, line, rule));
            }
        }
    }
    findings
}

pub(super) fn short_files(krate: &Crate) -> Vec<Finding> {
    let long = krate.sources.iter().filter(|source| source.lines > LONGEST);
    long.map(|source| {
        let rule = format!(
            "{} lines, {LONGEST} allowed: split it by noun",
            source.lines
        );
        Finding::new(&source.file, LONGEST + 1, rule)
    })
    .collect()
}

pub(super) fn purpose_first(source: &Source) -> Option<Finding> {
    let says = source
        .first_line
        .strip_prefix("//! ")
        .is_some_and(|rest| !rest.trim().is_empty());
    let rule = "the first line is `//! ` and what the file is for";
    (!says).then(|| Finding::new(&source.file, 1, rule))
}

/// Where `cfg(..)`, `cfg!(..)` or `cfg_attr(..)` asks for a feature.
fn features(tokens: &[Token]) -> Vec<usize> {
    let is = |at: usize, text| tokens.get(at).is_some_and(|token: &Token| token.is(text));
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let open = at + 1 + usize::from(is(at + 1, "!"));
        if !(token.is("cfg") || token.is("cfg_attr")) || !is(open, "(") {
            continue;
        }
        let end = lexer::group_end(tokens, open);
        if (open..end).any(|at| is(at, "feature") && is(at + 1, "=")) {
            found.push(at);
        }
    }
    found
}

/// Whether the attribute around this place is that of a `mod` or `use`.
/// `#![cfg_attr(..)]`: a lint level of the crate, say, for where a feature is off.
fn is_on_crate(tokens: &[Token], at: usize) -> bool {
    at.checked_sub(3)
        .is_some_and(|start| tokens[start].is("#") && tokens[start + 1].is("!"))
}

fn is_on_module(tokens: &[Token], at: usize) -> bool {
    let Some(start) = at.checked_sub(2).filter(|start| tokens[*start].is("#")) else {
        return false;
    };
    let mut item = lexer::attributes_end(tokens, start);
    if tokens.get(item).is_some_and(|token| token.is("pub")) {
        item += 1;
        if tokens.get(item).is_some_and(|token| token.is("(")) {
            item = lexer::group_end(tokens, item);
        }
    }
    tokens
        .get(item)
        .is_some_and(|token| token.is("mod") || token.is("use"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::check;

    fn krate(file: &str, text: &str) -> Crate {
        Crate::of("p", &[], &[(file, text)])
    }

    #[test]
    fn unsafe_elsewhere_is_found() {
        let rule = "unsafe code only in ppc-core/src/cell and ppc-transports/src/os/";
        let file = "ppc-core/src/label.rs";
        for bad in [
            "unsafe { x() }",
            "unsafe impl Sync for X {}",
            "#[unsafe(no_mangle)] fn f() {}",
        ] {
            let found = unsafe_in_its_places(&krate(file, &format!("\n{bad}")));
            check(&found, &[&format!("{file}:2: {rule}")]);
        }
        for good in [
            "// unsafe { x() }",
            "Token![unsafe]",
            "#![forbid(unsafe_code)]",
        ] {
            check(&unsafe_in_its_places(&krate(file, good)), &[]);
        }
        for place in [
            "ppc-core/src/cell.rs",
            "ppc-core/src/cell/f64.rs",
            "ppc-transports/src/os/exit.rs",
        ] {
            check(&unsafe_in_its_places(&krate(place, "unsafe { x() }")), &[]);
        }
    }

    #[test]
    fn features_in_other_files_are_found() {
        let rule = "src/send.rs:2: `cfg(feature)` only in `lib.rs` and `mod.rs`";
        for bad in [
            "#[cfg(feature = \"udp\")] mod udp;",
            "#![cfg_attr(not(feature = \"udp\"), allow(dead_code))]",
            "fn f() -> bool { cfg!(any(unix, feature = \"udp\")) }",
        ] {
            check(
                &features_on_modules(&krate("src/send.rs", &format!("\n{bad}"))),
                &[rule],
            );
        }
        check(
            &features_on_modules(&krate("src/send.rs", "#[cfg(unix)] fn f() {}")),
            &[],
        );
    }

    #[test]
    fn features_on_other_items_are_found() {
        let rule = "src/lib.rs:1: `cfg(feature)` only on a `mod` or `use`";
        for bad in [
            "#[cfg(feature = \"udp\")] fn f() {}",
            "struct S { #[cfg(feature = \"udp\")] a: A }",
            "fn f() -> bool { cfg!(feature = \"udp\") }",
        ] {
            check(&features_on_modules(&krate("src/lib.rs", bad)), &[rule]);
        }
        for good in [
            "#[cfg(feature = \"udp\")] mod udp;",
            "#[cfg(feature = \"udp\")] #[doc(inline)] pub(crate) use udp::Udp;",
            "#[cfg(feature = \"udp\")] #[path = \"on.rs\"] mod udp;",
            "#![cfg_attr(not(feature = \"udp\"), allow(dead_code))]",
        ] {
            check(&features_on_modules(&krate("src/lib.rs", good)), &[]);
        }
    }

    #[test]
    fn long_files_are_found() {
        let rule = "src/a.rs:601: 601 lines, 600 allowed: split it by noun";
        check(&short_files(&krate("src/a.rs", &"\n".repeat(601))), &[rule]);
        check(&short_files(&krate("src/a.rs", &"\n".repeat(600))), &[]);
    }

    #[test]
    fn a_file_without_purpose_is_found() {
        for bad in ["", "use std::io;", "//!", "// Notes.", "\n//! Late."] {
            let found = purpose_first(&Source::new("src/a.rs", "", bad));
            assert_eq!(found.map(|finding| finding.line), Some(1), "{bad:?}");
        }
        assert_eq!(
            purpose_first(&Source::new("src/a.rs", "", "//! Sends bytes.")),
            None
        );
    }
}
