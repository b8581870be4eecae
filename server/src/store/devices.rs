//! Devices: enrolled phones, each with a token, and browsers that somebody signed in with.

use sqlx::FromRow;
use sync_protocol::id::{DeviceId, UserId};

use super::row_hash::{self, RowHash};
use super::{Tx, columns, paging};
use crate::clock::Moment;
use crate::error::{Error, Result};

/// A device as people see it.
#[derive(Clone, Debug)]
pub struct DeviceRow {
    /// The device.
    pub id: DeviceId,
    /// Whose.
    pub user: UserId,
    /// What it is called.
    pub name: String,
    /// Whether it is a phone with a token; a browser has sessions instead.
    pub has_token: bool,
    /// Since when.
    pub created_at: Moment,
    /// When it was last heard of.
    pub last_seen_at: Option<Moment>,
    /// How far its clock was ahead of ours then.
    pub clock_offset_ms: Option<i64>,
    /// How often its storage seemed copied or rolled back.
    pub storage_alarms: u32,
    /// Since when it is let in no more.
    pub revoked_at: Option<Moment>,
}

/// What [`Columns`] reads.
macro_rules! device_columns {
    () => {
        "id, user_id, name, token_hash, bundle_key, created_at, last_seen_at, clock_offset_ms, \
         storage_alarms, revoked_at, row_hash"
    };
}

#[derive(FromRow)]
struct Columns {
    id: Vec<u8>,
    user_id: Vec<u8>,
    name: String,
    token_hash: Option<Vec<u8>>,
    bundle_key: Option<Vec<u8>>,
    created_at: i64,
    last_seen_at: Option<i64>,
    clock_offset_ms: Option<i64>,
    storage_alarms: i64,
    revoked_at: Option<i64>,
    row_hash: Vec<u8>,
}

impl Columns {
    /// Covers the row but for what is written with every contact.
    fn row_hash(&self) -> [u8; row_hash::LEN] {
        RowHash::new("devices")
            .bytes(&self.id)
            .bytes(&self.user_id)
            .text(&self.name)
            .optional(self.token_hash.as_deref(), RowHash::bytes)
            .optional(self.bundle_key.as_deref(), RowHash::bytes)
            .int(self.created_at)
            .optional(self.revoked_at, RowHash::int)
            .finish()
    }
}

impl TryFrom<Columns> for DeviceRow {
    type Error = Error;

    /// # Errors
    /// If the row's hash does not fit: nobody is let in by it.
    fn try_from(row: Columns) -> Result<Self> {
        if row.row_hash().as_slice() != row.row_hash {
            return Err(row_hash::damaged(format_args!("device {}", hex::encode(&row.id))));
        }
        Ok(Self {
            id: columns::id(&row.id)?,
            user: columns::id(&row.user_id)?,
            name: row.name,
            has_token: row.token_hash.is_some(),
            created_at: Moment(row.created_at),
            last_seen_at: row.last_seen_at.map(Moment),
            clock_offset_ms: row.clock_offset_ms,
            storage_alarms: row.storage_alarms as u32,
            revoked_at: row.revoked_at.map(Moment),
        })
    }
}

/// A device to be added.
#[derive(Clone)]
pub struct NewDevice {
    /// The device.
    pub id: DeviceId,
    /// Whose.
    pub user: UserId,
    /// What it is called.
    pub name: String,
    /// What is kept of its secrets; the command line has none.
    pub secrets: Option<DeviceSecrets>,
    /// When.
    pub created_at: Moment,
}

/// What is kept of a device's secrets.
#[derive(Clone)]
pub struct DeviceSecrets {
    /// The hash of a phone's token. A browser has none: it comes with the cookie of its session.
    pub token_hash: Option<[u8; 32]>,
    /// The key by which the device seals what is carried by hand.
    pub bundle_key: [u8; 32],
}

/// For each of these scopes when the phones of those who hold one of these roles there were last heard of;
/// a phone that was enrolled and never came back counts from then. Scopes without a phone are left out.
pub async fn last_heard(tx: &mut Tx, roles: &[&str], scopes: &[String]) -> Result<Vec<(String, Moment)>> {
    let found: Vec<(String, i64)> = sqlx::query_as(
        "select g.scope, max(coalesce(d.last_seen_at, d.created_at))
         from grants g join devices d on d.user_id = g.user_id
         where g.until is null and d.revoked_at is null and d.token_hash is not null
         and g.role in (select value from json_each($1)) and g.scope in (select value from json_each($2))
         group by g.scope",
    )
    .bind(serde_json::to_string(roles).unwrap_or_default())
    .bind(serde_json::to_string(scopes).unwrap_or_default())
    .fetch_all(tx)
    .await?;
    Ok(found.into_iter().map(|(scope, at)| (scope, Moment(at))).collect())
}

