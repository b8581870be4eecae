//! Whether the database can do its work.

use super::{MIGRATIONS, Tx};
use crate::error::Result;

/// Writes something of no consequence, so that the commit is a real one.
pub async fn try_to_write(tx: &mut Tx) -> Result<()> {
    sqlx::query("update server set commits_tried = commits_tried + 1").execute(tx).await?;
    Ok(())
}

/// Whether the database is of this program's version: not older, and not newer.
pub async fn schema_is_current(tx: &mut Tx) -> Result<bool> {
    let applied: Option<i64> =
        sqlx::query_scalar("select max(version) from _sqlx_migrations where success").fetch_one(tx).await?;
    Ok(applied == MIGRATIONS.iter().map(|migration| migration.version).max())
}
