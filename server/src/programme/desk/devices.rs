//! Phones and browsers with something the matter, of the counties whose devices somebody looks after.

use std::cmp::Reverse;

use super::Desk;
use super::line::{Device, Line};
use crate::error::Result;
use crate::programme::devices::{Minded, Minder};
use crate::programme::states::list::Mark;
use crate::store::devices::Attended;
use crate::sync::standing::day;

/// A line for each of their devices with something the matter: storage that was copied first, then
/// those that owe most photos, then the longest silence.
pub(super) async fn lines(minder: &Minder<'_>) -> Result<Vec<Line>> {
    if minder.counties().is_empty() {
        return Ok(Vec::new());
    }
    let mut lines: Vec<_> = minder.troubled().await?.into_iter().map(line).collect();
    lines.sort_by_key(|line| {
        let device = line.device.as_deref();
        let photos = device.map(|device| device.photos_missing);
        let is_alarm = line.marks.contains(&Mark::StorageAlarm);
        (!is_alarm, Reverse(photos), device.and_then(|device| device.last_seen_at), device.map(|its| its.id))
    });
    Ok(lines)
}

impl Desk<'_> {
    /// Whoever sits here, as one who looks after devices.
    pub(super) fn minder(&self) -> Minder<'_> {
        Minder::new((self.store, self.engine), self.actor, self.now, self.counties.as_ref())
    }
}

fn line(Minded { county, its, marks }: Minded) -> Line {
    let Attended { device, by_name, photos_missing, .. } = its;
    Line {
        county,
        day: device.last_seen_at.map(day),
        marks,
        device: Some(Box::new(Device {
            id: device.id,
            name: device.name,
            user: device.user,
            by_name,
            is_phone: device.has_token,
            last_seen_at: device.last_seen_at,
            clock_offset_ms: device.clock_offset_ms,
            storage_alarms: device.storage_alarms,
            photos_missing,
        })),
        ..Line::default()
    }
}
