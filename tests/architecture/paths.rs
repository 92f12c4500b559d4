//! The paths that code names, and the file of the crate that each leads to.

use std::collections::BTreeMap;

use super::lexer::{self, Token};
use super::workspace::{Crate, Source};

/// A place in a crate: the names from its root.
pub(super) type Module = Vec<String>;

/// A path as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Written {
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
    /// It starts with `::`.
    pub(super) global: bool,
    /// The modules written in the same file around it.
    scope: Vec<String>,
    import: Option<Import>,
}

/// What a `use` makes of a path.
#[derive(Clone, Debug, PartialEq)]
struct Import {
    /// None for a glob.
    name: Option<String>,
    public: bool,
}

/// Where a path leads.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    /// A module or an item of this crate, from its root.
    Ours(Module),
    /// Another crate, or a name that is known here only.
    Foreign(Vec<String>),
}

/// All paths of a file that have more than one segment, and all imports.
pub(super) fn written(tokens: &[Token]) -> Vec<Written> {
    let mut reader = Reader {
        tokens,
        at: 0,
        scope: Vec::new(),
        found: Vec::new(),
    };
    while reader.at < tokens.len() {
        reader.step();
    }
    reader.found
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    /// Names and ends of the modules around.
    scope: Vec<(String, usize)>,
    found: Vec<Written>,
}

impl Reader<'_> {
    fn step(&mut self) {
        let at = self.at;
        self.scope.retain(|(_, end)| at < *end);
        if self.is(at, "mod") && self.is(at + 2, "{") {
            let end = lexer::group_end(self.tokens, at + 2);
            self.scope.push((self.tokens[at + 1].text.clone(), end));
            self.at += 3;
        } else if self.is(at, "pub") && self.is(at + 1, "(") {
            // `pub(in crate::a)` says who may look, and looks at nobody.
            self.at = lexer::group_end(self.tokens, at + 1);
        } else if self.is(at, "use") && !self.is(at + 1, "<") {
            self.import();
        } else if self.is_word(at) && self.is(at + 1, "::") && !self.continues(at) {
            let global = at > 0 && self.is(at - 1, "::");
            let segments = self.segments();
            self.push(segments, at, global, None);
        } else {
            self.at += 1;
        }
    }

    /// Whether the word goes on after `value.` or `<T>::`.
    fn continues(&self, at: usize) -> bool {
        let before = |back: usize, text| at >= back && self.is(at - back, text);
        before(1, ".") || (before(1, "::") && before(2, ">"))
    }

    /// Reads `a::b::c` and leaves the reader behind it.
    fn segments(&mut self) -> Vec<String> {
        let mut segments = vec![self.tokens[self.at].text.clone()];
        self.at += 1;
        while self.is(self.at, "::") && self.is_word(self.at + 1) {
            segments.push(self.tokens[self.at + 1].text.clone());
            self.at += 2;
        }
        segments
    }

    fn import(&mut self) {
        let public = self.at > 0 && (self.is(self.at - 1, "pub") || self.is(self.at - 1, ")"));
        self.at += 1;
        let global = self.is(self.at, "::");
        self.tree(&[], public, global);
        while self.at < self.tokens.len() && !self.is(self.at, ";") {
            self.at += 1;
        }
    }

    /// Reads one tree of an import: a path, a glob or a group.
    fn tree(&mut self, prefix: &[String], public: bool, global: bool) {
        let mut path = prefix.to_vec();
        let start = self.at.min(self.tokens.len().saturating_sub(1));
        loop {
            if self.is(self.at, "::") {
                self.at += 1;
            } else if self.is(self.at, "{") {
                let end = lexer::group_end(self.tokens, self.at);
                self.at += 1;
                while self.at + 1 < end {
                    let before = self.at;
                    self.tree(&path, public, global);
                    // The comma, or what is no import at all (a macro's variable).
                    self.at = self.at.max(before) + 1;
                }
                self.at = end;
                return;
            } else if self.is(self.at, "*") {
                self.at += 1;
                return self.push(path, start, global, Some(Import { name: None, public }));
            } else if self.is_word(self.at) && !self.is(self.at, "as") {
                // `a::{self}` is `a`, but a path may start with `self`.
                if !self.is(self.at, "self") || path.is_empty() {
                    path.push(self.tokens[self.at].text.clone());
                }
                self.at += 1;
            } else {
                break;
            }
        }
        let mut name = path.last().cloned();
        if self.is(self.at, "as") {
            name = self.tokens.get(self.at + 1).map(|alias| alias.text.clone());
            self.at += 2;
        }
        if !path.is_empty() {
            self.push(path, start, global, Some(Import { name, public }));
        }
    }

    fn push(&mut self, segments: Vec<String>, at: usize, global: bool, import: Option<Import>) {
        let line = self.tokens[at].line;
        let scope = self.scope.iter().map(|(name, _)| name.clone()).collect();
        self.found.push(Written {
            segments,
            line,
            global,
            scope,
            import,
        });
    }

    fn is(&self, at: usize, text: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(text))
    }

    fn is_word(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(Token::is_word)
    }
}

