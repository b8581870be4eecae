//! Photos come in by tus 1.0.0 (<https://tus.io/protocols/resumable-upload>).
//!
//! Extensions: creation, creation-with-upload, checksum (sha256), termination, expiration. What
//! the page of the protocol leaves open is decided for bad lines: see `photos/upload.rs`.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;
use sync_protocol::photo::Sha256;
use uuid::Uuid;

use super::app::App;
use super::auth::Signed;
use super::extract;
use super::problem::{Problem, ProblemBody};
use crate::error::{Error, Kind, Result};
use crate::photos::upload::{Announced, MAX_BYTES, Progress, Stopped, drain};

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
        (TUS_CHECKSUM_ALGORITHM, HeaderValue::from_static("sha256")),
    ];
    (StatusCode::NO_CONTENT, abilities).into_response()
}

/// Begins an upload; bytes may come along. If the server has them already the answer says so:
/// `Upload-Offset` is `Upload-Length`.
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
        let body = body.map(|chunk| chunk.map_err(extract::unreadable));
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
        ("Upload-Checksum" = Option<String>, Header, description = "sha256 and the hash of these bytes in base64"),
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
        let body = body.map(|chunk| chunk.map_err(extract::unreadable));
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
    let mut response = dress(Problem(stopped.error).into_response(), stopped.progress.as_ref());
    if is_version {
        response.headers_mut().insert(TUS_VERSION, VERSION);
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

/// `Upload-Checksum: sha256 <base64>`.
fn checksum(headers: &HeaderMap) -> Result<Option<Sha256>> {
    let Some(header) = headers.get(UPLOAD_CHECKSUM) else { return Ok(None) };
    let read = || {
        let (algorithm, hash) = header.to_str().ok()?.trim().split_once(' ')?;
        let hash = STANDARD.decode(hash.trim()).ok()?;
        (algorithm == "sha256").then_some(Sha256(hash.try_into().ok()?))
    };
    read().map(Some).ok_or_else(|| {
        Error::new(
            Kind::BadRequest,
            "checksum_algorithm",
            "校验和须为 Upload-Checksum: sha256 加 base64；没有保存任何内容",
            "the checksum must read Upload-Checksum: sha256 and base64; nothing was stored",
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

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use axum::http::{Method, Request};
    use axum::{Extension, Router};
    use http_body_util::BodyExt as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio_util::sync::CancellationToken;
    use tower::ServiceExt as _;

    use super::*;
    use crate::access::actor::Actor;
    use crate::access::people::People;
    use crate::config::Settings;
    use crate::http::{router, serve};
    use crate::photos::testing::{House, Shot, somebody};
    use crate::store::server_row;
    use crate::sync::engine::Engine;

    /// A server without a socket, at which one person is signed in.
    pub(in crate::http) struct Face {
        pub(in crate::http) house: House,
        pub(in crate::http) router: Router,
        app: App,
    }

    impl Face {
        pub(in crate::http) async fn new() -> Self {
            let house = House::new().await;
            let now = house.clock.now();
            let server = house
                .store
                .write(move |tx| Box::pin(server_row::load_or_create(tx, Uuid::now_v7(), [7; 32], now)));
            let server = server.await.unwrap();
            let settings = Settings {
                data: house.temp.path().to_owned(),
                listen: ([127, 0, 0, 1], 0).into(),
                public_url: "https://ledger.example".to_owned(),
                trusted_proxies: Vec::new(),
                metrics_token: None,
            };
            let app = App {
                store: house.store.clone(),
                clock: house.clock.clone(),
                settings: Arc::new(settings),
                people: Arc::new(People::new(house.store.clone(), house.clock.clone()).unwrap()),
                engine: Engine::start(house.store.clone(), house.clock.clone(), &server).await.unwrap(),
                photos: Arc::clone(&house.photos),
                stopping: CancellationToken::new(),
            };
            let face = Self { router: Router::new(), house, app };
            Self { router: face.signed_in(somebody()), ..face }
        }

        /// The same server, at which somebody else is signed in.
        pub(in crate::http) fn signed_in(&self, actor: Actor) -> Router {
            router::router(self.app.clone()).0.layer(Extension(Arc::new(actor)))
        }

        async fn begin(&self, photo: &[u8]) -> String {
            let metadata = metadata(photo);
            let length = photo.len().to_string();
            let headers = [("upload-length", length.as_str()), ("upload-metadata", &metadata)];
            let answer = ask(&self.router, Method::POST, PATH, &headers, b"").await;
            assert_eq!(answer.status, StatusCode::CREATED);
            let location = answer.header("location");
            location.strip_prefix("https://ledger.example").expect("it is absolute").to_owned()
        }

        async fn patch(&self, path: &str, offset: usize, more: &[(&str, &str)], body: &[u8]) -> Answer {
            let offset = offset.to_string();
            let headers = [("upload-offset", offset.as_str()), ("content-type", OFFSET_TYPE)];
            ask(&self.router, Method::PATCH, path, &[&headers, more].concat(), body).await
        }
    }

    pub(in crate::http) struct Answer {
        pub(in crate::http) status: StatusCode,
        pub(in crate::http) headers: HeaderMap,
        pub(in crate::http) body: bytes::Bytes,
    }

    impl Answer {
        pub(in crate::http) fn header(&self, name: &str) -> &str {
            self.headers.get(name).map_or("", |value| value.to_str().unwrap())
        }

        pub(in crate::http) fn code(&self) -> String {
            let problem: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
            problem["code"].as_str().unwrap_or("").to_owned()
        }
    }

    /// Speaks tus unless told otherwise.
    pub(in crate::http) async fn ask(
        router: &Router,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "tus-resumable") {
            request = request.header("tus-resumable", "1.0.0");
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_vec())).unwrap();
        let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes(),
        }
    }

    fn metadata(photo: &[u8]) -> String {
        let sha256 = STANDARD.encode(Sha256::of(photo).to_string());
        format!("filename {},sha256 {sha256},is_confidential", STANDARD.encode("工地.jpg"))
    }

    #[tokio::test]
    async fn what_the_server_can_do_is_told_to_anybody() {
        let face = Face::new().await;
        let (stranger, _) = router::router(face.app.clone());
        let answer = ask(&stranger, Method::OPTIONS, PATH, &[("tus-resumable", "")], b"").await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        assert_eq!(answer.header("tus-version"), "1.0.0");
        assert_eq!(
            answer.header("tus-extension"),
            "creation,creation-with-upload,checksum,termination,expiration"
        );
        assert_eq!(answer.header("tus-checksum-algorithm"), "sha256");
        assert_eq!(answer.header("tus-max-size"), MAX_BYTES.to_string());
        for method in [Method::POST, Method::HEAD, Method::PATCH, Method::DELETE] {
            let path =
                if method == Method::POST { PATH.to_owned() } else { format!("{PATH}/{}", Uuid::now_v7()) };
            let answer = ask(&stranger, method.clone(), &path, &[], b"").await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method}");
        }
    }

    #[tokio::test]
    async fn a_photo_is_begun_sent_in_pieces_and_finished() {
        let face = Face::new().await;
        let photo = Shot::number(1).jpeg(320, 240, 80);
        let path = face.begin(&photo).await;
        let answer = face.patch(&path, 0, &[], &photo[..1000]).await;
        assert_eq!((answer.status, answer.header("upload-offset")), (StatusCode::NO_CONTENT, "1000"));
        assert_eq!(answer.header("tus-resumable"), "1.0.0");

        let answer = ask(&face.router, Method::HEAD, &path, &[], b"").await;
        assert_eq!((answer.status, answer.header("upload-offset")), (StatusCode::OK, "1000"));
        assert_eq!(answer.header("upload-length"), photo.len().to_string());
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.header("upload-expires").ends_with(" GMT"), "{}", answer.header("upload-expires"));

        let answer = face.patch(&path, 0, &[], &photo).await;
        assert_eq!((answer.status, answer.header("upload-offset")), (StatusCode::CONFLICT, "1000"));
        assert_eq!((answer.code().as_str(), answer.header("tus-resumable")), ("offset_mismatch", "1.0.0"));

        let answer = face.patch(&path, 1000, &[], &photo[1000..]).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        assert_eq!(answer.header("upload-offset"), photo.len().to_string());

        let metadata = metadata(&photo);
        let length = photo.len().to_string();
        let headers = [("upload-length", length.as_str()), ("upload-metadata", &metadata)];
        let known = ask(&face.router, Method::POST, PATH, &headers, b"").await;
        assert_eq!((known.status, known.header("upload-offset")), (StatusCode::CREATED, length.as_str()));
    }

    #[tokio::test]
    async fn a_photo_may_come_with_its_beginning_and_by_post_alone() {
        let face = Face::new().await;
        let photo = Shot::number(2).jpeg(320, 240, 80);
        let (metadata, length) = (metadata(&photo), photo.len().to_string());
        let headers = [
            ("upload-length", length.as_str()),
            ("upload-metadata", &metadata),
            ("content-type", OFFSET_TYPE),
        ];
        let begun = ask(&face.router, Method::POST, PATH, &headers, &photo[..500]).await;
        assert_eq!((begun.status, begun.header("upload-offset")), (StatusCode::CREATED, "500"));
        let path = begun.header("location").replace("https://ledger.example", "");
        let headers =
            [("x-http-method-override", "PATCH"), ("upload-offset", "500"), ("content-type", OFFSET_TYPE)];
        let ended = ask(&face.router, Method::POST, &path, &headers, &photo[500..]).await;
        assert_eq!((ended.status, ended.header("upload-offset")), (StatusCode::NO_CONTENT, length.as_str()));
        let answer = ask(&face.router, Method::POST, &path, &[], b"").await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "no_method_override"));
    }

    #[tokio::test]
    async fn what_is_not_understood_is_said_clearly() {
        let face = Face::new().await;
        let photo = Shot::number(3).jpeg(320, 240, 80);
        let good = metadata(&photo);
        let short = format!("sha256 {}", STANDARD.encode("abc"));
        for (version, length, metadata, status, code) in [
            ("0.2.2", "100", good.as_str(), 412, "tus_version"),
            ("1.0.0", "100", "", 400, "sha256_missing"),
            ("1.0.0", "100", "filename YQ==", 400, "sha256_missing"),
            ("1.0.0", "100", &short, 400, "sha256_missing"),
            ("1.0.0", "100", "sha256 ***", 400, "bad_metadata"),
            ("1.0.0", "", &good, 400, "bad_number"),
            ("1.0.0", "-5", &good, 400, "bad_number"),
            ("1.0.0", "99999999999999999999999", &good, 400, "bad_number"),
            ("1.0.0", "67108865", &good, 413, "photo_too_large"),
        ] {
            let headers =
                [("tus-resumable", version), ("upload-length", length), ("upload-metadata", metadata)];
            let answer = ask(&face.router, Method::POST, PATH, &headers, b"").await;
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code));
            assert_eq!(answer.header("tus-resumable"), "1.0.0");
            assert_eq!(answer.header("tus-version"), if status == 412 { "1.0.0" } else { "" });
        }
        let path = face.begin(&photo).await;
        let answer = face.patch(&path, 0, &[("upload-checksum", "sha1 AAAA")], b"x").await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "checksum_algorithm"));
        let sum = format!("sha256 {}", STANDARD.encode(Sha256::of(b"other").0));
        let answer = face.patch(&path, 0, &[("upload-checksum", &sum)], &photo).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (460, "checksum_mismatch"));
        assert_eq!(answer.header("upload-offset"), "0");
        let answer = ask(&face.router, Method::PATCH, &path, &[("upload-offset", "0")], &photo).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (415, "not_offset_octet_stream"));
        let answer = face.patch(&format!("{PATH}/nothing"), 0, &[], b"x").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);

        let answer = ask(&face.router, Method::DELETE, &path, &[], b"").await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        let answer = face.patch(&path, 0, &[], &photo).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (404, "no_such_upload"));
    }

    #[tokio::test]
    async fn metadata_is_read_as_clients_write_it() {
        let read = |text: &'static str| Metadata::read(Some(&HeaderValue::from_static(text)));
        assert_eq!(Metadata::read(None).unwrap(), Metadata::default());
        assert_eq!(read("").unwrap(), Metadata::default());
        let both = Metadata { sha256: Some("ab".to_owned()), filename: Some("a.jpg".to_owned()) };
        assert_eq!(read("sha256 YWI=,filename YS5qcGc=").unwrap(), both);
        assert_eq!(read(" filename YS5qcGc= , flag , sha256 YWI= ").unwrap(), both);
        assert!(read("sha256 !").is_err());
    }

    #[tokio::test]
    async fn a_line_that_is_cut_within_a_patch_loses_nothing_that_arrived() {
        let face = Face::new().await;
        let photo = Shot::number(4).jpeg(640, 480, 90);
        let path = face.begin(&photo).await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let served = tokio::spawn(serve::serve(listener, face.router.clone(), stop.clone()));
        let head = |offset: usize, length: usize| {
            format!(
                "PATCH {path} HTTP/1.1\r\nhost: x\r\ntus-resumable: 1.0.0\r\nupload-offset: {offset}\r\n\
                 content-type: {OFFSET_TYPE}\r\ncontent-length: {length}\r\n\r\n"
            )
        };

        // Cut: the connection closes in the middle of the body.
        let half = photo.len() / 2;
        let mut line = tokio::net::TcpStream::connect(address).await.unwrap();
        line.write_all(head(0, photo.len()).as_bytes()).await.unwrap();
        line.write_all(&photo[..half]).await.unwrap();
        line.flush().await.unwrap();
        line.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let _ = line.read_to_end(&mut answer).await;
        drop(line);
        let stands = ask(&face.router, Method::HEAD, &path, &[], b"").await;
        assert_eq!(stands.header("upload-offset"), half.to_string());

        // Silent: the connection stays open and nothing comes; who asks takes over.
        let mut silent = tokio::net::TcpStream::connect(address).await.unwrap();
        silent.write_all(head(half, photo.len() - half).as_bytes()).await.unwrap();
        silent.write_all(&photo[half..half + 100]).await.unwrap();
        let mut offset = half;
        while offset < half + 100 {
            let stands = ask(&face.router, Method::HEAD, &path, &[], b"").await;
            let now: usize = stands.header("upload-offset").parse().unwrap();
            assert!(now >= offset, "an offset never goes back");
            if now == offset {
                // Taken over before its first byte came: the next try.
                silent = tokio::net::TcpStream::connect(address).await.unwrap();
                silent.write_all(head(now, photo.len() - now).as_bytes()).await.unwrap();
                silent.write_all(&photo[now..half + 100]).await.unwrap();
                tokio::task::yield_now().await;
            }
            offset = now;
        }
        let ended = face.patch(&path, offset, &[], &photo[offset..]).await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
        drop(silent);
        stop.cancel();
        served.await.unwrap();
    }
}
