//! The laws of the protocol, checked on real histories: what `GET /api/v1/records/{id}` tells.
//!
//! The oracle here knows nothing of how the server folds changes. It knows one sentence: *a head is
//! an edit with a value that no edit of the same record and field replaces*.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;
use sync_protocol::change::{Change, FieldName};
use sync_protocol::id::{EditId, UserId};
use sync_protocol::message::Snapshot;
use sync_protocol::photo::Sha256;
use sync_protocol::record::{Origin, Record};

use crate::seed::Seed;

/// A record with its history, as the server tells it.
#[derive(Debug, Deserialize)]
pub struct Told {
    /// As it stands.
    pub record: Snapshot,
    /// Its entries in the ledger, in order.
    pub history: Vec<Entry>,
}

/// One entry of the ledger.
#[derive(Debug, Deserialize)]
pub struct Entry {
    /// Its number.
    pub seq: u64,
    /// The change.
    pub change: Change,
    /// Who delivered it.
    pub by: UserId,
    /// That person's name at the time.
    pub by_name: String,
    /// On which device.
    pub device: sync_protocol::id::DeviceId,
    /// SHA-256 of the change in canonical form.
    pub digest: Sha256,
}

/// Checks a record against its history; fails the test where a law is broken.
pub fn check(told: &Json) -> Told {
    let told: Told = serde_json::from_value(told.clone()).expect("a record with its history");
    numbers_rise(&told);
    heads_are_what_nobody_replaced(&told);
    order_does_not_matter(&told);
    told
}

fn numbers_rise(told: &Told) {
    assert!(told.history.is_sorted_by(|one, other| one.seq < other.seq), "each entry has its number");
    let changes: BTreeSet<_> = told.history.iter().map(|entry| entry.change.id).collect();
    assert_eq!(changes.len(), told.history.len(), "no change counts twice");
    assert_eq!(told.history.last().map(|entry| entry.seq), Some(told.record.seq));
    for entry in &told.history {
        assert_eq!(entry.change.record, told.record.id);
        assert_eq!(entry.change.digest(), entry.digest, "a change is what was sent");
    }
}

/// Laws 2, 3 and 4: every value is a head, or named by an edit that replaces it.
fn heads_are_what_nobody_replaced(told: &Told) {
    let edits = || told.history.iter().flat_map(|entry| entry.change.lines());
    let replaced: BTreeSet<(&FieldName, EditId)> =
        edits().flat_map(|(_, edit)| edit.replaces.iter().map(|named| (&edit.field, *named))).collect();
    let mut expected: BTreeMap<FieldName, BTreeSet<EditId>> = BTreeMap::new();
    for (id, edit) in edits().filter(|(_, edit)| edit.value.is_some()) {
        if !replaced.contains(&(&edit.field, id)) {
            expected.entry(edit.field.clone()).or_default().insert(id);
        }
    }
    let shown: BTreeMap<FieldName, BTreeSet<EditId>> = told
        .record
        .fields
        .iter()
        .map(|(field, heads)| (field.clone(), heads.iter().map(|head| head.edit).collect()))
        .collect();
    assert_eq!(shown, expected, "the heads of {}", told.record.id);
}

/// Laws 1 and 5: the same changes in any order, with repeats, give the same record.
fn order_does_not_matter(told: &Told) {
    let origins: Vec<_> = told
        .history
        .iter()
        .map(|entry| Origin {
            by: entry.by,
            by_name: entry.by_name.clone(),
            device: entry.device,
            seq: Some(entry.seq),
        })
        .collect();
    let mut history: Vec<_> = told.history.iter().map(|entry| &entry.change).zip(&origins).collect();
    let mut chance = Seed::new(told.record.seq);
    for _ in 0..4 {
        let folded = Record::fold(told.record.id, told.record.kind.clone(), history.iter().copied());
        assert_eq!(folded, told.record.clone().into_record());
        for at in (1..history.len()).rev() {
            history.swap(at, chance.below(at as u64 + 1) as usize);
        }
        history.push(history[0]);
    }
}
