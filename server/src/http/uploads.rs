//! Photos come in by tus 1.0.0 (<https://tus.io/protocols/resumable-upload>).
//!
//! Extensions: creation, creation-with-upload, checksum (sha256, sha1), termination, expiration. What
//! the page of the protocol leaves open is decided for bad lines: see `photos/upload.rs`.

pub(super) mod tests;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{Stream, StreamExt as _, future, stream};
use sync_protocol::photo::Sha256;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::app::App;
use super::auth::Signed;
use super::extract;
use super::patience::EnoughRead;
use super::problem::{Problem, ProblemBody};
use crate::blobs::part::Checksum;
use crate::error::{Error, Kind, Result};
use crate::photos::drain;
use crate::photos::upload::{Announced, MAX_BYTES, OFFSET_MISMATCH, Progress, Stopped};

const PATH: &str = "/api/v1/uploads";
const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
const OFFSET_TYPE: &str = "application/offset+octet-stream";

const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const TUS_CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

/// What the server can do. Needs no sign-in.
#[utoipa::path(
    options,
    path = "/api/v1/uploads",
    tag = "photos",
    responses((status = 204, description = "Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm"))
)]
pub async fn abilities() -> Response {
    let abilities = [
        (TUS_RESUMABLE, VERSION),
        (TUS_VERSION, VERSION),
        (
            TUS_EXTENSION,
            HeaderValue::from_static("creation,creation-with-upload,checksum,termination,expiration"),
        ),
        (TUS_MAX_SIZE, HeaderValue::from(MAX_BYTES)),
        (TUS_CHECKSUM_ALGORITHM, HeaderValue::from_static("sha256,sha1")),
    ];
    (StatusCode::NO_CONTENT, abilities).into_response()
}

/// Begins an upload; bytes may come along. If the server has them already, from this person or from
/// somebody of the same county, the answer says so: `Upload-Offset` is `Upload-Length`. A hash that
/// only another county knows is as new: the bytes prove that they are there.
#[utoipa::path(
    post,
    path = "/api/v1/uploads",
    tag = "photos",
    params(
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Length" = u64, Header, description = "how many bytes there will be"),
        ("Upload-Metadata" = String, Header, description = "sha256 (64 hex digits), filename, filetype; each base64"),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses(
        (status = 201, description = "Location, Upload-Offset, Upload-Expires"),
        (status = 400, description = "no length or no SHA-256 was given", body = ProblemBody),
        (status = 401, body = ProblemBody),
        (status = 412, description = "another version of tus", body = ProblemBody),
        (status = 413, description = "too large", body = ProblemBody),
        (status = 415, description = "no photo", body = ProblemBody),
        (status = 460, description = "the bytes do not match their hash", body = ProblemBody),
        (status = 507, description = "no room", body = ProblemBody),
    )
)]
pub async fn begin(
    State(app): State<App>,
    Signed(actor): Signed,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let mut body = Some(body.into_data_stream());
    let begun = async {
        speaks_tus(&headers)?;
        let announced = announced(&headers)?;
        let checksum = checksum(&headers)?;
        let has_bytes = has_offset_type(&headers);
        let progress = app.photos.uploads.begin(&actor, announced).await?;
        let Some(body) = body.take_if(|_| has_bytes && progress.offset < progress.length) else {
            return Ok::<_, Stopped>(progress);
        };
        let body = until_stop(body, &app.stopping);
        app.photos.uploads.receive(&actor, progress.id, 0, checksum, body).await
    };
    let begun = begun.await;
    if let Some(body) = body {
        drain(body).await;
    }
    match begun {
        Ok(progress) => {
            let location = format!("{}{PATH}/{}", app.settings.public_url, progress.id);
            let mut response = dress(StatusCode::CREATED.into_response(), Some(&progress));
            if let Ok(location) = HeaderValue::from_str(&location) {
                response.headers_mut().insert(header::LOCATION, location);
            }
            response
        }
        Err(stopped) => refused(stopped),
    }
}

