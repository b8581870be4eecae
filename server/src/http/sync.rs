//! `POST /api/v1/sync` and its companions: what was written goes up, what is new comes down.

use axum::extract::{Query, State};
use serde::Deserialize;
use sync_protocol::message::{HaveRequest, HaveResponse, IndexResponse, Snapshot, SyncRequest, SyncResponse};

use super::app::App;
use super::auth::Signed;
use super::crowd::Admitted;
use super::extract::Json;
use super::problem::{Problem, ProblemBody};
use crate::error::Language;
use crate::sync::round::Answer;

/// One round trip: changes up, records down.
///
/// `accepted`, `duplicate` and `held` are answered only once they are flushed to disk. An answer
/// in the 400s or 500s means that nothing of the request was stored. With `news: false` no records
/// come down but those that these changes touched: for clients that read page by page.
#[utoipa::path(
    post,
    path = "/api/v1/sync",
    tag = "sync",
    request_body = SyncRequest,
    responses(
        (status = 200, description = "what became of each change, and what is new", body = SyncResponse<Snapshot>),
        (status = 400, body = ProblemBody),
        (status = 401, body = ProblemBody),
        (status = 413, body = ProblemBody),
        (status = 426, description = "the client speaks a newer protocol than the server", body = ProblemBody),
        (status = 429, description = "the device does too much at the same time; come again", body = ProblemBody),
        (status = 503, description = "nothing was stored; come again", body = ProblemBody),
    )
)]
pub async fn sync(
    State(app): State<App>,
    Signed(actor): Signed,
    _room: Admitted,
    language: Language,
    Json(request): Json<SyncRequest>,
) -> Result<Json<Answer>, Problem> {
    if let Some(shown) = &request.device_time {
        let ahead_ms = shown.moment().timestamp_millis() - app.clock.now().0;
        app.people.seen(actor.device, Some(ahead_ms));
    }
    Ok(Json(app.engine.round(&actor, request, language).await?))
}

/// Which page of the index is asked for.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
pub struct AskedIndex {
    /// The `next` of the page before.
    after: Option<String>,
    /// At most so many pairs, up to 50,000, which is the default.
    limit: Option<u32>,
}

/// `[id, seq]` of every record in scope, to repair a digest that differs.
#[utoipa::path(
    post,
    path = "/api/v1/sync/index",
    tag = "sync",
    params(AskedIndex),
    responses(
        (status = 200, description = "what is in scope, county by county in order of seq", body = IndexResponse),
        (status = 400, description = "after is not the next of a page", body = ProblemBody),
        (status = 401, body = ProblemBody),
    )
)]
pub async fn index(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(asked): Query<AskedIndex>,
) -> Result<Json<IndexResponse>, Problem> {
    Ok(Json(app.engine.index(&actor, asked.after.as_deref(), asked.limit).await?))
}

/// Which of these changes and photos the server lacks.
#[utoipa::path(
    post,
    path = "/api/v1/sync/have",
    tag = "sync",
    request_body = HaveRequest,
    responses(
        (status = 200, description = "what the server lacks", body = HaveResponse),
        (status = 401, body = ProblemBody),
        (status = 413, body = ProblemBody),
    )
)]
pub async fn have(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(asked): Json<HaveRequest>,
) -> Result<Json<HaveResponse>, Problem> {
    let changes = app.engine.lacking(&asked).await?;
    let scope = app.engine.read_scope(&actor, app.clock.now());
    let counties = scope.counties.keys().map(String::as_str);
    let photos = app.photos.lacking(actor.user, counties, &asked.photos).await?;
    let unsettled = Some(app.engine.unsettled(&asked).await?);
    Ok(Json(HaveResponse { changes, photos, unsettled }))
}
