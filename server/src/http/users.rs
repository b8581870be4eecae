//! `/api/v1/users`: people and their roles, for whoever administrates them: see
//! [`crate::access::administration`].

pub mod views;

use std::collections::BTreeSet;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use sync_protocol::id::UserId;
use sync_protocol::kinds::Role;

use self::views::{
    AddedUser, EnrolmentView, MadePassword, NewUser, RoleAt, Scopes, UserList, UserRow, UserView,
};
use super::app::App;
use super::auth::Signed;
use super::directory::DirectoryView;
use super::extract::Json;
use super::problem::{Problem, ProblemBody};
use super::qr;
use crate::access::actor::Actor;
use crate::access::administration::{Administrator, Newcomer, Which};
use crate::error::{Error, Kind, Result};

/// How many people are listed when nobody says.
const PAGE: usize = 100;
/// How many at most.
const MAX_PAGE: usize = 1000;

/// Which people are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// With this in their names.
    q: Option<String>,
    /// Who hold that role.
    role: Option<String>,
    /// Whose account is closed (`true`) or open (`false`).
    closed: Option<bool>,
    /// Who have a phone (`true`) or none (`false`).
    phone: Option<bool>,
    /// Leave out so many.
    skip: Option<usize>,
    /// At most so many, up to 1000.
    limit: Option<usize>,
}

/// The people that one administrates, in order of their names.
#[utoipa::path(
    get,
    path = "/api/v1/users",
    tag = "administration",
    params(Asked),
    responses(
        (status = 200, body = UserList),
        (status = 401, body = ProblemBody),
        (status = 403, description = "one administrates nobody", body = ProblemBody),
        (status = 422, description = "no_such_role", body = ProblemBody),
    )
)]
pub async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(asked): Query<Asked>,
) -> Result<Json<UserList>, Problem> {
    let text = asked.q.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let role = asked.role.as_deref().map(role).transpose()?;
    let which = Which { text, role, closed: asked.closed, phone: asked.phone };
    let people = Administrator::new(&app.people, &actor)?.list(&which).await?;
    let (skip, limit) = (asked.skip.unwrap_or(0), asked.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE));
    let now = app.clock.now();
    let users = people.iter().skip(skip).take(limit).map(|someone| UserRow::of(someone, now)).collect();
    Ok(Json(UserList { count: people.len(), users }))
}

/// Adds a person.
#[utoipa::path(
    post,
    path = "/api/v1/users",
    tag = "administration",
    request_body = NewUser,
    responses(
        (status = 200, body = AddedUser),
        (status = 401, body = ProblemBody),
        (status = 403, description = "one administrates nobody; scope_of_others", body = ProblemBody),
        (status = 409, description = "username_taken", body = ProblemBody),
        (status = 422, description = "no_role, no_such_role, no_such_scope, invalid_username", body = ProblemBody),
    )
)]
pub async fn add(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(new): Json<NewUser>,
) -> Result<Json<AddedUser>, Problem> {
    let administrator = Administrator::new(&app.people, &actor)?;
    let roles = new.roles.iter().map(RoleAt::read).collect::<Result<_>>()?;
    let (username, display_name) = (new.username, new.display_name);
    let newcomer = Newcomer { username, display_name, roles, signs_in: new.password };
    let (id, new_password) = administrator.add(newcomer).await?;
    let user = UserView::of(&administrator.someone(id).await?, app.clock.now());
    Ok(Json(AddedUser { user, new_password }))
}

/// What roles there are, and where one can give them: what is called how in the counties that one
/// administrates.
#[utoipa::path(
    get,
    path = "/api/v1/users/scopes",
    tag = "administration",
    responses(
        (status = 200, body = Scopes),
        (status = 401, body = ProblemBody),
        (status = 403, description = "one administrates nobody", body = ProblemBody),
    )
)]
pub async fn scopes(State(app): State<App>, Signed(actor): Signed) -> Result<Json<Scopes>, Problem> {
    let administrator = Administrator::new(&app.people, &actor)?;
    let there_are: Vec<_> = app.engine.standing().counties.keys().cloned().collect();
    let counties = administrator.counties(there_are.into_iter()).await?;
    if counties.is_empty() {
        return Ok(Json(Scopes::of(DirectoryView::default())));
    }
    // Names alone: what stands behind them is not the administrator's to read.
    let reader = Actor::at_the_machine(counties.iter().cloned());
    let counties: BTreeSet<_> = counties.into_iter().collect();
    let directory = app.figures.directory(&app.engine, &reader, Some(counties)).await?;
    Ok(Json(Scopes::of(directory.into())))
}

