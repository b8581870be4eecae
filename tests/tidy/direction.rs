//! Which way imports run, and what is used in which room alone.

use crate::reached::for_tests_alone;
use crate::tree::{Breach, Tree, lines_with, production};

/// The server's modules, from the one that knows nobody to the one that knows all.
const ORDER: [&str; 19] = [
    "error",
    "clock",
    "config",
    "store",
    "blobs",
    "access",
    "photos",
    "sync",
    "programme",
    "lists",
    "reports",
    "disclosure",
    "imports",
    "backup",
    "bundles",
    "jobs",
    "http",
    "demo",
    "cli",
];

/// The module that a file of the server belongs to; `None` for `lib.rs` and `main.rs`.
fn module_of(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("server/src/")?;
    let module = inside.split('/').next()?.trim_end_matches(".rs");
    (!matches!(module, "lib" | "main")).then_some(module)
}

/// A module of the server uses only what stands left of it in the order.
pub(crate) fn modules_look_left(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, text) in tree.rust("server/src/") {
        let Some(module) = module_of(path) else { continue };
        let Some(place) = ORDER.iter().position(|name| *name == module) else {
            let advice = format!(
                "the module {module} has no place in the order; give it one in tests/tidy/direction.rs and lib.rs"
            );
            breaches.push(Breach::new(path, 1, advice));
            continue;
        };
        for (line, used) in used_modules(&production(text)) {
            let fits = ORDER.iter().position(|name| *name == used).is_some_and(|its| its <= place);
            if !fits {
                let advice = format!(
                    "{module} must not use {used}, which stands right of it or nowhere in: {}; move what both need to the left",
                    ORDER.join(" ")
                );
                breaches.push(Breach::new(path, line, advice));
            }
        }
    }
    breaches
}

/// The modules named after `crate::`, alone or in a group, with their lines.
fn used_modules(code: &str) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let line = code[..at].lines().count().max(1);
        let after = &code[at + "crate::".len()..];
        let names = if after.starts_with('{') { group_of(after) } else { vec![word_of(after)] };
        // `crate::Result` and the like are re-exports at the top, no modules.
        let modules = names.into_iter().filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
        used.extend(modules.map(|name| (line, name)));
    }
    used
}

/// The first names in `{a::b, c::{d, e}}`.
fn group_of(text: &str) -> Vec<String> {
    let (mut depth, mut names, mut expects_name) = (0_usize, Vec::new(), false);
    for (at, c) in text.char_indices() {
        match c {
            '{' => {
                depth += 1;
                expects_name = depth == 1;
            }
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            ',' => expects_name = depth == 1,
            c if expects_name && !c.is_whitespace() => {
                names.push(word_of(&text[at..]));
                expects_name = false;
            }
            _ => {}
        }
    }
    names
}

fn word_of(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// `sync-protocol` knows nothing of ours, `server` knows it, `tests` knows both, nobody knows `tests`.
pub(crate) fn crates_look_down(tree: &Tree) -> Vec<Breach> {
    let above = [
        ("sync-protocol/", &["siteledger::", "harness::"][..]),
        ("server/", &["harness::", "siteledger_tests::"][..]),
    ];
    let mut breaches = Vec::new();
    for (below, names) in above {
        for (path, text) in tree.rust(below) {
            let code = crate::tree::code(text);
            for name in names {
                let advice = format!("{below} must not know {name}; move what it needs down into {below}");
                breaches.extend(lines_with(&code, name).map(|line| Breach::new(path, line, advice.clone())));
            }
        }
    }
    breaches
}

/// Something that is used in some rooms alone.
struct Room {
    words: &'static [&'static str],
    rooms: &'static [&'static str],
    advice: &'static str,
}

const ROOMS: [Room; 5] = [
    Room {
        words: &["sqlx::"],
        // error.rs alone knows what a database's failure means.
        rooms: &["store/", "error.rs"],
        advice: "SQL stands in server/src/store/ alone; add a function there, named for the question",
    },
    Room {
        words: &["axum::", "axum_extra::", "utoipa_axum::"],
        rooms: &["http/", "cli/serve.rs", "main.rs"],
        advice: "HTTP stands in server/src/http/ alone; let the operation take and return plain values",
    },
    Room {
        words: &["std::fs", "tokio::fs", "File::open", "File::create", "OpenOptions::"],
        rooms: &["blobs/", "backup/", "config.rs", "config/", "cli.rs", "cli/", "main.rs"],
        advice: "files are touched in blobs/, backup/, config.rs and the command line alone; move the access there",
    },
    Room {
        words: &["Utc::now", "Local::now", "SystemTime::now"],
        rooms: &["clock.rs"],
        advice: "time comes from clock.rs, so that tests can set it; take a Clock or a Moment",
    },
    Room {
        words: &["std::env", "env::var", "env::args"],
        rooms: &[],
        advice: "settings come from the command line, where clap reads the environment; add an argument",
    },
];

/// What the server uses in some rooms alone.
pub(crate) fn rooms(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let for_tests = for_tests_alone(tree);
    for (path, text) in tree.rust("server/src/").filter(|(path, _)| !for_tests.contains(*path)) {
        let inside = path.trim_start_matches("server/src/");
        let code = production(text);
        for room in ROOMS.iter().filter(|room| room.rooms.iter().all(|place| !inside.starts_with(place))) {
            for word in room.words {
                breaches.extend(lines_with(&code, word).map(|line| Breach::new(path, line, room.advice)));
            }
        }
    }
    breaches
}

/// What the protocol crate must not even name: it does no I/O, reads no clock, makes no random number.
const DEEDS: [&str; 17] = [
    "tokio",
    "async fn",
    "axum",
    "sqlx",
    "reqwest",
    "getrandom",
    "rand::",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::time",
    "Utc::now",
    "Local::now",
    "now_v7",
    "new_v4",
];

/// The protocol is a pure function of what it is given.
pub(crate) fn protocol_does_nothing(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, text) in tree.rust("sync-protocol/src/") {
        let code = production(text);
        for deed in DEEDS {
            let advice = format!(
                "sync-protocol does no I/O, reads no clock and makes no random number, so no {deed}; let the caller hand it in"
            );
            breaches.extend(lines_with(&code, deed).map(|line| Breach::new(path, line, advice.clone())));
        }
    }
    breaches
}
