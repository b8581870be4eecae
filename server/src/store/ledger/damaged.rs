//! Entries that are noted as damaged, and what is written in their place.

use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow as _, Row as _};
use sync_protocol::id::ChangeId;

use super::{Entry, EntryColumns};
use crate::error::{Error, Result};
use crate::store::scrub::Shelf;
use crate::store::{Tx, columns, damage};

/// An entry whose row is noted as damaged.
#[derive(Clone, Debug)]
pub struct DamagedEntry {
    /// Its row.
    pub row: i64,
    /// What stands there.
    pub entry: Entry,
    /// The hash that was kept of what stood there.
    pub row_hash: Vec<u8>,
}

/// The entries of these changes that are noted as damaged, as far as they can be read at all.
pub async fn known_to_be_damaged(tx: &mut Tx, changes: &[ChangeId]) -> Result<Vec<DamagedEntry>> {
    let ids = columns::hex_list(changes.iter().map(|change| change.0.into_bytes()));
    let found = sqlx::query(
        // There are hardly any: it goes from them to the entries.
        concat!(
            "select c.rowid, ",
            entry_columns!(),
            " from damaged d cross join changes c on c.rowid = d.row
         where d.shelf = $2 and c.id in (select unhex(value) from json_each($1))"
        ),
    )
    .bind(ids)
    .bind(Shelf::Entries.name())
    .fetch_all(tx)
    .await?;
    let read = |row: &SqliteRow| {
        let read = match EntryColumns::from_row(row) {
            Err(error @ sqlx::Error::ColumnNotFound(_)) => return Some(Err(error.into())),
            read => read.ok()?,
        };
        let row_hash = read.row_hash.clone();
        let (entry, _) = read.try_into().ok()?;
        Some(row.try_get("rowid").map(|row| DamagedEntry { row, entry, row_hash }).map_err(Error::from))
    };
    found.iter().filter_map(read).collect()
}

/// Writes what an entry says in place of what stands damaged in its row.
pub async fn mend(tx: &mut Tx, row: i64, entry: &Entry) -> Result<()> {
    sqlx::query("update changes set record = $2, digest = $3, body = $4 where rowid = $1")
        .bind(row)
        .bind(entry.record.as_bytes().as_slice())
        .bind(entry.digest.0.as_slice())
        .bind(&entry.body)
        .execute(&mut *tx)
        .await?;
    damage::is_whole(tx, Shelf::Entries, row).await
}