/// One of the people that one administrates.
#[utoipa::path(
    get,
    path = "/api/v1/users/{id}",
    tag = "administration",
    params(("id" = String, Path, description = "the person's id")),
    responses((status = 200, body = UserView), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn show(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Result<Json<UserView>, Problem> {
    let (administrator, user) = about(&app, &actor, &id)?;
    Ok(Json(UserView::of(&administrator.someone(user).await?, app.clock.now())))
}

/// Gives somebody a role.
#[utoipa::path(
    post,
    path = "/api/v1/users/{id}/roles",
    tag = "administration",
    params(("id" = String, Path, description = "the person's id")),
    request_body = RoleAt,
    responses(
        (status = 204),
        (status = 401, body = ProblemBody),
        (status = 403, description = "scope_of_others", body = ProblemBody),
        (status = 404, body = ProblemBody),
        (status = 409, description = "role_held, not_yourself", body = ProblemBody),
        (status = 422, description = "no_such_role, no_such_scope", body = ProblemBody),
    )
)]
pub async fn give_role(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
    Json(role): Json<RoleAt>,
) -> Result<StatusCode, Problem> {
    let (administrator, user) = about(&app, &actor, &id)?;
    let (role, scope) = role.read()?;
    administrator.give_role(user, role, &scope).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends somebody's role; what was written in its time still counts.
#[utoipa::path(
    delete,
    path = "/api/v1/users/{id}/roles",
    tag = "administration",
    params(("id" = String, Path, description = "the person's id")),
    request_body = RoleAt,
    responses(
        (status = 204),
        (status = 401, body = ProblemBody),
        (status = 403, description = "scope_of_others", body = ProblemBody),
        (status = 404, description = "not found; role_not_held", body = ProblemBody),
        (status = 409, description = "not_yourself", body = ProblemBody),
        (status = 422, description = "no_such_role, no_such_scope", body = ProblemBody),
    )
)]
pub async fn end_role(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
    Json(role): Json<RoleAt>,
) -> Result<StatusCode, Problem> {
    let (administrator, user) = about(&app, &actor, &id)?;
    let (role, scope) = role.read()?;
    administrator.end_role(user, role, &scope).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Closes an account: its phones are let in no more and its sessions end.
#[utoipa::path(
    post,
    path = "/api/v1/users/{id}/disable",
    tag = "administration",
    params(("id" = String, Path, description = "the person's id")),
    responses(
        (status = 204),
        (status = 401, body = ProblemBody),
        (status = 403, description = "person_of_others", body = ProblemBody),
        (status = 404, body = ProblemBody),
        (status = 409, description = "not_yourself", body = ProblemBody),
    )
)]
pub async fn disable(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (administrator, user) = about(&app, &actor, &id)?;
    administrator.disable(user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Opens a closed account again.
#[utoipa::path(
    post,
    path = "/api/v1/users/{id}/enable",
    tag = "administration",
    params(("id" = String, Path, description = "the person's id")),
    responses(
        (status = 204),
        (status = 401, body = ProblemBody),
        (status = 403, description = "person_of_others", body = ProblemBody),
        (status = 404, body = ProblemBody),
        (status = 409, description = "not_yourself", body = ProblemBody),
    )
)]
pub async fn enable(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (administrator, user) = about(&app, &actor, &id)?;
    administrator.enable(user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a new password; all sessions end.
#[utoipa::path(
    post,
    path = "/api/v1/users/{id}/password",
    tag = "administration",
    params(("id" = String, Path, description = "the person's id")),
    responses(
        (status = 200, body = MadePassword),
        (status = 401, body = ProblemBody),
        (status = 403, description = "person_of_others", body = ProblemBody),
        (status = 404, body = ProblemBody),
        (status = 409, description = "not_yourself", body = ProblemBody),
    )
)]
pub async fn renew_password(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Result<Json<MadePassword>, Problem> {
    let (administrator, user) = about(&app, &actor, &id)?;
    Ok(Json(MadePassword { new_password: administrator.renew_password(user).await? }))
}

/// Asks somebody for no one-time codes any more, whose app is lost.
#[utoipa::path(
    delete,
    path = "/api/v1/users/{id}/totp",
    tag = "administration",
    params(("id" = String, Path, description = "the person's id")),
    responses(
        (status = 204),
        (status = 401, body = ProblemBody),
        (status = 403, description = "person_of_others", body = ProblemBody),
        (status = 404, body = ProblemBody),
        (status = 409, description = "not_yourself", body = ProblemBody),
    )
)]
pub async fn stop_totp(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (administrator, user) = about(&app, &actor, &id)?;
    administrator.stop_totp(user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes codes by which somebody enrols a phone.
#[utoipa::path(
    post,
    path = "/api/v1/users/{id}/enrolment",
    tag = "administration",
    params(("id" = String, Path, description = "the person's id")),
    responses(
        (status = 200, body = EnrolmentView),
        (status = 401, body = ProblemBody),
        (status = 403, description = "person_of_others", body = ProblemBody),
        (status = 404, body = ProblemBody),
        (status = 409, description = "user_disabled", body = ProblemBody),
    )
)]
pub async fn enrolment(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Result<Json<EnrolmentView>, Problem> {
    let (administrator, user) = about(&app, &actor, &id)?;
    let codes = administrator.enrolment(user).await?;
    let url = codes.url(&app.settings.public_url);
    Ok(Json(EnrolmentView {
        qr: qr::picture(&url)?,
        url,
        expires_at: codes.long_expires_at.rfc3339(),
        short_code: codes.short,
        short_expires_at: codes.short_expires_at.rfc3339(),
    }))
}

/// Whoever administrates, and the person that an address names. To who administrates nobody there is
/// nobody.
fn about<'a>(app: &'a App, actor: &'a Actor, id: &str) -> Result<(Administrator<'a>, UserId)> {
    let user = id.parse().map_err(|_| Error::not_found())?;
    let administrator = Administrator::new(&app.people, actor).map_err(|_| Error::not_found())?;
    Ok((administrator, user))
}

fn role(name: &str) -> Result<Role> {
    Role::named(name).ok_or_else(|| {
        Error::new(
            Kind::Unprocessable,
            "no_such_role",
            "没有这个角色；没有改动",
            "there is no such role; nothing was changed",
        )
    })
}
