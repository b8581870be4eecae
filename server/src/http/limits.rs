//! What every request and every answer goes through, whatever the route: limits, compression,
//! counting, and a problem document for every failure.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use http_body_util::Limited;
use tower::{Layer as _, ServiceBuilder, ServiceExt as _};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutBody;
use tracing::Instrument as _;
use uuid::Uuid;

use super::extract;
use super::problem::{self, Problem};
use crate::error::{Error, Kind};
use crate::imports::sheet::MAX_FILE_BYTES;

/// The most bytes of a body as it comes, compressed or not.
pub const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;
/// The most bytes of a body after decompression: 16 kB of zstd can hide half a gigabyte.
pub const MAX_DECOMPRESSED_BYTES: usize = 8 * 1024 * 1024;
/// The most bytes of a body of somebody who is not signed in, before and after decompression.
const MAX_STRANGERS_BYTES: usize = 16 * 1024;
/// Where those who are not signed in may send a body.
const STRANGERS: [&str; 3] = ["/api/v1/session", "/api/v1/enrol", "/public/complaints"];
/// Where tables are sent to.
const TABLES: &str = "/api/v1/imports/";
/// How long a body may pause.
const BODY_IDLE: Duration = Duration::from_secs(10);
/// How long a photo may pause: lines in the mountains fall silent for longer, and who comes back
/// sooner takes over anyhow.
const UPLOAD_IDLE: Duration = Duration::from_mins(2);
/// Bodies that are streamed to disk as they come: their handlers bound them.
const STREAMED: [&str; 2] = ["/api/v1/uploads", "/api/v1/bundles"];

/// Workbooks are compressed already,
const WORKBOOK: NotForContentType = NotForContentType::const_new("application/vnd.openxmlformats");
/// and so are books,
const BOOK: NotForContentType = NotForContentType::const_new("application/pdf");
/// and dossiers, which may have gigabytes.
const DOSSIER: NotForContentType = NotForContentType::const_new("application/zip");

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Nothing that we answer is a page, but for those that say so themselves.
const NO_PAGE: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// For a year, subdomains too, as ASVS 3.4.1 asks: the server has a host name of its own.
const HTTPS_ALONE: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// Puts around all routes what every request and every answer goes through.
///
/// To be called last, when all routes are there.
pub fn dress<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.fallback(no_such_route).layer(
        ServiceBuilder::new()
            .layer(middleware::from_fn(watch))
            .layer(
                CompressionLayer::new()
                    .compress_when(DefaultPredicate::new().and(WORKBOOK).and(BOOK).and(DOSSIER)),
            )
            .layer(middleware::from_fn(problem::speak))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(middleware::from_fn(take_in))
            .layer(DefaultBodyLimit::disable()),
    )
}

/// Tells browsers that they come by https alone from now on.
pub fn keep_to_https<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.layer(SetResponseHeaderLayer::if_not_present(header::STRICT_TRANSPORT_SECURITY, HTTPS_ALONE))
}

