//! Whether the database can do its work.

use super::{MIGRATIONS, Tx};
use crate::error::Result;

/// Writes what stands there already: a commit of no consequence, but a real one.
pub async fn write_nothing_new(tx: &mut Tx) -> Result<()> {
    sqlx::query("update server set created_at = created_at").execute(tx).await?;
    Ok(())
}

/// Whether the database is of this program's version: not older, and not newer.
pub async fn schema_is_current(tx: &mut Tx) -> Result<bool> {
    let applied: Option<i64> =
        sqlx::query_scalar("select max(version) from _sqlx_migrations where success").fetch_one(tx).await?;
    Ok(applied == MIGRATIONS.iter().map(|migration| migration.version).max())
}
