//! Which module of a crate may name which other module or crate.

use super::Finding;
use super::paths::{Paths, Target, Use};
use super::workspace::{Crate, Source};

/// A folder or file below `src`, and what it must not know.
struct Layer {
    krate: &'static str,
    module: &'static str,
    /// Modules of the same crate.
    not_ours: &'static [&'static str],
    /// Paths into other crates.
    not_foreign: &'static [&'static str],
    /// The dependencies it may use; all where none is said.
    dependencies: Option<&'static [&'static str]>,
}

const IO: &[&str] = &[
    "std::net",
    "std::io",
    "std::fs",
    "std::os",
    "std::process",
    "std::thread",
];
const METRICS: &[&str] = &["ppc_core"];
/// The modules of the core, from the top down: each may name those after it alone.
const CORE: &[&str] = &[
    "measure",
    "metric",
    "family",
    "source",
    "registry",
    "snapshot",
    "cell",
    "descriptor",
];

const LAYERS: &[Layer] = &[
    core("amount", CORE),
    core("buckets", CORE),
    core("clock", CORE),
    core("exemplar", CORE),
    core("gate", CORE),
    core("kind", CORE),
    core("label", CORE),
    core("lock", CORE),
    core("merge", CORE),
    core("name", CORE),
    core("nested", CORE),
    core("quantiles", CORE),
    core("removal", CORE),
    core("descriptor", above("descriptor")),
    core("cell", above("cell")),
    Layer {
        // A snapshot is plain data.
        not_foreign: &["std::sync::atomic", "core::sync::atomic"],
        ..core(
            "snapshot",
            &["measure", "metric", "family", "source", "registry", "cell"],
        )
    },
    core("registry", above("registry")),
    core("source", above("source")),
    core("family", above("family")),
    Layer {
        not_foreign: IO,
        // Numbers and the search for bytes to escape.
        dependencies: Some(&["ppc_core", "itoa", "zmij", "memchr"]),
        ..transports(
            "encode",
            &[
                "send",
                "push",
                "pack",
                "destination",
                "expose",
                "store",
                "os",
            ],
        )
    },
    Layer {
        not_foreign: IO,
        dependencies: Some(&["ppc_core", "memchr"]),
        ..transports(
            "batch",
            &[
                "encode",
                "send",
                "push",
                "pack",
                "destination",
                "expose",
                "store",
                "os",
            ],
        )
    },
    Layer {
        not_foreign: METRICS,
        ..transports(
            "send",
            &["encode", "push", "pack", "destination", "expose", "store"],
        )
    },
    Layer {
        not_foreign: METRICS,
        ..transports(
            "pack",
            &["encode", "send", "push", "destination", "expose", "store"],
        )
    },
    transports("push", &["destination", "expose", "store"]),
    Layer {
        not_foreign: &[
            "ppc_core::Registry",
            "ppc_core::Snapshot",
            "ppc_core::LabelSet",
        ],
        ..transports(
            "spool",
            &[
                "encode",
                "send",
                "push",
                "pack",
                "destination",
                "expose",
                "store",
                "batch",
            ],
        )
    },
    transports(
        "bridge",
        &["push", "pack", "destination", "expose", "store"],
    ),
    transports("expose", &["send", "push", "pack", "destination", "store"]),
    transports(
        "store",
        &["encode", "send", "push", "pack", "destination", "expose"],
    ),
    Layer {
        not_foreign: METRICS,
        ..transports("os", &["encode", "send", "push", "destination"])
    },
];

/// The modules of the core above one of them.
const fn above(module: &str) -> &'static [&'static str] {
    let mut index = 0;
    while !equal(CORE[index], module) {
        index += 1;
    }
    CORE.split_at(index).0
}

const fn equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    index == a.len() && index == b.len()
}

