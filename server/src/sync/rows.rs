//! A record as a row of the store: the same function for the writer and for whoever checks it.

use std::collections::BTreeSet;

use sync_protocol::change::Change;
use sync_protocol::id::RecordId;
use sync_protocol::message::Snapshot;
use sync_protocol::record::{Origin, Record};

use super::feed;
use super::placing::Placed;
use crate::error::{Error, Result};
use crate::store::ledger::Entry;
use crate::store::records::RecordRow;

/// The row of a record as it stands, kept under `place`.
pub fn row(record: Record, placed: &Placed, seq: u64, place: i64) -> Result<RecordRow> {
    let (id, kind) = (record.id, record.kind.clone());
    let snapshot = Snapshot::of(record, seq, placed.school, placed.project);
    let wide = feed::is_wide(&snapshot);
    let body = serde_json::to_string(&snapshot)
        .map_err(|error| Error::internal(anyhow::Error::new(error).context(format!("record {id}"))))?;
    Ok(RecordRow {
        id,
        county: placed.county.clone(),
        kind,
        seq,
        place,
        school: placed.school,
        project: placed.project,
        wide,
        body,
    })
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
pub(super) fn origin(entry: &Entry) -> Origin {
    Origin { by: entry.by, by_name: entry.by_name.clone(), device: entry.device, seq: Some(entry.seq) }
}
