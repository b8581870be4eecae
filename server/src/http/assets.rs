//! The web client: `GET /` for phones, `GET /office` for the office, and the files that belong to them, as
//! they were built.
//!
//! What has a hash in its name is kept for good; what has none is asked after each time, so that a new
//! version of the server is a new version of the app. Nothing here is anybody's data.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use siteledger_web::{FILES, File};

use super::problem::{Problem, ProblemBody};
use crate::error::Error;

/// The app loads its own scripts and styles, talks to its own server, and shows the photos that it
/// holds; nothing else, and nothing that is written into the page.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; \
     worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASKED_AFTER: HeaderValue = HeaderValue::from_static("no-cache");

/// By path: what names the bytes of a file, in quotes.
static ETAGS: LazyLock<BTreeMap<&str, HeaderValue>> = LazyLock::new(|| {
    let etag = |file: &File| {
        let hash = URL_SAFE_NO_PAD.encode(&Sha256::digest(file.plain)[..18]);
        HeaderValue::from_str(&format!("\"{hash}\"")).expect("base64 may stand in a header")
    };
    FILES.iter().map(|file| (file.path, etag(file))).collect()
});

/// The app for phones, with which an enrolment's QR code opens too.
#[utoipa::path(
    get,
    path = "/",
    tag = "app",
    security(()),
    responses((status = 200, description = "the web client's page", content_type = "text/html", body = String))
)]
pub async fn page(headers: HeaderMap) -> Result<Response, Problem> {
    serve("index.html", &headers)
}

/// The office's side of the app, at whatever of its pages: the page itself reads the rest of the address.
#[utoipa::path(
    get,
    path = "/office",
    tag = "app",
    security(()),
    responses((status = 200, description = "the office's page", content_type = "text/html", body = String))
)]
pub async fn office(headers: HeaderMap) -> Result<Response, Problem> {
    serve("office.html", &headers)
}

/// The app's service worker, by which it starts without a line.
#[utoipa::path(
    get,
    path = "/sw.js",
    tag = "app",
    security(()),
    responses((status = 200, content_type = "text/javascript", body = String))
)]
pub async fn worker(headers: HeaderMap) -> Result<Response, Problem> {
    serve("sw.js", &headers)
}

/// What a phone needs to put the app on its home screen.
#[utoipa::path(
    get,
    path = "/manifest.webmanifest",
    tag = "app",
    security(()),
    responses((status = 200, content_type = "application/manifest+json", body = String))
)]
pub async fn manifest(headers: HeaderMap) -> Result<Response, Problem> {
    serve("manifest.webmanifest", &headers)
}

/// The app's scripts and styles. Their names hold a hash of what they are.
#[utoipa::path(
    get,
    path = "/assets/{file}",
    tag = "app",
    security(()),
    params(("file" = String, Path, description = "as the page names it")),
    responses((status = 200, body = String), (status = 404, body = ProblemBody))
)]
pub async fn asset(Path(file): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    serve(&format!("assets/{file}"), &headers)
}

/// The app's icons.
#[utoipa::path(
    get,
    path = "/icons/{file}",
    tag = "app",
    security(()),
    params(("file" = String, Path, description = "as the manifest names it")),
    responses((status = 200, content_type = "image/png", body = String), (status = 404, body = ProblemBody))
)]
pub async fn icon(Path(file): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    serve(&format!("icons/{file}"), &headers)
}

fn serve(path: &str, asked: &HeaderMap) -> Result<Response, Problem> {
    let (Some(file), Some(etag)) = (siteledger_web::file(path), ETAGS.get(path)) else {
        return Err(Error::not_found().into());
    };
    let is_known = asked.get_all(header::IF_NONE_MATCH).iter().any(|known| known == etag);
    let (encoding, body) = as_asked(file, asked);
    let mut response = if is_known { StatusCode::NOT_MODIFIED.into_response() } else { body.into_response() };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    headers.insert(header::ETAG, etag.clone());
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CACHE_CONTROL, if path.starts_with("assets/") { FOR_GOOD } else { ASKED_AFTER });
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Ok(response)
}

/// The smallest form of the file that the client takes.
fn as_asked(file: &'static File, asked: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let twins = [("br", file.brotli), ("gzip", file.gzip)];
    let taken = twins.into_iter().find_map(|(encoding, bytes)| {
        let bytes = bytes.filter(|_| takes(asked, encoding))?;
        Some((Some(encoding), bytes))
    });
    taken.unwrap_or((None, file.plain))
}

fn takes(asked: &HeaderMap, encoding: &str) -> bool {
    let lists = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let is_it = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        is_it && !parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32)))
    })
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("webmanifest") => "application/manifest+json",
        Some("json") => "application/json",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    async fn served(path: &str, asked: &HeaderMap) -> (HeaderMap, usize) {
        let Ok(response) = serve(path, asked) else { panic!("{path} is there") };
        let headers = response.headers().clone();
        (headers, axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().len())
    }

    fn script() -> &'static str {
        FILES.iter().map(|file| file.path).find(|path| path.starts_with("assets/index-")).unwrap()
    }

    #[tokio::test]
    async fn a_client_gets_the_smallest_form_that_it_takes() {
        let (plain, most) = served(script(), &HeaderMap::new()).await;
        assert!(!plain.contains_key(header::CONTENT_ENCODING));
        let mut last = most;
        for (takes, gets) in
            [("gzip, deflate", "gzip"), ("gzip, deflate, br", "br"), ("br;q=0, gzip", "gzip")]
        {
            let (headers, bytes) = served(script(), &asking(header::ACCEPT_ENCODING, takes)).await;
            assert_eq!(headers[header::CONTENT_ENCODING], gets, "{takes}");
            assert_eq!(headers[header::VARY], "accept-encoding");
            assert!(bytes < most, "{takes}: {bytes} of {most}");
            last = last.min(bytes);
        }
        let (headers, bytes) = served(script(), &asking(header::ACCEPT_ENCODING, "zstd, br;q=0")).await;
        assert!(!headers.contains_key(header::CONTENT_ENCODING));
        assert_eq!(bytes, most);
    }

    #[tokio::test]
    async fn what_has_a_hash_in_its_name_is_kept_and_the_rest_is_asked_after() {
        let (headers, _) = served(script(), &HeaderMap::new()).await;
        assert_eq!(headers[header::CACHE_CONTROL], FOR_GOOD);
        for path in ["index.html", "office.html", "sw.js", "manifest.webmanifest"] {
            let (headers, bytes) = served(path, &HeaderMap::new()).await;
            assert_eq!(headers[header::CACHE_CONTROL], "no-cache", "{path}");
            let etag = headers[header::ETAG].to_str().unwrap();
            let Ok(again) = serve(path, &asking(header::IF_NONE_MATCH, etag)) else { panic!("{path}") };
            assert!(bytes > 0 && again.status() == StatusCode::NOT_MODIFIED, "{path}");
        }
    }
}
