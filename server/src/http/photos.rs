//! Photos go out: the original as it came, and what is rendered from it.
//!
//! An original is bytes from outside: it goes out as an attachment, never to be looked into by a
//! browser. What is shown inline was encoded by us.

use std::ops::Range;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sync_protocol::photo::Sha256;

use super::app::App;
use super::auth::Signed;
use super::problem::{Problem, ProblemBody};
use crate::access::actor::Actor;
use crate::blobs::folder::Rendition;
use crate::error::{Error, Result};
use crate::photos::original::{self, Original};
use crate::photos::sniff::MediaType;
use crate::store::photos::PhotoRow;
use crate::sync::sight::Wanted;

/// Bytes under a hash never change; who may see them may.
const FOREVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");
const SANDBOX: HeaderValue =
    HeaderValue::from_static("sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'");

/// The original, byte for byte as it came.
#[utoipa::path(
    get,
    path = "/api/v1/photos/{sha256}",
    tag = "photos",
    params(
        ("sha256" = String, Path, description = "64 hex digits"),
        ("Range" = Option<String>, Header, description = "one range of bytes"),
    ),
    responses(
        (status = 200, description = "all bytes", body = Vec<u8>),
        (status = 206, description = "the bytes of the range", body = Vec<u8>),
        (status = 304, description = "as the client has it"),
        (status = 401, body = ProblemBody),
        (status = 403, description = "a minor can be recognised in it; the preview can be seen", body = ProblemBody),
        (status = 404, description = "not there, or not in scope", body = ProblemBody),
        (status = 416, description = "the range lies outside"),
    )
)]
pub async fn original(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(sha256): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let sha256: Sha256 = sha256.parse().map_err(|_| Error::not_found())?;
    let photo = app.engine.photo(&actor, &sha256, Wanted::Original).await?;
    let tag = format!("\"{sha256}\"");
    let mut answer = if is_known(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        bytes_of(&app, &photo, &method, &headers, &tag).await?
    };
    let extension = MediaType::named(&photo.media_type).map_or("bin", MediaType::extension);
    let name = format!("attachment; filename=\"{sha256}.{extension}\"");
    mark(&mut answer, &tag, &[(header::CONTENT_DISPOSITION, &name)]);
    Ok(answer)
}

/// For the screen: upright, the long side has 1600 pixels.
#[utoipa::path(
    get,
    path = "/api/v1/photos/{sha256}/preview",
    tag = "photos",
    params(("sha256" = String, Path, description = "64 hex digits")),
    responses(
        (status = 200, description = "JPEG", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 304, description = "as the client has it"),
        (status = 401, body = ProblemBody),
        (status = 404, description = "not there, not in scope, or of a kind that no preview can be made of", body = ProblemBody),
    )
)]
pub async fn preview(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(sha256): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(rendition(&app, &actor, &sha256, &headers, Rendition::Preview).await?)
}

/// For a list: upright, the long side has 320 pixels.
#[utoipa::path(
    get,
    path = "/api/v1/photos/{sha256}/thumbnail",
    tag = "photos",
    params(("sha256" = String, Path, description = "64 hex digits")),
    responses(
        (status = 200, description = "JPEG", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 304, description = "as the client has it"),
        (status = 401, body = ProblemBody),
        (status = 404, description = "not there, not in scope, or of a kind that no preview can be made of", body = ProblemBody),
    )
)]
pub async fn thumbnail(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(sha256): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(rendition(&app, &actor, &sha256, &headers, Rendition::Thumbnail).await?)
}

