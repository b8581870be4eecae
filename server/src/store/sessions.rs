//! Sessions of browsers, by the hash of what is in their cookie.

use sqlx::FromRow;
use sync_protocol::id::{DeviceId, UserId};

use super::{Tx, columns};
use crate::clock::Moment;
use crate::error::Result;

/// A session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub user: UserId,
    /// In which browser.
    pub device: DeviceId,
    /// When it began.
    pub created_at: Moment,
    /// When it was last used, to the minute.
    pub used_at: Moment,
    /// When it ends even if it is used all the time.
    pub expires_at: Moment,
}

#[derive(FromRow)]
struct Columns {
    user_id: Vec<u8>,
    device: Vec<u8>,
    created_at: i64,
    used_at: i64,
    expires_at: i64,
}

/// Keeps a new session.
pub async fn add(tx: &mut Tx, token_hash: &[u8; 32], session: &Session) -> Result<()> {
    sqlx::query(
        "insert into sessions (token_hash, user_id, device, created_at, used_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(token_hash.as_slice())
    .bind(session.user.as_bytes().as_slice())
    .bind(session.device.as_bytes().as_slice())
    .bind(session.created_at.0)
    .bind(session.used_at.0)
    .bind(session.expires_at.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// The session whose cookie has that hash.
pub async fn by_token(tx: &mut Tx, token_hash: &[u8; 32]) -> Result<Option<Session>> {
    let row: Option<Columns> = sqlx::query_as(
        "select user_id, device, created_at, used_at, expires_at from sessions where token_hash = $1",
    )
    .bind(token_hash.as_slice())
    .fetch_optional(tx)
    .await?;
    row.map(|row| {
        Ok(Session {
            user: columns::id(&row.user_id)?,
            device: columns::id(&row.device)?,
            created_at: Moment(row.created_at),
            used_at: Moment(row.used_at),
            expires_at: Moment(row.expires_at),
        })
    })
    .transpose()
}

/// Keeps when a session was last used.
pub async fn keep_used(tx: &mut Tx, token_hash: &[u8; 32], at: Moment) -> Result<()> {
    sqlx::query("update sessions set used_at = max(used_at, $2) where token_hash = $1")
        .bind(token_hash.as_slice())
        .bind(at.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// Ends a session.
pub async fn end(tx: &mut Tx, token_hash: &[u8; 32]) -> Result<()> {
    sqlx::query("delete from sessions where token_hash = $1").bind(token_hash.as_slice()).execute(tx).await?;
    Ok(())
}

/// Ends all sessions of a person.
pub async fn end_all_of(tx: &mut Tx, user: UserId) -> Result<()> {
    sqlx::query("delete from sessions where user_id = $1")
        .bind(user.as_bytes().as_slice())
        .execute(tx)
        .await?;
    Ok(())
}

/// Forgets sessions that ended before `before`.
pub async fn forget(tx: &mut Tx, before: Moment) -> Result<()> {
    sqlx::query("delete from sessions where expires_at < $1").bind(before.0).execute(tx).await?;
    Ok(())
}
