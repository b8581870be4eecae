//! The one-time tickets of devices, and the alarms that they raised.

use std::collections::HashMap;

use sync_protocol::id::DeviceId;

use super::{Tx, columns};
use crate::clock::Moment;
use crate::error::Result;

/// A device's tickets: the current and the previous one, and whether it ever showed one.
pub type Kept = (Option<[u8; 16]>, Option<[u8; 16]>, bool);

/// The tickets of these devices.
pub async fn tickets(
    tx: &mut Tx,
    devices: impl Iterator<Item = DeviceId>,
) -> Result<HashMap<DeviceId, Kept>> {
    type Row = (Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>, bool);
    let list = columns::hex_list(devices.map(|device| device.0.into_bytes()));
    let found: Vec<Row> = sqlx::query_as(
        "select id, ticket, previous_ticket, ever_showed_ticket from devices
         where id in (select unhex(value) from json_each($1))",
    )
    .bind(list)
    .fetch_all(tx)
    .await?;
    let ticket = |bytes: Option<Vec<u8>>| bytes.map(|bytes| columns::array(&bytes)).transpose();
    found
        .into_iter()
        .map(|(id, current, previous, ever_showed)| {
            Ok((columns::id(&id)?, (ticket(current)?, ticket(previous)?, ever_showed)))
        })
        .collect()
}

/// Keeps a device's tickets.
pub async fn keep(tx: &mut Tx, device: DeviceId, (current, previous, ever_showed): Kept) -> Result<()> {
    sqlx::query(
        "update devices set ticket = $2, previous_ticket = $3, ever_showed_ticket = $4 where id = $1",
    )
    .bind(device.as_bytes().as_slice())
    .bind(current.as_ref().map(<[u8; 16]>::as_slice))
    .bind(previous.as_ref().map(<[u8; 16]>::as_slice))
    .bind(ever_showed)
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes that a device came with a ticket that it should not have any more.
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
