//! JSON in and out, with failures as problem documents.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt as _, LengthLimitError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use std::time::Duration;

use super::problem::Problem;
use crate::error::{Error, Kind};

/// How long a JSON body may take altogether, however steadily it comes.
const BODY_DEADLINE: Duration = Duration::from_mins(5);

/// A JSON body, of a request or of an answer.
pub struct Json<T>(pub T);

impl<S, T> FromRequest<S> for Json<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Error::new(
                Kind::UnsupportedMedia,
                "not_json",
                "请求内容须为 JSON（Content-Type: application/json）；没有保存任何内容",
                "the body must be JSON (Content-Type: application/json); nothing was stored",
            )
            .into());
        }
        let bytes = read_whole(request.into_body()).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| not_understood(&error).into())
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                let json = HeaderValue::from_static("application/json");
                ([(header::CONTENT_TYPE, json)], body).into_response()
            }
            Err(error) => Problem(Error::internal(error)).into_response(),
        }
    }
}

/// `application/json` or `application/…+json`; a client that says nothing is believed to send it.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(header::CONTENT_TYPE) else { return true };
    let essence = content_type.to_str().unwrap_or("").split(';').next().unwrap_or("").trim();
    essence.eq_ignore_ascii_case("application/json")
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Reads a whole body that [`super::limits`] bounds.
pub async fn read_whole(body: Body) -> Result<bytes::Bytes, Error> {
    match tokio::time::timeout(BODY_DEADLINE, body.collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) => Err(unreadable(error)),
        Err(_) => Err(too_slow()),
    }
}

/// Says why a body could not be read to its end.
pub fn unreadable(error: axum::Error) -> Error {
    if is_caused_by::<LengthLimitError>(&error) {
        return too_large();
    }
    if is_silence(&error) {
        return too_slow();
    }
    Error::new(
        Kind::BadRequest,
        "body_cut",
        "请求内容不完整，没有保存任何内容，请再发一次",
        "the body ended early or could not be decompressed; nothing was stored, send it again",
    )
    .because(error)
}

/// Whether nothing came for as long as a body may pause.
pub fn is_silence(error: &axum::Error) -> bool {
    is_caused_by::<tower_http::timeout::TimeoutError>(error)
}

fn is_caused_by<E: std::error::Error + 'static>(error: &axum::Error) -> bool {
    let first: &(dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(first), |error| error.source()).any(<dyn std::error::Error>::is::<E>)
}

/// The body is longer than the server takes.
pub fn too_large() -> Error {
    Error::new(
        Kind::TooLarge,
        "body_too_large",
        "一次发送的内容太多（解压后最多 8 MiB），没有保存任何内容，请分几次发送",
        "the body is too large (at most 8 MiB decompressed); nothing was stored, send it in parts",
    )
}

/// The body came too slowly, or stopped coming.
pub fn too_slow() -> Error {
    Error::new(
        Kind::Timeout,
        "body_too_slow",
        "请求内容迟迟没有传完，没有保存任何内容，请再发一次",
        "the body did not come in time; nothing was stored, send it again",
    )
}

fn not_understood(error: &serde_json::Error) -> Error {
    Error::new(
        Kind::BadRequest,
        "not_understood",
        format!("看不懂请求内容，没有保存任何内容：{error}"),
        format!("the body is not what is expected here, nothing was stored: {error}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn status(content_type: Option<&str>, body: &'static str) -> (Option<Kind>, Option<u32>) {
        let mut request = Request::builder().method("POST");
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        match Json::<u32>::from_request(request.body(Body::from(body)).unwrap(), &()).await {
            Ok(Json(number)) => (None, Some(number)),
            Err(Problem(error)) => (Some(error.kind), None),
        }
    }

    #[tokio::test]
    async fn json_is_read_and_everything_else_is_a_problem() {
        for (content_type, body, expected) in [
            (Some("application/json"), "7", (None, Some(7))),
            (Some("application/JSON; charset=utf-8"), "7", (None, Some(7))),
            (Some("application/siteledger+json"), "7", (None, Some(7))),
            (None, "7", (None, Some(7))),
            (Some("text/plain"), "7", (Some(Kind::UnsupportedMedia), None)),
            (Some("application/json"), "\"seven\"", (Some(Kind::BadRequest), None)),
            (Some("application/json"), "", (Some(Kind::BadRequest), None)),
        ] {
            assert_eq!(status(content_type, body).await, expected, "{content_type:?} {body:?}");
        }
    }
}
