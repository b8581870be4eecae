//! The rows that are known to be damaged on disk and could not be made good, so that the office
//! hears of them and phones are told that what stands there is lacking.

use sync_protocol::id::RecordId;

use super::Tx;
use super::scrub::Shelf;
use crate::error::Result;

/// Notes that the row of a record could not be made anew; tells whether that is news.
pub async fn note_record(tx: &mut Tx, record: RecordId) -> Result<bool> {
    let noted = sqlx::query(
        "insert into damaged (shelf, row) select $2, rowid from records where id = $1 on conflict do nothing",
    )
    .bind(record.as_bytes().as_slice())
    .bind(Shelf::Records.name())
    .execute(tx)
    .await?;
    Ok(noted.rows_affected() > 0)
}

/// Notes that the row of a record is what it should be.
pub async fn record_is_whole(tx: &mut Tx, record: RecordId) -> Result<()> {
    sqlx::query("delete from damaged where shelf = $2 and row = (select rowid from records where id = $1)")
        .bind(record.as_bytes().as_slice())
        .bind(Shelf::Records.name())
        .execute(tx)
        .await?;
    Ok(())
}

/// Notes that a row is what it should be.
pub async fn is_whole(tx: &mut Tx, shelf: Shelf, row: i64) -> Result<()> {
    sqlx::query("delete from damaged where shelf = $1 and row = $2")
        .bind(shelf.name())
        .bind(row)
        .execute(tx)
        .await?;
    Ok(())
}

/// Notes that an entry of a ledger is damaged.
pub async fn note_entry(tx: &mut Tx, county: &str, seq: u64) -> Result<()> {
    sqlx::query(
        "insert into damaged (shelf, row) select $3, rowid from changes where county = $1 and seq = $2
         on conflict do nothing",
    )
    .bind(county)
    .bind(seq as i64)
    .bind(Shelf::Entries.name())
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes which rows of a shelf were found damaged after row `after`, up to row `until` or to the end:
/// the others there are whole, or gone.
pub async fn looked_through(
    tx: &mut Tx,
    shelf: Shelf,
    after: i64,
    until: Option<i64>,
    damaged: &[i64],
) -> Result<()> {
    sqlx::query("delete from damaged where shelf = $1 and row > $2 and row <= $3")
        .bind(shelf.name())
        .bind(after)
        .bind(until.unwrap_or(i64::MAX))
        .execute(&mut *tx)
        .await?;
    for row in damaged {
        sqlx::query("insert into damaged (shelf, row) values ($1, $2) on conflict do nothing")
            .bind(shelf.name())
            .bind(row)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// How many rows of a shelf are damaged, as far as is known.
pub async fn count(tx: &mut Tx, shelf: Shelf) -> Result<u64> {
    let count: i64 = sqlx::query_scalar("select count(*) from damaged where shelf = $1")
        .bind(shelf.name())
        .fetch_one(tx)
        .await?;
    Ok(count as u64)
}

/// How many rows and photos are damaged, as far as is known.
pub async fn count_all(tx: &mut Tx) -> Result<u64> {
    let rows: i64 = sqlx::query_scalar("select count(*) from damaged").fetch_one(&mut *tx).await?;
    Ok(rows as u64 + super::scrub::photos_damaged(tx).await?)
}
