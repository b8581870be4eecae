//! The project's own files, and Rust text without what is no code.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Folders that are made, not written.
const MADE: [&str; 7] = [".git", "target", "node_modules", "dist", "demo-data", "data", "__pycache__"];

/// Endings of files that hold no text.
const PICTURES: [&str; 6] = ["jpg", "jpeg", "png", "webp", "heic", "db"];

/// Where a rule is broken, and what to do.
pub(crate) struct Breach {
    pub(crate) path: String,
    line: usize,
    advice: String,
}

impl Breach {
    pub(crate) fn new(path: &str, line: usize, advice: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, advice: advice.into() }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.advice)
    }
}

/// Text files by their path from the top.
pub(crate) struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    /// The files as they are now.
    pub(crate) fn of_the_project() -> Self {
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent").to_owned();
        let mut files = BTreeMap::new();
        let mut folders = vec![top.clone()];
        while let Some(folder) = folders.pop() {
            for path in entries(&folder) {
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                if MADE.contains(&name) {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else if let Some(text) = text_of(&path) {
                    let path = path.strip_prefix(&top).expect("it was found below the top");
                    files.insert(path.to_string_lossy().into_owned(), text);
                }
            }
        }
        Self { files }
    }

    /// A tree of one file.
    pub(crate) fn of_one(path: &str, text: &str) -> Self {
        Self { files: BTreeMap::from([(path.to_owned(), text.to_owned())]) }
    }

    /// All files with their text.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The Rust files with that beginning of their path.
    pub(crate) fn rust<'t>(&'t self, below: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
        self.all().filter(move |(path, _)| path.starts_with(below) && ending(path) == "rs")
    }

    /// One file's text.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listed = std::fs::read_dir(folder).expect("a folder of the project can be read");
    listed.map(|entry| entry.expect("a folder of the project can be read").path()).collect()
}

fn text_of(path: &Path) -> Option<String> {
    let is_picture = path.to_str().is_none_or(|path| PICTURES.contains(&ending(path)));
    if is_picture { None } else { std::fs::read_to_string(path).ok() }
}

/// What stands after the last dot of a path.
pub(crate) fn ending(path: &str) -> &str {
    Path::new(path).extension().and_then(|ending| ending.to_str()).unwrap_or_default()
}

/// The text's code alone: comments and the inside of text literals become spaces, lines stay.
pub(crate) fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let (hidden, quoted) = hidden_length(rest);
        if hidden == 0 {
            out.push(next);
            rest = &rest[next.len_utf8()..];
            continue;
        }
        let hidden_part = &rest[..hidden];
        out.push_str(if quoted { "\"" } else { " " });
        out.extend(hidden_part.chars().filter(|c| *c == '\n'));
        out.push_str(if quoted { "\"" } else { " " });
        rest = &rest[hidden..];
    }
    out
}

/// How many bytes at the beginning are a comment or a literal, and whether it is a literal.
fn hidden_length(rest: &str) -> (usize, bool) {
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), false);
    }
    if rest.starts_with("/*") {
        return (rest.find("*/").map_or(rest.len(), |end| end + 2), false);
    }
    if rest.starts_with("r\"") || rest.starts_with("r#") {
        let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
        if rest[1 + hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let from = 2 + hashes;
            return (rest[from..].find(&end).map_or(rest.len(), |at| from + at + end.len()), true);
        }
    }
    if rest.starts_with('"') {
        return (end_of_quoted(rest, '"'), true);
    }
    if rest.starts_with('\'') && is_character(rest) {
        return (end_of_quoted(rest, '\''), true);
    }
    (0, false)
}

/// Whether a `'` begins a character rather than a lifetime.
fn is_character(rest: &str) -> bool {
    let mut chars = rest.chars().skip(1);
    match chars.next() {
        Some('\\') => true,
        Some(_) => chars.next() == Some('\''),
        None => false,
    }
}

fn end_of_quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// The code that runs in production: without comments, and what stands under `#[cfg(test)]`,
/// or in a file of tests that begins with `#![cfg(test)]`.
pub(crate) fn production(text: &str) -> String {
    production_text(&code(text))
}

/// The same with its comments and literals.
pub(crate) fn production_text(text: &str) -> String {
    if text.lines().any(|line| line == "#![cfg(test)]") {
        return String::new();
    }
    let mut lines = Vec::new();
    let mut in_tests = false;
    for line in text.lines() {
        if line == "#[cfg(test)]" {
            in_tests = true;
        }
        lines.push(if in_tests { "" } else { line });
        // Both a block and a `mod tests;` of another file end here.
        if in_tests && (line == "}" || line.ends_with(';') && line.starts_with("mod ")) {
            in_tests = false;
        }
    }
    lines.join("\n")
}

/// The lines, from 1, on which `code` has `word` beginning at the beginning of a word.
pub(crate) fn lines_with<'c>(code: &'c str, word: &'c str) -> impl Iterator<Item = usize> + 'c {
    let has = move |line: &str| {
        line.match_indices(word).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            !word.starts_with(|c: char| c.is_alphanumeric())
                || before.is_none_or(|c| !c.is_alphanumeric() && c != '_')
        })
    };
    code.lines().enumerate().filter(move |(_, line)| has(line)).map(|(at, _)| at + 1)
}

#[test]
fn what_is_no_code_is_not_seen() {
    let seen = code("a(\"b \\\" c\"); // d\nr#\"e\"f\"#; 'g'; <'h>; '\\''; /* i\n */ j");
    for gone in ["b", "c", "d", "e", "f", "g", "i"] {
        assert!(!seen.contains(gone), "{gone} is still in {seen}");
    }
    assert!(seen.contains("'h") && seen.contains('j'), "{seen}");
    assert_eq!(seen.lines().count(), 3);
    assert!(!production("a\n#[cfg(test)]\nmod tests {\n b\n}\nc").contains('b'));
}
