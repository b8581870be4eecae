//! A record as a row of the store: the same function for the writer and for whoever checks it.

use std::collections::BTreeSet;

use sync_protocol::change::Change;
use sync_protocol::id::RecordId;
use sync_protocol::message::{MAX_RECORD_BYTES, Snapshot};
use sync_protocol::record::{Origin, Record};
use sync_protocol::refusal::{Code, Refusal};

use super::admit::Working;
use super::feed;
use super::incoming::Decoded;
use super::placing::Placed;
use crate::error::{Error, Result};
use crate::store::ledger::Entry;
use crate::store::records::RecordRow;

/// Between which numbers the entries of a record stand in its ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// That of the change that began it.
    pub first: u64,
    /// That of the last change that touched it.
    pub last: u64,
}

impl Span {
    /// That of all entries about a record, given in ledger order; `None` without any.
    pub fn of(history: &[Entry]) -> Option<Self> {
        Some(Self { first: history.first()?.seq, last: history.last()?.seq })
    }
}

/// The row of a record as it stands, kept under `place`.
pub fn row(record: Record, placed: &Placed, span: Span, place: i64) -> Result<RecordRow> {
    let (id, kind) = (record.id, record.kind.clone());
    let snapshot = Snapshot::of(record, span.last, placed.school, placed.project);
    let wide = feed::is_wide(&snapshot);
    let body = serde_json::to_string(&snapshot)
        .map_err(|error| Error::internal(anyhow::Error::new(error).context(format!("record {id}"))))?;
    Ok(RecordRow {
        id,
        county: placed.county.clone(),
        kind,
        first_seq: span.first,
        seq: span.last,
        place,
        school: placed.school,
        project: placed.project,
        wide,
        body,
    })
}

/// How many bytes a head takes at most, beside its value and the name of who wrote it.
const HEAD_BYTES: usize = 320;

/// How many bytes a record's snapshot has at most after a change. It is counted only where it may be
/// too many: a record is far from full nearly always.
///
/// # Errors
/// If they are more than a record may have.
pub(super) fn check_size(
    existing: Option<&Working>,
    candidate: &Record,
    decoded: &Decoded,
) -> Result<usize, Refusal> {
    // Canonical numbers may be shorter than ours, never by half.
    let added = 2 * decoded.canonical.len() + decoded.change.edits.len() * HEAD_BYTES;
    let at_most = existing.map_or(HEAD_BYTES, |existing| existing.bytes) + added;
    if at_most <= MAX_RECORD_BYTES {
        return Ok(at_most);
    }
    let snapshot = Snapshot::of(candidate.clone(), 0, None, None);
    let bytes = serde_json::to_vec(&snapshot).map_or(usize::MAX, |body| body.len());
    if bytes <= MAX_RECORD_BYTES {
        return Ok(bytes);
    }
    Err(Refusal::new(
        Code::TooLarge,
        "这条记录已满（最多 1 MiB），放不下这次的内容；内容已保存，请办公室先处理记录里重复的内容",
        "the record is full (1 MiB at most); what was written is kept, the office settles what stands there twice",
    ))
}

/// The record that follows from its entries in a ledger, given in ledger order.
///
/// # Errors
/// If an entry's body is not a change: it was erased, or is damaged.
pub fn rebuild(id: RecordId, history: &[Entry]) -> Result<Record> {
    let mut record: Option<Record> = None;
    let mut known = BTreeSet::new();
    for entry in history {
        let body = entry.body.as_deref().ok_or_else(|| {
            Error::internal(anyhow::anyhow!("the body of entry {} of {} is gone", entry.seq, entry.county))
        })?;
        let change: Change = serde_json::from_str(body).map_err(|error| {
            let entry = format!("entry {} of {}", entry.seq, entry.county);
            Error::internal(anyhow::Error::new(error).context(entry))
        })?;
        if change.record != id {
            return Err(Error::internal(anyhow::anyhow!(
                "the body of entry {} of {} is about another record: it is damaged",
                entry.seq,
                entry.county
            )));
        }
        let record = record.get_or_insert_with(|| Record::empty(id, &change.kind));
        record.apply(&change, &origin(entry), |change| known.contains(&change));
        known.insert(change.id);
    }
    record.ok_or_else(|| Error::internal(anyhow::anyhow!("record {id} has no entry in any ledger")))
}

/// Who delivered an entry.
pub fn origin(entry: &Entry) -> Origin {
    Origin { by: entry.by, by_name: entry.by_name.clone(), device: entry.device, seq: Some(entry.seq) }
}
