//! The crates of the workspace as the rules see them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::lexer::{self, Token};
use super::manifests::Manifest;
use super::paths::Module;

/// All that the rules read.
#[derive(Debug)]
pub(super) struct Workspace {
    pub(super) crates: Vec<Crate>,
    pub(super) manifests: Vec<Manifest>,
    /// Those of the crates, and those of tests, examples and benches.
    pub(super) all_sources: Vec<Source>,
}

/// A crate's own code: what is below `src`, without tests.
#[derive(Debug)]
pub(super) struct Crate {
    pub(super) name: String,
    /// The names that its dependencies have in code.
    pub(super) dependencies: Vec<String>,
    pub(super) sources: Vec<Source>,
}

/// One file.
#[derive(Debug)]
pub(super) struct Source {
    /// From the root of the workspace, with `/`.
    pub(super) file: String,
    /// Where it stands in the crate: `[]` for `lib.rs`, `[a]` for `a.rs` and `a/mod.rs`.
    pub(super) module: Module,
    pub(super) first_line: String,
    pub(super) lines: usize,
    /// Without test code.
    pub(super) tokens: Vec<Token>,
    test_modules: Vec<String>,
}

impl Workspace {
    pub(super) fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let main = Manifest::read(root, "");
        let mut manifests: Vec<Manifest> = main
            .members
            .iter()
            .map(|member| Manifest::read(root, member))
            .collect();
        manifests.insert(0, main);
        let mut crates = Vec::new();
        let mut all_sources = Vec::new();
        for manifest in &manifests {
            let sources = |folder| read_sources(root, &manifest.folder, folder);
            for folder in ["src", "tests", "examples", "benches"] {
                all_sources.extend(sources(folder));
            }
            crates.push(Crate::new(manifest, sources("src")));
        }
        Self {
            crates,
            manifests,
            all_sources,
        }
    }
}

impl Crate {
    fn new(manifest: &Manifest, mut sources: Vec<Source>) -> Self {
        let tests: Vec<Module> = sources.iter().flat_map(Source::tests).collect();
        sources.retain(|source| !tests.iter().any(|test| source.module.starts_with(test)));
        let dependencies = manifest
            .dependencies
            .iter()
            .map(|d| d.name.replace('-', "_"));
        Self {
            name: manifest.name.clone(),
            dependencies: dependencies.collect(),
            sources,
        }
    }

    /// A crate out of snippets, for the tests of the rules.
    pub(super) fn of(name: &str, dependencies: &[&str], files: &[(&str, &str)]) -> Self {
        let sources = files
            .iter()
            .map(|(file, text)| Source::new(file, "", text))
            .collect();
        let dependencies = dependencies.iter().map(ToString::to_string).collect();
        Self {
            name: name.to_owned(),
            dependencies,
            sources,
        }
    }

    /// The files by the module each holds.
    pub(super) fn modules(&self) -> BTreeMap<&[String], &Source> {
        self.sources
            .iter()
            .map(|source| (&*source.module, source))
            .collect()
    }
}

impl Source {
    /// Reads a file's text; `folder` is that of its crate.
    pub(super) fn new(file: &str, folder: &str, text: &str) -> Self {
        let (tokens, test_modules) = lexer::without_tests(&lexer::tokens(text));
        Self {
            file: file.to_owned(),
            module: module(file.strip_prefix(folder).unwrap_or(file)),
            first_line: text.lines().next().unwrap_or_default().to_owned(),
            lines: text.lines().count(),
            tokens,
            test_modules,
        }
    }

    /// The modules in files of their own that are test code.
    fn tests(&self) -> Vec<Module> {
        let below = |name: &String| [&*self.module, std::slice::from_ref(name)].concat();
        self.test_modules.iter().map(below).collect()
    }
}

/// `src/a/b.rs` and `src/a/b/mod.rs` are `[a, b]`; the roots of a crate are `[]`.
fn module(file: &str) -> Module {
    let file = file.trim_start_matches('/').trim_end_matches(".rs");
    let mut module: Module = file.split('/').skip(1).map(str::to_owned).collect();
    let is_root = module.len() == 1 && (module[0] == "lib" || module[0] == "main");
    if is_root || module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    module
}

fn read_sources(root: &Path, member: &str, folder: &str) -> Vec<Source> {
    let mut files = Vec::new();
    list(&root.join(member).join(folder), &mut files);
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let file = path
            .strip_prefix(root)
            .expect("below the root")
            .to_string_lossy();
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"));
        Source::new(&file.replace('\\', "/"), member, &text)
    };
    files.iter().map(read).collect()
}

/// The Rust files below a folder, which need not exist.
fn list(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        // What stands in `tests/ui` is written by a user who makes mistakes.
        if path.is_dir() && !path.ends_with("tests/ui") {
            list(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_modules() {
        for (file, expected) in [
            ("src/lib.rs", ""),
            ("src/main.rs", ""),
            ("src/a.rs", "a"),
            ("src/a/mod.rs", "a"),
            ("src/a/main.rs", "a::main"),
        ] {
            assert_eq!(module(file).join("::"), expected, "{file}");
        }
        assert_eq!(
            Source::new("ppc-core/src/a/b.rs", "ppc-core", "").module,
            ["a", "b"]
        );
    }

    #[test]
    fn test_files_are_no_part_of_a_crate() {
        let manifest = Manifest::parse("", "[package]\nname = \"p\"");
        let files = [
            ("src/a/mod.rs", "#[cfg(test)]\nmod tests;"),
            ("src/a/tests.rs", ""),
            ("src/a/tests/deep.rs", ""),
        ];
        let sources = files
            .iter()
            .map(|(file, text)| Source::new(file, "", text))
            .collect();
        let files: Vec<_> = Crate::new(&manifest, sources).sources;
        assert_eq!(
            files.iter().map(|s| s.file.as_str()).collect::<Vec<_>>(),
            ["src/a/mod.rs"]
        );
    }

    #[test]
    fn the_workspace_is_found() {
        let workspace = Workspace::read();
        let names: Vec<&str> = workspace
            .crates
            .iter()
            .map(|krate| krate.name.as_str())
            .collect();
        for name in [
            "prometheus-push-client",
            "ppc-core",
            "ppc-macros",
            "ppc-transports",
        ] {
            assert!(names.contains(&name), "{name} is not in {names:?}");
        }
        assert!(
            workspace
                .crates
                .iter()
                .all(|krate| !krate.sources.is_empty())
        );
        assert!(
            workspace
                .all_sources
                .iter()
                .any(|source| source.file == "tests/architecture.rs")
        );
    }
}