/// How far an upload has come. A PATCH of it that is stuck is ended.
#[utoipa::path(
    head,
    path = "/api/v1/uploads/{id}",
    tag = "photos",
    params(
        ("id" = String, Path, description = "from Location"),
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
    ),
    responses(
        (status = 200, description = "Upload-Offset, Upload-Length, Upload-Expires"),
        (status = 401, body = ProblemBody),
        (status = 404, description = "none of this person's", body = ProblemBody),
        (status = 412, description = "another version of tus", body = ProblemBody),
    )
)]
pub async fn stand(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let stands = async {
        speaks_tus(&headers)?;
        app.photos.uploads.stand(&actor, upload_id(&id)?).await
    };
    match stands.await {
        Ok(progress) => {
            let mut response = dress(StatusCode::OK.into_response(), Some(&progress));
            response.headers_mut().insert(UPLOAD_LENGTH, HeaderValue::from(progress.length));
            // What breaks on a connection that was used before, browsers send once more by themselves,
            // from where it was, and tell nobody. Who asks has just lost a line: the piece that follows
            // goes on a new one.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            response
        }
        Err(error) => refused(error.into()),
    }
}

/// Takes bytes from `Upload-Offset` on. All that arrive are kept, and on disk before the answer;
/// with `Upload-Checksum` all or none.
#[utoipa::path(
    patch,
    path = "/api/v1/uploads/{id}",
    tag = "photos",
    params(
        ("id" = String, Path, description = "from Location"),
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Offset" = u64, Header, description = "where the bytes begin"),
        ("Upload-Checksum" = Option<String>, Header, description = "sha256 or sha1, and the hash of these bytes in base64"),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses(
        (status = 204, description = "Upload-Offset, Upload-Expires"),
        (status = 401, body = ProblemBody),
        (status = 404, description = "none of this person's", body = ProblemBody),
        (status = 409, description = "go on from Upload-Offset", body = ProblemBody),
        (status = 412, description = "another version of tus", body = ProblemBody),
        (status = 413, description = "too large", body = ProblemBody),
        (status = 415, description = "no photo, or another Content-Type", body = ProblemBody),
        (status = 460, description = "the bytes do not match their hash", body = ProblemBody),
        (status = 507, description = "no room", body = ProblemBody),
    )
)]
pub async fn receive(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let mut body = Some(body.into_data_stream());
    let received = async {
        speaks_tus(&headers)?;
        if !has_offset_type(&headers) {
            return Err(wrong_content_type().into());
        }
        let offset = number(&headers, &UPLOAD_OFFSET)?;
        let checksum = checksum(&headers)?;
        let id = upload_id(&id)?;
        let body = body.take().unwrap_or_else(|| Body::empty().into_data_stream());
        let body = until_stop(body, &app.stopping);
        app.photos.uploads.receive(&actor, id, offset, checksum, body).await
    };
    let received = received.await;
    if let Some(body) = body {
        drain(body).await;
    }
    match received {
        Ok(progress) => dress(StatusCode::NO_CONTENT.into_response(), Some(&progress)),
        Err(stopped) => refused(stopped),
    }
}

/// Ends an upload and drops what came of it. A photo that is complete stays.
#[utoipa::path(
    delete,
    path = "/api/v1/uploads/{id}",
    tag = "photos",
    params(
        ("id" = String, Path, description = "from Location"),
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
    ),
    responses(
        (status = 204, description = "it is gone"),
        (status = 401, body = ProblemBody),
        (status = 404, description = "none of this person's", body = ProblemBody),
        (status = 412, description = "another version of tus", body = ProblemBody),
    )
)]
pub async fn terminate(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let terminated = async {
        speaks_tus(&headers)?;
        app.photos.uploads.terminate(&actor, upload_id(&id)?).await
    };
    match terminated.await {
        Ok(()) => dress(StatusCode::NO_CONTENT.into_response(), None),
        Err(error) => refused(error.into()),
    }
}

