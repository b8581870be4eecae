//! What holds of any bytes that come to the server from outside, one file a target.
//!
//! A target takes bytes, any bytes, and panics where a law is broken. The fuzzer in `libfuzzer/`
//! looks for such bytes, led by what code they reach; `replay.rs` holds in every test run what is
//! kept: `corpus/<target>/`, the least files that together reach all that was ever reached, and
//! `crashes/<target>/`, each file of which broke a law once.
#![warn(missing_docs)]

mod bundle;
mod change;
mod cursor;
mod office;
mod photo;
mod sync;
mod tus;

/// A target.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, which is that of its folders.
    pub name: &'static str,
    /// Holds its laws against some bytes.
    pub holds: fn(&[u8]),
}

/// All of them.
pub const TARGETS: [Target; 6] = [
    Target { name: "change", holds: change::holds },
    Target { name: "cursor", holds: cursor::holds },
    Target { name: "photo", holds: photo::holds },
    Target { name: "bundle", holds: bundle::holds },
    Target { name: "tus", holds: tus::holds },
    Target { name: "sync", holds: sync::holds },
];

/// The target with that name.
pub fn named(name: &str) -> Option<Target> {
    TARGETS.into_iter().find(|target| target.name == name)
}