/// The paths of a crate, resolved.
#[derive(Debug)]
pub(super) struct Paths<'a> {
    modules: BTreeMap<&'a [String], &'a Source>,
    /// What each module gives another name to, for others: module and name to the original.
    exports: BTreeMap<(Module, String), Module>,
    /// By file, in order.
    pub(super) used: Vec<(&'a Source, Vec<Use>)>,
}

/// A path in a file, and where it leads.
#[derive(Debug)]
pub(super) struct Use {
    pub(super) written: Written,
    pub(super) target: Target,
    /// A public import of what is below the file: it hands on, and depends on nothing.
    pub(super) hands_on: bool,
}

impl<'a> Paths<'a> {
    pub(super) fn of(krate: &'a Crate) -> Self {
        let mut paths = Self {
            modules: krate.modules(),
            exports: BTreeMap::new(),
            used: Vec::new(),
        };
        for source in &krate.sources {
            let uses = paths.resolve_all(source);
            for Use {
                written, target, ..
            } in &uses
            {
                if let Some(Import {
                    name: Some(name),
                    public: true,
                }) = &written.import
                    && let Target::Ours(original) = target
                {
                    let module = [&*source.module, &*written.scope].concat();
                    paths
                        .exports
                        .insert((module, name.clone()), original.clone());
                }
            }
            paths.used.push((source, uses));
        }
        paths
    }

