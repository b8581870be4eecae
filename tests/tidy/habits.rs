//! What code here looks like: readable files, nothing left behind, one place for versions.

use crate::reached::for_tests_alone;
use crate::tree::{Breach, Tree, code, ending, lines_with, production};

/// A file that needs more wants to be two.
pub(crate) const MAX_LINES: usize = 600;

/// Outside of tests, what cannot fail says why in an `expect`.
pub(crate) fn unwrap_is_for_tests(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let for_tests = for_tests_alone(tree);
    let sources = tree.rust("server/src/").chain(tree.rust("sync-protocol/src/"));
    for (path, text) in sources.filter(|(path, _)| !for_tests.contains(*path)) {
        let code = production(text);
        let advice = "unwrap() is for tests; return the error, or say in expect(…) why it cannot happen";
        breaches.extend(lines_with(&code, ".unwrap()").map(|line| Breach::new(path, line, advice)));
    }
    breaches
}

/// What must not be left in any code, and what to do instead.
const LEFTOVERS: [(&str, &str); 6] = [
    ("todo!(", "write it, or leave the place out; an issue keeps the thought"),
    ("unimplemented!(", "write it, or leave the place out; an issue keeps the thought"),
    ("dbg!(", "take it out"),
    ("#[ignore", "no test is switched off: assert what happens now, with the reason, or delete it"),
    ("#[allow(", "use #[expect(lint, reason = \"…\")], which says so when it is no longer needed"),
    ("#![allow(", "use #![expect(lint, reason = \"…\")], which says so when it is no longer needed"),
];

/// Words in comments that put something off, in halves, since this file is read by the rule too.
const LATER: [(&str, &str); 3] = [("TO", "DO"), ("FIX", "ME"), ("XX", "X:")];

/// Nothing is stubbed, switched off, silenced or put off.
pub(crate) fn nothing_left_for_later(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, text) in tree.rust("") {
        let code = code(text);
        for (word, advice) in LEFTOVERS {
            let advice = format!("{word}…: {advice}");
            breaches.extend(lines_with(&code, word).map(|line| Breach::new(path, line, advice.clone())));
        }
        for (first, second) in LATER {
            let word = format!("{first}{second}");
            let advice = format!("{word}: file an issue and take the comment out");
            breaches.extend(lines_with(text, &word).map(|line| Breach::new(path, line, advice.clone())));
        }
    }
    breaches
}

/// No file is longer than a reader's patience.
pub(crate) fn files_stay_readable(tree: &Tree) -> Vec<Breach> {
    let source = |path: &str| ["rs", "ts", "js", "py", "sql"].contains(&ending(path));
    let long = tree.all().filter(|(path, text)| source(path) && text.lines().count() > MAX_LINES);
    long.map(|(path, text)| {
        let lines = text.lines().count();
        Breach::new(
            path,
            lines,
            format!("{lines} lines are more than {MAX_LINES}: this file wants to be two"),
        )
    })
    .collect()
}

/// A reader who opens a file cold meets first what it is for.
pub(crate) fn files_say_what_they_are_for(tree: &Tree) -> Vec<Breach> {
    let silent = tree.rust("").filter(|(_, text)| !text.trim_start().starts_with("//!"));
    silent
        .map(|(path, _)| Breach::new(path, 1, "begin with //! and a sentence on what the file is for"))
        .collect()
}

/// Only the top `Cargo.toml` names versions, and that of a workspace of its own.
pub(crate) fn versions_stand_at_the_top(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let is_member = |text: &str| !text.lines().any(|line| line == "[workspace.dependencies]");
    let members = tree.all().filter(|(path, text)| path.ends_with("/Cargo.toml") && is_member(text));
    for (path, text) in members {
        let mut in_dependencies = false;
        for (at, line) in text.lines().enumerate() {
            if line.starts_with('[') {
                in_dependencies = line.ends_with("dependencies]");
            } else if in_dependencies && line.contains('=') && !line.contains("workspace = true") {
                let advice =
                    "put the version into [workspace.dependencies] and write name.workspace = true here";
                breaches.push(Breach::new(path, at + 1, advice));
            }
        }
    }
    breaches
}
