//! No circle of imports between the files of a crate.

use std::collections::BTreeMap;

use super::Finding;
use super::paths::{Paths, Target};
use super::workspace::Crate;

/// Which file imports which, each at the first line that does.
type Graph<'a> = BTreeMap<&'a str, BTreeMap<&'a str, usize>>;

/// Finds circles, one for each import that closes one.
pub(super) fn circles(krate: &Crate) -> Vec<Finding> {
    let graph = graph(&Paths::of(krate));
    let mut search = Search {
        graph: &graph,
        way: Vec::new(),
        done: Vec::new(),
        found: Vec::new(),
    };
    for file in graph.keys() {
        search.visit(file);
    }
    search.found
}

fn graph<'a>(paths: &Paths<'a>) -> Graph<'a> {
    let mut graph = Graph::new();
    for (source, uses) in &paths.used {
        let imports = graph.entry(source.file.as_str()).or_default();
        for path in uses.iter().filter(|path| !path.hands_on) {
            if let Target::Ours(target) = &path.target
                && let Some(file) = paths.file(target)
                && file.file != source.file
            {
                imports
                    .entry(file.file.as_str())
                    .or_insert(path.written.line);
            }
        }
    }
    graph
}

struct Search<'a> {
    graph: &'a Graph<'a>,
    way: Vec<&'a str>,
    done: Vec<&'a str>,
    found: Vec<Finding>,
}

impl<'a> Search<'a> {
    fn visit(&mut self, file: &'a str) {
        if self.done.contains(&file) {
            return;
        }
        self.way.push(file);
        for (import, line) in &self.graph[file] {
            if let Some(start) = self.way.iter().position(|seen| seen == import) {
                let circle = [&self.way[start..], &[*import]].concat().join(" -> ");
                self.found
                    .push(Finding::new(file, *line, format!("a circle: {circle}")));
            } else {
                self.visit(import);
            }
        }
        self.way.pop();
        self.done.push(file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::check;

    fn found(files: &[(&str, &str)]) -> Vec<Finding> {
        circles(&Crate::of("p", &[], files))
    }

    #[test]
    fn a_circle_of_three_is_found() {
        let files = [
            ("src/a.rs", "use crate::b::B;"),
            ("src/b.rs", "\nfn f() { super::c::g() }"),
            ("src/c.rs", "\n\nuse super::{a, d};"),
            ("src/d.rs", ""),
        ];
        let circle = "src/c.rs:3: a circle: src/a.rs -> src/b.rs -> src/c.rs -> src/a.rs";
        check(&found(&files), &[circle]);
    }

    #[test]
    fn a_child_may_use_its_parent_which_hands_it_on() {
        let files = |import| {
            [
                ("src/a/mod.rs", import),
                ("src/a/b.rs", "use super::Trait;"),
            ]
        };
        check(&found(&files("mod b; pub use b::B;")), &[]);
        let circle = "src/a/mod.rs:1: a circle: src/a/b.rs -> src/a/mod.rs -> src/a/b.rs";
        check(&found(&files("mod b; use b::B;")), &[circle]);
    }

    #[test]
    fn a_circle_through_a_name_handed_on_is_found() {
        let files = [
            ("src/lib.rs", "mod a; mod b; pub use a::A; pub use b::B;"),
            ("src/a.rs", "use crate::B;"),
            ("src/b.rs", "use crate::A;"),
        ];
        check(
            &found(&files),
            &["src/b.rs:1: a circle: src/a.rs -> src/b.rs -> src/a.rs"],
        );
    }

    #[test]
    fn tests_and_comments_close_no_circle() {
        let files = [
            ("src/a.rs", "use crate::b::B;"),
            (
                "src/b.rs",
                "// use crate::a::A;\n#[cfg(test)] mod tests { use crate::a::A; }",
            ),
        ];
        check(&found(&files), &[]);
    }
}
