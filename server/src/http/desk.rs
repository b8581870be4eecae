//! `GET /api/v1/desk`: what waits for whoever asks, most urgent first.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sync_protocol::id::{DeviceId, RecordId, UserId};
use sync_protocol::refusal::Code;

use super::app::App;
use super::auth::Signed;
use super::extract::Json;
use super::indicators::list as listed;
use super::lists::ContentsView;
use super::problem::{Problem, ProblemBody};
use crate::access::actor::Actor;
use crate::clock::Moment;
use crate::error::{Error, Language, Result};
use crate::lists::Shown;
use crate::programme::desk::{Desk, Device, FundKey, Group, Line, Papers, Position, Slice, Waiting};
use crate::programme::states::list::{Mark, State as Come};
use crate::store::held::HeldRow;

/// How many lines of each group the desk shows.
const FIRST: usize = 20;
/// How many lines of a group are listed when nobody says.
const PAGE: usize = 100;
/// How many at most.
const MAX_PAGE: usize = 500;

/// Of which counties.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Counties by code, with commas; all that one has if left out.
    county: Option<String>,
    /// What is shown of the records: names of fields, with commas, or of a kind alone: `finding.severity`.
    fields: Option<String>,
}

/// Which lines of a group.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhichLines {
    /// Counties by code, with commas; all that one has if left out.
    county: Option<String>,
    /// What is shown of the records: names of fields, with commas, or of a kind alone: `finding.severity`.
    fields: Option<String>,
    /// Leave out so many.
    skip: Option<usize>,
    /// At most so many, up to 500.
    limit: Option<usize>,
}

/// What waits.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DeskView {
    /// As of which day.
    at: NaiveDate,
    /// From which ledgers, at which positions.
    counties: Vec<PositionView>,
    /// The groups that one acts on, most urgent first, those of which nothing waits too.
    groups: Vec<GroupView>,
    /// What stands in the fields that were asked for, by record.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    contents: BTreeMap<RecordId, ContentsView>,
}

/// A ledger that an answer was taken from.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PositionView {
    county: String,
    name: String,
    position: u64,
}

impl From<Position> for PositionView {
    fn from(Position { county, name, position }: Position) -> Self {
        Self { county, name, position }
    }
}

/// What waits of one group.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct GroupView {
    code: Group,
    /// How much.
    count: usize,
    /// The first 20.
    lines: Vec<LineView>,
}

/// What waits of one group, a page of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DeskGroup {
    /// As of which day.
    at: NaiveDate,
    /// From which ledgers, at which positions.
    counties: Vec<PositionView>,
    code: Group,
    /// How much.
    count: usize,
    lines: Vec<LineView>,
    /// What stands in the fields that were asked for, by record.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    contents: BTreeMap<RecordId, ContentsView>,
}

/// One thing that waits.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LineView {
    /// The record to be opened; absent for a device, and for a held change that cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<RecordId>,
    /// Its kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    county: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    school: Option<RecordId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<RecordId>,
    /// The day that it is about; of missing diaries the last one, of silence the day last heard of.
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<NaiveDate>,
    /// By when something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<NaiveDate>,
    /// What it has come to, as in `/api/v1/states/{kind}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    state: Option<Come>,
    /// What is to be seen at once.
    #[schema(value_type = Vec<Object>)]
    marks: Vec<Mark>,
    /// Its official number.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// The fields that people differ about and that one may settle.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<String>,
    /// How many: days without a diary, projects whose phones are silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    /// The change in the held box.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<HeldLine>,
    /// The phone or browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<DeviceLine>,
    /// Of a payment: the keys that one can give.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    keys: Vec<FundKey>,
}

/// A change that waits in the held box.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct HeldLine {
    /// Its number in the box.
    id: i64,
    /// Why it was held.
    code: Code,
    message: String,
    by_name: String,
    received_at: String,
}

/// A phone or browser with something the matter.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DeviceLine {
    id: DeviceId,
    name: String,
    /// Whose.
    user: UserId,
    by_name: String,
    /// Whether it is a phone, and no browser.
    phone: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen_at: Option<String>,
    /// By how much its clock was ahead of ours then.
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_offset_ms: Option<i64>,
    /// How often its storage seemed copied or rolled back.
    storage_alarms: u32,
    /// How many photos its changes refer to that have not come.
    photos_missing: u32,
}

impl HeldLine {
    fn of(row: HeldRow, language: Language) -> Self {
        let HeldRow { id, held, .. } = row;
        Self {
            id,
            code: held.code,
            message: language.pick(&held.zh, &held.en).to_owned(),
            by_name: held.by_name,
            received_at: held.received_at.rfc3339(),
        }
    }
}

