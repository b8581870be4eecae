//! The signed checkpoints of a ledger, and what phones say that saw another one.

use sync_protocol::id::{DeviceId, UserId};

use crate::clock::Moment;
use crate::error::Result;
use crate::store::Tx;

/// A signed statement of how the log stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointRow {
    /// The epoch of the log.
    pub epoch: u32,
    /// How many leaves it had.
    pub size: u64,
    /// The signed note.
    pub note: String,
    /// When it was made.
    pub made_at: Moment,
}

/// The latest checkpoint of a ledger.
pub async fn latest_checkpoint(tx: &mut Tx, county: &str) -> Result<Option<CheckpointRow>> {
    latest_checkpoint_until(tx, county, u32::MAX).await
}

/// The latest checkpoint of a ledger in that epoch or before.
pub async fn latest_checkpoint_until(tx: &mut Tx, county: &str, epoch: u32) -> Result<Option<CheckpointRow>> {
    let row: Option<(i64, i64, String, i64)> = sqlx::query_as(
        "select epoch, size, note, made_at from checkpoints where county = $1 and epoch <= $2
         order by epoch desc, size desc limit 1",
    )
    .bind(county)
    .bind(i64::from(epoch))
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|(epoch, size, note, made_at)| CheckpointRow {
        epoch: epoch as u32,
        size: size as u64,
        note,
        made_at: Moment(made_at),
    }))
}

/// Keeps a checkpoint; making the same one twice is no harm.
pub async fn keep_checkpoint(tx: &mut Tx, county: &str, checkpoint: &CheckpointRow) -> Result<()> {
    sqlx::query(
        "insert into checkpoints (county, epoch, size, note, made_at) values ($1, $2, $3, $4, $5)
         on conflict do nothing",
    )
    .bind(county)
    .bind(i64::from(checkpoint.epoch))
    .bind(checkpoint.size as i64)
    .bind(&checkpoint.note)
    .bind(checkpoint.made_at.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// Somebody says that a checkpoint does not fit the log.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Complaint {
    /// When it came, RFC 3339.
    pub received_at: String,
    /// The checkpoint that does not fit.
    pub checkpoint: String,
    /// What does not fit.
    pub reason: String,
}

/// Keeps a complaint; a device's second one about the same checkpoint adds nothing.
pub async fn complain(
    tx: &mut Tx,
    county: &str,
    by: (UserId, DeviceId),
    checkpoint: &str,
    reason: &str,
    now: Moment,
) -> Result<()> {
    sqlx::query(
        "insert into complaints (county, received_at, made_by, device, checkpoint, reason)
         select $1, $2, $3, $4, $5, $6
         where not exists (
             select 1 from complaints where county = $1 and device = $4 and checkpoint = $5)",
    )
    .bind(county)
    .bind(now.0)
    .bind(by.0.as_bytes().as_slice())
    .bind(by.1.as_bytes().as_slice())
    .bind(checkpoint)
    .bind(reason)
    .execute(tx)
    .await?;
    Ok(())
}

/// The latest complaints about a ledger, newest first.
pub async fn complaints(tx: &mut Tx, county: &str) -> Result<Vec<Complaint>> {
    let rows: Vec<(i64, String, String)> = sqlx::query_as(
        "select received_at, checkpoint, reason from complaints where county = $1
         order by id desc limit 200",
    )
    .bind(county)
    .fetch_all(tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(received_at, checkpoint, reason)| Complaint {
            received_at: Moment(received_at).rfc3339(),
            checkpoint,
            reason,
        })
        .collect())
}
