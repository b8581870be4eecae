//! Makes the row of a ledger's entry good again where a failing disk changed it, from the change that
//! a phone still has and sends once more.
//!
//! Nothing is believed: the row with what came in its place must have the hash that was kept with it,
//! and the leaf that stands in the tree.

use std::collections::HashMap;

use sync_protocol::id::ChangeId;

use super::incoming::Incoming;
use super::proof;
use crate::error::Result;
use crate::store::Tx;
use crate::store::ledger::Entry;
use crate::store::ledger::damaged::{self, DamagedEntry};

/// Which of these changes are lacking, though the ledger has entries of them: what they say is
/// damaged there.
pub(super) async fn lacking(tx: &mut Tx, changes: &[ChangeId]) -> Result<Vec<ChangeId>> {
    let found = damaged::known_to_be_damaged(tx, changes).await?;
    Ok(found
        .into_iter()
        .filter(|damaged| !damaged.entry.fits())
        .map(|damaged| damaged.entry.change)
        .collect())
}

/// Mends the entries of the changes that came, where they are known to be damaged.
pub(super) async fn mend<'c>(tx: &mut Tx, came: impl Iterator<Item = &'c Incoming>) -> Result<()> {
    let came: HashMap<ChangeId, &Incoming> =
        came.filter_map(|incoming| Some((incoming.reading.as_ref().ok()?.change.id, incoming))).collect();
    let ids: Vec<_> = came.keys().copied().collect();
    for damaged in damaged::known_to_be_damaged(tx, &ids).await? {
        let Some(entry) = came.get(&damaged.entry.change).and_then(|incoming| mended(&damaged, incoming))
        else {
            continue;
        };
        damaged::mend(tx, damaged.row, &entry).await?;
        metrics::counter!("siteledger_entries_mended_total").increment(1);
        let Entry { county, seq, .. } = &entry;
        tracing::warn!(
            county,
            seq,
            "an entry was damaged on disk; a phone sent the change again and it is whole"
        );
    }
    Ok(())
}

/// The entry with what came in place of what the change says, if that is what was written.
fn mended(damaged: &DamagedEntry, incoming: &Incoming) -> Option<Entry> {
    let decoded = incoming.reading.as_ref().ok()?;
    let entry = Entry {
        record: decoded.change.record,
        digest: incoming.digest,
        body: Some(decoded.canonical.clone()),
        ..damaged.entry.clone()
    };
    // What was erased stays erased.
    let erased = damaged.entry.body.is_none();
    let in_tree = tlog_tiles::record_hash(&proof::leaf(&entry).canonical()).0 == entry.leaf;
    (!erased && in_tree && entry.row_hash().as_slice() == damaged.row_hash && entry.fits()).then_some(entry)
}
