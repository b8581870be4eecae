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

/// Keeps the ticket that a device showed.
pub async fn keep(tx: &mut Tx, device: DeviceId, ticket: [u8; 16]) -> Result<()> {
    sqlx::query("update devices set ticket = $2 where id = $1")
        .bind(device.as_bytes().as_slice())
        .bind(ticket.as_slice())
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