    /// The file that holds what the path names, also where others hand it on.
    pub(super) fn file(&self, path: &[String]) -> Option<&'a Source> {
        let mut path = path.to_vec();
        // A circle of names ends here; real chains are short.
        for _ in 0..8 {
            let length = (0..=path.len())
                .rev()
                .find(|n| self.modules.contains_key(&path[..*n]))?;
            let (module, rest) = path.split_at(length);
            let export = rest.first().map(|name| (module.to_vec(), name.clone()));
            match export.and_then(|export| self.exports.get(&export)) {
                Some(original) if !path.starts_with(original) => {
                    path = [&**original, &rest[1..]].concat();
                }
                _ => return self.modules.get(module).copied(),
            }
        }
        None
    }

    fn resolve_all(&self, source: &Source) -> Vec<Use> {
        let written = written(&source.tokens);
        let mut aliases = BTreeMap::new();
        for path in &written {
            if let Some(Import {
                name: Some(name), ..
            }) = &path.import
                && let Target::Ours(target) = self.resolve(source, path, &BTreeMap::new())
            {
                aliases.insert((path.scope.clone(), name.clone()), target);
            }
        }
        let resolve = |written: Written| {
            let target = self.resolve(source, &written, &aliases);
            let is_public = written.import.as_ref().is_some_and(|import| import.public);
            let is_below = |module: &Module| {
                module.len() > source.module.len() && module.starts_with(&source.module)
            };
            let hands_on = is_public && matches!(&target, Target::Ours(m) if is_below(m));
            Use {
                written,
                target,
                hands_on,
            }
        };
        written.into_iter().map(resolve).collect()
    }

    fn resolve(
        &self,
        source: &Source,
        path: &Written,
        aliases: &BTreeMap<(Vec<String>, String), Module>,
    ) -> Target {
        let (first, rest) = path.segments.split_first().expect("a path has a segment");
        let mut here = [&*source.module, &*path.scope].concat();
        let alias = aliases.get(&(path.scope.clone(), first.clone()));
        match first.as_str() {
            _ if path.global => Target::Foreign(path.segments.clone()),
            "crate" => Target::Ours(rest.to_vec()),
            "self" => Target::Ours([&*here, rest].concat()),
            "super" => {
                let ups = path
                    .segments
                    .iter()
                    .take_while(|segment| *segment == "super")
                    .count();
                here.truncate(here.len().saturating_sub(ups));
                Target::Ours([&*here, &path.segments[ups..]].concat())
            }
            _ if alias.is_some() && path.import.is_none() => {
                Target::Ours([alias.map_or(&[][..], |module| module), rest].concat())
            }
            _ if self
                .modules
                .contains_key(&*[&*here, std::slice::from_ref(first)].concat()) =>
            {
                Target::Ours([&*here, &*path.segments].concat())
            }
            _ => Target::Foreign(path.segments.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &[&str]) {
        let (tokens, _) = lexer::without_tests(&lexer::tokens(source));
        let found: Vec<String> = written(&tokens)
            .iter()
            .map(|path| path.segments.join("::"))
            .collect();
        assert_eq!(found, expected, "{source}");
    }

    #[test]
    fn imports_are_taken_apart() {
        check(
            "use a::{b, c::{self, d as e}, f::*};",
            &["a::b", "a::c", "a::c::d", "a::f"],
        );
        check("use {a::b, ::c::d};", &["a::b", "c::d"]);
        check("pub(in crate::x) use self::y;", &["self::y"]);
        check("fn f() -> impl T + use<'a, X> {}", &[]);
        check("quote! { use #krate::x::Y as _; z::w }", &["z::w"]);
    }

    #[test]
    fn qualified_paths_are_found() {
        check(
            "fn f(x: &a::B) { crate::c::d!(); }",
            &["a::B", "crate::c::d"],
        );
        check(
            "Vec::<u8>::new(); x.collect::<Vec<_>>(); <T as U>::V::w()",
            &["Vec"],
        );
        check(
            "$crate::__private::f(::std::mem::take(x))",
            &["crate::__private::f", "std::mem::take"],
        );
    }

    /// What the last file's last path leads to: `crate::..` and the file, or another crate.
    #[track_caller]
    fn check_target(files: &[(&str, &str)], expected: &str) {
        let krate = Crate::of("p", &[], files);
        let paths = Paths::of(&krate);
        let (_, uses) = paths.used.last().unwrap();
        let found = match &uses.last().unwrap().target {
            Target::Ours(path) => {
                format!("{} of {}", path.join("::"), paths.file(path).unwrap().file)
            }
            Target::Foreign(path) => format!("foreign {}", path.join("::")),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn paths_lead_to_files() {
        let files = |text| {
            [
                ("src/lib.rs", ""),
                ("src/b.rs", ""),
                ("src/a/c.rs", ""),
                ("src/a/mod.rs", text),
            ]
        };
        check_target(&files("use crate::b::X;"), "b::X of src/b.rs");
        check_target(&files("use super::X;"), "X of src/lib.rs");
        check_target(&files("use c::X;"), "a::c::X of src/a/c.rs");
        check_target(
            &files("mod m { fn f() { super::super::b::g() } }"),
            "b::g of src/b.rs",
        );
        check_target(
            &files("use super::b as d; fn f() { d::g() }"),
            "b::g of src/b.rs",
        );
        check_target(&files("use std::io;"), "foreign std::io");
        check_target(&files("use ::b::X;"), "foreign b::X");
    }

    #[test]
    fn names_handed_on_lead_to_their_origin() {
        let files = [
            ("src/a/mod.rs", "pub(crate) use b::B as Renamed;"),
            ("src/a/b.rs", ""),
            ("src/lib.rs", "pub use a::Renamed;"),
            ("src/c.rs", "use crate::Renamed;"),
        ];
        check_target(&files, "Renamed of src/a/b.rs");
    }
}