impl From<Device> for DeviceLine {
    fn from(device: Device) -> Self {
        Self {
            id: device.id,
            name: device.name,
            user: device.user,
            by_name: device.by_name,
            phone: device.is_phone,
            last_seen_at: device.last_seen_at.map(Moment::rfc3339),
            clock_offset_ms: device.clock_offset_ms,
            storage_alarms: device.storage_alarms,
            photos_missing: device.photos_missing,
        }
    }
}

impl LineView {
    fn of(line: Line, language: Language) -> Self {
        Self {
            record: line.record,
            kind: line.kind,
            county: line.county,
            school: line.school,
            project: line.project,
            day: line.day,
            due: line.due,
            state: line.state,
            marks: line.marks,
            number: line.number,
            fields: line.fields,
            count: line.count,
            held: line.held.map(|held| HeldLine::of(*held, language)),
            device: line.device.map(|device| (*device).into()),
            keys: line.keys,
        }
    }

    fn all_of(lines: Vec<Line>, language: Language) -> Vec<Self> {
        lines.into_iter().map(|line| Self::of(line, language)).collect()
    }
}

/// What waits for whoever asks: what their roles let them do, most urgent first.
#[utoipa::path(
    get,
    path = "/api/v1/desk",
    tag = "desk",
    params(Which),
    responses(
        (status = 200, description = "group by group, the first lines of each", body = DeskView),
        (status = 401, body = ProblemBody),
        (status = 404, description = "nothing of what is asked about is theirs", body = ProblemBody),
    )
)]
pub async fn show(
    State(app): State<App>,
    Signed(actor): Signed,
    language: Language,
    Query(which): Query<Which>,
) -> Result<Json<DeskView>, Problem> {
    let Papers { at, counties, groups } = desk(&app, &actor, which.county.as_deref()).papers(FIRST).await?;
    let contents = contents(&app, &actor, &groups, which.fields.as_deref()).await?;
    let view = |Waiting { group, count, lines }: Waiting| {
        let lines = LineView::all_of(lines, language);
        GroupView { code: group, count, lines }
    };
    let counties = counties.into_iter().map(Into::into).collect();
    Ok(Json(DeskView { at, counties, groups: groups.into_iter().map(view).collect(), contents }))
}

/// What waits of one group, page by page.
#[utoipa::path(
    get,
    path = "/api/v1/desk/{code}",
    tag = "desk",
    params(("code" = String, Path, description = "the group's code"), WhichLines),
    responses(
        (status = 200, description = "a page of its lines, most urgent first", body = DeskGroup),
        (status = 401, body = ProblemBody),
        (status = 404, description = "no such group, not theirs to act on, or nothing of what is asked about is theirs", body = ProblemBody),
    )
)]
pub async fn group(
    State(app): State<App>,
    Signed(actor): Signed,
    language: Language,
    Path(code): Path<String>,
    Query(which): Query<WhichLines>,
) -> Result<Json<DeskGroup>, Problem> {
    let group = Group::named(&code).ok_or_else(Error::not_found)?;
    let limit = which.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let slice = Slice { skip: which.skip.unwrap_or(0), limit };
    let papers = desk(&app, &actor, which.county.as_deref()).of_group(group, slice).await?;
    let contents = contents(&app, &actor, &papers.groups, which.fields.as_deref()).await?;
    let counties = papers.counties.into_iter().map(Into::into).collect();
    let (count, lines) =
        papers.groups.into_iter().next().map_or((0, Vec::new()), |waiting| (waiting.count, waiting.lines));
    Ok(Json(DeskGroup {
        at: papers.at,
        counties,
        code: group,
        count,
        lines: LineView::all_of(lines, language),
        contents,
    }))
}

/// What stands in those fields of the records that wait.
async fn contents(
    app: &App,
    actor: &Actor,
    groups: &[Waiting],
    fields: Option<&str>,
) -> Result<BTreeMap<RecordId, ContentsView>> {
    let shown = Shown::named(fields.map(listed).into_iter().flatten());
    let ids = groups.iter().flat_map(|waiting| &waiting.lines).filter_map(|line| line.record).collect();
    let contents = app.lists.contents(actor, app.clock.now(), ids, &shown).await?;
    Ok(contents.into_iter().map(|(id, contents)| (id, contents.into())).collect())
}

fn desk<'a>(app: &'a App, actor: &'a Arc<Actor>, county: Option<&str>) -> Desk<'a> {
    Desk {
        store: &app.store,
        engine: &app.engine,
        figures: &app.figures,
        actor,
        now: app.clock.now(),
        counties: county.map(|counties| listed(counties).collect()),
    }
}
