//! The one row about the server itself: its id, the key of its cursors, the version of its people.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, columns};
use crate::clock::Moment;
use crate::error::Result;

/// What a server knows of itself.
#[derive(Clone, Debug)]
pub struct ServerRow {
    /// Its id, made once; a restored server keeps it.
    pub id: Uuid,
    /// Signs cursors, so that nobody widens their scope by editing one.
    pub cursor_key: [u8; 32],
    /// Goes up with every change of people, roles or devices, by whatever process: what is
    /// remembered of them is good for one version.
    pub access_version: i64,
}

#[derive(FromRow)]
struct Columns {
    id: Vec<u8>,
    cursor_key: Vec<u8>,
    access_version: i64,
}

/// The row, made on first use with the given secrets. Needs a connection that may write.
pub async fn load_or_create(tx: &mut Tx, id: Uuid, cursor_key: [u8; 32], now: Moment) -> Result<ServerRow> {
    sqlx::query(
        "insert into server (only_row, id, created_at, cursor_key) values (1, $1, $2, $3) on conflict do nothing",
    )
    .bind(id.as_bytes().as_slice())
    .bind(now.0)
    .bind(cursor_key.as_slice())
    .execute(&mut *tx)
    .await?;
    let row: Columns =
        sqlx::query_as("select id, cursor_key, access_version from server").fetch_one(tx).await?;
    Ok(ServerRow {
        id: columns::id(&row.id)?,
        cursor_key: columns::array(&row.cursor_key)?,
        access_version: row.access_version,
    })
}

/// The server's id.
pub async fn id(tx: &mut Tx) -> Result<Uuid> {
    let id: Vec<u8> = sqlx::query_scalar("select id from server").fetch_one(tx).await?;
    columns::id(&id)
}

/// The present version of people, roles and devices.
pub async fn access_version(tx: &mut Tx) -> Result<i64> {
    Ok(sqlx::query_scalar("select access_version from server").fetch_one(tx).await?)
}

/// Makes everybody forget what they remember of people, roles and devices.
pub async fn bump_access_version(tx: &mut Tx) -> Result<()> {
    sqlx::query("update server set access_version = access_version + 1").execute(tx).await?;
    Ok(())
}
