//! Phones and browsers of the counties whose devices somebody looks after: whose they are, and what is
//! the matter with them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use sync_protocol::id::UserId;

use super::evidence::silence::HEARD_WITHIN_DAYS;
use super::states::list::Mark;
use crate::access::actor::Actor;
use crate::access::policy;
use crate::access::role::Scope;
use crate::clock::Moment;
use crate::error::Result;
use crate::store::devices::{self, Attended, Trouble};
use crate::store::grants::{self, GrantRow};
use crate::store::{Store, Tx};
use crate::sync::engine::Engine;
use crate::sync::standing::Standing;

const MINUTE_MS: i64 = 60_000;
const DAY_S: i64 = 24 * 3600;
/// A clock that is off by no more is right.
const CLOCK_MINUTES: i64 = 5;
/// What a clock said longer ago is forgotten.
const CLOCK_READ_WITHIN_DAYS: i64 = 7;
/// For how many days an alarm is told: nobody can answer it but by looking.
const ALARM_DAYS: i64 = 30;

/// Somebody who looks after devices.
pub struct Minder<'m> {
    store: &'m Store,
    engine: &'m Arc<Engine>,
    actor: &'m Actor,
    now: Moment,
    /// The counties whose people's devices they look after.
    counties: BTreeSet<String>,
}

/// A device that they look after.
#[derive(Clone, Debug)]
pub struct Minded {
    /// The county as one of whose people its owner is looked after.
    pub county: String,
    /// The device.
    pub its: Attended,
    /// What is the matter with it.
    pub marks: Vec<Mark>,
}

impl<'m> Minder<'m> {
    /// Somebody who looks after devices of these counties, or of all that are theirs.
    pub fn new(
        (store, engine): (&'m Store, &'m Arc<Engine>),
        actor: &'m Actor,
        now: Moment,
        asked: Option<&BTreeSet<String>>,
    ) -> Self {
        let standing = engine.standing();
        let ledgers = standing.counties.values().map(|county| &county.ledger);
        let minded = ledgers
            .filter(|ledger| policy::minds_devices(actor, now, &ledger.county, ledger.city.as_deref()))
            .filter(|ledger| asked.is_none_or(|asked| asked.contains(&ledger.county)));
        let counties = minded.map(|ledger| ledger.county.clone()).collect();
        drop(standing);
        Self { store, engine, actor, now, counties }
    }

    /// The counties whose people's devices they look after.
    pub const fn counties(&self) -> &BTreeSet<String> {
        &self.counties
    }

    /// Those of their devices that are let in and have something the matter.
    ///
    /// # Errors
    /// What the store says.
    pub async fn troubled(&self) -> Result<Vec<Minded>> {
        let mut tx = self.store.snapshot().await?;
        let found = devices::troubled(&mut tx, trouble(self.now)).await?;
        self.theirs(&mut tx, found).await
    }

    /// All of their devices, those that are let in no more too.
    ///
    /// # Errors
    /// What the store says.
    pub async fn all(&self) -> Result<Vec<Minded>> {
        let mut tx = self.store.snapshot().await?;
        let found = devices::all(&mut tx).await?;
        self.theirs(&mut tx, found).await
    }

    async fn theirs(&self, tx: &mut Tx, found: Vec<Attended>) -> Result<Vec<Minded>> {
        let users: BTreeSet<_> = found.iter().map(|its| its.device.user).collect();
        let users: Vec<_> = users.into_iter().collect();
        let mut held: HashMap<UserId, Vec<GrantRow>> = HashMap::new();
        for (user, grant) in grants::of_each(tx, &users).await? {
            held.entry(user).or_default().push(grant);
        }
        let standing = self.engine.standing();
        let minded = found.into_iter().filter_map(|its| {
            let grants = held.get(&its.device.user).map_or(&[][..], Vec::as_slice);
            let county = self.home(&standing, &its, grants)?;
            let is_in = its.device.revoked_at.is_none() && its.closed_at.is_none();
            let marks = if is_in { marks(&its, self.now) } else { Vec::new() };
            Some(Minded { county, its, marks })
        });
        Ok(minded.collect())
    }

    /// The county as one of whose people the owner of a device is looked after here: where they hold a
    /// role, or, holding none, the one whose office looks after them.
    fn home(&self, standing: &Standing, its: &Attended, grants: &[GrantRow]) -> Option<String> {
        let held = grants.iter().filter(|grant| grant.until.is_none_or(|until| self.now < until));
        let mut scopes = held.filter_map(|grant| grant.scope.parse::<Scope>().ok()).peekable();
        if scopes.peek().is_none() {
            return its.home_county.clone().filter(|county| self.counties.contains(county));
        }
        scopes.find_map(|scope| self.county_of(standing, &scope))
    }