const fn core(module: &'static str, not_ours: &'static [&'static str]) -> Layer {
    Layer {
        krate: "ppc-core",
        module,
        not_ours,
        not_foreign: &[],
        dependencies: None,
    }
}

const fn transports(module: &'static str, not_ours: &'static [&'static str]) -> Layer {
    Layer {
        krate: "ppc-transports",
        module,
        not_ours,
        not_foreign: &[],
        dependencies: None,
    }
}

pub(super) fn layers(krate: &Crate) -> Vec<Finding> {
    findings(krate, |paths, source, path| {
        let layer = LAYERS.iter().find(|layer| {
            layer.krate == krate.name && source.module.first().is_some_and(|m| m == layer.module)
        })?;
        let bad = match &path.target {
            Target::Ours(target) => {
                // As it is written, and where the name comes from.
                let origin = paths.file(target).and_then(|file| file.module.first());
                let names = [target.first(), origin];
                let names = names.into_iter().flatten();
                names
                    .map(String::as_str)
                    .find(|name| layer.not_ours.contains(name))?
                    .to_owned()
            }
            Target::Foreign(target) => {
                let is_unknown = layer.dependencies.is_some_and(|allowed| {
                    krate.dependencies.contains(&target[0]) && !allowed.contains(&&*target[0])
                });
                let path = target.join("::");
                let is_named = layer
                    .not_foreign
                    .iter()
                    .any(|banned| is_below(&path, banned));
                if is_unknown || is_named {
                    path
                } else {
                    return None;
                }
            }
        };
        Some(format!("`{}` must not know `{bad}`", layer.module))
    })
}

pub(super) fn push_is_abstract(krate: &Crate) -> Vec<Finding> {
    findings(krate, |paths, source, path| {
        let Target::Ours(target) = &path.target else {
            return None;
        };
        if krate.name != "ppc-transports" || source.module.first()? != "push" {
            return None;
        }
        let file = paths.file(target)?;
        let folder = file.module.first()?;
        // The traits stand in `mod.rs`, or in a file named after them.
        let is_concrete = match folder.as_str() {
            "encode" => file.module.len() > 1 && !file.module[1].ends_with("encoder"),
            "send" => file.module.len() > 1 && file.module[1] != "sender",
            _ => false,
        };
        let named = file.module.join("::");
        is_concrete.then(|| format!("`push` knows traits only, not `{named}`"))
    })
}

pub(super) fn macros_name_nobody(krate: &Crate) -> Vec<Finding> {
    findings(krate, |_, _, path| {
        let Target::Foreign(target) = &path.target else {
            return None;
        };
        if krate.name != "ppc-macros" {
            return None;
        }
        let is_bad = match target[0].as_str() {
            "ppc_core" | "ppc_transports" | "prometheus_push_client" => true,
            "ppc" => !path.written.global || target.get(1).is_some_and(|name| name != "__private"),
            _ => false,
        };
        let named = target.join("::");
        is_bad.then(|| format!("macros name only `::ppc::__private`, not `{named}`"))
    })
}

pub(super) fn time_from_the_clock(krate: &Crate) -> Vec<Finding> {
    findings(krate, |_, source, path| {
        let Target::Foreign(target) = &path.target else {
            return None;
        };
        let is_time = [
            "std::time::Instant",
            "std::time::SystemTime",
            "std::time::UNIX_EPOCH",
        ]
        .iter()
        .any(|clock| is_below(&target.join("::"), clock));
        let is_asked = krate.name == "ppc-core" && source.module.first()? != "clock";
        (is_time && is_asked).then(|| "in ppc-core, time comes through `clock`".to_owned())
    })
}

/// Asks a rule about every path of the crate; its answer is what is wrong.
fn findings(
    krate: &Crate,
    rule: impl Fn(&Paths<'_>, &Source, &Use) -> Option<String>,
) -> Vec<Finding> {
    let paths = Paths::of(krate);
    let mut findings = Vec::new();
    for (source, uses) in &paths.used {
        for path in uses {
            if let Some(wrong) = rule(&paths, source, path) {
                findings.push(Finding::new(&source.file, path.written.line, wrong));
            }
        }
    }
    // `use a::{b, c}` breaks a rule once.
    findings.dedup();
    findings
}

fn is_below(path: &str, ancestor: &str) -> bool {
    path.strip_prefix(ancestor)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::check;

    const FILES: [&str; 8] = [
        "src/lib.rs",
        "src/error.rs",
        "src/pack.rs",
        "src/encode/mod.rs",
        "src/encode/influx.rs",
        "src/send/mod.rs",
        "src/send/udp.rs",
        "src/push/engine.rs",
    ];

    /// A crate of empty files, but for one, and but for what the others hand on.
    fn transports_with(file: &str, text: &str) -> Crate {
        let files = FILES.map(|known| match known {
            _ if known == file => (known, text),
            "src/encode/mod.rs" => (known, "pub use self::influx::Influx;"),
            "src/lib.rs" => (known, "pub use send::udp::Udp;"),
            _ => (known, ""),
        });
        Crate::of(
            "ppc-transports",
            &["ppc_core", "itoa", "tracing", "tokio"],
            &files,
        )
    }

    fn check_layer(file: &str, text: &str, expected: &[&str]) {
        let expected: Vec<String> = expected
            .iter()
            .map(|rule| format!("{file}:1: {rule}"))
            .collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(&layers(&transports_with(file, text)), &expected);
    }

    #[test]
    fn io_in_an_encoder_is_found() {
        let file = "src/encode/influx.rs";
        check_layer(
            file,
            "use std::{fmt, net::UdpSocket};",
            &["`encode` must not know `std::net::UdpSocket`"],
        );
        check_layer(
            file,
            "fn f(x: &mut dyn std::io::Write) {}",
            &["`encode` must not know `std::io::Write`"],
        );
        check_layer(
            file,
            "use tracing::warn;",
            &["`encode` must not know `tracing::warn`"],
        );
        check_layer(
            file,
            "use crate::error::Error; use ppc_core::Snapshot; use itoa::Buffer;",
            &[],
        );
    }

    #[test]
    fn an_encoder_that_knows_a_sender_is_found() {
        let file = "src/encode/influx.rs";
        check_layer(
            file,
            "use crate::pack::Packer;",
            &["`encode` must not know `pack`"],
        );
        check_layer(
            file,
            "use super::super::send::udp;",
            &["`encode` must not know `send`"],
        );
        // The root hands it on.
        check_layer(file, "use crate::Udp;", &["`encode` must not know `send`"]);
        check_layer(
            file,
            "#[cfg(test)] mod tests { use crate::pack::Packer; }",
            &[],
        );
    }

    #[test]
    fn a_sender_that_knows_a_metric_is_found() {
        let file = "src/send/udp.rs";
        check_layer(
            file,
            "use ppc_core::Snapshot;",
            &["`send` must not know `ppc_core::Snapshot`"],
        );
        check_layer(
            file,
            "fn f() { crate::push::engine::run() }",
            &["`send` must not know `push`"],
        );
        check_layer(
            file,
            "use std::net::UdpSocket; use tokio::net; use crate::error;",
            &[],
        );
    }

    #[test]
    fn a_packer_that_knows_others_is_found() {
        for other in ["encode", "send", "push"] {
            let rule = format!("`pack` must not know `{other}`");
            check_layer("src/pack.rs", &format!("use crate::{other}::X;"), &[&rule]);
        }
    }

    #[test]
    fn a_core_that_looks_up_is_found() {
        let files = |file, text| {
            let files = [
                ("src/registry.rs", ""),
                ("src/metric/mod.rs", ""),
                (file, text),
            ];
            layers(&Crate::of("ppc-core", &[], &files))
        };
        let rule = "src/registry.rs:1: `registry` must not know `metric`";
        check(
            &files("src/registry.rs", "use crate::metric::Gauge;"),
            &[rule],
        );
        let rule = "src/cell.rs:1: `cell` must not know `registry`";
        check(
            &files("src/cell.rs", "use crate::registry::Registry;"),
            &[rule],
        );
        check(
            &files("src/metric/gauge.rs", "use crate::registry::Registry;"),
            &[],
        );
        let rule = "src/snapshot.rs:1: `snapshot` must not know `std::sync::atomic::AtomicU64`";
        check(
            &files("src/snapshot.rs", "use std::sync::atomic::AtomicU64;"),
            &[rule],
        );
        let rule = "src/label/set.rs:1: `label` must not know `metric`";
        check(
            &files("src/label/set.rs", "use crate::metric::Kind;"),
            &[rule],
        );
    }

    #[test]
    fn a_push_that_is_concrete_is_found() {
        let found = |text| push_is_abstract(&transports_with("src/push/engine.rs", text));
        let influx = "src/push/engine.rs:1: `push` knows traits only, not `encode::influx`";
        check(&found("use crate::encode::influx::Encoder;"), &[influx]);
        check(&found("use crate::encode::Influx;"), &[influx]);
        let udp = "src/push/engine.rs:1: `push` knows traits only, not `send::udp`";
        check(&found("fn f() { crate::send::udp::bind() }"), &[udp]);
        check(
            &found("use crate::{encode::Encoder, pack::Packer, send::Sender};"),
            &[],
        );
    }

    #[test]
    fn a_macro_that_names_ours_is_found() {
        let found =
            |text| macros_name_nobody(&Crate::of("ppc-macros", &[], &[("src/lib.rs", text)]));
        let rule = "src/lib.rs:1: macros name only `::ppc::__private`, not";
        check(
            &found("use ppc_core::Counter;"),
            &[&format!("{rule} `ppc_core::Counter`")],
        );
        check(
            &found("use ppc::Counter;"),
            &[&format!("{rule} `ppc::Counter`")],
        );
        check(
            &found("quote!(::ppc::Push::to(x))"),
            &[&format!("{rule} `ppc::Push::to`")],
        );
        check(&found("quote! { use ::ppc::__private::Push as _; }"), &[]);
    }

    #[test]
    fn time_past_the_clock_is_found() {
        let found = |file, text| time_from_the_clock(&Crate::of("ppc-core", &[], &[(file, text)]));
        let rule = "src/metric/timer.rs:1: in ppc-core, time comes through `clock`";
        check(
            &found("src/metric/timer.rs", "use std::time::{Duration, Instant};"),
            &[rule],
        );
        check(&found("src/clock.rs", "use std::time::Instant;"), &[]);
    }
}
