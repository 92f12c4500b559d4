//! Rust source as tokens with lines, without comments and test code.

/// A word, `::`, or one other character; a literal is just `"`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) line: usize,
}

impl Token {
    pub(super) fn is(&self, text: &str) -> bool {
        self.text == text
    }

    /// Whether it can be a segment of a path.
    pub(super) fn is_word(&self) -> bool {
        self.text
            .starts_with(|first: char| first.is_alphabetic() || first == '_')
    }
}

/// Splits source into tokens.
pub(super) fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        rest: source,
        line: 1,
        tokens: Vec::new(),
    };
    while let Some(first) = lexer.rest.chars().next() {
        lexer.step(first);
    }
    lexer.tokens
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn step(&mut self, first: char) {
        if first.is_whitespace() {
            self.skip(first.len_utf8());
        } else if self.rest.starts_with("//") {
            self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            self.skip(block_comment(self.rest));
        } else if let Some(length) = literal(self.rest) {
            self.push("\"", length);
        } else if first == '\'' {
            // A lifetime: its name is no word of ours.
            self.skip(1 + word(&self.rest[1..]));
        } else if first.is_alphabetic() || first == '_' {
            let raw = if self.rest.starts_with("r#") { 2 } else { 0 };
            let length = word(&self.rest[raw..]);
            let text = self.rest[raw..raw + length].to_owned();
            self.push(&text, raw + length);
        } else if self.rest.starts_with("::") {
            self.push("::", 2);
        } else {
            self.push(&first.to_string(), first.len_utf8());
        }
    }

    fn push(&mut self, text: &str, length: usize) {
        self.tokens.push(Token {
            text: text.to_owned(),
            line: self.line,
        });
        self.skip(length);
    }

    fn skip(&mut self, length: usize) {
        self.line += self.rest[..length].matches('\n').count();
        self.rest = &self.rest[length..];
    }
}

/// The length of the word, or number, that the text starts with.
fn word(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len())
}

/// The length of a block comment; they nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        match &text.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The length of the literal that the text starts with, if it is one.
fn literal(text: &str) -> Option<usize> {
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return Some(number(text));
    }
    let prefix = word(text);
    let (prefix, rest) = text.split_at(prefix);
    match prefix {
        "r" | "br" | "cr" => raw_string(rest).map(|length| prefix.len() + length),
        "" | "b" | "c" => {
            let length = if rest.starts_with('"') {
                Some(string(rest))
            } else {
                character(rest)
            };
            length.map(|length| prefix.len() + length)
        }
        _ => None,
    }
}

fn number(text: &str) -> usize {
    let whole = word(text);
    let fraction = text[whole..].strip_prefix('.').map_or(0, word);
    // `1..2` is a range and `0.max(x)` a call.
    let digits = text[whole..]
        .chars()
        .nth(1)
        .is_some_and(|first| first.is_ascii_digit());
    if digits && fraction > 0 {
        whole + 1 + fraction
    } else {
        whole
    }
}

fn raw_string(rest: &str) -> Option<usize> {
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    let body = rest[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", &rest[..hashes]);
    let length = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(hashes + 1 + length)
}

fn string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    rest.len()
}

/// `'a'` and `'\n'`, but not `'a`.
fn character(rest: &str) -> Option<usize> {
    let mut characters = rest.strip_prefix('\'')?.char_indices();
    let (_, first) = characters.next()?;
    if first == '\\' {
        characters.next();
        let (at, _) = characters.find(|(_, c)| *c == '\'')?;
        return Some(1 + at + 1);
    }
    characters
        .next()
        .filter(|(_, c)| *c == '\'')
        .map(|(at, _)| 1 + at + 1)
}