async fn rendition(
    app: &App,
    actor: &Actor,
    sha256: &str,
    headers: &HeaderMap,
    rendition: Rendition,
) -> Result<Response> {
    let sha256: Sha256 = sha256.parse().map_err(|_| Error::not_found())?;
    let photo = app.engine.photo(actor, &sha256, Wanted::Picture).await?;
    let name = match rendition {
        Rendition::Preview => "preview",
        Rendition::Thumbnail => "thumbnail",
    };
    let tag = format!("\"{sha256}.{name}\"");
    let mut answer = if is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let jpeg = app.photos.rendition(&photo, rendition).await?;
        ([(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"))], Body::from(jpeg)).into_response()
    };
    mark(&mut answer, &tag, &[(header::CONTENT_DISPOSITION, "inline")]);
    Ok(answer)
}

// Bytes ------------------------------------------------------------------------------------------

async fn bytes_of(
    app: &App,
    photo: &PhotoRow,
    method: &Method,
    headers: &HeaderMap,
    tag: &str,
) -> Result<Response> {
    let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let asked = asked.filter(|_| *method == Method::GET && still_holds(headers, tag));
    let (status, range) = match asked.map_or(Asked::All, |range| read_range(range, photo.bytes)) {
        Asked::All => (StatusCode::OK, 0..photo.bytes),
        Asked::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Asked::Outside => {
            let mut answer = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            set(&mut answer, header::CONTENT_RANGE, &format!("bytes */{}", photo.bytes));
            return Ok(answer);
        }
    };
    let length = range.end - range.start;
    let shown = format!("bytes {}-{}/{}", range.start, range.end.saturating_sub(1), photo.bytes);
    let wanted = match (method, status) {
        (&Method::HEAD, _) => original::Wanted::Word,
        (_, StatusCode::PARTIAL_CONTENT) => original::Wanted::Part,
        _ => original::Wanted::Whole,
    };
    let body = match app.photos.original(photo, wanted).await? {
        _ if *method == Method::HEAD => Body::empty(),
        Original::Bytes(bytes) => Body::from(Original::slice(&bytes, &range)),
        Original::File(blob) => Body::from_stream(blob.stream(range)?),
    };
    let mut answer = (status, body).into_response();
    set(&mut answer, header::CONTENT_TYPE, &photo.media_type);
    set(&mut answer, header::CONTENT_LENGTH, &length.to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        set(&mut answer, header::CONTENT_RANGE, &shown);
    }
    Ok(answer)
}

fn mark(answer: &mut Response, tag: &str, more: &[(HeaderName, &str)]) {
    set(answer, header::ETAG, tag);
    answer.headers_mut().insert(header::CACHE_CONTROL, FOREVER);
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, SANDBOX);
    answer.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // Somebody else at the same browser may not see what this person may.
    answer.headers_mut().insert(header::VARY, HeaderValue::from_static("authorization, cookie"));
    for (name, value) in more {
        set(answer, name.clone(), value);
    }
}

fn set(answer: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

/// `If-None-Match`: the client has it already.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|known| known.to_str().ok());
    known.flat_map(|known| known.split(',')).any(|known| {
        let known = known.trim();
        known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
    })
}

/// `If-Range`: the range is of what the client has the rest of. Only a strong tag can say so.
fn still_holds(headers: &HeaderMap, tag: &str) -> bool {
    headers.get(header::IF_RANGE).is_none_or(|held| held.as_bytes() == tag.as_bytes())
}

/// What a `Range` header asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// Everything: there is no range, or it is not understood and so not to be heeded.
    All,
    /// These bytes.
    Part(Range<u64>),
    /// Nothing that is there.
    Outside,
}

/// Reads one range of bytes; several at once are answered with everything.
fn read_range(header: &str, length: u64) -> Asked {
    let read = || {
        let (first, last) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
        let number = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            // What is too large for a number is beyond the end.
            is_number.then(|| text.parse().unwrap_or(u64::MAX))
        };
        let (first, last) = (first.trim(), last.trim());
        Some(match (first, last) {
            ("", last) => (length.saturating_sub(number(last)?), length.min(number(last)?)),
            (first, "") => (number(first)?, u64::MAX),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first, last.checked_sub(first)?.saturating_add(1))
            }
        })
    };
    let Some((first, many)) = read() else { return Asked::All };
    let end = first.saturating_add(many).min(length);
    if first < end { Asked::Part(first..end) } else { Asked::Outside }
}

#[cfg(test)]
mod tests {
    use super::super::uploads::tests::{Face, ask};
    use super::*;
    use crate::photos::testing::{Shot, somebody};
    use crate::store::records;

