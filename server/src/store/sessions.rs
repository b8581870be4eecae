//! Sessions of browsers, by the hash of what is in their cookie.

use sqlx::FromRow;
use sync_protocol::id::{DeviceId, UserId};

use super::row_hash::{self, RowHash};
use super::{Tx, columns, paging};
use crate::clock::Moment;
use crate::error::{Error, Result};

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

impl Session {
    /// Covers what is written once.
    fn row_hash(&self, token_hash: &[u8]) -> [u8; row_hash::LEN] {
        RowHash::new("sessions")
            .bytes(token_hash)
            .bytes(self.user.as_bytes())
            .bytes(self.device.as_bytes())
            .int(self.created_at.0)
            .int(self.expires_at.0)
            .finish()
    }
}

/// What [`Columns`] reads.
macro_rules! session_columns {
    () => {
        "token_hash, user_id, device, created_at, used_at, expires_at, row_hash"
    };
}

#[derive(FromRow)]
struct Columns {
    token_hash: Vec<u8>,
    user_id: Vec<u8>,
    device: Vec<u8>,
    created_at: i64,
    used_at: i64,
    expires_at: i64,
    row_hash: Vec<u8>,
}

impl TryFrom<Columns> for Session {
    type Error = Error;

    /// # Errors
    /// If the row's hash does not fit: nobody is let in by it.
    fn try_from(row: Columns) -> Result<Self> {
        let session = Self {
            user: columns::id(&row.user_id)?,
            device: columns::id(&row.device)?,
            created_at: Moment(row.created_at),
            used_at: Moment(row.used_at),
            expires_at: Moment(row.expires_at),
        };
        if session.row_hash(&row.token_hash).as_slice() == row.row_hash {
            Ok(session)
        } else {
            Err(row_hash::damaged(format_args!("a session of user {}", session.user)))
        }
    }
}

/// Keeps a new session.
pub async fn add(tx: &mut Tx, token_hash: &[u8; 32], session: &Session) -> Result<()> {
    sqlx::query(
        "insert into sessions (token_hash, user_id, device, created_at, used_at, expires_at, row_hash)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(token_hash.as_slice())
    .bind(session.user.as_bytes().as_slice())
    .bind(session.device.as_bytes().as_slice())
    .bind(session.created_at.0)
    .bind(session.used_at.0)
    .bind(session.expires_at.0)
    .bind(session.row_hash(token_hash).to_vec())
    .execute(tx)
    .await?;
    Ok(())
}

/// The session whose cookie has that hash. One whose row is damaged is none: who had it signs in
/// again, and the log says so.
pub async fn by_token(tx: &mut Tx, token_hash: &[u8; 32]) -> Result<Option<Session>> {
    let row: Option<Columns> =
        sqlx::query_as(concat!("select ", session_columns!(), " from sessions where token_hash = $1"))
            .bind(token_hash.as_slice())
            .fetch_optional(tx)
            .await?;
    Ok(row.and_then(|row| row.try_into().ok()))
}

/// The sessions of a person, each by its cookie's hash. One whose row is damaged is left out.
pub async fn of(tx: &mut Tx, user: UserId) -> Result<Vec<([u8; 32], Session)>> {
    let rows: Vec<Columns> = sqlx::query_as(concat!(
        "select ",
        session_columns!(),
        " from sessions where user_id = $1 order by used_at desc, created_at desc"
    ))
    .bind(user.as_bytes().as_slice())
    .fetch_all(tx)
    .await?;
    let intact = rows.into_iter().filter_map(|row| {
        let hash = columns::array(&row.token_hash).ok()?;
        Some((hash, row.try_into().ok()?))
    });
    Ok(intact.collect())
}

/// Up to `limit` rows after row `after` for whoever checks them, each with its number.
pub async fn page_to_check(tx: &mut Tx, after: i64, limit: u32) -> Result<Vec<(i64, Result<()>)>> {
    let found = sqlx::query(concat!(
        "select rowid, ",
        session_columns!(),
        " from sessions where rowid > $1 order by rowid limit $2"
    ))
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    let check = |row| Session::try_from(Columns::from_row(row)?).map(drop);
    paging::each(&found, "rowid", after, check)
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

/// Ends all sessions of a person, but for one.
pub async fn end_all_of(tx: &mut Tx, user: UserId, but: Option<&[u8; 32]>) -> Result<()> {
    sqlx::query("delete from sessions where user_id = $1 and token_hash is distinct from $2")
        .bind(user.as_bytes().as_slice())
        .bind(but.map(<[u8; 32]>::as_slice))
        .execute(tx)
        .await?;
    Ok(())
}

/// Ends the sessions that a person has in one browser; says whether there were any.
pub async fn end_in(tx: &mut Tx, user: UserId, browser: DeviceId) -> Result<bool> {
    let ended = sqlx::query("delete from sessions where user_id = $1 and device = $2")
        .bind(user.as_bytes().as_slice())
        .bind(browser.as_bytes().as_slice())
        .execute(tx)
        .await?;
    Ok(ended.rows_affected() > 0)
}

/// Forgets sessions that ended before `before`.
pub async fn forget(tx: &mut Tx, before: Moment) -> Result<()> {
    sqlx::query("delete from sessions where expires_at < $1").bind(before.0).execute(tx).await?;
    Ok(())
}
