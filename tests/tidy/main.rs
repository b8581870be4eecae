//! The rules of tidiness, checked over the source text: which way modules look, what is used
//! where, what nobody leaves behind.
//!
//! Every rule is a plain function from a tree of files to the breaches it finds, so that each is
//! also shown, below, a tree that breaks it: a rule that cannot fail would be none.

mod direction;
mod habits;
mod reached;
mod tree;
mod words;

use tree::{Breach, Tree};

/// What a rule looks like.
type Rule = fn(&Tree) -> Vec<Breach>;

/// A rule, and a file that breaks it.
struct Case {
    name: &'static str,
    rule: Rule,
    breaks_at: &'static str,
    breaks_with: String,
}

fn case(name: &'static str, rule: Rule, breaks_at: &'static str, breaks_with: &str) -> Case {
    Case { name, rule, breaks_at, breaks_with: breaks_with.to_owned() }
}

fn cases() -> Vec<Case> {
    let long = "//! Long.\n".repeat(habits::MAX_LINES + 1);
    // Put together here, since this file is read by the rules too.
    let leftover = concat!("// TO", "DO: later\n");
    let machine_path = concat!("see /ro", "ot/notes\n");
    let host = concat!("https://index.", "crates", ".io/\n");
    vec![
        case(
            "modules look left",
            direction::modules_look_left,
            "server/src/store/x.rs",
            "use crate::sync::admit;",
        ),
        case(
            "modules look left, in a group",
            direction::modules_look_left,
            "server/src/blobs.rs",
            "use crate::{error::Error, http};",
        ),
        case(
            "modules have a place",
            direction::modules_look_left,
            "server/src/clock.rs",
            "use crate::elsewhere;",
        ),
        case(
            "crates look down",
            direction::crates_look_down,
            "sync-protocol/src/x.rs",
            "use siteledger::error;",
        ),
        case(
            "crates look down, tests on top",
            direction::crates_look_down,
            "server/src/x.rs",
            "use harness::Server;",
        ),
        case(
            "SQL has its room",
            direction::rooms,
            "server/src/sync/x.rs",
            "async fn f() { sqlx::query(\"\"); }",
        ),
        case("HTTP has its room", direction::rooms, "server/src/sync/x.rs", "use axum::Router;"),
        case(
            "files have their rooms",
            direction::rooms,
            "server/src/sync/x.rs",
            "fn f() { std::fs::read(\"x\"); }",
        ),
        case("time has its room", direction::rooms, "server/src/sync/x.rs", "fn f() { chrono::Utc::now(); }"),
        case(
            "the environment is clap's",
            direction::rooms,
            "server/src/sync/x.rs",
            "fn f() { std::env::var(\"X\"); }",
        ),
        case(
            "the protocol does nothing",
            direction::protocol_does_nothing,
            "sync-protocol/src/x.rs",
            "use std::time::Instant;",
        ),
        case(
            "the protocol makes no id",
            direction::protocol_does_nothing,
            "sync-protocol/src/x.rs",
            "fn f() { Uuid::now_v7(); }",
        ),
        case("unwrap is for tests", habits::unwrap_is_for_tests, "server/src/x.rs", "fn f() { x.unwrap(); }"),
        case("nothing is left for later", habits::nothing_left_for_later, "server/src/x.rs", leftover),
        case(
            "nothing is stubbed",
            habits::nothing_left_for_later,
            "server/src/x.rs",
            concat!("fn f() { to", "do!() }"),
        ),
        case(
            "no test is switched off",
            habits::nothing_left_for_later,
            "tests/e2e/x.rs",
            concat!("#[ig", "nore]\nfn f() {}"),
        ),
        case(
            "lints are expected, not allowed",
            habits::nothing_left_for_later,
            "server/src/x.rs",
            concat!("#[al", "low(dead_code)]\nfn f() {}"),
        ),
        case("files stay readable", habits::files_stay_readable, "server/src/x.rs", &long),
        case(
            "files say what they are for",
            habits::files_say_what_they_are_for,
            "server/src/x.rs",
            "fn f() {}",
        ),
        case(
            "versions stand at the top",
            habits::versions_stand_at_the_top,
            "server/Cargo.toml",
            "[dependencies]\nserde = \"1\"\n",
        ),
        case(
            "no file is forgotten",
            reached::no_file_is_forgotten,
            "server/src/forgotten.rs",
            "//! Nobody names this.",
        ),
        case("no machine is named", words::no_machine_is_named, "README.md", machine_path),
        case("no host is named", words::no_machine_is_named, "README.md", host),
    ]
}

#[test]
fn the_project_keeps_its_rules() {
    let tree = Tree::of_the_project();
    let mut breaches: Vec<String> = Vec::new();
    for case in cases() {
        breaches.extend((case.rule)(&tree).into_iter().map(|breach| breach.to_string()));
    }
    breaches.sort();
    breaches.dedup();
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

#[test]
fn every_rule_can_be_broken() {
    for case in cases() {
        let mut tree = Tree::of_the_project();
        tree.put(case.breaks_at, &case.breaks_with);
        let found = (case.rule)(&tree).iter().any(|breach| breach.path == case.breaks_at);
        assert!(
            found,
            "the rule \"{}\" does not see {:?} in {}",
            case.name, case.breaks_with, case.breaks_at
        );
    }
}
