//! The one-time tickets of devices, and the alarms that they raised.

use std::collections::HashMap;

use sync_protocol::id::DeviceId;

use super::{Tx, columns};
use crate::clock::Moment;
use crate::error::Result;

/// The last ticket that each of these devices showed, where one did.
pub async fn shown(
    tx: &mut Tx,
    devices: impl Iterator<Item = DeviceId>,
) -> Result<HashMap<DeviceId, [u8; 16]>> {
    let list = columns::hex_list(devices.map(|device| device.0.into_bytes()));
    let found: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
        "select id, ticket from devices
         where id in (select unhex(value) from json_each($1)) and ticket is not null",
    )
    .bind(list)
    .fetch_all(tx)
    .await?;
    found.into_iter().map(|(id, ticket)| Ok((columns::id(&id)?, columns::array(&ticket)?))).collect()
}

/// Keeps the tickets that devices showed.
pub async fn keep(tx: &mut Tx, shown: impl Iterator<Item = (DeviceId, [u8; 16])>) -> Result<()> {
    let rows = shown.map(|(device, ticket)| (hex::encode(device.as_bytes()), hex::encode(ticket)));
    sqlx::query(
        "update devices set ticket = unhex(json_extract(value, '$[1]'))
         from json_each($1) where devices.id = unhex(json_extract(value, '$[0]'))",
    )
    .bind(columns::row_list(rows))
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes that a device's storage was copied or rolled back.
pub async fn alarm(tx: &mut Tx, device: DeviceId, now: Moment) -> Result<()> {
    sqlx::query(
        "update devices set storage_alarms = storage_alarms + 1, storage_alarm_at = $2 where id = $1",
    )
    .bind(device.as_bytes().as_slice())
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(())
}
