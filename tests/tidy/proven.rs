//! What the security page claims is shown by a test that is there, or has its reason written beside it.

use crate::tree::{Breach, Tree};

pub(crate) const PAGE: &str = "server/docs/asvs.md";

/// How a cell begins that names no test.
const WRITTEN: [&str; 3] = ["reason:", "written:", "not met:"];

/// Every item of the page names tests that exist, or says why there is none.
pub(crate) fn claims_have_tests_or_reasons(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (at, line) in tree.text(PAGE).unwrap_or_default().lines().enumerate() {
        let cells: Vec<_> = line.trim_matches(['|', ' ']).split(" | ").collect();
        let is_item =
            cells[0].split('.').count() == 3 && cells[0].split('.').all(|part| part.parse::<u8>().is_ok());
        if !is_item {
            continue;
        }
        let proof = cells.get(2).copied().unwrap_or_default();
        let named: Vec<_> = proof.split('`').skip(1).step_by(2).filter(|name| name.contains("::")).collect();
        if named.is_empty() && !WRITTEN.iter().any(|begin| proof.starts_with(begin)) {
            breaches.push(Breach::new(PAGE, at + 1, "name a test as `file.rs::test`, or write the reason"));
        }
        for name in named.into_iter().filter(|name| !is_a_test(tree, name)) {
            breaches.push(Breach::new(
                PAGE,
                at + 1,
                format!("there is no test {name}: name the one that shows it"),
            ));
        }
    }
    breaches
}

/// Whether one file whose path ends like that has such a test.
fn is_a_test(tree: &Tree, name: &str) -> bool {
    let Some((file, test)) = name.split_once("::") else { return false };
    let is_named = |path: &str| path == file || path.ends_with(&format!("/{file}"));
    let declared = format!("fn {test}(");
    tree.rust("").any(|(path, text)| {
        is_named(path) && text.find(&declared).is_some_and(|at| above(text, at).contains("#["))
    })
}

/// The line above the one that something stands in.
fn above(text: &str, at: usize) -> &str {
    let before = text[..at].rfind('\n').map_or("", |end| &text[..end]);
    before.lines().last().unwrap_or_default()
}
