//! What is remembered of devices, so that a sync with nothing new asks the database nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sync_protocol::id::DeviceId;

use super::ticket::Shown;
use crate::clock::Moment;

/// For how long it is believed that no photo of a device is missing: one may be found damaged.
const BELIEVED_SECONDS: i64 = 60;

/// What is remembered of devices. Tickets are noted here by the writer alone, in the order of its
/// commits.
#[derive(Debug, Default)]
pub(super) struct Devices(Mutex<HashMap<DeviceId, DeviceState>>);

/// What is remembered of a device.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DeviceState {
    /// The last ticket that it showed.
    pub(super) shown: Shown,
    /// When it was last seen that no photo is missing that its changes refer to.
    none_missing_at: Option<Moment>,
    /// How many requests of it referred to photos.
    photo_pushes: u64,
}

impl DeviceState {
    /// Whether photos may be missing that its changes refer to.
    pub(super) fn may_lack_photos(&self, now: Moment) -> bool {
        self.none_missing_at.is_none_or(|at| now < at || at.plus_seconds(BELIEVED_SECONDS) < now)
    }
}

impl Devices {
    /// What is remembered of a device; `None` if nothing is.
    pub(super) fn get(&self, device: DeviceId) -> Option<DeviceState> {
        self.lock().get(&device).copied()
    }

    /// Notes the ticket that a device showed, after a commit, and whether what it sent refers to photos.
    pub(super) fn answered(&self, device: DeviceId, shown: Shown, photos: bool) {
        let mut devices = self.lock();
        let state = devices.entry(device).or_default();
        state.shown = shown;
        if photos {
            state.photo_pushes += 1;
            state.none_missing_at = None;
        }
    }

    /// Notes that no photo was missing, unless the device sent more of them since `before`.
    pub(super) fn none_missing(&self, device: DeviceId, before: Option<DeviceState>, now: Moment) {
        let mut devices = self.lock();
        let Some(state) = devices.get_mut(&device) else { return };
        if state.photo_pushes == before.map_or(0, |before| before.photo_pushes) {
            state.none_missing_at = Some(now);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<DeviceId, DeviceState>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: Moment = Moment(1_700_000_000_000);

    #[test]
    fn a_photo_that_came_up_meanwhile_is_asked_for() {
        let (devices, device) = (Devices::default(), DeviceId(Uuid::from_u128(1)));
        devices.answered(device, Shown::default(), true);
        let before = devices.get(device);
        assert!(before.unwrap().may_lack_photos(NOW));
        devices.answered(device, Shown::default(), true);
        devices.none_missing(device, before, NOW);
        assert!(devices.get(device).unwrap().may_lack_photos(NOW), "the second request brought more");
        devices.none_missing(device, devices.get(device), NOW);
        assert!(!devices.get(device).unwrap().may_lack_photos(NOW.plus_seconds(59)));
        assert!(devices.get(device).unwrap().may_lack_photos(NOW.plus_seconds(61)), "looked at again");
    }
}
