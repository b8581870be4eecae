//! `/public`: pages for everybody, without signing in, without scripts; and the form by which everybody
//! complains.
//!
//! A page follows from a position of the ledger and a day: caches may keep it for a minute, and ask after
//! it then. A photo is asked after each time, so that one that was taken back is gone at once.

mod desk;
mod frame;

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256 as Digest};
use sync_protocol::id::RecordId;
use sync_protocol::photo::Sha256;

pub use desk::*;
pub use frame::Frame;

use super::app::App;
use super::photos::is_known;
use super::problem::{Problem, ProblemBody};
use crate::blobs::folder::Rendition;
use crate::disclosure::{CountyPage, OpenCounty, ProjectPage};
use crate::error::{Error, Language, Result};

/// A page loads our style and our pictures, and sends its form to us; it runs nothing.
pub(super) const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
/// For pages that everybody gets alike.
const A_MINUTE: HeaderValue = HeaderValue::from_static("public, max-age=60");
/// For what may be gone the next moment.
const ASKED_AFTER: HeaderValue = HeaderValue::from_static("public, no-cache");
const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const BY_LANGUAGE: HeaderValue = HeaderValue::from_static("accept-language, accept-encoding");

#[derive(Template)]
#[template(path = "public/index.html")]
struct Index<'p> {
    frame: &'p Frame,
    counties: &'p [OpenCounty],
}

#[derive(Template)]
#[template(path = "public/county.html")]
struct County<'p> {
    frame: &'p Frame,
    page: &'p CountyPage,
}

#[derive(Template)]
#[template(path = "public/project.html")]
struct Project<'p> {
    frame: &'p Frame,
    page: &'p ProjectPage,
}

#[derive(Template)]
#[template(path = "public/sorry.html")]
struct Sorry<'p> {
    frame: &'p Frame,
    status: u16,
    words: &'p str,
}

/// In which language a page is asked for.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Spoken {
    /// `zh` or `en`; by `Accept-Language` if left out.
    #[expect(dead_code, reason = "the frame reads it: here it is described")]
    lang: Option<String>,
}

/// The counties that publish.
#[utoipa::path(
    get,
    path = "/public",
    tag = "public",
    security(()),
    params(Spoken),
    responses((status = 200, content_type = "text/html", body = String), (status = 304, description = "as the client has it"))
)]
pub async fn index(State(app): State<App>, frame: Frame, headers: HeaderMap) -> Result<Response, Problem> {
    let counties = app.disclosure.counties().await?;
    let named: Vec<_> = counties.iter().flat_map(|county| [county.code.as_str(), &county.name]).collect();
    let tag = tag(&frame, &named);
    Ok(kept(&headers, &tag, || rendered(&Index { frame: &frame, counties: &counties }))?)
}

/// A county: its plan, how far it has come, money by source, projects by township, bulletins.
#[utoipa::path(
    get,
    path = "/public/counties/{county}",
    tag = "public",
    security(()),
    params(("county" = String, Path, description = "its code"), Spoken),
    responses(
        (status = 200, content_type = "text/html", body = String),
        (status = 304, description = "as the client has it"),
        (status = 404, description = "not there, or it does not publish", content_type = "text/html", body = String),
    )
)]
pub async fn county(
    State(app): State<App>,
    Path(code): Path<String>,
    frame: Frame,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let county = app.disclosure.open_county(&code).await?;
    let (position, today) = (county.position.to_string(), app.disclosure.today().to_string());
    let tag = tag(&frame, &[&county.code, &county.name, &position, &today]);
    if is_known(&headers, &tag) {
        return Ok(kept(&headers, &tag, || Ok(String::new()))?);
    }
    let shown = app.disclosure.county(&app.figures, &code).await?;
    Ok(kept(&headers, &tag, || rendered(&County { frame: &frame, page: &shown }))?)
}

/// A project: what is built, area, money by source, who builds, how far it is, photos that were reviewed.
#[utoipa::path(
    get,
    path = "/public/projects/{id}",
    tag = "public",
    security(()),
    params(("id" = String, Path, description = "the project's id"), Spoken),
    responses(
        (status = 200, content_type = "text/html", body = String),
        (status = 304, description = "as the client has it"),
        (status = 404, description = "not there, or its county does not publish", content_type = "text/html", body = String),
    )
)]
pub async fn project(
    State(app): State<App>,
    Path(id): Path<String>,
    frame: Frame,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id: RecordId = id.parse().map_err(|_| Error::not_found())?;
    let open = app.disclosure.open_project(id).await?;
    let photos: String = open.photos.iter().map(|photo| photo.sha256.to_string()).collect();
    let (county, position) = (&open.county.name, open.county.position.to_string());
    let said = [&id.to_string(), county, &position, &app.disclosure.today().to_string(), &photos];
    let tag = tag(&frame, &said.map(String::as_str));
    if is_known(&headers, &tag) {
        return Ok(kept(&headers, &tag, || Ok(String::new()))?);
    }
    let shown = app.disclosure.project(&app.figures, open).await?;
    Ok(kept(&headers, &tag, || rendered(&Project { frame: &frame, page: &shown }))?)
}

