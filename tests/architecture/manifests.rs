//! Rules on what the packages of the workspace depend on.

use std::fs;
use std::path::Path;

use super::Finding;

/// Which of ours each package may use. Tests, examples and benches of the root count as the root.
const MAY_USE: [(&str, &[&str]); 7] = [
    ("abort", &["prometheus-push-client"]),
    ("ppc-core", &[]),
    ("ppc-macros", &[]),
    ("ppc-transports", &["ppc-core"]),
    (
        "prometheus-push-client",
        &["ppc-core", "ppc-macros", "ppc-transports"],
    ),
    ("ppc-serve", &["prometheus-push-client"]),
    ("xtask", &["prometheus-push-client"]),
];

/// What the core knows nothing about: runtimes, sockets, logs.
const NOT_IN_CORE: [&str; 5] = ["tokio", "hyper", "mio", "socket2", "tracing"];

/// What the rules need of a `Cargo.toml`.
#[derive(Debug)]
pub(super) struct Manifest {
    /// Of the package, from the root.
    pub(super) folder: String,
    pub(super) name: String,
    pub(super) members: Vec<String>,
    /// Of all kinds: normal, build, development, for some targets only.
    pub(super) dependencies: Vec<Dependency>,
}

#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) name: String,
    line: usize,
    inherited: bool,
}

pub(super) fn dependencies_of_ours(manifest: &Manifest) -> Vec<Finding> {
    let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == manifest.name) else {
        let rule = format!("say in `MAY_USE` what package `{}` may use", manifest.name);
        return vec![Finding::new(&manifest.file(), 1, rule)];
    };
    let is_ours = |name: &str| MAY_USE.iter().any(|(ours, _)| *ours == name);
    manifest.findings(
        |dependency| is_ours(&dependency.name) && !allowed.contains(&&*dependency.name),
        |name| format!("{} may not use {name}", manifest.name),
    )
}