/// Adds a device.
pub async fn add(tx: &mut Tx, device: &NewDevice) -> Result<()> {
    let secrets = device.secrets.as_ref();
    let row = Columns {
        id: device.id.as_bytes().to_vec(),
        user_id: device.user.as_bytes().to_vec(),
        name: device.name.clone(),
        token_hash: secrets.and_then(|secrets| secrets.token_hash).map(|hash| hash.to_vec()),
        bundle_key: secrets.map(|secrets| secrets.bundle_key.to_vec()),
        created_at: device.created_at.0,
        last_seen_at: None,
        clock_offset_ms: None,
        storage_alarms: 0,
        revoked_at: None,
        row_hash: Vec::new(),
    };
    let hash = row.row_hash().to_vec();
    sqlx::query(
        "insert into devices (id, user_id, name, token_hash, bundle_key, created_at, row_hash)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(row.id)
    .bind(row.user_id)
    .bind(row.name)
    .bind(row.token_hash)
    .bind(row.bundle_key)
    .bind(row.created_at)
    .bind(hash)
    .execute(tx)
    .await?;
    Ok(())
}

/// The device with that id.
pub async fn device(tx: &mut Tx, id: DeviceId) -> Result<Option<DeviceRow>> {
    let row: Option<Columns> =
        sqlx::query_as(concat!("select ", device_columns!(), " from devices where id = $1"))
            .bind(id.as_bytes().as_slice())
            .fetch_optional(tx)
            .await?;
    row.map(TryInto::try_into).transpose()
}

/// The device with that id and the key by which it seals bundles, if it has one: the command line has none.
pub async fn with_bundle_key(tx: &mut Tx, id: DeviceId) -> Result<Option<(DeviceRow, [u8; 32])>> {
    let row: Option<Columns> = sqlx::query_as(concat!(
        "select ",
        device_columns!(),
        " from devices where id = $1 and bundle_key is not null"
    ))
    .bind(id.as_bytes().as_slice())
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let key = columns::array(row.bundle_key.as_deref().unwrap_or_default())?;
    Ok(Some((row.try_into()?, key)))
}

/// The device whose token has that hash.
pub async fn by_token(tx: &mut Tx, token_hash: &[u8; 32]) -> Result<Option<DeviceRow>> {
    let row: Option<Columns> =
        sqlx::query_as(concat!("select ", device_columns!(), " from devices where token_hash = $1"))
            .bind(token_hash.as_slice())
            .fetch_optional(tx)
            .await?;
    row.map(TryInto::try_into).transpose()
}

/// The devices of a person, oldest first. One whose row is damaged is left out, and the log says so.
pub async fn of(tx: &mut Tx, user: UserId) -> Result<Vec<DeviceRow>> {
    let rows: Vec<Columns> = sqlx::query_as(concat!(
        "select ",
        device_columns!(),
        " from devices where user_id = $1 order by created_at, id"
    ))
    .bind(user.as_bytes().as_slice())
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().filter_map(|row| row.try_into().ok()).collect())
}

/// When something is the matter with a device.
#[derive(Clone, Copy, Debug)]
pub struct Trouble {
    /// Its storage seemed copied or rolled back after that.
    pub alarm_after: Moment,
    /// Its clock was off by more when it was last heard of,
    pub clock_off_ms: i64,
    /// which was after that.
    pub clock_read_after: Moment,
    /// It is a phone and was not heard of since.
    pub silent_since: Moment,
}

/// A device with something the matter.
#[derive(Clone, Debug)]
pub struct Troubled {
    /// The device.
    pub device: DeviceRow,
    /// What its owner is called.
    pub by_name: String,
    /// The county whose office looks after its owner.
    pub home_county: Option<String>,
    /// How many photos its changes refer to that have not come.
    pub photos_missing: u32,
    /// When its storage last seemed copied or rolled back.
    pub storage_alarm_at: Option<Moment>,
}

