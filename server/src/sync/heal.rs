//! Makes the row of a record anew from the record's entries in the ledger, where a failing disk
//! changed it. Nothing is ever served from the damaged row.

use sync_protocol::id::RecordId;
use sync_protocol::kinds;

use super::directory::reference;
use super::placing::Placed;
use super::rows::{self, Span};
use crate::error::{Error, Result};
use crate::store::ledger::{self, Entry};
use crate::store::{Store, Tx, damage, records};

/// Makes the rows of these records anew, in a commit of its own; tells whether any was.
///
/// # Errors
/// If nothing can be written.
pub async fn heal(store: &Store, records: Vec<RecordId>) -> Result<bool> {
    store.write(move |tx| Box::pin(heal_within(tx, records))).await
}

/// Makes the rows of these records anew, within a commit; tells whether any was. One whose entries
/// are damaged too, or erased, stays as it is: that is noted, and told in the log.
pub(super) async fn heal_within(tx: &mut Tx, records: Vec<RecordId>) -> Result<bool> {
    let mut any = false;
    for record in records {
        match make(tx, record).await {
            Ok(()) => {
                any = true;
                damage::record_is_whole(tx, record).await?;
                count("rebuilt");
                tracing::warn!(%record, "the row of a record was damaged on disk and was made anew from the ledger");
            }
            Err(error) => {
                // Told once, not to everybody who comes by.
                if damage::note_record(tx, record).await? {
                    count("unreadable");
                    tracing::error!(
                        ?error,
                        %record,
                        "the row of a record is damaged on disk and cannot be made anew, it is left out; run `siteledger verify`"
                    );
                }
            }
        }
    }
    Ok(any)
}

fn count(outcome: &'static str) {
    metrics::counter!("siteledger_records_damaged_total", "outcome" => outcome).increment(1);
}

async fn make(tx: &mut Tx, record: RecordId) -> Result<()> {
    let history = history(tx, record).await?;
    let rebuilt = rows::rebuild(record, &history)?;
    let in_no_ledger = || Error::internal(anyhow::anyhow!("it stands in no ledger"));
    let span = Span::of(&history).ok_or_else(in_no_ledger)?;
    let county = history.first().map(|entry| entry.county.as_str()).ok_or_else(in_no_ledger)?;
    let kind = kinds::named(&rebuilt.kind)
        .ok_or_else(|| Error::internal(anyhow::anyhow!("it is of no known kind: {}", rebuilt.kind)))?;
    let school = match reference(&rebuilt, "project") {
        Some(project) => school_of(tx, project).await?,
        None => None,
    };
    let placed = Placed::of(kind, &rebuilt, county, |_| school);
    let place = records::place(tx, &placed.key(kind)).await?;
    let row = rows::row(rebuilt, &placed, span, place.id)?;
    records::save(tx, &[row]).await
}

/// The school of a project, as its history says: its row may be damaged too.
async fn school_of(tx: &mut Tx, project: RecordId) -> Result<Option<RecordId>> {
    let history = history(tx, project).await?;
    if history.is_empty() {
        return Ok(None);
    }
    Ok(reference(&rows::rebuild(project, &history)?, "school"))
}

/// The entries of a record, all of them whole. Those that are not are noted.
async fn history(tx: &mut Tx, record: RecordId) -> Result<Vec<Entry>> {
    let (mut whole, mut damaged) = (Vec::new(), None);
    for (entry, intact) in ledger::history_to_check(tx, record).await? {
        if intact && entry.fits() {
            whole.push(entry);
        } else {
            if entry.body.is_some() {
                damage::note_entry(tx, &entry.county, entry.seq).await?;
            }
            damaged = Some(entry);
        }
    }
    match damaged {
        None => Ok(whole),
        Some(entry) => Err(Error::internal(anyhow::anyhow!(
            "entry {} of {} is damaged or erased",
            entry.seq,
            entry.county
        ))),
    }
}