/// A published photo as it is shown: encoded anew, so that nothing but the picture is in it.
#[utoipa::path(
    get,
    path = "/public/photos/{sha256}",
    tag = "public",
    security(()),
    params(("sha256" = String, Path, description = "64 hex digits")),
    responses(
        (status = 200, description = "JPEG, the long side has 1600 pixels", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 304, description = "as the client has it"),
        (status = 404, description = "not there, or not published now", content_type = "text/html", body = String),
    )
)]
pub async fn photo(
    State(app): State<App>,
    Path(sha256): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(rendition(&app, &sha256, Rendition::Preview, &headers).await?)
}

/// The same for a list.
#[utoipa::path(
    get,
    path = "/public/photos/{sha256}/thumbnail",
    tag = "public",
    security(()),
    params(("sha256" = String, Path, description = "64 hex digits")),
    responses(
        (status = 200, description = "JPEG, the long side has 320 pixels", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 304, description = "as the client has it"),
        (status = 404, description = "not there, or not published now", content_type = "text/html", body = String),
    )
)]
pub async fn thumbnail(
    State(app): State<App>,
    Path(sha256): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(rendition(&app, &sha256, Rendition::Thumbnail, &headers).await?)
}

/// How the pages look.
#[utoipa::path(
    get,
    path = "/public/style.css",
    tag = "public",
    security(()),
    responses((status = 200, content_type = "text/css", body = String), (status = 404, body = ProblemBody))
)]
pub async fn style() -> Response {
    let kind = HeaderValue::from_static("text/css; charset=utf-8");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, FOR_GOOD)], frame::STYLE).into_response()
}

async fn rendition(app: &App, sha256: &str, which: Rendition, headers: &HeaderMap) -> Result<Response> {
    let sha256: Sha256 = sha256.parse().map_err(|_| Error::not_found())?;
    let photo = app.disclosure.photo(&sha256).await?;
    let name = match which {
        Rendition::Preview => "preview",
        Rendition::Thumbnail => "thumbnail",
    };
    let tag = format!("\"{sha256}.{name}\"");
    let mut answer = if is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let jpeg = app.photos.rendition(&photo, which).await?;
        ([(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"))], Body::from(jpeg)).into_response()
    };
    answer.headers_mut().insert(header::CACHE_CONTROL, ASKED_AFTER);
    put(&mut answer, &header::ETAG, &tag);
    Ok(answer)
}

/// Names what a page follows from: its language, this version of the pages, and what it is told.
fn tag(frame: &Frame, said: &[&str]) -> String {
    let mut hash = Digest::new();
    for part in
        [frame.t("zh", "en"), frame.explicit().unwrap_or_default(), &frame::VERSION].iter().chain(said)
    {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    format!("\"{}\"", hex::encode(&hash.finalize()[..12]))
}

/// A page that caches keep for a minute; nothing of it, if the client has it already.
fn kept(headers: &HeaderMap, tag: &str, render: impl FnOnce() -> Result<String>) -> Result<Response> {
    let mut answer = if is_known(headers, tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        html(StatusCode::OK, render()?)
    };
    // Compressed or not it is the same page.
    put(&mut answer, &header::ETAG, &format!("W/{tag}"));
    answer.headers_mut().insert(header::CACHE_CONTROL, A_MINUTE);
    answer.headers_mut().insert(header::VARY, BY_LANGUAGE);
    Ok(answer)
}

fn rendered(template: &impl Template) -> Result<String> {
    template.render().map_err(Error::internal)
}

fn html(status: StatusCode, page: String) -> Response {
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, POLICY)];
    (status, headers, page).into_response()
}

fn put(answer: &mut Response, name: &header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

/// Whether what fails at that address is told by a page and not by a problem document.
pub(super) fn is_page(path: &str) -> bool {
    path == "/public" || path.starts_with("/public/")
}

/// The page that says why something cannot be shown.
pub(super) fn sorry(language: Language, status: StatusCode, words: &str) -> String {
    let frame = Frame::in_language(language);
    let sorry = Sorry { frame: &frame, status: status.as_u16(), words };
    sorry.render().unwrap_or_else(|_| words.replace(['<', '&'], " "))
}
