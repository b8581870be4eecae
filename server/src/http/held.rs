//! `/api/v1/held`: the held box. The office lists it, releases, or refuses with a reason.

use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sync_protocol::id::{DeviceId, UserId};
use sync_protocol::refusal::Code;

use super::app::App;
use super::auth::Signed;
use super::extract::Json;
use super::problem::{Problem, ProblemBody};
use crate::error::{Error, Kind, Language, Result};
use crate::store::held::{HeldRow, State as HeldState};
use crate::sync::held_box::{self, Hindrance, Seen};

/// How many are listed when nobody says.
const PAGE: u32 = 100;
/// How many are listed at most.
const MAX_PAGE: u32 = 1000;

/// Which held changes are asked for.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// In that state; `waiting` if none is named.
    state: Option<HeldState>,
    /// Of that county.
    county: Option<String>,
    /// After that number.
    after: Option<i64>,
    /// At most so many, up to 1000.
    limit: Option<u32>,
    /// One's own, in any state, newest first.
    #[serde(default)]
    mine: bool,
}

/// A list of held changes.
#[derive(Serialize, utoipa::ToSchema)]
pub struct HeldList {
    held: Vec<HeldView>,
}

/// A held change.
#[derive(Serialize, utoipa::ToSchema)]
pub struct HeldView {
    id: i64,
    county: String,
    change_id: Option<String>,
    /// As it was sent; as text where not every reader of JSON can read it.
    #[schema(value_type = Object)]
    change: Box<RawValue>,
    code: Code,
    message: String,
    /// The same in English, with the technical words.
    message_en: String,
    field: Option<String>,
    by: UserId,
    by_name: String,
    device: DeviceId,
    received_at: String,
    /// Who brought it in by hand, if it did not come from the device itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    carried_by: Option<UserId>,
    /// Whether the author had the right when the change was made, by the device's own clock.
    permitted_when_made: bool,
    state: HeldState,
    /// Whether who asks can release it now.
    releasable: bool,
    /// Why not, if not.
    not_releasable: Option<Hindrance>,
    decided_by: Option<UserId>,
    decided_at: Option<String>,
    decision_reason: Option<String>,
    released_seq: Option<u64>,
}

impl HeldView {
    fn of(seen: Seen, language: Language) -> Result<Self> {
        let Seen { row, hindrance } = seen;
        let HeldRow { id, held, state, decided_by, decided_at, decision_reason, released_seq } = row;
        Ok(Self {
            id,
            county: held.county,
            change_id: held.change_id,
            change: as_sent(held.raw, held.code)?,
            code: held.code,
            message: language.pick(&held.zh, &held.en).to_owned(),
            message_en: held.en,
            field: held.field,
            by: held.by,
            by_name: held.by_name,
            device: held.device,
            received_at: held.received_at.rfc3339(),
            carried_by: held.carried_by,
            permitted_when_made: held.permitted_when_made,
            state,
            releasable: hindrance.is_none(),
            not_releasable: hindrance,
            decided_by,
            decided_at: decided_at.map(crate::clock::Moment::rfc3339),
            decision_reason,
            released_seq,
        })
    }
}

/// The change as it was sent. One that some reader of JSON stumbles over, because of a number beyond
/// all numbers, half a character or too many levels, goes out as text: it would make the whole list
/// unreadable.
fn as_sent(raw: String, code: Code) -> Result<Box<RawValue>> {
    let readable = code != Code::TooLarge && serde_json::from_str::<serde_json::Value>(&raw).is_ok();
    let json = if readable { raw } else { serde_json::to_string(&raw).map_err(Error::internal)? };
    RawValue::from_string(json).map_err(Error::internal)
}

/// What the office says when it decides.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Deciding {
    /// Why; a refusal needs one, its author reads it.
    #[serde(default)]
    reason: Option<String>,
}

/// The held box of the counties whose office one is, or one's own held changes.
#[utoipa::path(
    get,
    path = "/api/v1/held",
    tag = "held",
    params(Asked),
    responses(
        (status = 200, description = "held changes", body = HeldList),
        (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody),
    )
)]
pub async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    language: Language,
    Query(asked): Query<Asked>,
) -> Result<Json<HeldList>, Problem> {
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let rows = if asked.mine {
        app.engine.held_of_author(&actor, limit).await?
    } else {
        let query = held_box::Query {
            state: asked.state.unwrap_or(HeldState::Waiting),
            county: asked.county,
            after: asked.after.unwrap_or(0),
            limit,
        };
        app.engine.held(&actor, &query).await?
    };
    let held: Result<Vec<_>> = rows.into_iter().map(|row| HeldView::of(row, language)).collect();
    Ok(Json(HeldList { held: held? }))
}

/// One held change.
#[utoipa::path(
    get,
    path = "/api/v1/held/{id}",
    tag = "held",
    params(("id" = i64, Path, description = "its number in the box")),
    responses(
        (status = 200, description = "the held change", body = HeldView),
        (status = 401, body = ProblemBody),
        (status = 404, body = ProblemBody),
    )
)]
pub async fn show(
    State(app): State<App>,
    Signed(actor): Signed,
    language: Language,
    Path(id): Path<String>,
) -> Result<Json<HeldView>, Problem> {
    let row = app.engine.held_change(&actor, number(&id)?).await?;
    Ok(Json(HeldView::of(row, language)?))
}

/// Lets a held change into the ledger as its author's.
#[utoipa::path(
    post,
    path = "/api/v1/held/{id}/release",
    tag = "held",
    params(("id" = i64, Path, description = "its number in the box")),
    request_body = Option<Deciding>,
    responses(
        (status = 200, description = "the held change as decided", body = HeldView),
        (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody),
        (status = 409, description = "decided already", body = ProblemBody),
        (status = 422, description = "it can be nobody's change", body = ProblemBody),
    )
)]
pub async fn release(
    State(app): State<App>,
    Signed(actor): Signed,
    language: Language,
    Path(id): Path<String>,
    deciding: Option<Json<Deciding>>,
) -> Result<Json<HeldView>, Problem> {
    let reason = deciding.and_then(|Json(deciding)| deciding.reason);
    let row = app.engine.release(&actor, number(&id)?, reason).await?;
    Ok(Json(HeldView::of(row, language)?))
}

/// Refuses a held change, with a reason that its author reads.
#[utoipa::path(
    post,
    path = "/api/v1/held/{id}/refuse",
    tag = "held",
    params(("id" = i64, Path, description = "its number in the box")),
    request_body = Deciding,
    responses(
        (status = 200, description = "the held change as decided", body = HeldView),
        (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody),
        (status = 409, description = "decided already", body = ProblemBody),
        (status = 422, description = "no reason given", body = ProblemBody),
    )
)]
pub async fn refuse(
    State(app): State<App>,
    Signed(actor): Signed,
    language: Language,
    Path(id): Path<String>,
    Json(deciding): Json<Deciding>,
) -> Result<Json<HeldView>, Problem> {
    let row = app.engine.refuse(&actor, number(&id)?, deciding.reason.unwrap_or_default()).await?;
    Ok(Json(HeldView::of(row, language)?))
}

/// A number in the box; what is no number is not in it.
fn number(text: &str) -> Result<i64> {
    text.parse().map_err(|_| {
        Error::new(Kind::NotFound, "not_found", "没有这条待处理的变更", "there is no such held change")
    })
}
