//! The one row about the server itself: its id, the key of its cursors, the version of its people.

use sqlx::FromRow;
use uuid::Uuid;

use super::row_hash::{self, RowHash};
use super::{Tx, columns};
use crate::clock::Moment;
use crate::error::{Error, Result};

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
    created_at: i64,
    cursor_key: Vec<u8>,
    access_version: i64,
    row_hash: Vec<u8>,
}

/// Covers the row but for the version, which goes up with every change.
fn row_hash(id: &[u8], created_at: i64, cursor_key: &[u8]) -> [u8; row_hash::LEN] {
    RowHash::new("server").bytes(id).int(created_at).bytes(cursor_key).finish()
}

impl TryFrom<Columns> for ServerRow {
    type Error = Error;

    /// # Errors
    /// If the row's hash does not fit.
    fn try_from(row: Columns) -> Result<Self> {
        if row_hash(&row.id, row.created_at, &row.cursor_key).as_slice() != row.row_hash {
            row_hash::tell(&"the server");
            let context = "the server's own row is damaged on disk; run `siteledger verify`";
            return Err(Error::internal(anyhow::anyhow!(context)));
        }
        Ok(Self {
            id: columns::id(&row.id)?,
            cursor_key: columns::array(&row.cursor_key)?,
            access_version: row.access_version,
        })
    }
}

/// The row, made on first use with the given secrets. Needs a connection that may write.
pub async fn load_or_create(tx: &mut Tx, id: Uuid, cursor_key: [u8; 32], now: Moment) -> Result<ServerRow> {
    sqlx::query(
        "insert into server (only_row, id, created_at, cursor_key, row_hash) values (1, $1, $2, $3, $4)
         on conflict do nothing",
    )
    .bind(id.as_bytes().as_slice())
    .bind(now.0)
    .bind(cursor_key.as_slice())
    .bind(row_hash(id.as_bytes(), now.0, &cursor_key).to_vec())
    .execute(&mut *tx)
    .await?;
    present(tx).await
}

/// The row as it is.
///
/// # Errors
/// If there is none, or its hash does not fit.
pub async fn present(tx: &mut Tx) -> Result<ServerRow> {
    let row: Columns =
        sqlx::query_as("select id, created_at, cursor_key, access_version, row_hash from server")
            .fetch_one(tx)
            .await?;
    row.try_into()
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
