//! A test in a file that no `mod` names is never run, and nobody notices: here somebody does.

use std::collections::BTreeSet;

use crate::tree::{Breach, Tree, code};

/// Every Rust file is a root of a target, or named by a `mod` that is reached from one.
pub(crate) fn no_file_is_forgotten(tree: &Tree) -> Vec<Breach> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<String> = roots(tree);
    while let Some(path) = waiting.pop() {
        let Some(text) = tree.text(&path) else { continue };
        waiting.extend(children(&path, text).into_iter().filter(|child| tree.text(child).is_some()));
        reached.insert(path);
    }
    let forgotten = tree.rust("").filter(|(path, _)| !reached.contains(*path));
    forgotten
        .map(|(path, _)| {
            Breach::new(
                path,
                1,
                "no `mod` reaches this file, so nothing in it is compiled or run: name it, or delete it",
            )
        })
        .collect()
}

/// The files that are compiled for tests alone: named by a `mod` under `#[cfg(test)]`.
pub(crate) fn for_tests_alone(tree: &Tree) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    for (path, text) in tree.rust("") {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let named = lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]").map(|pair| pair[1]);
        files.extend(named.flat_map(|line| children(path, line)));
    }
    files
}

/// The files that targets begin with: those that a `Cargo.toml` names, and those that cargo finds.
fn roots(tree: &Tree) -> Vec<String> {
    let mut roots = Vec::new();
    for (manifest, text) in tree.all().filter(|(path, _)| path.ends_with("Cargo.toml")) {
        let folder = manifest.trim_end_matches("Cargo.toml");
        let named = text.lines().filter_map(|line| line.strip_prefix("path = \"")?.strip_suffix('"'));
        roots.extend(named.map(|path| format!("{folder}{path}")));
        roots.extend(["src/lib.rs", "src/main.rs", "build.rs"].map(|path| format!("{folder}{path}")));
        if text.contains("autotests = false") || folder.is_empty() {
            continue;
        }
        for found in ["tests/", "examples/", "benches/"] {
            let below = format!("{folder}{found}");
            let is_root = |path: &str| {
                let inside = &path[below.len()..];
                !inside.contains('/') || (inside.ends_with("/main.rs") && inside.matches('/').count() == 1)
            };
            roots.extend(tree.rust(&below).map(|(path, _)| path.to_owned()).filter(|path| is_root(path)));
        }
    }
    roots
}

/// The files that the `mod …;` lines of a file may mean.
fn children(path: &str, text: &str) -> Vec<String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.trim_end_matches(".rs");
    let targets = ["/tests", "/examples", "/benches"].iter().any(|end| folder.ends_with(end));
    let own_folder = if matches!(stem, "mod" | "lib" | "main" | "build") || targets {
        folder.to_owned()
    } else {
        format!("{folder}/{stem}")
    };
    let mut children = Vec::new();
    for line in code(text).lines() {
        let words: Vec<&str> = line.trim().trim_end_matches(';').split_whitespace().collect();
        if let Some(at) = words.iter().position(|word| *word == "mod")
            && line.trim().ends_with(';')
            && let Some(module) = words.get(at + 1)
        {
            children.push(format!("{own_folder}/{module}.rs"));
            children.push(format!("{own_folder}/{module}/mod.rs"));
        }
    }
    children
}
