//! Copies of the database file: consistent, made beside a running server, opened to be checked.

use std::path::Path;
use std::str::FromStr as _;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use super::{Tx, audit, server_row};
use crate::clock::Moment;
use crate::error::{Error, Result};

/// Writes the database of a data folder as it stands at one moment into a new file. Who writes
/// meanwhile is not kept waiting. The file is not flushed.
///
/// # Errors
/// If the database cannot be read, or the file not be written.
pub async fn copy(folder: &Path, file: &Path) -> Result<()> {
    let name = file
        .to_str()
        .ok_or_else(|| Error::internal(anyhow::anyhow!("the name {} is not UTF-8", file.display())))?;
    let mut tx = audit::open(folder).await?;
    sqlx::query("vacuum into $1").bind(name).execute(&mut tx).await?;
    Ok(())
}

/// Opens a copy to read it. Nobody may write to it meanwhile.
///
/// # Errors
/// If there is none, or it is no database.
pub async fn open(file: &Path) -> Result<Tx> {
    let options = SqliteConnectOptions::from_str("sqlite:")?.filename(file).read_only(true).immutable(true);
    Ok(options
        .pragma("mmap_size", "0")
        .pragma("trusted_schema", "off")
        .pragma("cell_size_check", "on")
        .disable_statement_logging()
        .connect()
        .await?)
}

/// How many bytes the database has, what stands in its log not counted.
pub async fn bytes(tx: &mut Tx) -> Result<u64> {
    let bytes: i64 =
        sqlx::query_scalar("select page_count * page_size from pragma_page_count(), pragma_page_size()")
            .fetch_one(tx)
            .await?;
    Ok(bytes as u64)
}

/// The number of the newest change in the held box.
pub async fn newest_held(tx: &mut Tx) -> Result<i64> {
    Ok(sqlx::query_scalar("select coalesce(max(id), 0) from held").fetch_one(tx).await?)
}

/// Notes when the last backup was made that was checked and found good.
pub async fn note_backup(tx: &mut Tx, taken_at: Moment) -> Result<()> {
    sqlx::query(
        "insert into last_backup (only_row, taken_at) values (1, $1)
         on conflict (only_row) do update set taken_at = excluded.taken_at",
    )
    .bind(taken_at.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// When the last good backup was made.
pub async fn last_backup(tx: &mut Tx) -> Result<Option<Moment>> {
    let at: Option<i64> = sqlx::query_scalar("select taken_at from last_backup").fetch_optional(tx).await?;
    Ok(at.map(Moment))
}

/// Ends everybody's sessions and takes back every code that was given out: some of them were used or
/// ended since the copy was made.
pub async fn forget_what_opens_doors(tx: &mut Tx) -> Result<()> {
    sqlx::query("delete from sessions").execute(&mut *tx).await?;
    sqlx::query("delete from enrol_codes").execute(&mut *tx).await?;
    server_row::bump_access_version(tx).await
}
