//! What an administrator can set or watch is told where administrators read.

use crate::tree::{Breach, Tree, production_text};

/// Every setting stands in the README, every metric in the operations page.
pub(crate) fn settings_and_metrics_are_told(tree: &Tree) -> Vec<Breach> {
    let told = |page: &str| tree.text(page).unwrap_or_default().to_owned();
    let readme = told("README.md");
    let operations = told("server/docs/operations.md");
    let mut breaches = Vec::new();
    for (path, text) in tree.rust("server/src/") {
        for (line, name) in names(&production_text(text)) {
            let (page, place) = if name.starts_with("SITELEDGER_") {
                (&readme, "the table of settings in README.md")
            } else {
                (&operations, "the table of metrics in server/docs/operations.md")
            };
            if !page.contains(&format!("`{name}`")) {
                breaches.push(Breach::new(path, line, format!("tell what {name} means in {place}")));
            }
        }
    }
    breaches
}

/// The settings and metrics named in text literals, with their lines.
fn names(text: &str) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for literal in line.split('"').skip(1).step_by(2) {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let named = literal.starts_with("SITELEDGER_") || literal.starts_with("siteledger_");
            if named && literal.chars().all(is_name) {
                names.push((at + 1, literal.to_owned()));
            }
        }
    }
    names
}