/// Gives the request an id, counts it by route, method and status, and marks its answer.
async fn watch(request: Request, next: Next) -> Response {
    let id = request
        .headers()
        .get(&REQUEST_ID)
        .filter(|id| is_plain_id(id))
        .cloned()
        .or_else(|| HeaderValue::from_str(&Uuid::now_v7().to_string()).ok());
    let shown = id.as_ref().and_then(|id| id.to_str().ok()).unwrap_or("");
    // The route and not the path: an address may hold what is nobody's business in a log.
    let route = request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str).to_owned();
    let method = method_label(request.method());
    let (user, device) = (tracing::field::Empty, tracing::field::Empty);
    let span = tracing::info_span!("request", id = shown, method, route, user, device);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span).await;
    let seconds = began.elapsed().as_secs_f64();
    let status = response.status().as_u16().to_string();
    metrics::counter!("siteledger_http_requests_total",
        "route" => route.clone(), "method" => method, "status" => status)
    .increment(1);
    metrics::histogram!("siteledger_http_request_seconds", "route" => route, "method" => method)
        .record(seconds);
    mark(response.headers_mut());
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Ids from outside go into the log, so they are letters, digits and dashes.
fn is_plain_id(id: &HeaderValue) -> bool {
    let bytes = id.as_bytes();
    (1..=64).contains(&bytes.len()) && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

/// Methods are free text, metrics are not.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Marks every answer for browsers and caches; a handler's own word counts more.
fn mark(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, NO_PAGE),
        (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// Gives a failure that has no words of ours yet (an unknown route, a parameter that cannot be
/// read, a limit) the words that it needs.
pub(super) async fn explain(mut response: Response) -> Response {
    let status = response.status();
    let is_failure = status.is_client_error() || status.is_server_error();
    if !is_failure || response.extensions().get::<Arc<Error>>().is_some() || is_told(&response) {
        return response;
    }
    let body = std::mem::take(response.body_mut());
    // The libraries below us say in a line of text what they could not read.
    let said = to_bytes(body, 2048).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let error = words_for(status, said.trim());
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.extensions_mut().insert(Arc::new(error));
    response
}

/// Whether the answer says itself what failed, in a problem document or on a page.
fn is_told(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let is = |kind: &[u8]| content_type.is_some_and(|found| found.as_bytes().starts_with(kind));
    is(b"application/problem+json") || is(b"text/html")
}

fn words_for(status: StatusCode, said: &str) -> Error {
    match status {
        StatusCode::NOT_FOUND => Error::not_found(),
        StatusCode::METHOD_NOT_ALLOWED => Error::new(
            Kind::BadRequest,
            "method_not_allowed",
            "这个地址不支持这种请求方法；没有保存任何内容",
            "this address does not take that method; nothing was stored",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => extract::too_large(),
        StatusCode::REQUEST_TIMEOUT => extract::too_slow(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Error::new(
            Kind::UnsupportedMedia,
            "unsupported_media_type",
            "不支持这种内容类型或压缩方式（可用 gzip、zstd）；没有保存任何内容",
            "this type or encoding is not taken (gzip and zstd are); nothing was stored",
        ),
        status if status.is_server_error() => Error::internal(anyhow::anyhow!("{status}: {said}")),
        _ => Error::new(
            Kind::BadRequest,
            "bad_request",
            "看不懂这个请求的地址或参数，没有保存任何内容",
            format!("the request is not understood, nothing was stored: {said}"),
        ),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words").to_owned();
    metrics::counter!("siteledger_panics_total").increment(1);
    Problem(Error::internal(anyhow::anyhow!("a handler panicked: {words}"))).into_response()
}

/// Bounds what comes in: its bytes before and after decompression, and its pauses.
async fn take_in(mut request: Request, next: Next) -> Response {
    if STREAMED.iter().any(|prefix| request.uri().path().starts_with(prefix)) {
        return next.run(request.map(|body| Body::new(TimeoutBody::new(UPLOAD_IDLE, body)))).await;
    }
    let (most_sent, most_opened) = if STRANGERS.contains(&request.uri().path()) {
        (MAX_STRANGERS_BYTES, MAX_STRANGERS_BYTES)
    } else if request.uri().path().starts_with(TABLES) {
        (MAX_FILE_BYTES, MAX_FILE_BYTES)
    } else {
        (MAX_BODY_BYTES, MAX_DECOMPRESSED_BYTES)
    };
    if declared_length(&request).is_some_and(|length| length > most_sent as u64) {
        return Problem(extract::too_large()).into_response();
    }
    let room = extract::Room::default();
    request.extensions_mut().insert(room.clone());
    let inner = tower::service_fn(move |request: axum::http::Request<_>| {
        let request = request.map(|body| Body::new(Limited::new(body, most_opened)));
        let next = next.clone();
        async move { Ok::<_, std::convert::Infallible>(next.run(request).await) }
    });
    let raw = request.map(|body| Body::new(TimeoutBody::new(BODY_IDLE, Limited::new(body, most_sent))));
    let Ok(response) = RequestDecompressionLayer::new().layer(inner).oneshot(raw).await;
    drop(room);
    response.into_response()
}

fn declared_length(request: &Request) -> Option<u64> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn no_such_route() -> Problem {
    Error::new(
        Kind::NotFound,
        "no_such_route",
        "没有这个地址，请检查网址或更新客户端",
        "there is no such address; check it, or update the client",
    )
    .into()
}
