//! JSON in and out, with failures as problem documents.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, OptionalFromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt as _, LengthLimitError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sync_protocol::refusal::not_read;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::problem::Problem;
use crate::error::{Error, Kind};

/// How long a JSON body may take altogether, however steadily it comes.
const BODY_DEADLINE: Duration = Duration::from_mins(5);

/// The most bytes of bodies in memory at a time, of all requests together.
const ALL_BODIES_BYTES: usize = 256 * 1024 * 1024;

static ALL_BODIES: Semaphore = Semaphore::const_new(ALL_BODIES_BYTES);

/// The room that the body of a request takes, until its answer is made: what waits to be written is
/// in memory too.
#[derive(Clone, Default)]
pub(super) struct Room(Arc<Mutex<Option<SemaphorePermit<'static>>>>);

impl Room {
    fn keep(&self, taken: SemaphorePermit<'static>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(taken);
    }
}

/// A body as it is, whole: a file that somebody sends.
pub struct Whole(pub Vec<u8>);

impl<S: Send + Sync> FromRequest<S> for Whole {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        Ok(Self(read_in_time(request).await?))
    }
}

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
            return Err(not_json().into());
        }
        Ok(read(&read_in_time(request).await?)?)
    }
}

/// Nothing at all may be sent where everything in the body may be left out.
impl<S, T> OptionalFromRequest<S> for Json<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Option<Self>, Problem> {
        let is_json = is_json(request.headers());
        let bytes = read_in_time(request).await?;
        match (bytes.is_empty(), is_json) {
            (true, _) => Ok(None),
            (false, true) => Ok(Some(read(&bytes)?)),
            (false, false) => Err(not_json().into()),
        }
    }
}

async fn read_in_time(mut request: Request) -> Result<Vec<u8>, Error> {
    let room = request.extensions_mut().remove::<Room>().unwrap_or_default();
    let read = read_whole(request.into_body(), &ALL_BODIES);
    let (bytes, taken) = tokio::time::timeout(BODY_DEADLINE, read).await.map_err(|_| too_slow())??;
    room.keep(taken);
    Ok(bytes)
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<Json<T>, Error> {
    serde_json::from_slice(bytes).map(Json).map_err(|error| not_understood(&error))
}

fn not_json() -> Error {
    Error::new(
        Kind::UnsupportedMedia,
        "not_json",
        "请求内容须为 JSON（Content-Type: application/json）；没有保存任何内容",
        "the body must be JSON (Content-Type: application/json); nothing was stored",
    )
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

/// Reads a whole body that [`super::limits`] bounds, and keeps room for as much of it as has come:
/// whoever promises much and sends little takes little.
async fn read_whole(mut body: Body, room: &Semaphore) -> Result<(Vec<u8>, SemaphorePermit<'_>), Error> {
    let mut bytes = Vec::new();
    let mut taken = room.try_acquire_many(0).map_err(|_| Error::too_busy())?;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(unreadable)?.into_data() else { continue };
        let length = u32::try_from(data.len()).map_err(|_| too_large())?;
        taken.merge(room.try_acquire_many(length).map_err(|_| Error::too_busy())?);
        bytes.extend_from_slice(&data);
    }
    Ok((bytes, taken))
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
        "一次发送的内容太多（解压后最多 8 MiB，导入的表格最多 16 MiB，登录和登记最多 16 KiB），没有保存任何内容，请分几次发送",
        "the body is too large (at most 8 MiB decompressed, 16 MiB for a table, 16 KiB to sign in or enrol); nothing was stored, send it in parts",
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
        format!("看不懂请求内容，没有保存任何内容：{}", not_read(error)),
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
        let request = request.body(Body::from(body)).unwrap();
        match <Json<u32> as FromRequest<()>>::from_request(request, &()).await {
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

    #[tokio::test]
    async fn a_body_that_may_be_left_out_is_left_out_or_read() {
        for (content_type, body, expected) in [
            (None, "", Ok(None)),
            (Some("application/json"), "", Ok(None)),
            (Some("text/plain"), "", Ok(None)),
            (Some("application/json"), "7", Ok(Some(7))),
            (Some("application/json"), "{", Err(Kind::BadRequest)),
            (Some("text/plain"), "7", Err(Kind::UnsupportedMedia)),
        ] {
            let mut request = Request::builder().method("POST");
            if let Some(content_type) = content_type {
                request = request.header(header::CONTENT_TYPE, content_type);
            }
            let request = request.body(Body::from(body)).unwrap();
            let read = <Json<u32> as OptionalFromRequest<()>>::from_request(request, &()).await;
            let read = read.map(|json| json.map(|Json(number)| number)).map_err(|Problem(error)| error.kind);
            assert_eq!(read, expected, "{content_type:?} {body:?}");
        }
    }

    #[tokio::test]
    async fn bodies_have_so_much_room_together_and_give_it_back() {
        let room = Semaphore::new(100);
        let body = |bytes: usize| Body::from(vec![b' '; bytes]);
        let (bytes, first) = read_whole(body(70), &room).await.unwrap();
        assert_eq!(bytes.len(), 70);
        let refused = read_whole(body(31), &room).await.unwrap_err();
        assert_eq!((refused.kind, refused.code), (Kind::Unavailable(10), "too_busy"));
        drop(read_whole(body(30), &room).await.unwrap());
        let cut = Body::from_stream(futures_util::stream::iter([
            Ok(vec![b' '; 30]),
            Err(std::io::Error::other("the line broke")),
        ]));
        assert_eq!(read_whole(cut, &room).await.unwrap_err().code, "body_cut");
        drop(first);
        drop(read_whole(body(100), &room).await.expect("all room was given back"));
    }
}
