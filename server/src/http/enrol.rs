//! `POST /api/v1/enrol`: a phone gives a code and gets its token.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sync_protocol::id::DeviceId;

use super::app::App;
use super::extract::Json;
use super::me::{RoleView, ServerView, UserView};
use super::peer::Peer;
use super::problem::{Problem, ProblemBody};
use crate::access::enrolment::{self, Enrolled};

/// What a phone enrols with.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    /// The code that was scanned or typed.
    code: String,
    /// What the phone is called.
    #[serde(default)]
    device_name: String,
}

/// A phone that was just enrolled.
#[derive(Serialize, utoipa::ToSchema)]
pub struct EnrolledView {
    #[schema(value_type = String, format = Uuid)]
    device: DeviceId,
    /// For `Authorization: Bearer`. It is shown this once.
    token: String,
    user: EnrolledUser,
    server: ServerView,
}

/// Whose phone it is.
#[derive(Serialize, utoipa::ToSchema)]
struct EnrolledUser {
    #[serde(flatten)]
    user: UserView,
    roles: Vec<RoleView>,
}

/// Enrols a phone. A code is good once; using the one to type uses up the one to scan.
///
/// A phone that got no answer may give the same code again for ten minutes: it gets a new token,
/// and the one that was lost on the way is good for nothing. Once a token was used the code is not.
#[utoipa::path(
    post,
    path = "/api/v1/enrol",
    tag = "joining",
    request_body = Enrolment,
    responses(
        (status = 200, body = EnrolledView),
        (status = 401, description = "code_unknown, user_disabled", body = ProblemBody),
        (status = 410, description = "code_used, code_expired", body = ProblemBody),
        (status = 429, body = ProblemBody),
    )
)]
pub async fn enrol(
    State(app): State<App>,
    Peer(peer): Peer,
    Json(Enrolment { code, device_name }): Json<Enrolment>,
) -> Result<Json<EnrolledView>, Problem> {
    let Enrolled { device, token, .. } = enrolment::redeem(&app.people, &code, &device_name, peer).await?;
    let actor = app.people.newcomer(&token).await?;
    let roles = RoleView::all_of(&actor, app.clock.now());
    let user = EnrolledUser { user: UserView::of(&actor), roles };
    Ok(Json(EnrolledView { device, token, user, server: ServerView::of(&app).await? }))
}
