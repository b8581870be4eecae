//! Phones and browsers with something the matter, of the counties whose devices somebody looks after.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use sync_protocol::id::UserId;

use super::Desk;
use super::line::{Device, Line};
use crate::access::policy;
use crate::access::role::Scope;
use crate::clock::Moment;
use crate::error::Result;
use crate::programme::evidence::silence::HEARD_WITHIN_DAYS;
use crate::programme::states::list::Mark;
use crate::store::devices::{self, Trouble, Troubled};
use crate::store::grants::{self, GrantRow};
use crate::sync::standing::{Standing, day};

const MINUTE_MS: i64 = 60_000;
const DAY_S: i64 = 24 * 3600;
/// A clock that is off by no more is right.
const CLOCK_MINUTES: i64 = 5;
/// What a clock said longer ago is forgotten.
const CLOCK_READ_WITHIN_DAYS: i64 = 7;
/// For how many days an alarm is told: nobody can answer it but by looking.
const ALARM_DAYS: i64 = 30;

/// The counties whose people's devices this person looks after.
pub(super) fn counties(desk: &Desk<'_>) -> BTreeSet<String> {
    let standing = desk.engine.standing();
    let ledgers = standing.counties.values().map(|county| &county.ledger);
    let minded = ledgers
        .filter(|ledger| policy::minds_devices(desk.actor, desk.now, &ledger.county, ledger.city.as_deref()))
        .filter(|ledger| desk.counties.as_ref().is_none_or(|asked| asked.contains(&ledger.county)));
    minded.map(|ledger| ledger.county.clone()).collect()
}

/// A line for each of their devices with something the matter: storage that was copied first, then
/// those that owe most photos, then the longest silence.
pub(super) async fn lines(desk: &Desk<'_>, minded: &BTreeSet<String>) -> Result<Vec<Line>> {
    if minded.is_empty() {
        return Ok(Vec::new());
    }
    let mut tx = desk.store.snapshot().await?;
    let troubled = devices::troubled(&mut tx, trouble(desk.now)).await?;
    let users: BTreeSet<_> = troubled.iter().map(|troubled| troubled.device.user).collect();
    let users: Vec<_> = users.into_iter().collect();
    let mut held: HashMap<UserId, Vec<GrantRow>> = HashMap::new();
    for (user, grant) in grants::of_each(&mut tx, &users).await? {
        held.entry(user).or_default().push(grant);
    }
    drop(tx);
    let standing = desk.engine.standing();
    let mut lines: Vec<_> = troubled
        .into_iter()
        .filter_map(|troubled| {
            let grants = held.get(&troubled.device.user).map_or(&[][..], Vec::as_slice);
            let county = home(desk, &standing, minded, &troubled, grants)?;
            Some(line(county, troubled, desk.now))
        })
        .collect();
    lines.sort_by_key(|line| {
        let device = line.device.as_deref();
        let photos = device.map(|device| device.photos_missing);
        let is_alarm = line.marks.contains(&Mark::StorageAlarm);
        (!is_alarm, Reverse(photos), device.and_then(|device| device.last_seen_at), device.map(|its| its.id))
    });
    Ok(lines)
}

const fn trouble(now: Moment) -> Trouble {
    Trouble {
        alarm_after: now.plus_seconds(-ALARM_DAYS * DAY_S),
        clock_off_ms: CLOCK_MINUTES * MINUTE_MS,
        clock_read_after: now.plus_seconds(-CLOCK_READ_WITHIN_DAYS * DAY_S),
        silent_since: now.plus_seconds(-HEARD_WITHIN_DAYS * DAY_S),
    }
}

/// The county as one of whose people the owner of a device is looked after here: where they hold a
/// role, or, holding none, the one whose office looks after them.
fn home(
    desk: &Desk<'_>,
    standing: &Standing,
    minded: &BTreeSet<String>,
    troubled: &Troubled,
    grants: &[GrantRow],
) -> Option<String> {
    let now = desk.now;
    let held = grants.iter().filter(|grant| grant.until.is_none_or(|until| now < until));
    let mut scopes = held.filter_map(|grant| grant.scope.parse::<Scope>().ok()).peekable();
    if scopes.peek().is_none() {
        return troubled.home_county.clone().filter(|county| minded.contains(county));
    }
    scopes.find_map(|scope| county_of(desk, standing, minded, &scope))
}

fn county_of(
    desk: &Desk<'_>,
    standing: &Standing,
    minded: &BTreeSet<String>,
    scope: &Scope,
) -> Option<String> {
    let county = match scope {
        // A county does not look after those who look after it.
        Scope::City(city) if policy::minds_devices_of_city(desk.actor, desk.now, city) => {
            let of_city = |county: &&String| {
                standing.counties.get(*county).is_some_and(|its| its.ledger.city.as_ref() == Some(city))
            };
            minded.iter().find(of_city).cloned()
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
    county.filter(|county| minded.contains(county))
}

fn line(county: String, troubled: Troubled, now: Moment) -> Line {
    let marks = marks(&troubled, now);
    let Troubled { device, by_name, photos_missing, .. } = troubled;
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

/// What is the matter with it.
fn marks(troubled: &Troubled, now: Moment) -> Vec<Mark> {
    let trouble = trouble(now);
    let device = &troubled.device;
    let is_alarm = troubled.storage_alarm_at.is_some_and(|at| trouble.alarm_after < at);
    let photos = troubled.photos_missing;
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

    fn troubled(has_token: bool, seen_days_ago: i64, offset_ms: i64, photos_missing: u32) -> Troubled {
        Troubled {
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
        let alarm = |days_ago: i64| Troubled {
            storage_alarm_at: Some(NOW.plus_seconds(-days_ago * DAY_S)),
            ..troubled(true, 0, 0, 0)
        };
        assert_eq!(marks(&alarm(29), NOW), [Mark::StorageAlarm]);
        assert_eq!(marks(&alarm(31), NOW), []);
    }
}
