//! Enrolment codes, kept as hashes: a long one to scan and a short one to type are a pair.

use sqlx::FromRow;
use sync_protocol::id::{DeviceId, UserId};
use uuid::Uuid;

use super::row_hash::{self, RowHash};
use super::{Tx, columns, paging};
use crate::clock::Moment;
use crate::error::{Error, Result};

/// A code of a pair.
#[derive(Clone, Copy, Debug)]
pub struct EnrolCode {
    /// Names the pair.
    pub pair: Uuid,
    /// Who enrols a phone by it.
    pub user: UserId,
    /// When it was made.
    pub created_at: Moment,
    /// Until when it is good.
    pub expires_at: Moment,
    /// When one of the pair was used.
    pub used_at: Option<Moment>,
    /// What was enrolled by this one of the pair.
    pub device: Option<DeviceId>,
}

impl EnrolCode {
    /// Covers what is written once.
    fn row_hash(&self, code_hash: &[u8]) -> [u8; row_hash::LEN] {
        RowHash::new("enrol_codes")
            .bytes(code_hash)
            .bytes(self.pair.as_bytes())
            .bytes(self.user.as_bytes())
            .int(self.created_at.0)
            .int(self.expires_at.0)
            .finish()
    }
}

/// What [`Columns`] reads.
macro_rules! code_columns {
    () => {
        "code_hash, pair, user_id, created_at, expires_at, used_at, device, row_hash"
    };
}

#[derive(FromRow)]
struct Columns {
    code_hash: Vec<u8>,
    pair: Vec<u8>,
    user_id: Vec<u8>,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
    device: Option<Vec<u8>>,
    row_hash: Vec<u8>,
}

impl TryFrom<Columns> for EnrolCode {
    type Error = Error;

    /// # Errors
    /// If the row's hash does not fit: nobody is enrolled by it.
    fn try_from(row: Columns) -> Result<Self> {
        let code = Self {
            pair: columns::id(&row.pair)?,
            user: columns::id(&row.user_id)?,
            created_at: Moment(row.created_at),
            expires_at: Moment(row.expires_at),
            used_at: row.used_at.map(Moment),
            device: row.device.as_deref().map(columns::id).transpose()?,
        };
        if code.row_hash(&row.code_hash).as_slice() == row.row_hash {
            Ok(code)
        } else {
            Err(row_hash::damaged(format_args!("an enrolment code of user {}", code.user)))
        }
    }
}

/// Keeps a new code.
pub async fn add(tx: &mut Tx, code_hash: &[u8; 32], code: &EnrolCode) -> Result<()> {
    sqlx::query(
        "insert into enrol_codes (code_hash, pair, user_id, created_at, expires_at, row_hash)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(code_hash.as_slice())
    .bind(code.pair.as_bytes().as_slice())
    .bind(code.user.as_bytes().as_slice())
    .bind(code.created_at.0)
    .bind(code.expires_at.0)
    .bind(code.row_hash(code_hash).to_vec())
    .execute(tx)
    .await?;
    Ok(())
}

/// The code with that hash.
pub async fn code(tx: &mut Tx, code_hash: &[u8; 32]) -> Result<Option<EnrolCode>> {
    let row: Option<Columns> =
        sqlx::query_as(concat!("select ", code_columns!(), " from enrol_codes where code_hash = $1"))
            .bind(code_hash.as_slice())
            .fetch_optional(tx)
            .await?;
    row.map(TryInto::try_into).transpose()
}

/// Up to `limit` rows after row `after` for whoever checks them, each with its number.
pub async fn page_to_check(tx: &mut Tx, after: i64, limit: u32) -> Result<Vec<(i64, Result<()>)>> {
    let found = sqlx::query(concat!(
        "select rowid, ",
        code_columns!(),
        " from enrol_codes where rowid > $1 order by rowid limit $2"
    ))
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    let check = |row| EnrolCode::try_from(Columns::from_row(row)?).map(drop);
    paging::each(&found, "rowid", after, check)
}

/// Uses up both codes of a pair.
pub async fn use_up(tx: &mut Tx, pair: Uuid, now: Moment) -> Result<()> {
    sqlx::query("update enrol_codes set used_at = $2 where pair = $1")
        .bind(pair.as_bytes().as_slice())
        .bind(now.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// Keeps what was enrolled by a code.
pub async fn keep_device(tx: &mut Tx, code_hash: &[u8; 32], device: DeviceId) -> Result<()> {
    sqlx::query("update enrol_codes set device = $2 where code_hash = $1")
        .bind(code_hash.as_slice())
        .bind(device.as_bytes().as_slice())
        .execute(tx)
        .await?;
    Ok(())
}

/// Forgets codes that ended before `before`.
pub async fn forget(tx: &mut Tx, before: Moment) -> Result<()> {
    sqlx::query("delete from enrol_codes where expires_at < $1").bind(before.0).execute(tx).await?;
    Ok(())
}