/// For clients that can send nothing but POST: does what `X-HTTP-Method-Override` says.
#[utoipa::path(
    post,
    path = "/api/v1/uploads/{id}",
    tag = "photos",
    params(
        ("id" = String, Path, description = "from Location"),
        ("X-HTTP-Method-Override" = String, Header, description = "HEAD, PATCH or DELETE"),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses(
        (status = 204, description = "as the method says"),
        (status = 400, description = "no such method", body = ProblemBody),
        (status = 401, body = ProblemBody),
    )
)]
pub async fn overridden(
    app: State<App>,
    signed: Signed,
    id: Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match headers.get(METHOD_OVERRIDE).map(HeaderValue::as_bytes) {
        Some(b"PATCH") => receive(app, signed, id, headers, body).await,
        Some(b"HEAD") => stand(app, signed, id, headers).await,
        Some(b"DELETE") => terminate(app, signed, id, headers).await,
        _ => refused(
            Error::new(
                Kind::BadRequest,
                "no_method_override",
                "请使用 PATCH、HEAD 或 DELETE，或在 POST 中用 X-HTTP-Method-Override 指明；没有保存任何内容",
                "use PATCH, HEAD or DELETE, or name one of them in X-HTTP-Method-Override; nothing was stored",
            )
            .into(),
        ),
    }
}

/// What comes of a body until the server stops: a slow line must not hold that up, and is told how far
/// it came.
fn until_stop(
    body: BodyDataStream,
    stopping: &CancellationToken,
) -> impl Stream<Item = Result<Bytes>> + Send + Unpin + use<> {
    let stopped = stopping.clone();
    let end = stream::once(async move { stopped.is_cancelled().then(|| Err(stops())) });
    let bytes = body.map(|chunk| chunk.map_err(cut)).take_until(stopping.clone().cancelled_owned());
    bytes.chain(end.filter_map(future::ready)).boxed()
}

// Headers ----------------------------------------------------------------------------------------

fn dress(mut response: Response, progress: Option<&Progress>) -> Response {
    let headers = response.headers_mut();
    headers.insert(TUS_RESUMABLE, VERSION);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(progress) = progress {
        headers.insert(UPLOAD_OFFSET, HeaderValue::from(progress.offset));
        let expires = progress.expires_at.utc().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        if let Ok(expires) = HeaderValue::from_str(&expires) {
            headers.insert(UPLOAD_EXPIRES, expires);
        }
    }
    response
}

fn refused(stopped: Stopped) -> Response {
    let is_version = stopped.error.kind == Kind::Precondition;
    let is_elsewhere = stopped.error.code == OFFSET_MISMATCH;
    let mut response = dress(Problem(stopped.error).into_response(), stopped.progress.as_ref());
    if is_version {
        response.headers_mut().insert(TUS_VERSION, VERSION);
    }
    if is_elsewhere {
        response.extensions_mut().insert(EnoughRead);
    }
    response
}

fn speaks_tus(headers: &HeaderMap) -> Result<()> {
    if headers.get(TUS_RESUMABLE) == Some(&VERSION) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Precondition,
        "tus_version",
        "上传须使用 tus 1.0.0 协议（请求头 Tus-Resumable: 1.0.0）；没有保存任何内容",
        "uploads speak tus 1.0.0 (header Tus-Resumable: 1.0.0); nothing was stored",
    ))
}

fn has_offset_type(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|found| found.as_bytes().eq_ignore_ascii_case(OFFSET_TYPE.as_bytes()))
}

fn announced(headers: &HeaderMap) -> Result<Announced> {
    let metadata = Metadata::read(headers.get(UPLOAD_METADATA))?;
    let sha256 = metadata.sha256.ok_or_else(no_hash)?;
    let sha256 = sha256.trim().to_ascii_lowercase().parse().map_err(|_| no_hash())?;
    let length = number(headers, &UPLOAD_LENGTH)?;
    Ok(Announced { sha256, length, filename: metadata.filename.unwrap_or_default() })
}

/// What is read of `Upload-Metadata`; all else is the client's affair.
#[derive(Debug, Default, PartialEq, Eq)]
struct Metadata {
    sha256: Option<String>,
    filename: Option<String>,
}