#[derive(FromRow)]
struct TroubledColumns {
    #[sqlx(flatten)]
    device: Columns,
    by_name: String,
    home_county: Option<String>,
    photos_missing: i64,
    storage_alarm_at: Option<i64>,
}

/// The devices that are let in and have something the matter. One whose row is damaged is left out.
pub async fn troubled(tx: &mut Tx, trouble: Trouble) -> Result<Vec<Troubled>> {
    let found: Vec<TroubledColumns> = sqlx::query_as(concat!(
        "select ",
        device_columns!(),
        ", storage_alarm_at,
         (select display_name from users where users.id = d.user_id) as by_name,
         (select home_county from users where users.id = d.user_id) as home_county,
         (select count(*) from photos_wanted where photos_wanted.device = d.id) as photos_missing
         from devices d
         where revoked_at is null
         and exists (select 1 from users where users.id = d.user_id and disabled_at is null)
         and (storage_alarm_at > $1
              or (abs(clock_offset_ms) > $2 and last_seen_at > $3)
              or (token_hash is not null and coalesce(last_seen_at, created_at) < $4)
              or exists (select 1 from photos_wanted where photos_wanted.device = d.id))"
    ))
    .bind(trouble.alarm_after.0)
    .bind(trouble.clock_off_ms)
    .bind(trouble.clock_read_after.0)
    .bind(trouble.silent_since.0)
    .fetch_all(tx)
    .await?;
    let read = |row: TroubledColumns| {
        Some(Troubled {
            device: row.device.try_into().ok()?,
            by_name: row.by_name,
            home_county: row.home_county,
            photos_missing: row.photos_missing as u32,
            storage_alarm_at: row.storage_alarm_at.map(Moment),
        })
    };
    Ok(found.into_iter().filter_map(read).collect())
}

/// Up to `limit` rows after row `after` for whoever checks them, each with its number.
pub async fn page_to_check(tx: &mut Tx, after: i64, limit: u32) -> Result<Vec<(i64, Result<()>)>> {
    let found = sqlx::query(concat!(
        "select rowid, ",
        device_columns!(),
        " from devices where rowid > $1 order by rowid limit $2"
    ))
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    let check = |row| DeviceRow::try_from(Columns::from_row(row)?).map(drop);
    paging::each(&found, "rowid", after, check)
}

/// Revokes a device that never came back after it was enrolled; says whether it was such a one.
pub async fn revoke_unseen(tx: &mut Tx, id: DeviceId, now: Moment) -> Result<bool> {
    let was_seen: Option<bool> = sqlx::query_scalar(
        "select last_seen_at is not null or ticket is not null from devices where id = $1",
    )
    .bind(id.as_bytes().as_slice())
    .fetch_optional(&mut *tx)
    .await?;
    if was_seen == Some(false) { revoke(tx, id, now).await } else { Ok(false) }
}

/// Lets a device in no more; says whether it was let in before.
pub async fn revoke(tx: &mut Tx, id: DeviceId, now: Moment) -> Result<bool> {
    let found: Option<Columns> = sqlx::query_as(concat!(
        "select ",
        device_columns!(),
        " from devices where id = $1 and revoked_at is null"
    ))
    .bind(id.as_bytes().as_slice())
    .fetch_optional(&mut *tx)
    .await?;
    let Some(mut row) = found else { return Ok(false) };
    if row.row_hash().as_slice() != row.row_hash {
        return Err(row_hash::damaged(format_args!("device {id}")));
    }
    row.revoked_at = Some(now.0);
    sqlx::query("update devices set revoked_at = $2, row_hash = $3 where id = $1")
        .bind(id.as_bytes().as_slice())
        .bind(now.0)
        .bind(row.row_hash().to_vec())
        .execute(tx)
        .await?;
    Ok(true)
}

/// Keeps when a device was last heard of, and how far its clock was ahead, where it said.
pub async fn keep_seen(tx: &mut Tx, id: DeviceId, at: Moment, clock_offset_ms: Option<i64>) -> Result<()> {
    sqlx::query(
        "update devices set last_seen_at = max(coalesce(last_seen_at, 0), $2),
         clock_offset_ms = coalesce($3, clock_offset_ms) where id = $1",
    )
    .bind(id.as_bytes().as_slice())
    .bind(at.0)
    .bind(clock_offset_ms)
    .execute(tx)
    .await?;
    Ok(())
}
