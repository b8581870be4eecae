//! `POST /api/v1/enrol`: a phone gives a code and gets its token.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sync_protocol::id::{DeviceId, UserId};

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
    /// Whose work is on the phone already, if anybody's: a code of somebody else is refused.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Uuid)]
    user: Option<UserId>,
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
///
/// A phone whose token is good no more is enrolled again with all that is on it: it names the person
/// whose work that is, and then counts as another device of that person.
#[utoipa::path(
    post,
    path = "/api/v1/enrol",
    tag = "joining",
    request_body = Enrolment,
    responses(
        (status = 200, body = EnrolledView),
        (status = 401, description = "code_unknown, user_disabled", body = ProblemBody),
        (status = 409, description = "code_of_another", body = ProblemBody),
        (status = 410, description = "code_used, code_expired", body = ProblemBody),
        (status = 429, body = ProblemBody),
    )
)]
pub async fn enrol(
    State(app): State<App>,
    Peer(peer): Peer,
    Json(Enrolment { code, device_name, user: whose }): Json<Enrolment>,
) -> Result<Json<EnrolledView>, Problem> {
    let Enrolled { device, token, .. } =
        enrolment::redeem(&app.people, &code, &device_name, whose, peer).await?;
    let actor = app.people.newcomer(&token).await?;
    let roles = RoleView::all_of(&actor, app.clock.now());
    let user = EnrolledUser { user: UserView::of(&actor), roles };
    Ok(Json(EnrolledView { device, token, user, server: ServerView::of(&app).await? }))
}
