//! Makes the row of a record anew from the record's entries in the ledger, where a failing disk
//! changed it. Nothing is ever served from the damaged row.

use sync_protocol::id::RecordId;
use sync_protocol::kinds;
use sync_protocol::photo::Sha256;

use super::directory::reference;
use super::placing::Placed;
use super::rows;
use crate::error::{Error, Result};
use crate::store::ledger::{self, Entry};
use crate::store::{Store, Tx, records};

/// How many damaged rows one reader waits for.
pub(super) const AT_MOST: usize = 1000;

/// Makes the row of a record anew, in a commit of its own.
///
/// # Errors
/// If an entry of the record is damaged too, or erased: then it stays as it is, and the log says so.
pub async fn heal(store: &Store, record: RecordId) -> Result<()> {
    store.write(move |tx| Box::pin(heal_within(tx, record))).await
}

/// Makes the row of a record anew, within a commit.
pub(super) async fn heal_within(tx: &mut Tx, record: RecordId) -> Result<()> {
    let made = make(tx, record).await;
    let outcome = if made.is_ok() { "rebuilt" } else { "unreadable" };
    metrics::counter!("siteledger_records_damaged_total", "outcome" => outcome).increment(1);
    match &made {
        Ok(()) => {
            tracing::warn!(%record, "the row of a record was damaged on disk and was made anew from the ledger");
        }
        Err(error) => tracing::error!(
            ?error,
            %record,
            "the row of a record is damaged on disk and cannot be made anew; run `siteledger verify`"
        ),
    }
    made
}

async fn make(tx: &mut Tx, record: RecordId) -> Result<()> {
    let mut history = Vec::new();
    for (entry, intact) in ledger::history_to_check(tx, record).await? {
        if !intact || !fits(&entry) {
            return Err(Error::internal(anyhow::anyhow!(
                "entry {} of {} is damaged",
                entry.seq,
                entry.county
            )));
        }
        history.push(entry);
    }
    let rebuilt = rows::rebuild(record, &history)?;
    let last = history.last().ok_or_else(|| Error::internal(anyhow::anyhow!("it stands in no ledger")))?;
    let kind = kinds::named(&rebuilt.kind)
        .ok_or_else(|| Error::internal(anyhow::anyhow!("it is of no known kind: {}", rebuilt.kind)))?;
    let school = match reference(&rebuilt, "project") {
        Some(project) => school_of(tx, project).await?,
        None => None,
    };
    let placed = Placed::of(kind, &rebuilt, &last.county, |_| school);
    let place = records::place(tx, &placed.key(kind)).await?;
    let row = rows::row(rebuilt, &placed, last.seq, place.id)?;
    records::save(tx, &[row]).await
}

/// The school of a project, as its history says: its row may be damaged too.
async fn school_of(tx: &mut Tx, project: RecordId) -> Result<Option<RecordId>> {
    let history = ledger::history(tx, project).await?;
    if history.is_empty() {
        return Ok(None);
    }
    Ok(reference(&rows::rebuild(project, &history)?, "school"))
}

fn fits(entry: &Entry) -> bool {
    entry.body.as_ref().is_some_and(|body| Sha256::of(body.as_bytes()) == entry.digest)
}