pub(super) fn core_is_small(manifest: &Manifest) -> Vec<Finding> {
    if manifest.name != "ppc-core" {
        return Vec::new();
    }
    let is_family = |name: &str, family: &str| {
        name.strip_prefix(family)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    manifest.findings(
        |dependency| {
            NOT_IN_CORE
                .iter()
                .any(|family| is_family(&dependency.name, family))
        },
        |name| format!("ppc-core knows no format, socket or runtime: not {name}"),
    )
}

pub(super) fn versions_are_inherited(manifest: &Manifest) -> Vec<Finding> {
    manifest.findings(
        |dependency| !dependency.inherited,
        |name| format!("{name} has its version in the workspace: `{name}.workspace = true`"),
    )
}

impl Manifest {
    pub(super) fn read(root: &Path, folder: &str) -> Self {
        let file = root.join(folder).join("Cargo.toml");
        let text = fs::read_to_string(&file);
        Self::parse(
            folder,
            &text.unwrap_or_else(|error| panic!("{}: {error}", file.display())),
        )
    }

    /// Reads the plain TOML that our manifests are: one key a line, sections in brackets.
    pub(super) fn parse(folder: &str, text: &str) -> Self {
        let mut manifest = Self {
            folder: folder.to_owned(),
            name: String::new(),
            members: Vec::new(),
            dependencies: Vec::new(),
        };
        let mut section = Section::Other;
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if let Some(header) = line.strip_prefix('[') {
                section = Section::of(header.trim_end_matches(']'));
                if let Section::Dependency(name) = &section {
                    manifest.add(name, index + 1, false);
                }
            } else if let Some((key, value)) = line.split_once('=')
                && !line.starts_with('#')
            {
                manifest.key(&section, index + 1, key.trim(), value.trim());
            }
        }
        manifest
    }

    fn key(&mut self, section: &Section, line: usize, key: &str, value: &str) {
        match section {
            Section::Package if key == "name" => value.trim_matches('"').clone_into(&mut self.name),
            Section::Workspace if key == "members" => {
                let names = value.split('"').skip(1).step_by(2);
                self.members = names.map(str::to_owned).collect();
            }
            Section::Dependencies => {
                let name = key.split('.').next().unwrap_or_default().trim_matches('"');
                let inherited = key.ends_with(".workspace") || value.contains("workspace = true");
                self.add(name, line, inherited);
            }
            Section::Dependency(_) if key == "workspace" => {
                if let Some(last) = self.dependencies.last_mut() {
                    last.inherited = true;
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, name: &str, line: usize, inherited: bool) {
        self.dependencies.push(Dependency {
            name: name.to_owned(),
            line,
            inherited,
        });
    }

    fn file(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
            .trim_start_matches('/')
            .to_owned()
    }

    fn findings(
        &self,
        is_bad: impl Fn(&Dependency) -> bool,
        rule: impl Fn(&str) -> String,
    ) -> Vec<Finding> {
        let bad = self
            .dependencies
            .iter()
            .filter(|dependency| is_bad(dependency));
        bad.map(|bad| Finding::new(&self.file(), bad.line, rule(&bad.name)))
            .collect()
    }
}

enum Section {
    Package,
    Workspace,
    Dependencies,
    Dependency(String),
    Other,
}

impl Section {
    fn of(header: &str) -> Self {
        let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
        // `target.'cfg(unix)'.dependencies` holds the same as `dependencies`.
        let header = if header.starts_with("target.") {
            header.rsplit_once("'.").map_or(header, |(_, rest)| rest)
        } else {
            header
        };
        match header {
            "package" => Self::Package,
            "workspace" => Self::Workspace,
            _ if kinds.contains(&header) => Self::Dependencies,
            _ => match header.split_once('.') {
                Some((kind, name)) if kinds.contains(&kind) => Self::Dependency(name.to_owned()),
                _ => Self::Other,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::check;

    fn manifest(name: &str, rest: &str) -> Manifest {
        Manifest::parse(name, &format!("[package]\nname = \"{name}\"\n{rest}"))
    }

    #[test]
    fn a_dependency_upwards_is_found() {
        for section in [
            "dependencies",
            "dev-dependencies",
            "target.'cfg(unix)'.dependencies",
        ] {
            let upwards = format!("[{section}]\nppc-transports.workspace = true");
            let rule = "ppc-core/Cargo.toml:4: ppc-core may not use ppc-transports";
            check(
                &dependencies_of_ours(&manifest("ppc-core", &upwards)),
                &[rule],
            );
        }
        let core = "[dependencies]\nitoa.workspace = true\nppc-core = { workspace = true }";
        check(
            &dependencies_of_ours(&manifest("ppc-transports", core)),
            &[],
        );
        let rule = "ppc-macros/Cargo.toml:5: ppc-macros may not use ppc-core";
        check(
            &dependencies_of_ours(&manifest("ppc-macros", core)),
            &[rule],
        );
    }

    #[test]
    fn a_package_without_a_rule_is_found() {
        let rule = "new/Cargo.toml:1: say in `MAY_USE` what package `new` may use";
        check(&dependencies_of_ours(&manifest("new", "")), &[rule]);
    }

    #[test]
    fn a_runtime_in_the_core_is_found() {
        let bad =
            "[dependencies]\n# tokio = \"1\"\nhyper-util.workspace = true\nmiow.workspace = true";
        let rule =
            "ppc-core/Cargo.toml:5: ppc-core knows no format, socket or runtime: not hyper-util";
        check(&core_is_small(&manifest("ppc-core", bad)), &[rule]);
        check(&core_is_small(&manifest("ppc-transports", bad)), &[]);
    }

    #[test]
    fn a_version_outside_the_workspace_is_found() {
        let bad = "[dependencies]\nlibc = \"0.2\"\nitoa = { workspace = true, optional = true }\n\
                   [dependencies.tokio]\nversion = \"1\"\n[dev-dependencies.proptest]\n\
                   workspace = true\n[workspace.dependencies]\nsyn = \"3\"";
        let rule = |line, name| {
            let inherit = format!("`{name}.workspace = true`");
            format!("p/Cargo.toml:{line}: {name} has its version in the workspace: {inherit}")
        };
        let expected = [rule(4, "libc"), rule(6, "tokio")];
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(&versions_are_inherited(&manifest("p", bad)), &expected);
    }

    #[test]
    fn members_are_read() {
        let manifest = Manifest::parse("", "[workspace]\nmembers = [\"a\", \"b-c\"]");
        assert_eq!(manifest.members, ["a", "b-c"]);
    }
}
