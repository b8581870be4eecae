//! What a ledger is founded with: its county, its name and city, its epoch and its keys.

use sqlx::FromRow;

use super::Tx;
use super::row_hash::{self, RowHash};
use crate::clock::Moment;
use crate::error::{Error, Result};

/// A ledger to be opened.
#[derive(Clone, Debug)]
pub struct NewLedger {
    /// The county's code.
    pub county: String,
    /// Its name.
    pub name: String,
    /// The code of its city, where it has one.
    pub city: Option<String>,
    /// Signs its checkpoints; in the text form of C2SP signed-note, as [`keys`] gives it back.
    pub signing_key: String,
    /// Verifies them.
    pub verifying_key: String,
    /// When.
    pub created_at: Moment,
}

/// Opens a ledger, empty and in the epoch of the others; says whether it did, since the county may
/// have one.
pub async fn open(tx: &mut Tx, ledger: &NewLedger) -> Result<bool> {
    let opened = sqlx::query(
        "insert into ledgers (county, name, city, signing_key, verifying_key, created_at, row_hash, epoch)
         select $1, $2, $3, $4, $5, $6, x'', coalesce(max(epoch), 1) from ledgers where true
         on conflict do nothing",
    )
    .bind(&ledger.county)
    .bind(&ledger.name)
    .bind(&ledger.city)
    .bind(&ledger.signing_key)
    .bind(&ledger.verifying_key)
    .bind(ledger.created_at.0)
    .execute(&mut *tx)
    .await?;
    if opened.rows_affected() == 1 {
        seal(tx, &ledger.county).await?;
        return Ok(true);
    }
    Ok(false)
}

/// Corrects a ledger's name, its city, or both; says whether there is such a ledger.
///
/// # Errors
/// If its row is damaged: correcting something else of it would make it look whole.
pub async fn correct(tx: &mut Tx, county: &str, name: Option<&str>, city: Option<&str>) -> Result<bool> {
    let corrected = sqlx::query(
        "update ledgers set name = coalesce($2, name), city = coalesce($3, city) where county = $1",
    )
    .bind(county)
    .bind(name)
    .bind(city);
    let exists: bool = sqlx::query_scalar("select exists (select 1 from ledgers where county = $1)")
        .bind(county)
        .fetch_one(&mut *tx)
        .await?;
    if !exists {
        return Ok(false);
    }
    keys(&mut *tx, county).await?;
    corrected.execute(&mut *tx).await?;
    seal(tx, county).await?;
    Ok(true)
}

/// What entries do not change of a ledger's row.
#[derive(FromRow)]
struct Founding {
    county: String,
    name: String,
    city: Option<String>,
    epoch: i64,
    log_start: i64,
    signing_key: String,
    verifying_key: String,
    created_at: i64,
    row_hash: Vec<u8>,
}

impl Founding {
    fn row_hash(&self) -> [u8; row_hash::LEN] {
        RowHash::new("ledgers")
            .text(&self.county)
            .text(&self.name)
            .optional(self.city.as_deref(), RowHash::text)
            .int(self.epoch)
            .int(self.log_start)
            .text(&self.signing_key)
            .text(&self.verifying_key)
            .int(self.created_at)
            .finish()
    }

    fn is_intact(&self) -> bool {
        self.row_hash().as_slice() == self.row_hash
    }
}

async fn founding(tx: &mut Tx, county: &str) -> Result<Founding> {
    Ok(sqlx::query_as(
        "select county, name, city, epoch, log_start, signing_key, verifying_key, created_at, row_hash
         from ledgers where county = $1",
    )
    .bind(county)
    .fetch_one(tx)
    .await?)
}

/// Keeps the hash over what entries do not change of a ledger's row. Whoever changes it seals it.
pub(super) async fn seal(tx: &mut Tx, county: &str) -> Result<()> {
    let hash = founding(&mut *tx, county).await?.row_hash();
    sqlx::query("update ledgers set row_hash = $2 where county = $1")
        .bind(county)
        .bind(hash.to_vec())
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether a ledger's name, city, epoch and keys are those that were written.
pub async fn is_intact(tx: &mut Tx, county: &str) -> Result<bool> {
    let intact = founding(tx, county).await?.is_intact();
    if !intact {
        row_hash::tell(&format_args!("the ledger of {county}"));
    }
    Ok(intact)
}

/// The ledger's signing key and verifying key, in the text form of C2SP signed-note.
///
/// # Errors
/// If the ledger's row is damaged: nothing is signed or verified by what may be another key.
pub async fn keys(tx: &mut Tx, county: &str) -> Result<(String, String)> {
    let row = founding(tx, county).await?;
    if row.is_intact() {
        return Ok((row.signing_key, row.verifying_key));
    }
    row_hash::tell(&format_args!("the ledger of {county}"));
    Err(Error::internal(anyhow::anyhow!(
        "the row of the ledger of {county} is damaged on disk; run `siteledger verify`"
    )))
}
