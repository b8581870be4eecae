//! Changes, one a line: each is refused with words or comes back as it was; and those of one record
//! make the same record in whatever order they come.

use std::collections::BTreeSet;

use sync_protocol::change::{Change, MAX_CHANGE_BYTES, MAX_EDITS};
use sync_protocol::id::{DeviceId, UserId};
use sync_protocol::kinds::{self, natural_id};
use sync_protocol::message::Snapshot;
use sync_protocol::record::{Origin, Record, read};
use sync_protocol::refusal::Code;
use sync_protocol::signoff::{self, Signoff};
use uuid::Uuid;

/// So many changes of one record are played in several orders.
const PLAYED: usize = 4;

pub(crate) fn holds(bytes: &[u8]) {
    // What is no UTF-8 is refused before, with the request that it stands in.
    let Ok(text) = str::from_utf8(bytes) else { return };
    let mut changes: Vec<Change> = Vec::new();
    for change in text.split('\n').filter_map(decoded) {
        let is_new = changes.iter().all(|other| other.id != change.id);
        let of_same = changes.first().is_none_or(|first| first.record == change.record);
        if is_new && of_same && changes.len() < PLAYED {
            changes.push(change);
        }
    }
    if let Some(first) = changes.first() {
        make_one_record(first, &changes);
    }
}

fn decoded(raw: &str) -> Option<Change> {
    let change = match Change::decode(raw) {
        Ok(change) => change,
        Err(refusal) => {
            assert!(matches!(refusal.code, Code::Invalid | Code::TooLarge), "{refusal}");
            assert!(!refusal.zh.is_empty() && !refusal.en.is_empty());
            return None;
        }
    };
    assert!(raw.len() <= MAX_CHANGE_BYTES && (1..=MAX_EDITS).contains(&change.edits.len()));
    let canonical = String::from_utf8(change.canonical()).expect("JSON is UTF-8");
    let again = Change::decode(&canonical).expect("what was accepted is accepted as it is stored");
    assert_eq!(again, change);
    assert_eq!(again.canonical(), canonical.as_bytes(), "the canonical bytes are their own canonical bytes");
    assert_eq!(again.digest(), change.digest());
    for kind in kinds::all() {
        if let Err(refusal) = kind.check(&change) {
            assert!(!refusal.zh.is_empty() && !refusal.en.is_empty());
        }
        let id = natural_id(kind, |name| change.value_of(name).cloned());
        assert_eq!(id, natural_id(kind, |name| again.value_of(name).cloned()));
    }
    Some(change)
}

/// Any two who know the same changes hold the same record, and it goes over the wire unharmed.
fn make_one_record(first: &Change, changes: &[Change]) {
    let numbered: Vec<_> = changes.iter().zip(1..).map(|(change, seq)| (change, origin(seq))).collect();
    let fold = |order: &[usize]| {
        let history = order.iter().map(|at| (numbered[*at].0, &numbered[*at].1));
        Record::fold(first.record, &first.kind, history)
    };
    let forth: Vec<_> = (0..changes.len()).collect();
    let back: Vec<_> = forth.iter().rev().copied().collect();
    let record = fold(&forth);
    assert_eq!(fold(&back), record, "the order of arrival made a difference");
    assert_eq!(fold(&[forth, back].concat()), record, "arriving twice made a difference");

    let wire = serde_json::to_string(&Snapshot::of(record.clone(), 1, None, None)).expect("it is JSON");
    let snapshot: Snapshot = serde_json::from_str(&wire).expect("as it was written");
    assert_eq!(snapshot.into_record(), record, "a snapshot lost something");
    shown(&record);
}

/// What a screen asks of a record.
fn shown(record: &Record) {
    record.force();
    let kind = kinds::named(&record.kind);
    let edits: BTreeSet<_> = record.fields.values().flat_map(|state| &state.heads).map(|h| h.edit).collect();
    assert_eq!(edits.len(), record.fields.values().map(|state| state.heads.len()).sum::<usize>());
    let signoffs = record.heads_named(signoff::FIELD).iter();
    for signoff in signoffs.filter_map(|head| Signoff::read(&head.value).ok()) {
        signoff.standing(record);
        kind.map(|kind| signoff.signs_over_conflict(record, kind));
    }
    for (name, state) in &record.fields {
        assert!(!state.heads.is_empty() || !state.awaited.is_empty(), "{name} is of nothing");
        assert!(state.heads.is_sorted_by_key(|head| head.seq), "{name} is out of order");
        if let Some(kind) = kind {
            read(kind.rule(name), &state.heads);
        }
    }
}

fn origin(seq: u64) -> Origin {
    let (by, device) = (UserId(Uuid::from_u128(seq.into())), DeviceId(Uuid::from_u128(seq.into())));
    Origin { by, by_name: "演示".to_owned(), device, seq: Some(seq) }
}
