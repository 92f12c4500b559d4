//! What some tests ask of the system itself, and not every system gives.

use std::process::{Command, Stdio};

/// Something that the system lets this user do, or does not.
pub(crate) struct Ability {
    /// The module that holds the tests that need it.
    pub(crate) module: &'static str,
    pub(crate) name: &'static str,
    /// Succeeds where it is given.
    probe: &'static [&'static str],
}

const TABLE: [Ability; 2] = [
    Ability {
        module: "process_namespace",
        name: "a process namespace of one's own (unshare --user --pid)",
        probe: &[
            "unshare",
            "--user",
            "--map-root-user",
            "--pid",
            "--fork",
            "true",
        ],
    },
    Ability {
        module: "other_namespaces",
        name: "namespaces of mounts and of a network (unshare --user --mount --net)",
        probe: &[
            "unshare",
            "--map-root-user",
            "--mount",
            "--net",
            "mount",
            "-t",
            "tmpfs",
            "none",
            "/tmp",
        ],
    },
];

impl Ability {
    fn is_given(&self) -> bool {
        let [program, arguments @ ..] = self.probe else {
            return false;
        };
        let silent = || Stdio::null();
        let status = Command::new(program)
            .args(arguments)
            .stdin(silent())
            .stderr(silent())
            .status();
        status.is_ok_and(|status| status.success())
    }
}

/// Those that this system does not give.
pub(crate) fn missing() -> impl Iterator<Item = &'static Ability> {
    TABLE.iter().filter(|ability| !ability.is_given())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_that_fails_or_is_not_there_means_no() {
        for (probe, expected) in [
            (&["true"][..], true),
            (&["false"], false),
            (&["no-such-program"], false),
            (&[], false),
        ] {
            let ability = Ability {
                module: "m",
                name: "n",
                probe,
            };
            assert_eq!(ability.is_given(), expected, "{probe:?}");
        }
    }
}
