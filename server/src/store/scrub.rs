//! How far the store was looked through for what a failing disk changed, and how much there is.

use super::Tx;
use super::audit::Access;
use crate::error::Result;

/// What is looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// Photos: their rows and their bytes.
    Photos,
    /// Records.
    Records,
    /// Entries of the ledgers.
    Entries,
    /// The held box.
    Held,
    /// Who may come in.
    Access(Access),
}

impl Shelf {
    /// Its name in the store, in the log and in the figures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Photos => "photos",
            Self::Records => "records",
            Self::Entries => "changes",
            Self::Held => "held",
            Self::Access(Access::Users) => "users",
            Self::Access(Access::Grants) => "grants",
            Self::Access(Access::Devices) => "devices",
            Self::Access(Access::Codes) => "enrol_codes",
            Self::Access(Access::Sessions) => "sessions",
            Self::Access(Access::Uploads) => "uploads",
        }
    }
}

/// How many rows are on a shelf, about: the number of the last one.
pub async fn extent(tx: &mut Tx, shelf: Shelf) -> Result<i64> {
    let last: Option<i64> = match shelf {
        Shelf::Photos => sqlx::query_scalar("select max(rowid) from photos").fetch_one(tx).await?,
        Shelf::Records => sqlx::query_scalar("select max(rowid) from records").fetch_one(tx).await?,
        Shelf::Entries => sqlx::query_scalar("select max(rowid) from changes").fetch_one(tx).await?,
        // Few, and looked through in large steps.
        Shelf::Held | Shelf::Access(_) => None,
    };
    Ok(last.unwrap_or(0))
}

/// After which row to go on.
pub async fn after(tx: &mut Tx, shelf: Shelf) -> Result<i64> {
    let after: Option<i64> = sqlx::query_scalar("select after from scrub where what = $1")
        .bind(shelf.name())
        .fetch_optional(tx)
        .await?;
    Ok(after.unwrap_or(0))
}

/// Keeps after which row to go on.
pub async fn keep(tx: &mut Tx, shelf: Shelf, after: i64) -> Result<()> {
    sqlx::query(
        "insert into scrub (what, after) values ($1, $2) on conflict (what) do update set after = excluded.after",
    )
    .bind(shelf.name())
    .bind(after)
    .execute(tx)
    .await?;
    Ok(())
}

/// How many photos are known to be damaged and have not come again.
pub async fn photos_damaged(tx: &mut Tx) -> Result<u64> {
    let count: i64 =
        sqlx::query_scalar("select count(*) from photos where damaged_at is not null").fetch_one(tx).await?;
    Ok(count as u64)
}
