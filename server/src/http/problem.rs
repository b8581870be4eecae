//! Failures as RFC 9457 `application/problem+json`, in the language that the client asks for.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::{limits, public};
use crate::error::{Error, Kind, Language};

/// A failure on its way out.
pub struct Problem(pub Error);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// The body of a failure.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProblemBody {
    /// `urn:siteledger:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, whether anything was lost, what to do.
    pub detail: String,
    /// The same in English, with the technical words, where `detail` is Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail_en: Option<String>,
    /// A stable code for programs.
    pub code: String,
}

/// The first language of `Accept-Language` that we have; Chinese unless asked otherwise.
fn language(headers: &HeaderMap) -> Language {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let first =
        asked.split(',').map(|tag| tag.trim().to_ascii_lowercase()).find_map(|tag| match tag.get(..2)? {
            "zh" => Some(Language::Chinese),
            "en" => Some(Language::English),
            _ => None,
        });
    first.unwrap_or(Language::Chinese)
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(language(&parts.headers))
    }
}

impl Problem {
    fn status(&self) -> StatusCode {
        let status = match self.0.kind {
            Kind::BadRequest => 400,
            Kind::Unauthorized => 401,
            Kind::Forbidden => 403,
            Kind::NotFound => 404,
            Kind::Timeout => 408,
            Kind::Conflict => 409,
            Kind::Gone => 410,
            Kind::Precondition => 412,
            Kind::TooLarge => 413,
            Kind::UnsupportedMedia => 415,
            Kind::Unprocessable => 422,
            Kind::UpgradeRequired => 426,
            Kind::TooMany(_) => 429,
            Kind::HashMismatch => 460,
            Kind::Internal => 500,
            Kind::Unavailable(_) => 503,
            Kind::StorageFull => 507,
        };
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Problem {
    /// The body is written by [`speak`], which knows the client's language.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        let seconds = match self.0.kind {
            Kind::TooMany(seconds) => Some(seconds),
            // Who is put off together does not come back together.
            Kind::Unavailable(seconds) => Some(seconds + getrandom::u32().unwrap_or(0) % seconds.max(1)),
            Kind::StorageFull => Some(60),
            _ => None,
        };
        if let Some(seconds) = seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Arc::new(self.0));
        response
    }
}

/// Middleware: writes the body of a failure in the client's language, a page where pages are, and logs
/// our own faults.
pub async fn speak(request: Request, next: Next) -> Response {
    let language = language(request.headers());
    let path = request.uri().path().to_owned();
    let mut response = limits::explain(next.run(request).await).await;
    let Some(error) = response.extensions_mut().remove::<Arc<Error>>() else { return response };
    match response.status() {
        StatusCode::SERVICE_UNAVAILABLE if error.context.is_none() => {
            tracing::warn!(path, code = error.code, "a request was put off");
        }
        status if status.is_server_error() => tracing::error!(path, error = ?error, "a request failed"),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            tracing::info!(path, code = error.code, "a request was not permitted");
        }
        _ => tracing::debug!(path, error = ?error, "a request was refused"),
    }
    let status = response.status();
    if public::is_page(&path) {
        let page = public::sorry(language, status, language.pick(&error.zh, &error.en));
        let kind = HeaderValue::from_static("text/html; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(page.len()));
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, public::POLICY);
        *response.body_mut() = Body::from(page);
        return response;
    }
    let body = ProblemBody {
        kind: format!("urn:siteledger:problem:{}", error.code),
        title: status.canonical_reason().unwrap_or("Checksum Mismatch").to_owned(),
        status: status.as_u16(),
        detail: language.pick(&error.zh, &error.en).to_owned(),
        detail_en: (language == Language::Chinese).then(|| error.en.clone().into_owned()),
        code: error.code.to_owned(),
    };
    let body = serde_json::to_vec(&body).unwrap_or_default();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    *response.body_mut() = Body::from(body);
    response
}
