//! The types on the wire as the web client sees them: what stands in its source is what is declared here.
#![cfg(test)]

use ts_rs::{Config, TS};

use crate::change::{Change, Edit, FieldName, Stamp};
use crate::digest::{Opening, ScopeDigest};
use crate::id::{ChangeId, DeviceId, EditId, RecordId, UserId};
use crate::message::{
    CheckpointNews, Fate, HaveRequest, HaveResponse, IndexResponse, OpeningNews, Outcome, SeenCheckpoint,
    Snapshot, SyncRequest, SyncResponse, Unsettled,
};
use crate::photo::Sha256;
use crate::record::{Head, Rule};
use crate::refusal::Code;
use crate::value::Value;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../server/web/src/protocol/wire.gen.ts");

/// What the file says of itself.
const HEAD: &str =
    "// Written by `UPDATE_WIRE_TYPES=1 cargo test -p sync-protocol typescript`, from the types in Rust.\n";

fn declared() -> String {
    let config = Config::new().with_large_int("number");
    let mut file = HEAD.to_owned();
    macro_rules! declare {
        ($($named:ty),* $(,)?) => {
            $(
                let docs = <$named as TS>::docs().unwrap_or_default();
                file.push_str(&format!("\n{docs}export {}\n", <$named as TS>::decl(&config)));
            )*
        };
    }
    declare!(
        RecordId,
        ChangeId,
        UserId,
        DeviceId,
        EditId,
        FieldName,
        Sha256,
        Stamp,
        Value,
        Edit,
        Change,
        Rule,
        Head,
        Snapshot,
        Code,
        SeenCheckpoint,
        SyncRequest,
        Fate,
        Outcome,
        ScopeDigest,
        Opening,
        OpeningNews,
        CheckpointNews,
        SyncResponse,
        IndexResponse,
        HaveRequest,
        Unsettled,
        HaveResponse,
    );
    file
}

#[test]
fn the_web_client_has_the_types_that_travel() {
    let declared = declared();
    if std::env::var_os("UPDATE_WIRE_TYPES").is_some() {
        std::fs::write(FILE, &declared).unwrap();
    }
    let found = std::fs::read_to_string(FILE).unwrap_or_default();
    assert_eq!(found, declared, "they have changed: write the file anew as its first line says");
}