    fn county_of(&self, standing: &Standing, scope: &Scope) -> Option<String> {
        let county = match scope {
            // A county does not look after those who look after it.
            Scope::City(city) if policy::minds_devices_of_city(self.actor, self.now, city) => {
                let of_city = |county: &&String| {
                    standing.counties.get(*county).is_some_and(|its| its.ledger.city.as_ref() == Some(city))
                };
                self.counties.iter().find(of_city).cloned()
            }
            Scope::City(_) => None,
            Scope::County(code) => Some(code.clone()),
            Scope::Township(code) => code.get(..6).map(str::to_owned),
            Scope::Zone(zone) => {
                let county = standing.counties.values().find(|county| county.directory.has_zone(*zone));
                county.map(|county| county.ledger.county.clone())
            }
            Scope::School(school) => {
                standing.county_of_school(*school).map(|county| county.ledger.county.clone())
            }
            Scope::Project(project) => {
                standing.county_of_project(*project).map(|(county, _)| county.ledger.county.clone())
            }
        };
        county.filter(|county| self.counties.contains(county))
    }
}

const fn trouble(now: Moment) -> Trouble {
    Trouble {
        alarm_after: now.plus_seconds(-ALARM_DAYS * DAY_S),
        clock_off_ms: CLOCK_MINUTES * MINUTE_MS,
        clock_read_after: now.plus_seconds(-CLOCK_READ_WITHIN_DAYS * DAY_S),
        silent_since: now.plus_seconds(-HEARD_WITHIN_DAYS * DAY_S),
    }
}

/// What is the matter with it.
fn marks(its: &Attended, now: Moment) -> Vec<Mark> {
    let trouble = trouble(now);
    let device = &its.device;
    let is_alarm = its.storage_alarm_at.is_some_and(|at| trouble.alarm_after < at);
    let photos = its.photos_missing;
    let offset = device.clock_offset_ms.filter(|offset| {
        offset.abs() > trouble.clock_off_ms
            && device.last_seen_at.is_some_and(|at| trouble.clock_read_after < at)
    });
    let heard = device.last_seen_at.unwrap_or(device.created_at);
    let days = (now.0 - heard.0).div_euclid(DAY_S * 1000);
    [
        is_alarm.then_some(Mark::StorageAlarm),
        (photos > 0).then_some(Mark::PhotosMissing { photos }),
        offset
            .map(|offset| Mark::ClockOff { minutes: (offset + offset.signum() * MINUTE_MS / 2) / MINUTE_MS }),
        (device.has_token && heard < trouble.silent_since).then_some(Mark::Silent { days }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use sync_protocol::id::DeviceId;
    use uuid::Uuid;

    use super::*;
    use crate::store::devices::DeviceRow;

    const NOW: Moment = Moment(1_700_000_000_000);

    fn troubled(has_token: bool, seen_days_ago: i64, offset_ms: i64, photos_missing: u32) -> Attended {
        Attended {
            device: DeviceRow {
                id: DeviceId(Uuid::from_u128(1)),
                user: UserId(Uuid::from_u128(2)),
                name: "演示手机".to_owned(),
                has_token,
                created_at: Moment(0),
                last_seen_at: Some(NOW.plus_seconds(-seen_days_ago * DAY_S - 1)),
                clock_offset_ms: Some(offset_ms),
                storage_alarms: 0,
                revoked_at: None,
            },
            by_name: "演示人员".to_owned(),
            username: "demo".to_owned(),
            closed_at: None,
            home_county: None,
            photos_missing,
            storage_alarm_at: None,
        }
    }

    #[test]
    fn what_is_the_matter_with_a_device_is_told() {
        let six_minutes = 6 * MINUTE_MS;
        for (device, expected) in [
            (troubled(true, 0, 5 * MINUTE_MS, 0), vec![]),
            (troubled(true, 0, -six_minutes, 0), vec![Mark::ClockOff { minutes: -6 }]),
            // What its clock said last week is forgotten; that it is silent is told.
            (troubled(true, 8, six_minutes, 0), vec![Mark::Silent { days: 8 }]),
            (troubled(true, 2, 0, 300), vec![Mark::PhotosMissing { photos: 300 }]),
            (troubled(true, 3, 0, 0), vec![Mark::Silent { days: 3 }]),
            // Nobody waits for a browser.
            (troubled(false, 30, 0, 0), vec![]),
        ] {
            assert_eq!(marks(&device, NOW), expected, "{device:?}");
        }
        let alarm = |days_ago: i64| Attended {
            storage_alarm_at: Some(NOW.plus_seconds(-days_ago * DAY_S)),
            ..troubled(true, 0, 0, 0)
        };
        assert_eq!(marks(&alarm(29), NOW), [Mark::StorageAlarm]);
        assert_eq!(marks(&alarm(31), NOW), []);
    }
}
