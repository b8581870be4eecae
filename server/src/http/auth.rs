//! Turns a device token or a session cookie into an [`Actor`].
//!
//! A handler that takes [`Signed`] is for people who are signed in; one that does not is open to
//! everybody. A browser sends its cookie with whatever any page asks for, so what is written by
//! cookie must come from our own pages: see [`super::same_origin`].

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use super::app::App;
use super::problem::Problem;
use super::same_origin;
use crate::access::actor::Actor;
use crate::access::people::unauthorized;
use crate::access::session;
use crate::config::Settings;

/// Somebody whose token or cookie is good.
pub struct Signed(pub Arc<Actor>);

impl FromRequestParts<App> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if let Some(actor) = parts.extensions.get::<Arc<Actor>>() {
            return Ok(Self(Arc::clone(actor)));
        }
        let actor = if let Some(token) = bearer(&parts.headers) {
            app.people.by_token(token).await?
        } else if let Some(token) = session_token(&parts.headers, &app.settings) {
            let actor = app.people.by_session(&token).await?;
            same_origin::demand(&parts.method, &parts.headers, &app.settings)?;
            actor
        } else {
            return Err(unauthorized().into());
        };
        tell_log(&actor);
        parts.extensions.insert(Arc::clone(&actor));
        Ok(Self(actor))
    }
}

/// Whatever is logged of this request from here on says whose it is: by id, never by name.
fn tell_log(actor: &Actor) {
    // Both at once: the log writes all fields of a span anew each time.
    tracing::record_all!(tracing::Span::current(), user = %actor.user, device = %actor.device);
}

/// The token or the cookie that a request comes with, good or not.
pub(super) fn shown(headers: &HeaderMap, settings: &Settings) -> Option<String> {
    bearer(headers).map(str::to_owned).or_else(|| session_token(headers, settings))
}

/// The token of `Authorization: Bearer`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// What the session cookie holds.
pub(super) fn session_token(headers: &HeaderMap, settings: &Settings) -> Option<String> {
    let cookies = CookieJar::from_headers(headers);
    cookies.get(cookie_name(settings)).map(|cookie| cookie.value().to_owned())
}

/// The cookie of a session that begins.
pub(super) fn session_cookie(token: &str, settings: &Settings) -> String {
    cookie(token, session::LONGEST_SECONDS, settings)
}

/// Takes the session's cookie away.
pub(super) fn no_session_cookie(settings: &Settings) -> String {
    cookie("", 0, settings)
}

fn cookie(token: &str, seconds: i64, settings: &Settings) -> String {
    let cookie = Cookie::build((cookie_name(settings), token))
        .path("/")
        .http_only(true)
        // Strict would sign people out who come by a link in a message.
        .same_site(SameSite::Lax)
        .secure(settings.is_https());
    format!("{}; Max-Age={seconds}", cookie.build())
}

/// With the prefix a browser takes it from nobody but this very host, over https.
pub(super) fn cookie_name(settings: &Settings) -> &'static str {
    if settings.is_https() { "__Host-siteledger" } else { "siteledger" }
}
