//! Devices: enrolled phones, each with a token, and browsers that somebody signed in with.

use sqlx::FromRow;
use sync_protocol::id::{DeviceId, UserId};

use super::{Tx, columns};
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

#[derive(FromRow)]
struct Columns {
    id: Vec<u8>,
    user_id: Vec<u8>,
    name: String,
    has_token: bool,
    created_at: i64,
    last_seen_at: Option<i64>,
    clock_offset_ms: Option<i64>,
    storage_alarms: i64,
    revoked_at: Option<i64>,
}

impl TryFrom<Columns> for DeviceRow {
    type Error = Error;

    fn try_from(row: Columns) -> Result<Self> {
        Ok(Self {
            id: columns::id(&row.id)?,
            user: columns::id(&row.user_id)?,
            name: row.name,
            has_token: row.has_token,
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
    /// Of a phone: the hash of its token, and the key by which it seals bundles.
    pub secrets: Option<DeviceSecrets>,
    /// When.
    pub created_at: Moment,
}

/// What is kept of a phone's token.
#[derive(Clone)]
pub struct DeviceSecrets {
    /// The token's hash.
    pub token_hash: [u8; 32],
    /// The key by which the phone seals what is carried by hand.
    pub bundle_key: [u8; 32],
}

/// Adds a device.
pub async fn add(tx: &mut Tx, device: &NewDevice) -> Result<()> {
    let secrets = device.secrets.as_ref();
    sqlx::query(
        "insert into devices (id, user_id, name, token_hash, bundle_key, created_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(device.id.as_bytes().as_slice())
    .bind(device.user.as_bytes().as_slice())
    .bind(&device.name)
    .bind(secrets.map(|secrets| secrets.token_hash.as_slice()))
    .bind(secrets.map(|secrets| secrets.bundle_key.as_slice()))
    .bind(device.created_at.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// The device with that id.
pub async fn device(tx: &mut Tx, id: DeviceId) -> Result<Option<DeviceRow>> {
    let row: Option<Columns> = sqlx::query_as(
        "select id, user_id, name, token_hash is not null as has_token, created_at, last_seen_at,
         clock_offset_ms, storage_alarms, revoked_at
         from devices where id = $1",
    )
    .bind(id.as_bytes().as_slice())
    .fetch_optional(tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// The device whose token has that hash.
pub async fn by_token(tx: &mut Tx, token_hash: &[u8; 32]) -> Result<Option<DeviceRow>> {
    let row: Option<Columns> = sqlx::query_as(
        "select id, user_id, name, token_hash is not null as has_token, created_at, last_seen_at,
         clock_offset_ms, storage_alarms, revoked_at
         from devices where token_hash = $1",
    )
    .bind(token_hash.as_slice())
    .fetch_optional(tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// The devices of a person, oldest first.
pub async fn of(tx: &mut Tx, user: UserId) -> Result<Vec<DeviceRow>> {
    let rows: Vec<Columns> = sqlx::query_as(
        "select id, user_id, name, token_hash is not null as has_token, created_at, last_seen_at,
         clock_offset_ms, storage_alarms, revoked_at
         from devices where user_id = $1 order by created_at, id",
    )
    .bind(user.as_bytes().as_slice())
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Revokes a device that never came back after it was enrolled; says whether it was such a one.
pub async fn revoke_unseen(tx: &mut Tx, id: DeviceId, now: Moment) -> Result<bool> {
    let revoked = sqlx::query(
        "update devices set revoked_at = $2
         where id = $1 and revoked_at is null and last_seen_at is null and ticket is null",
    )
    .bind(id.as_bytes().as_slice())
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(revoked.rows_affected() == 1)
}

/// Lets a device in no more; says whether it was let in before.
pub async fn revoke(tx: &mut Tx, id: DeviceId, now: Moment) -> Result<bool> {
    let revoked = sqlx::query("update devices set revoked_at = $2 where id = $1 and revoked_at is null")
        .bind(id.as_bytes().as_slice())
        .bind(now.0)
        .execute(tx)
        .await?;
    Ok(revoked.rows_affected() == 1)
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
