//! `/api/v1/devices`: phones and browsers, for whoever looks after them.

use std::collections::{BTreeSet, HashMap};

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sync_protocol::id::{DeviceId, UserId};

use super::app::App;
use super::auth::Signed;
use super::extract::Json;
use super::indicators::list as listed;
use super::problem::{Problem, ProblemBody};
use crate::access::actor::Actor;
use crate::access::administration::{Administrator, Reason};
use crate::access::policy::MINDS_DEVICES;
use crate::clock::Moment;
use crate::error::{Error, Result};
use crate::programme::devices::{Minded, Minder};
use crate::programme::states::list::Mark;
use crate::store::held;

/// How many devices are listed when nobody says.
const PAGE: usize = 200;
/// How many at most.
const MAX_PAGE: usize = 1000;

/// Which devices are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Counties by code, with commas; all that one has if left out.
    county: Option<String>,
    /// With this in their names, or in their owners'.
    q: Option<String>,
    /// Of that person.
    user: Option<String>,
    /// `in` (let in, which is meant if nothing is said), `trouble` (let in, and something is the matter),
    /// `out` (let in no more).
    #[serde(default)]
    state: Shown,
    /// Leave out so many.
    skip: Option<usize>,
    /// At most so many, up to 1000.
    limit: Option<usize>,
}

/// Which devices are shown.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Shown {
    #[default]
    In,
    Trouble,
    Out,
}

/// Devices that one looks after.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DeviceList {
    /// How many there are of those asked for.
    count: usize,
    /// Those with something the matter first, then who was heard of last.
    devices: Vec<DeviceView>,
}

/// A phone or a browser.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DeviceView {
    id: DeviceId,
    name: String,
    /// Whether it is a phone, and no browser.
    phone: bool,
    /// Whose.
    user: UserId,
    by_name: String,
    username: String,
    /// As one of whose people its owner is looked after.
    county: String,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen_at: Option<String>,
    /// By how much its clock was ahead of ours then.
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_offset_ms: Option<i64>,
    /// How often its storage seemed copied or rolled back.
    storage_alarms: u32,
    /// When it last did.
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_alarm_at: Option<String>,
    /// How many photos its changes refer to that have not come.
    photos_missing: u32,
    /// How many of its changes wait in the held box.
    held: u32,
    /// What is the matter with it.
    #[schema(value_type = Vec<Object>)]
    marks: Vec<Mark>,
    /// Since when it is let in no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
    /// Since when its owner's account is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<String>,
    /// Whether it is the one that asks.
    this: bool,
}

/// Why a device is to be let in no more.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revoking {
    reason: Reason,
}

impl DeviceView {
    fn of(actor: &Actor, minded: Minded, held: u32) -> Self {
        let Minded { county, its, marks } = minded;
        let device = its.device;
        Self {
            id: device.id,
            name: device.name,
            phone: device.has_token,
            user: device.user,
            by_name: its.by_name,
            username: its.username,
            county,
            created_at: device.created_at.rfc3339(),
            last_seen_at: device.last_seen_at.map(Moment::rfc3339),
            clock_offset_ms: device.clock_offset_ms,
            storage_alarms: device.storage_alarms,
            storage_alarm_at: its.storage_alarm_at.map(Moment::rfc3339),
            photos_missing: its.photos_missing,
            held,
            marks,
            revoked_at: device.revoked_at.map(Moment::rfc3339),
            closed_at: its.closed_at.map(Moment::rfc3339),
            this: device.id == actor.device,
        }
    }
}

/// The phones and browsers that one looks after.
#[utoipa::path(
    get,
    path = "/api/v1/devices",
    tag = "administration",
    params(Asked),
    responses(
        (status = 200, body = DeviceList),
        (status = 401, body = ProblemBody),
        (status = 403, description = "one looks after no devices", body = ProblemBody),
        (status = 404, description = "nothing of what is asked about is theirs", body = ProblemBody),
    )
)]
pub async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(asked): Query<Asked>,
) -> Result<Json<DeviceList>, Problem> {
    let now = app.clock.now();
    if !actor.grants_at(now).any(|grant| MINDS_DEVICES.contains(&grant.role)) {
        return Err(Error::forbidden().into());
    }
    let counties: Option<BTreeSet<_>> = asked.county.as_deref().map(|counties| listed(counties).collect());
    let minder = Minder::new((&app.store, &app.engine), &actor, now, counties.as_ref());
    if minder.counties().is_empty() {
        return Err(Error::not_found().into());
    }
    let mut devices = minder.all().await?;
    for Minded { its, .. } in &mut devices {
        its.device.hear(app.people.heard_of(its.device.id));
    }
    devices.retain(|minded| asked.wants(minded));
    devices.sort_by_key(|Minded { its, marks, .. }| {
        (marks.is_empty(), std::cmp::Reverse(its.device.last_seen_at), its.device.id)
    });
    let theirs: Vec<_> = minder.counties().iter().cloned().collect();
    let held = held::waiting_by_device(&mut *app.store.read().await?, &theirs).await?;
    let held: HashMap<_, _> = held.into_iter().collect();
    let count = devices.len();
    let (skip, limit) = (asked.skip.unwrap_or(0), asked.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE));
    let page = devices.into_iter().skip(skip).take(limit);
    let view = |minded: Minded| {
        let held = held.get(&minded.its.device.id).copied().unwrap_or_default();
        DeviceView::of(&actor, minded, held)
    };
    Ok(Json(DeviceList { count, devices: page.map(view).collect() }))
}

impl Asked {
    fn wants(&self, Minded { its, marks, .. }: &Minded) -> bool {
        let is_in = its.device.revoked_at.is_none() && its.closed_at.is_none();
        let is_shown = match self.state {
            Shown::In => is_in,
            Shown::Trouble => is_in && !marks.is_empty(),
            Shown::Out => !is_in,
        };
        let text = self.q.as_deref().unwrap_or_default().trim().to_lowercase();
        let names = [&its.device.name, &its.by_name, &its.username];
        is_shown
            && self.user.as_ref().is_none_or(|user| its.device.user.to_string() == *user)
            && names.iter().any(|name| name.to_lowercase().contains(&text))
    }
}

/// Lets a device in no more.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{id}/revoke",
    tag = "administration",
    params(("id" = String, Path, description = "the device's id")),
    request_body = Revoking,
    responses(
        (status = 204),
        (status = 401, body = ProblemBody),
        (status = 403, description = "one sees it, but administrates nobody; person_of_others", body = ProblemBody),
        (status = 404, description = "not found; device_unknown: it is let in no more already", body = ProblemBody),
        (status = 409, description = "not_yourself: it is the one in hand", body = ProblemBody),
    )
)]
pub async fn revoke(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
    Json(Revoking { reason }): Json<Revoking>,
) -> Result<StatusCode, Problem> {
    let device: DeviceId = id.parse().map_err(|_| Error::not_found())?;
    match Administrator::new(&app.people, &actor) {
        Ok(administrator) => administrator.revoke(device, reason).await?,
        Err(forbidden) => {
            let devices = Minder::new((&app.store, &app.engine), &actor, app.clock.now(), None).all().await?;
            let is_seen = devices.iter().any(|minded| minded.its.device.id == device);
            return Err(if is_seen { forbidden } else { Error::not_found() }.into());
        }
    }
    Ok(StatusCode::NO_CONTENT)
}