    #[test]
    fn a_range_is_read_as_the_standard_says() {
        let part = |range| Asked::Part(range);
        for (header, expected) in [
            ("bytes=0-0", part(0..1)),
            ("bytes=0-499", part(0..500)),
            ("bytes=500-", part(500..1000)),
            ("bytes=999-", part(999..1000)),
            ("bytes=-1", part(999..1000)),
            ("bytes=-500", part(500..1000)),
            ("bytes=-5000", part(0..1000)),
            ("bytes=900-5000", part(900..1000)),
            ("bytes= 5 - 9 ", part(5..10)),
            ("bytes=0-99999999999999999999999", part(0..1000)),
            ("bytes=1000-", Asked::Outside),
            ("bytes=1000-1001", Asked::Outside),
            ("bytes=99999999999999999999999-", Asked::Outside),
            ("bytes=-0", Asked::Outside),
            // Not understood, so not heeded.
            ("bytes=9-5", Asked::All),
            ("bytes=-", Asked::All),
            ("bytes=a-b", Asked::All),
            ("bytes=+1-2", Asked::All),
            ("bytes=0-1,5-6", Asked::All),
            ("lines=0-1", Asked::All),
            ("", Asked::All),
        ] {
            assert_eq!(read_range(header, 1000), expected, "{header}");
        }
        assert_eq!(read_range("bytes=0-", 0), Asked::Outside);
    }

