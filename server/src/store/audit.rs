//! What a check of the whole store asks the database for, beyond the rows themselves.

use std::collections::HashMap;
use std::path::Path;

use sqlx::ConnectOptions as _;
use sync_protocol::id::RecordId;
use sync_protocol::photo::Sha256;

use super::ledger::CheckpointRow;
use super::{FILE, Tx, columns, devices, enrolments, grants, options, people, sessions, uploads};
use crate::clock::Moment;
use crate::error::Result;

/// Opens the database to read it alone, beside a running server or without one.
///
/// # Errors
/// If there is none, or it cannot be read at all.
pub async fn open(folder: &Path) -> Result<Tx> {
    Ok(options(&folder.join(FILE))?.create_if_missing(false).read_only(true).connect().await?)
}

/// From here on all reads are of one moment, until [`end`].
pub async fn begin(tx: &mut Tx) -> Result<()> {
    sqlx::query("begin").execute(tx).await?;
    Ok(())
}

/// Ends what [`begin`] began.
pub async fn end(tx: &mut Tx) -> Result<()> {
    sqlx::query("rollback").execute(tx).await?;
    Ok(())
}

/// What `SQLite` itself finds wrong with its file; nothing if it finds nothing.
pub async fn complaints_of_sqlite(tx: &mut Tx) -> Result<Vec<String>> {
    let mut found: Vec<String> =
        sqlx::query_scalar("select integrity_check from pragma_integrity_check").fetch_all(&mut *tx).await?;
    found.retain(|line| line != "ok");
    let dangling: Vec<(String, Option<i64>, String)> =
        sqlx::query_as("select \"table\", rowid, parent from pragma_foreign_key_check() limit 200")
            .fetch_all(tx)
            .await?;
    found.extend(dangling.into_iter().map(|(table, row, parent)| {
        let row = row.map_or_else(String::new, |row| format!(" {row}"));
        format!("row{row} of {table} refers to a row of {parent} that is not there")
    }));
    Ok(found)
}

/// How many rows there are to go through.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Records of the county.
    pub records: u64,
    /// Held changes of all counties.
    pub held: u64,
    /// Photos of all counties.
    pub photos: u64,
}

/// How many rows there are to go through.
pub async fn extent(tx: &mut Tx, county: &str) -> Result<Extent> {
    let (records, held, photos): (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from records where county = $1), (select count(*) from held),
         (select count(*) from photos)",
    )
    .bind(county)
    .fetch_one(tx)
    .await?;
    Ok(Extent { records: records as u64, held: held as u64, photos: photos as u64 })
}

/// The tables that say who may come in and what they began to bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// People.
    Users,
    /// Their roles.
    Grants,
    /// Their devices.
    Devices,
    /// Enrolment codes.
    Codes,
    /// Sessions of browsers.
    Sessions,
    /// Uploads that were begun.
    Uploads,
}

impl Access {
    /// All of them, each with what one of its rows is called.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Users, "user"),
        (Self::Grants, "grant"),
        (Self::Devices, "device"),
        (Self::Codes, "enrolment code"),
        (Self::Sessions, "session"),
        (Self::Uploads, "upload"),
    ];

    /// Up to `limit` rows after row `after`: each with its number and with what is wrong with it.
    pub async fn page_to_check(self, tx: &mut Tx, after: i64, limit: u32) -> Result<Vec<(i64, Result<()>)>> {
        match self {
            Self::Users => people::page_to_check(tx, after, limit).await,
            Self::Grants => grants::page_to_check(tx, after, limit).await,
            Self::Devices => devices::page_to_check(tx, after, limit).await,
            Self::Codes => enrolments::page_to_check(tx, after, limit).await,
            Self::Sessions => sessions::page_to_check(tx, after, limit).await,
            Self::Uploads => uploads::page_to_check(tx, after, limit).await,
        }
    }
}

/// The key that a ledger's row has to verify checkpoints with, damaged or not.
pub async fn verifying_key(tx: &mut Tx, county: &str) -> Result<String> {
    Ok(sqlx::query_scalar("select verifying_key from ledgers where county = $1")
        .bind(county)
        .fetch_one(tx)
        .await?)
}

/// A stored subtree: its level (of 256) and its number there.
pub type Subtree = (u8, u64);

/// All stored subtrees of a log.
pub async fn tree(tx: &mut Tx, county: &str, epoch: u32) -> Result<HashMap<Subtree, Vec<u8>>> {
    let rows: Vec<(i64, i64, Vec<u8>)> =
        sqlx::query_as("select level, number, hash from tree where county = $1 and epoch = $2")
            .bind(county)
            .bind(i64::from(epoch))
            .fetch_all(tx)
            .await?;
    Ok(rows.into_iter().map(|(level, number, hash)| ((level as u8, number as u64), hash)).collect())
}

/// Up to `limit` checkpoints of a log over more than `size` leaves, in order of size.
pub async fn checkpoints_over(
    tx: &mut Tx,
    county: &str,
    epoch: u32,
    size: u64,
    limit: u32,
) -> Result<Vec<CheckpointRow>> {
    let rows: Vec<(i64, String, i64)> = sqlx::query_as(
        "select size, note, made_at from checkpoints where county = $1 and epoch = $2 and size > $3
         order by size limit $4",
    )
    .bind(county)
    .bind(i64::from(epoch))
    .bind(size as i64)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(size, note, made_at)| CheckpointRow {
            epoch,
            size: size as u64,
            note,
            made_at: Moment(made_at),
        })
        .collect())
}

/// Records that the ledger speaks of and that have no row; at most `limit`.
pub async fn records_without_row(tx: &mut Tx, county: &str, limit: u32) -> Result<Vec<RecordId>> {
    let found: Vec<(Vec<u8>,)> = sqlx::query_as(
        "select distinct c.record from changes c
         where c.county = $1 and not exists (select 1 from records r where r.id = c.record) limit $2",
    )
    .bind(county)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    found.into_iter().map(|(id,)| columns::id(&id)).collect()
}

/// Which of these references of records to photos are not noted.
pub async fn refs_not_noted(tx: &mut Tx, refs: &[(Sha256, RecordId)]) -> Result<Vec<(Sha256, RecordId)>> {
    let pairs: Vec<_> =
        refs.iter().map(|(photo, record)| (photo.to_string(), hex::encode(record.as_bytes()))).collect();
    let found: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
        "select unhex(value ->> 0), unhex(value ->> 1) from json_each($1)
         where not exists (
             select 1 from photo_refs
             where sha256 = unhex(value ->> 0) and record = unhex(value ->> 1))",
    )
    .bind(serde_json::to_string(&pairs).unwrap_or_default())
    .fetch_all(tx)
    .await?;
    found
        .into_iter()
        .map(|(photo, record)| Ok((Sha256(columns::array(&photo)?), columns::id(&record)?)))
        .collect()
}
