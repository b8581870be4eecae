//! Epochs: where the ledgers went on after the database had been put back to an older state.
//!
//! The log of an epoch is the entries from its first leaf, the opening, to where the next epoch
//! begins. The first epoch has no opening and no row here.

use sqlx::FromRow;
use sync_protocol::digest::Opening;
use tlog_tiles::record_hash;

use super::ledger::LedgerRow;
use super::{Tx, columns, founding};
use crate::clock::Moment;
use crate::error::Result;

/// The beginning of an epoch in one ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochRow {
    /// The county.
    pub county: String,
    /// The epoch.
    pub epoch: u32,
    /// Its log begins after this number.
    pub log_start: u64,
    /// The epoch of the log before.
    pub after_epoch: u32,
    /// The number at which the log before ended.
    pub after: u64,
    /// The last checkpoint of the log before, if it had any.
    pub previous: Option<String>,
    /// When it began.
    pub begun_at: Moment,
    /// The RFC 6962 hash of its first leaf.
    pub leaf: [u8; 32],
}

impl EpochRow {
    /// The first leaf of its log, as it follows from the other columns.
    pub fn opening(&self) -> Opening {
        Opening {
            seq: self.log_start + 1,
            epoch: self.epoch,
            after_epoch: self.after_epoch,
            after: self.after,
            previous: self.previous.clone(),
            begun_at: self.begun_at.rfc3339(),
        }
    }

    /// The row of an opening.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.leaf = record_hash(&self.opening().canonical()).0;
        self
    }
}

#[derive(FromRow)]
struct EpochColumns {
    county: String,
    epoch: i64,
    log_start: i64,
    after_epoch: i64,
    after: i64,
    previous: Option<String>,
    begun_at: i64,
    leaf: Vec<u8>,
}

/// The epochs of a ledger after the first, in order.
pub async fn epochs(tx: &mut Tx, county: &str) -> Result<Vec<EpochRow>> {
    let rows: Vec<EpochColumns> = sqlx::query_as(
        "select county, epoch, log_start, after_epoch, after, previous, begun_at, leaf from epochs
         where county = $1 order by epoch",
    )
    .bind(county)
    .fetch_all(tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(EpochRow {
                county: row.county,
                epoch: row.epoch as u32,
                log_start: row.log_start as u64,
                after_epoch: row.after_epoch as u32,
                after: row.after as u64,
                previous: row.previous,
                begun_at: Moment(row.begun_at),
                leaf: columns::array(&row.leaf)?,
            })
        })
        .collect()
}

/// The logs of a ledger, oldest first and each as it ended, the present one last.
pub fn logs(ledger: &LedgerRow, epochs: &[EpochRow]) -> Vec<LedgerRow> {
    let first = epochs.first().map_or(ledger.epoch, |row| row.after_epoch);
    let begun = std::iter::once((first, 0)).chain(epochs.iter().map(|row| (row.epoch, row.log_start)));
    let ended = epochs.iter().map(|row| row.after).chain(std::iter::once(ledger.seq));
    let log = |((epoch, log_start), seq)| LedgerRow { epoch, seq, log_start, ..ledger.clone() };
    begun.zip(ended).map(log).collect()
}

/// The hash of the leaf at that number: of an entry, or of an epoch's opening.
pub async fn leaf_at(tx: &mut Tx, county: &str, seq: u64) -> Result<Option<[u8; 32]>> {
    let leaf: Option<Vec<u8>> = sqlx::query_scalar(
        "select leaf from changes where county = $1 and seq = $2
         union all select leaf from epochs where county = $1 and log_start + 1 = $2",
    )
    .bind(county)
    .bind(seq as i64)
    .fetch_optional(tx)
    .await?;
    leaf.as_deref().map(columns::array).transpose()
}

/// Begins an epoch: the ledger goes on after the opening.
///
/// # Errors
/// If the ledger's row is damaged.
pub async fn begin(tx: &mut Tx, row: &EpochRow) -> Result<()> {
    founding::keys(&mut *tx, &row.county).await?;
    sqlx::query(
        "insert into epochs (county, epoch, log_start, after_epoch, after, previous, begun_at, leaf)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&row.county)
    .bind(i64::from(row.epoch))
    .bind(row.log_start as i64)
    .bind(i64::from(row.after_epoch))
    .bind(row.after as i64)
    .bind(&row.previous)
    .bind(row.begun_at.0)
    .bind(row.leaf.as_slice())
    .execute(&mut *tx)
    .await?;
    sqlx::query("update ledgers set epoch = $2, log_start = $3, seq = $3 + 1 where county = $1")
        .bind(&row.county)
        .bind(i64::from(row.epoch))
        .bind(row.log_start as i64)
        .execute(&mut *tx)
        .await?;
    founding::seal(tx, &row.county).await
}