    #[test]
    fn tags_are_compared_as_the_standard_says() {
        let headers = |name: HeaderName, value: &'static str| {
            HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
        };
        for (value, known) in [
            ("\"abc\"", true),
            ("\"x\", \"abc\"", true),
            ("W/\"abc\"", true),
            ("*", true),
            ("\"abcd\"", false),
            ("abc", false),
        ] {
            assert_eq!(is_known(&headers(header::IF_NONE_MATCH, value), "\"abc\""), known, "{value}");
        }
        for (value, holds) in
            [("\"abc\"", true), ("W/\"abc\"", false), ("Tue, 03 Mar 2026 10:00:00 GMT", false)]
        {
            assert_eq!(still_holds(&headers(header::IF_RANGE, value), "\"abc\""), holds, "{value}");
        }
        assert!(still_holds(&HeaderMap::new(), "\"abc\""));
    }

    #[tokio::test]
    async fn an_original_goes_out_as_an_attachment_in_whole_or_in_part() {
        let (face, lin) = (Face::new().await, somebody());
        let photo = Shot::number(1).jpeg(320, 240, 80);
        let sha256 = face.house.bring(&lin, &photo).await;
        let (path, router) = (format!("/api/v1/photos/{sha256}"), face.signed_in(lin));
        let whole = ask(&router, Method::GET, &path, &[], b"").await;
        assert_eq!((whole.status, whole.body.as_ref()), (StatusCode::OK, photo.as_slice()));
        for (name, value) in [
            ("content-type", "image/jpeg"),
            ("content-length", &photo.len().to_string()),
            ("etag", &format!("\"{sha256}\"")),
            ("cache-control", "private, max-age=31536000, immutable"),
            ("content-disposition", &format!("attachment; filename=\"{sha256}.jpg\"")),
            ("x-content-type-options", "nosniff"),
            (
                "content-security-policy",
                "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
            ),
            ("accept-ranges", "bytes"),
        ] {
            assert_eq!(whole.header(name), value, "{name}");
        }
        let head = ask(&router, Method::HEAD, &path, &[], b"").await;
        assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
        assert_eq!(head.header("content-length"), photo.len().to_string());

        let part = ask(&router, Method::GET, &path, &[("range", "bytes=100-199")], b"").await;
        assert_eq!((part.status, part.body.as_ref()), (StatusCode::PARTIAL_CONTENT, &photo[100..200]));
        assert_eq!(part.header("content-range"), format!("bytes 100-199/{}", photo.len()));
        let outside = ask(&router, Method::GET, &path, &[("range", "bytes=99999999-")], b"").await;
        assert_eq!(outside.status, StatusCode::RANGE_NOT_SATISFIABLE);
        assert_eq!(outside.header("content-range"), format!("bytes */{}", photo.len()));
        let tag = format!("\"{sha256}\"");
        let known = ask(&router, Method::GET, &path, &[("if-none-match", &tag)], b"").await;
        assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
        let range = ("range", "bytes=0-9");
        let held = ask(&router, Method::GET, &path, &[range, ("if-range", &tag)], b"").await;
        assert_eq!(held.status, StatusCode::PARTIAL_CONTENT);
        let other = ask(&router, Method::GET, &path, &[range, ("if-range", "\"other\"")], b"").await;
        assert_eq!((other.status, other.body.len()), (StatusCode::OK, photo.len()));
    }

    #[tokio::test]
    async fn a_picture_goes_out_inline_and_is_ours() {
        let (face, lin) = (Face::new().await, somebody());
        let sha256 = face.house.bring(&lin, &Shot::number(1).jpeg(640, 480, 80)).await;
        let router = face.signed_in(lin);
        for (name, long_side) in [("preview", 640), ("thumbnail", 320)] {
            let path = format!("/api/v1/photos/{sha256}/{name}");
            let answer = ask(&router, Method::GET, &path, &[], b"").await;
            assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "image/jpeg"));
            assert_eq!(answer.header("content-disposition"), "inline");
            assert_eq!(image::load_from_memory(&answer.body).unwrap().width(), long_side);
            let tag = answer.header("etag").to_owned();
            let known = ask(&router, Method::GET, &path, &[("if-none-match", &tag)], b"").await;
            assert_eq!(known.status, StatusCode::NOT_MODIFIED);
        }
    }

    #[tokio::test]
    async fn to_everybody_else_it_is_not_there() {
        let face = Face::new().await;
        let sha256 = face.house.bring(&somebody(), &Shot::number(1).jpeg(320, 240, 80)).await;
        let other = Sha256::of(b"never came");
        for path in [
            format!("/api/v1/photos/{sha256}"),
            format!("/api/v1/photos/{sha256}/preview"),
            format!("/api/v1/photos/{other}"),
            "/api/v1/photos/../../etc/passwd".to_owned(),
            format!("/api/v1/photos/{}", sha256.to_string().to_uppercase()),
        ] {
            let answer = ask(&face.router, Method::GET, &path, &[], b"").await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[tokio::test]
    async fn bytes_that_rotted_go_to_nobody_in_whole_or_in_part() {
        let (face, lin) = (Face::new().await, somebody());
        let router = face.signed_in(lin.clone());
        for (number, headers) in [(1, &[][..]), (2, &[("range", "bytes=0-99")][..])] {
            let photo = Shot::number(number).jpeg(320, 240, 80);
            let sha256 = face.house.bring(&lin, &photo).await;
            let path = format!("/api/v1/photos/{sha256}");
            let sound = ask(&router, Method::GET, &path, headers, b"").await;
            assert!(sound.status.is_success());
            let again = ask(&router, Method::GET, &path, headers, b"").await;
            assert_eq!(again.body, sound.body);

            let name = sha256.to_string();
            let file = face.house.temp.path().join("photos").join(&name[..2]).join(&name[2..4]).join(&name);
            let mut rotten = photo.clone();
            rotten[500] ^= 4;
            // Later than a file system's clock can tell apart.
            face.house.clock.advance(chrono::TimeDelta::seconds(5));
            std::fs::write(&file, rotten).unwrap();
            face.house.photos.folder.claim(&sha256, face.house.clock.now()).await.unwrap();
            let answer = ask(&router, Method::GET, &path, headers, b"").await;
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_FOUND, "photo_damaged"));
            let mut tx = face.house.store.read().await.unwrap();
            assert!(records::photos_wanted(&mut tx, lin.device, 9).await.unwrap().contains(&sha256));
        }
    }

    #[tokio::test]
    async fn a_file_that_was_cut_is_not_handed_out() {
        let (face, lin) = (Face::new().await, somebody());
        let photo = Shot::number(1).jpeg(320, 240, 80);
        let sha256 = face.house.bring(&lin, &photo).await;
        let name = sha256.to_string();
        let file = face.house.temp.path().join("photos").join(&name[..2]).join(&name[2..4]).join(&name);
        std::fs::write(file, &photo[..500]).unwrap();
        let answer =
            ask(&face.signed_in(lin.clone()), Method::GET, &format!("/api/v1/photos/{sha256}"), &[], b"")
                .await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_FOUND, "photo_damaged"));
        let mut tx = face.house.store.read().await.unwrap();
        assert_eq!(records::photos_wanted(&mut tx, lin.device, 9).await.unwrap(), [sha256]);
    }
}
