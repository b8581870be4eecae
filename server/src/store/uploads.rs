//! Uploads that were begun: whose they are and what they are to become.

use sqlx::FromRow;
use sync_protocol::id::{DeviceId, UserId};
use sync_protocol::photo::Sha256;
use uuid::Uuid;

use super::row_hash::{self, RowHash};
use super::{Tx, columns, paging};
use crate::clock::Moment;
use crate::error::{Error, Result};

/// An upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadRow {
    /// Its id, part of its address.
    pub id: Uuid,
    /// Whose it is.
    pub user: UserId,
    /// The county whose office looks after that person, where there is one.
    pub county: Option<String>,
    /// Where it was begun.
    pub device: DeviceId,
    /// What the bytes must hash to.
    pub sha256: Sha256,
    /// How many there will be.
    pub length: u64,
    /// What the client calls the file. Shown, never used as a path.
    pub filename: String,
    /// When it was begun.
    pub created_at: Moment,
}

impl UploadRow {
    /// Covers the whole row.
    fn row_hash(&self) -> [u8; row_hash::LEN] {
        RowHash::new("uploads")
            .bytes(self.id.as_bytes())
            .bytes(self.user.as_bytes())
            .text(self.county.as_deref().unwrap_or(""))
            .bytes(self.device.as_bytes())
            .bytes(&self.sha256.0)
            .int(self.length as i64)
            .text(&self.filename)
            .int(self.created_at.0)
            .finish()
    }
}

/// What [`Columns`] reads.
macro_rules! upload_columns {
    () => {
        "id, user_id, county, device, sha256, length, filename, created_at, row_hash"
    };
}

#[derive(FromRow)]
struct Columns {
    id: Vec<u8>,
    user_id: Vec<u8>,
    county: String,
    device: Vec<u8>,
    sha256: Vec<u8>,
    length: i64,
    filename: String,
    created_at: i64,
    row_hash: Vec<u8>,
}

impl TryFrom<Columns> for UploadRow {
    type Error = Error;

    /// # Errors
    /// If the row's hash does not fit: no photo is taken in by it.
    fn try_from(row: Columns) -> Result<Self> {
        let upload = Self {
            id: columns::id(&row.id)?,
            user: columns::id(&row.user_id)?,
            county: Some(row.county).filter(|county| !county.is_empty()),
            device: columns::id(&row.device)?,
            sha256: Sha256(columns::array(&row.sha256)?),
            length: row.length as u64,
            filename: row.filename,
            created_at: Moment(row.created_at),
        };
        if upload.row_hash().as_slice() == row.row_hash {
            Ok(upload)
        } else {
            row_hash::tell(&format_args!("upload {}", upload.id));
            let context = anyhow::anyhow!("the row of upload {} is damaged on disk", upload.id);
            Err(Error::internal(context))
        }
    }
}

/// Begins an upload.
pub async fn begin(tx: &mut Tx, upload: &UploadRow) -> Result<()> {
    sqlx::query(
        "insert into uploads (id, user_id, county, device, sha256, length, filename, created_at, row_hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(upload.id.as_bytes().as_slice())
    .bind(upload.user.as_bytes().as_slice())
    .bind(upload.county.as_deref().unwrap_or(""))
    .bind(upload.device.as_bytes().as_slice())
    .bind(upload.sha256.0.as_slice())
    .bind(upload.length as i64)
    .bind(&upload.filename)
    .bind(upload.created_at.0)
    .bind(upload.row_hash().to_vec())
    .execute(tx)
    .await?;
    Ok(())
}

/// An upload of that person. One whose row is damaged is none: the photo is sent anew.
pub async fn upload_of(tx: &mut Tx, id: Uuid, user: UserId) -> Result<Option<UploadRow>> {
    let found: Option<Columns> = sqlx::query_as(concat!(
        "select ",
        upload_columns!(),
        " from uploads
         where id = $1 and user_id = $2"
    ))
    .bind(id.as_bytes().as_slice())
    .bind(user.as_bytes().as_slice())
    .fetch_optional(tx)
    .await?;
    Ok(found.and_then(|row| row.try_into().ok()))
}

/// Whether anybody else began an upload of that photo.
pub async fn is_begun_by_others(tx: &mut Tx, sha256: &Sha256, user: UserId) -> Result<bool> {
    Ok(sqlx::query_scalar("select exists (select 1 from uploads where sha256 = $1 and user_id <> $2)")
        .bind(sha256.0.as_slice())
        .bind(user.as_bytes().as_slice())
        .fetch_one(tx)
        .await?)
}

/// Whether there is such an upload, of whomever.
pub async fn exists(tx: &mut Tx, id: Uuid) -> Result<bool> {
    Ok(sqlx::query_scalar("select exists (select 1 from uploads where id = $1)")
        .bind(id.as_bytes().as_slice())
        .fetch_one(tx)
        .await?)
}

/// Uploads begun before that moment, after `after` in order of age.
pub async fn begun_before(
    tx: &mut Tx,
    moment: Moment,
    after: (Moment, Uuid),
    limit: u32,
) -> Result<Vec<UploadRow>> {
    let found: Vec<Columns> = sqlx::query_as(concat!(
        "select ",
        upload_columns!(),
        " from uploads
         where created_at < $1 and (created_at, id) > ($2, $3) order by created_at, id limit $4"
    ))
    .bind(moment.0)
    .bind(after.0.0)
    .bind(after.1.as_bytes().as_slice())
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    Ok(found.into_iter().filter_map(|row| row.try_into().ok()).collect())
}

/// Up to `limit` rows after row `after` for whoever checks them, each with its number.
pub async fn page_to_check(tx: &mut Tx, after: i64, limit: u32) -> Result<Vec<(i64, Result<()>)>> {
    let found = sqlx::query(concat!(
        "select rowid, ",
        upload_columns!(),
        " from uploads where rowid > $1 order by rowid limit $2"
    ))
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    let check = |row| UploadRow::try_from(Columns::from_row(row)?).map(drop);
    paging::each(&found, "rowid", after, check)
}

/// Forgets an upload.
pub async fn forget(tx: &mut Tx, id: Uuid) -> Result<()> {
    sqlx::query("delete from uploads where id = $1").bind(id.as_bytes().as_slice()).execute(tx).await?;
    Ok(())
}