impl Metadata {
    /// Pairs of a key and a base64 value, separated by commas. An empty header is legal.
    fn read(header: Option<&HeaderValue>) -> Result<Self> {
        let mut metadata = Self::default();
        let Some(header) = header else { return Ok(metadata) };
        for pair in header.to_str().map_err(|_| bad_metadata())?.split(',') {
            let mut words = pair.split_ascii_whitespace();
            let Some(key) = words.next() else { continue };
            let value = STANDARD.decode(words.next().unwrap_or("")).map_err(|_| bad_metadata())?;
            let value = String::from_utf8_lossy(&value).into_owned();
            match key {
                "sha256" => metadata.sha256 = Some(value),
                "filename" => metadata.filename = Some(value),
                _ => {}
            }
        }
        Ok(metadata)
    }
}

/// `Upload-Checksum: sha256 <base64>`, or `sha1`.
fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>> {
    let Some(header) = headers.get(UPLOAD_CHECKSUM) else { return Ok(None) };
    let read = || {
        let (algorithm, hash) = header.to_str().ok()?.trim().split_once(' ')?;
        let hash = STANDARD.decode(hash.trim()).ok()?;
        match algorithm {
            "sha256" => Some(Checksum::Sha256(Sha256(hash.try_into().ok()?))),
            "sha1" => Some(Checksum::Sha1(hash.try_into().ok()?)),
            _ => None,
        }
    };
    read().map(Some).ok_or_else(|| {
        Error::new(
            Kind::BadRequest,
            "checksum_algorithm",
            "校验和须为 Upload-Checksum: sha256 或 sha1，加 base64；没有保存任何内容",
            "the checksum must read Upload-Checksum: sha256 or sha1, and base64; nothing was stored",
        )
    })
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64> {
    let text = headers.get(name).and_then(|value| value.to_str().ok());
    let digits = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| {
        Error::new(
            Kind::BadRequest,
            "bad_number",
            format!("请求头 {name} 须为非负整数；没有保存任何内容"),
            format!("the header {name} must be a whole number, not negative; nothing was stored"),
        )
    })
}

fn upload_id(text: &str) -> Result<Uuid> {
    text.parse().map_err(|_| Error::not_found())
}

/// Why a body ended early. The bytes before are kept: that is what uploads are for.
fn cut(error: axum::Error) -> Error {
    let (kind, code, zh, en) = if extract::is_silence(&error) {
        (
            Kind::Timeout,
            "upload_silent",
            "长时间没有收到内容；已确认的内容都在，请用 HEAD 查询位置后继续",
            "no byte came for a long time; what Upload-Offset covers is kept, ask for it by HEAD and go on from there",
        )
    } else {
        (
            Kind::BadRequest,
            "upload_cut",
            "传输中断；已确认的内容都在，请用 HEAD 查询位置后继续",
            "the line was cut; what Upload-Offset covers is kept, ask for it by HEAD and go on from there",
        )
    };
    Error::new(kind, code, zh, en).because(error)
}

fn stops() -> Error {
    Error::new(
        Kind::Unavailable(10),
        "stopping",
        "服务器正在停止；已确认的内容都在，请稍后用 HEAD 查询位置后继续",
        "the server is stopping; what Upload-Offset covers is kept, ask for it by HEAD later and go on from there",
    )
}

fn no_hash() -> Error {
    Error::new(
        Kind::BadRequest,
        "sha256_missing",
        "请在 Upload-Metadata 中给出 sha256：照片原始内容的 SHA-256，64 位十六进制（再经 base64）；没有保存任何内容",
        "Upload-Metadata must hold sha256: the SHA-256 of the photo's bytes as 64 hex digits, in base64; nothing was stored",
    )
}

fn bad_metadata() -> Error {
    Error::new(
        Kind::BadRequest,
        "bad_metadata",
        "Upload-Metadata 须为逗号分隔的“键 base64值”；没有保存任何内容",
        "Upload-Metadata must be pairs of a key and a base64 value, separated by commas; nothing was stored",
    )
}

fn wrong_content_type() -> Error {
    Error::new(
        Kind::UnsupportedMedia,
        "not_offset_octet_stream",
        "PATCH 的 Content-Type 须为 application/offset+octet-stream；没有保存任何内容",
        "the Content-Type of a PATCH must be application/offset+octet-stream; nothing was stored",
    )
}
