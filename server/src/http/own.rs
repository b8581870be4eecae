//! `/api/v1/me/…`: one's own account: the password, one-time codes, where one is signed in.

use std::net::IpAddr;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use sync_protocol::id::DeviceId;

use super::app::App;
use super::auth::{Signed, session_token};
use super::extract::Json;
use super::peer::Peer;
use super::problem::{Problem, ProblemBody};
use super::qr;
use crate::access::actor::Actor;
use crate::access::own::{Account, Own, OwnSession};
use crate::error::{Error, Result};

/// How one's own account stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AccountView {
    /// Whether one signs in at browsers.
    password: bool,
    /// Whether one is asked for one-time codes.
    totp: bool,
    /// Where one is signed in, the browser in hand first.
    sessions: Vec<SessionView>,
}

/// A browser in which one is signed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SessionView {
    /// The browser.
    id: DeviceId,
    /// What it calls itself.
    name: String,
    /// Since when.
    created_at: String,
    /// When it was last used.
    used_at: String,
    /// Whether it is the one that asks.
    this: bool,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        let session = |session: OwnSession| SessionView {
            id: session.browser,
            name: session.name,
            created_at: session.created_at.rfc3339(),
            used_at: session.used_at.rfc3339(),
            this: session.is_this,
        };
        Self {
            password: account.has_password,
            totp: account.has_totp,
            sessions: account.sessions.into_iter().map(session).collect(),
        }
    }
}

/// Another password of one's own.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The one that holds now.
    old: String,
    /// The one to hold from now on.
    new: String,
}

/// An app for one-time codes to be set up.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUpTotp {
    password: String,
    /// The first code that the app shows; without one, what it scans is asked for.
    #[serde(default)]
    code: Option<String>,
}

/// What an app for one-time codes scans; absent once its first code was right.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TotpView {
    /// Whether one is asked for one-time codes now by this app.
    set: bool,
    /// `otpauth://…`; it is shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// The same as an SVG picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    qr: Option<String>,
}

/// How one's own account stands, and where one is signed in.
#[utoipa::path(
    get,
    path = "/api/v1/me/account",
    tag = "joining",
    responses((status = 200, body = AccountView), (status = 401, body = ProblemBody))
)]
pub async fn account(
    State(app): State<App>,
    Signed(actor): Signed,
    Peer(peer): Peer,
    headers: HeaderMap,
) -> Result<Json<AccountView>, Problem> {
    let cookie = session_token(&headers, &app.settings);
    let own = own(&app, &actor, cookie.as_deref(), peer);
    Ok(Json(own.account().await?.into()))
}

/// Sets another password of one's own; all other browsers are signed out.
#[utoipa::path(
    post,
    path = "/api/v1/me/password",
    tag = "joining",
    request_body = NewPassword,
    responses(
        (status = 204),
        (status = 401, body = ProblemBody),
        (status = 409, description = "no_password: this account works by phone alone", body = ProblemBody),
        (status = 422, description = "password_wrong, weak_password", body = ProblemBody),
        (status = 429, body = ProblemBody),
    )
)]
pub async fn change_password(
    State(app): State<App>,
    Signed(actor): Signed,
    Peer(peer): Peer,
    headers: HeaderMap,
    Json(NewPassword { old, new }): Json<NewPassword>,
) -> Result<StatusCode, Problem> {
    let cookie = session_token(&headers, &app.settings);
    let own = own(&app, &actor, cookie.as_deref(), peer);
    own.change_password(old, new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets an app for one-time codes up: first the answer is what it scans, then its first code shows that
/// it has it, and codes are asked for from then on.
#[utoipa::path(
    post,
    path = "/api/v1/me/totp",
    tag = "joining",
    request_body = SetUpTotp,
    responses(
        (status = 200, body = TotpView),
        (status = 401, body = ProblemBody),
        (status = 409, description = "no_password; no_offer: begin anew", body = ProblemBody),
        (status = 422, description = "password_wrong, totp_not_yet", body = ProblemBody),
        (status = 429, body = ProblemBody),
    )
)]
pub async fn set_up_totp(
    State(app): State<App>,
    Signed(actor): Signed,
    Peer(peer): Peer,
    headers: HeaderMap,
    Json(SetUpTotp { password, code }): Json<SetUpTotp>,
) -> Result<Json<TotpView>, Problem> {
    let cookie = session_token(&headers, &app.settings);
    let own = own(&app, &actor, cookie.as_deref(), peer);
    if let Some(code) = code {
        own.take_totp(password, &code).await?;
        return Ok(Json(TotpView { set: true, url: None, qr: None }));
    }
    let url = own.offer_totp(password).await?;
    let qr = qr::picture(&url)?;
    Ok(Json(TotpView { set: false, url: Some(url), qr: Some(qr) }))
}

/// Signs one's own browser out, wherever it is.
#[utoipa::path(
    delete,
    path = "/api/v1/me/sessions/{id}",
    tag = "joining",
    params(("id" = String, Path, description = "the browser's id")),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn end_session(
    State(app): State<App>,
    Signed(actor): Signed,
    Peer(peer): Peer,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let browser: DeviceId = id.parse().map_err(|_| Error::not_found())?;
    own(&app, &actor, None, peer).end_session(browser).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn own<'a>(app: &'a App, actor: &'a Actor, cookie: Option<&'a str>, peer: IpAddr) -> Own<'a> {
    Own { people: &app.people, actor, cookie, peer }
}