/// Takes test code out; the names are those of test modules in files of their own.
pub(super) fn without_tests(tokens: &[Token]) -> (Vec<Token>, Vec<String>) {
    let (mut kept, mut modules) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < tokens.len() {
        let Some(end) = attribute(tokens, at) else {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        };
        let inner = tokens[at + 1].is("!");
        if !is_for_tests(&tokens[at..end]) {
            kept.extend_from_slice(&tokens[at..end]);
            at = end;
        } else if inner {
            return (Vec::new(), modules);
        } else {
            let start = attributes_end(tokens, end);
            at = item_end(tokens, start);
            if let [.., word, name, semicolon] = &tokens[start..at]
                && (word.is("mod") && semicolon.is(";"))
            {
                modules.push(name.text.clone());
            }
        }
    }
    (kept, modules)
}

/// The end of the attribute that starts here: `#[..]` or `#![..]`.
pub(super) fn attribute(tokens: &[Token], at: usize) -> Option<usize> {
    if !tokens[at].is("#") {
        return None;
    }
    let bracket = at + 1 + usize::from(tokens.get(at + 1)?.is("!"));
    if tokens.get(bracket)?.is("[") {
        Some(group_end(tokens, bracket))
    } else {
        None
    }
}

/// The first token after the attributes that start here.
pub(super) fn attributes_end(tokens: &[Token], mut at: usize) -> usize {
    while at < tokens.len()
        && let Some(end) = attribute(tokens, at)
    {
        at = end;
    }
    at
}

/// The end of the bracket that opens here.
pub(super) fn group_end(tokens: &[Token], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match &*token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

fn is_for_tests(attribute: &[Token]) -> bool {
    let text: String = attribute.iter().map(|token| token.text.as_str()).collect();
    let body = text.trim_start_matches(['#', '!', '[']);
    [
        "cfg(test)",
        "cfg(test,",
        "cfg(all(test)",
        "cfg(all(test,",
        "test]",
    ]
    .iter()
    .any(|start| body.starts_with(start))
}

/// The end of an item, a statement or a field: its `;`, its block, or what encloses it.
fn item_end(tokens: &[Token], start: usize) -> usize {
    let is_import = tokens[start..]
        .iter()
        .take(6)
        .take_while(|t| !t.is("{") && !t.is(";"));
    let is_import = is_import.into_iter().any(|token| token.is("use"));
    let mut at = start;
    while at < tokens.len() {
        match &*tokens[at].text {
            ";" => return at + 1,
            "{" if !is_import => return group_end(tokens, at),
            "(" | "[" | "{" => at = group_end(tokens, at),
            ")" | "]" | "}" => return at,
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        let (tokens, _) = without_tests(&tokens(source));
        let texts: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
        assert_eq!(texts.join(" "), expected);
    }

    #[test]
    fn comments_and_literals_hold_no_code() {
        check("a // unsafe\n/* x /* y */ z */ b", "a b");
        check(
            r##"a("unsafe \" x", r#"b " c"#, b"d", 'e', '\'', '\u{1f}', b'f') g"##,
            r#"a ( " , " , " , " , " , " , " ) g"#,
        );
        check("f::<'a>(&'a x, 1.5e3, 1..2, t.0, r#type)", {
            r#"f :: < > ( & x , " , " . . " , t . " , type )"#
        });
    }

    #[test]
    fn lines_are_counted_through_comments_and_strings() {
        let tokens = tokens("/* 1\n2 */ a \"\n\\\n\" b\n\nc");
        let lines: Vec<usize> = tokens.iter().map(|token| token.line).collect();
        assert_eq!(lines, [2, 2, 4, 6]);
    }

    #[test]
    fn test_code_is_left_out() {
        check("a #[cfg(test)] mod tests { x { y } } b", "a b");
        check(
            "a #[cfg(all(test, unix))] #[x] pub(crate) use q::{r, s}; b",
            "a b",
        );
        check("#[test] fn t() -> [u8; 1] { x } b", "b");
        check(
            "struct S { a: A, #[cfg(test)] b: B } c",
            "struct S { a : A , } c",
        );
        check("#![cfg(test)] fn f() {}", "");
        check("#[cfg(not(test))] a", "# [ cfg ( not ( test ) ) ] a");
    }

    #[test]
    fn test_modules_in_files_are_named() {
        let (_, modules) = without_tests(&tokens("#[cfg(test)]\nmod tests;\nmod other;"));
        assert_eq!(modules, ["tests"]);
    }
}
