//! The rules of tidiness, checked over the source text: which way modules look, what is used
//! where, what nobody leaves behind.
//!
//! Every rule is a plain function from a tree of files to the breaches it finds, so that each is
//! also shown, below, a tree that breaks it: a rule that cannot fail would be none.

mod direction;
mod habits;
mod reached;
mod told;
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
    let mut cases = about_direction();
    cases.extend(about_habits());
    cases.extend(about_names());
    cases
}

fn about_direction() -> Vec<Case> {
    use direction::{crates_look_down, modules_look_left, protocol_does_nothing, rooms};
    let sync = "server/src/sync/x.rs";
    let protocol = "sync-protocol/src/x.rs";
    vec![
        case("modules look left", modules_look_left, "server/src/store/x.rs", "use crate::sync::admit;"),
        case("groups too", modules_look_left, "server/src/blobs.rs", "use crate::{error::Error, http};"),
        case("modules have a place", modules_look_left, "server/src/clock.rs", "use crate::elsewhere;"),
        case("crates look down", crates_look_down, protocol, "use siteledger::error;"),
        case("tests are on top", crates_look_down, "server/src/x.rs", "use harness::Server;"),
        case("SQL has its room", rooms, sync, "fn f() { sqlx::query(\"\"); }"),
        case("HTTP has its room", rooms, sync, "use axum::Router;"),
        case("files have their rooms", rooms, sync, "fn f() { std::fs::read(\"x\"); }"),
        case("time has its room", rooms, sync, "fn f() { chrono::Utc::now(); }"),
        case("the environment is clap's", rooms, sync, "fn f() { std::env::var(\"X\"); }"),
        case("the protocol does nothing", protocol_does_nothing, protocol, "use std::time::Instant;"),
        case("the protocol makes no id", protocol_does_nothing, protocol, "fn f() { Uuid::now_v7(); }"),
    ]
}

fn about_habits() -> Vec<Case> {
    use habits::{
        MAX_LINES, files_say_what_they_are_for, files_stay_readable, nothing_left_for_later,
        unwrap_is_for_tests, versions_stand_at_the_top,
    };
    let source = "server/src/x.rs";
    let long = "//! Long.\n".repeat(MAX_LINES + 1);
    let version = "[dependencies]\nserde = \"1\"\n";
    let later = concat!("// TO", "DO: later\n");
    vec![
        case("unwrap is for tests", unwrap_is_for_tests, source, "fn f() { x.unwrap(); }"),
        case("nothing is put off", nothing_left_for_later, source, later),
        case("nothing is stubbed", nothing_left_for_later, source, "fn f() { todo!() }"),
        case("no test is off", nothing_left_for_later, "tests/e2e/x.rs", "#[ignore]\nfn f() {}"),
        case("lints are expected", nothing_left_for_later, source, "#[allow(dead_code)]\nfn f() {}"),
        case("files stay readable", files_stay_readable, source, &long),
        case("files say what they are for", files_say_what_they_are_for, source, "fn f() {}"),
        case("versions stand at the top", versions_stand_at_the_top, "server/Cargo.toml", version),
    ]
}

fn about_names() -> Vec<Case> {
    use reached::no_file_is_forgotten;
    use told::settings_and_metrics_are_told;
    use words::no_machine_is_named;
    // Put together here, since this file is read by the rule too.
    let path = concat!("see /ro", "ot/notes\n");
    let host = concat!("from index.crates", ".io\n");
    let source = "server/src/x.rs";
    vec![
        case(
            "no file is forgotten",
            no_file_is_forgotten,
            "server/src/forgotten.rs",
            "//! Nobody names this.",
        ),
        case("settings are told", settings_and_metrics_are_told, source, "arg(env = \"SITELEDGER_NEW\")"),
        case("metrics are told", settings_and_metrics_are_told, source, "counter!(\"siteledger_new_total\")"),
        case("no machine is named", no_machine_is_named, "README.md", path),
        case("no host is named", no_machine_is_named, "README.md", host),
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
