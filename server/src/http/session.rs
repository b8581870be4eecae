//! `/api/v1/session`: a browser signs in by name and password, and out again.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::app::App;
use super::auth::{no_session_cookie, session_cookie, session_token};
use super::extract::Json;
use super::me::Me;
use super::peer::Peer;
use super::problem::{Problem, ProblemBody};
use super::same_origin;
use crate::access::session::{self, SignIn, SignedIn};

/// What somebody signs in with.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    username: String,
    password: String,
    /// The one-time code, for whoever has been asked for them.
    totp: Option<String>,
}

/// Who just signed in.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Begun {
    #[serde(flatten)]
    me: Me,
    /// By which this browser seals what is carried by hand, as a phone does by its token; told when the browser
    /// becomes a device of this person, and never again. It lets nobody in.
    #[serde(skip_serializing_if = "Option::is_none")]
    seal: Option<String>,
}

/// Signs a browser in: the answer is that of `GET /api/v1/me`, and a cookie.
///
/// A wrong name and a wrong password look alike. After some wrong ones there is a wait
/// (`Retry-After`), never a lock.
#[utoipa::path(
    post,
    path = "/api/v1/session",
    tag = "joining",
    request_body = Credentials,
    responses(
        (status = 200, body = Begun),
        (status = 401, description = "sign_in_failed, totp_needed, totp_wrong, user_disabled", body = ProblemBody),
        (status = 403, description = "cross_site", body = ProblemBody),
        (status = 429, body = ProblemBody),
    )
)]
pub async fn begin(
    State(app): State<App>,
    Peer(peer): Peer,
    headers: HeaderMap,
    Json(credentials): Json<Credentials>,
) -> Result<Response, Problem> {
    same_origin::refuse_others(&headers, &app.settings)?;
    let browser = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("");
    let asked = SignIn {
        username: credentials.username,
        password: credentials.password,
        totp: credentials.totp.filter(|code| !code.trim().is_empty()),
        previous: session_token(&headers, &app.settings),
        browser: browser.to_owned(),
        peer,
    };
    let SignedIn { token, seal, actor } = session::sign_in(&app.people, asked).await?;
    let cookie = session_cookie(&token, &app.settings);
    Ok(([(header::SET_COOKIE, cookie)], Json(Begun { me: Me::of(&app, &actor).await?, seal }))
        .into_response())
}

/// Signs the browser out; one that is not signed in any more is no error. What the browser stored of
/// answers and photos goes with it.
#[utoipa::path(
    delete,
    path = "/api/v1/session",
    tag = "joining",
    responses((status = 204), (status = 403, description = "cross_site", body = ProblemBody))
)]
pub async fn end(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(token) = session_token(&headers, &app.settings) {
        same_origin::demand(&Method::DELETE, &headers, &app.settings)?;
        session::sign_out(&app.people, &token).await?;
    }
    let cookie = no_session_cookie(&app.settings);
    // Photos are private and stored for long: whoever sits down next finds none of them.
    let forgets = (HeaderName::from_static("clear-site-data"), "\"cache\"".to_owned());
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie), forgets]).into_response())
}
