//! The rules of tidiness, checked over the source text: which way modules look, what is used
//! where, what nobody leaves behind.
//!
//! Every rule is a plain function from a tree of files to the breaches it finds, so that each is
//! also shown, below, a tree that breaks it: a rule that cannot fail would be none.

mod direction;
mod habits;
mod proven;
mod reached;
mod told;
mod tree;
mod words;

use tree::{Breach, Tree};

/// What a rule looks like.
type Check = fn(&Tree) -> Vec<Breach>;

/// A rule, and files that break it.
struct Rule {
    check: Check,
    broken_by: Vec<(&'static str, String)>,
}

fn rule<const N: usize>(check: Check, broken_by: [(&'static str, &str); N]) -> Rule {
    let broken_by = broken_by.map(|(path, text)| (path, text.to_owned())).to_vec();
    Rule { check, broken_by }
}

fn rules() -> Vec<Rule> {
    let mut rules = about_direction();
    rules.extend(about_habits());
    rules.extend(about_names());
    rules
}

fn about_direction() -> Vec<Rule> {
    use direction::{crates_look_down, modules_look_left, protocol_does_nothing, rooms};
    let sync = "server/src/sync/x.rs";
    let protocol = "sync-protocol/src/x.rs";
    vec![
        rule(
            modules_look_left,
            [
                ("server/src/store/x.rs", "use crate::sync::admit;"),
                ("server/src/blobs.rs", "use crate::{error::Error, http};"),
                ("server/src/clock.rs", "use crate::elsewhere;"),
            ],
        ),
        rule(
            crates_look_down,
            [(protocol, "use siteledger::error;"), ("server/src/x.rs", "use harness::Server;")],
        ),
        rule(
            rooms,
            [
                (sync, "fn f() { sqlx::query(\"\"); }"),
                (sync, "use axum::Router;"),
                (sync, "fn f() { std::fs::read(\"x\"); }"),
                (sync, "fn f() { chrono::Utc::now(); }"),
                (sync, "fn f() { std::env::var(\"X\"); }"),
            ],
        ),
        rule(
            protocol_does_nothing,
            [(protocol, "use std::time::Instant;"), (protocol, "fn f() { Uuid::now_v7(); }")],
        ),
    ]
}

fn about_habits() -> Vec<Rule> {
    use habits::{
        MAX_LINES, files_say_what_they_are_for, files_stay_readable, nothing_left_for_later,
        unwrap_is_for_tests, versions_stand_at_the_top,
    };
    let source = "server/src/x.rs";
    let long = "//! Long.\n".repeat(MAX_LINES + 1);
    let later = concat!("// TO", "DO: later\n");
    vec![
        rule(unwrap_is_for_tests, [(source, "fn f() { x.unwrap(); }")]),
        rule(
            nothing_left_for_later,
            [
                (source, later),
                (source, "fn f() { todo!() }"),
                ("tests/e2e/x.rs", "#[ignore]\nfn f() {}"),
                (source, "#[allow(dead_code)]\nfn f() {}"),
            ],
        ),
        rule(files_stay_readable, [(source, &long)]),
        rule(files_say_what_they_are_for, [(source, "fn f() {}")]),
        rule(versions_stand_at_the_top, [("server/Cargo.toml", "[dependencies]\nserde = \"1\"\n")]),
    ]
}

fn about_names() -> Vec<Rule> {
    use proven::{PAGE, claims_have_tests_or_reasons};
    use reached::no_file_is_forgotten;
    use told::settings_and_metrics_are_told;
    use words::no_machine_is_named;
    // Put together here, since this file is read by the rule too.
    let path = concat!("see /ro", "ot/notes\n");
    let host = concat!("from index.crates", ".io\n");
    let source = "server/src/x.rs";
    vec![
        rule(no_file_is_forgotten, [("server/src/forgotten.rs", "//! Nobody names this.")]),
        rule(
            settings_and_metrics_are_told,
            [(source, "arg(env = \"SITELEDGER_NEW\")"), (source, "counter!(\"siteledger_new_total\")")],
        ),
        rule(
            claims_have_tests_or_reasons,
            [
                (PAGE, "| 1.2.3 | Done. | `x.rs::a_test_that_is_not_there` |"),
                (PAGE, "| 1.2.3 | Done. | surely |"),
            ],
        ),
        rule(no_machine_is_named, [("README.md", path), ("README.md", host)]),
    ]
}

#[test]
fn the_project_keeps_its_rules() {
    let tree = Tree::of_the_project();
    let breaches: Vec<String> =
        rules().iter().flat_map(|rule| (rule.check)(&tree)).map(|breach| breach.to_string()).collect();
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

#[test]
fn every_rule_can_be_broken() {
    for rule in rules() {
        for (path, text) in &rule.broken_by {
            let found = (rule.check)(&Tree::of_one(path, text));
            assert!(found.iter().any(|breach| breach.path == *path), "nothing is found in {path}: {text}");
        }
    }
}
