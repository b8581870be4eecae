//! The desk at which everybody complains: a plain form, a receipt, and what became of it.
//!
//! No session is involved, so there is nothing that another page could make use of by sending the form
//! for its visitors; a browser that says it comes from another page is refused all the same.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use sync_protocol::id::RecordId;
use url::form_urlencoded;

use super::{Frame, Spoken, html, kept, rendered, tag};
use crate::disclosure::{Followed, Handed, MAX_CONTACT_CHARS, MAX_TEXT_CHARS, OpenCounty, Receipt};
use crate::error::{Error, Kind, Result};
use crate::http::app::App;
use crate::http::extract::Whole;
use crate::http::peer::Peer;
use crate::http::problem::Problem;
use crate::http::same_origin;

/// A browser without Fetch Metadata tells where a form comes from by `Origin`, which `no-referrer` hides
/// from ourselves as well.
const TO_US_ALONE: HeaderValue = HeaderValue::from_static("same-origin");

#[derive(Template)]
#[template(path = "public/form.html")]
struct Form<'p> {
    frame: &'p Frame,
    county: &'p OpenCounty,
    project: Option<(RecordId, String)>,
    receipt: String,
    text: String,
    contact: String,
    wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "public/taken.html")]
struct Taken<'p> {
    frame: &'p Frame,
    receipt: String,
    county: &'p str,
}

#[derive(Template)]
#[template(path = "public/lookup.html")]
struct Lookup<'p> {
    frame: &'p Frame,
    typed: String,
    wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "public/followed.html")]
struct Shown<'p> {
    frame: &'p Frame,
    receipt: String,
    followed: &'p Followed,
}

/// Where somebody complains, and about what.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct About {
    /// The county's code.
    county: String,
    /// A project of it.
    project: Option<String>,
}

/// The form by which somebody complains.
#[utoipa::path(
    get,
    path = "/public/complaints/new",
    tag = "public",
    security(()),
    params(About, Spoken),
    responses(
        (status = 200, content_type = "text/html", body = String),
        (status = 404, description = "the county does not publish", content_type = "text/html", body = String),
    )
)]
pub async fn form(
    State(app): State<App>,
    frame: Frame,
    Query(about): Query<About>,
) -> Result<Response, Problem> {
    let filled = Filled { county: about.county, project: about.project, ..Filled::default() };
    Ok(show_form(&app, &frame, filled, None).await?)
}

/// Takes a complaint in. The same receipt again is the same complaint.
#[utoipa::path(
    post,
    path = "/public/complaints",
    tag = "public",
    security(()),
    request_body(
        content = String,
        content_type = "application/x-www-form-urlencoded",
        description = "county, project, text, contact, receipt: as the form has them"
    ),
    responses(
        (status = 201, description = "it is stored; the page shows the receipt", content_type = "text/html", body = String),
        (status = 403, description = "another page sent it", content_type = "text/html", body = String),
        (status = 404, description = "the county does not publish", content_type = "text/html", body = String),
        (status = 413, content_type = "text/html", body = String),
        (status = 415, description = "not a form", content_type = "text/html", body = String),
        (status = 422, description = "the form again, with what is wrong", content_type = "text/html", body = String),
        (status = 429, description = "too many from that address, or of that county today", content_type = "text/html", body = String),
    )
)]
pub async fn complain(
    State(app): State<App>,
    frame: Frame,
    Peer(peer): Peer,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Result<Response, Problem> {
    same_origin::refuse_others(&headers, &app.settings)?;
    let filled = Filled::read(&headers, &body)?;
    if !filled.website.is_empty() {
        return Ok(show_form(&app, &frame, filled, Some(&trapped())).await?);
    }
    let receipt = match Receipt::read(&filled.receipt) {
        Some(receipt) => receipt,
        None => Receipt::draw()?,
    };
    let project =
        filled.project.as_deref().map(|id| id.parse().map_err(|_| Error::not_found())).transpose()?;
    let contact = Some(filled.contact.clone()).filter(|contact| !contact.trim().is_empty());
    let handed =
        Handed { county: filled.county.clone(), project, text: filled.text.clone(), contact, receipt };
    match app.disclosure.complain(&app.people, peer, &handed).await {
        Ok(()) => {
            let receipt = handed.receipt.to_string();
            let taken = Taken { frame: &frame, receipt, county: &handed.county };
            Ok(html(StatusCode::CREATED, rendered(&taken)?))
        }
        // What somebody wrote is not lost to them.
        Err(error) if matches!(error.kind, Kind::Unprocessable | Kind::TooMany(_)) => {
            Ok(show_form(&app, &frame, filled, Some(&error)).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// A receipt, as a form sends it.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The receipt.
    receipt: Option<String>,
}

/// The form by which somebody asks what became of a complaint; with `receipt`, the answer.
#[utoipa::path(
    get,
    path = "/public/complaints",
    tag = "public",
    security(()),
    params(Asked, Spoken),
    responses(
        (status = 200, content_type = "text/html", body = String),
        (status = 404, description = "there is no such receipt", content_type = "text/html", body = String),
    )
)]
pub async fn lookup(
    State(app): State<App>,
    frame: Frame,
    Peer(peer): Peer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let Some(typed) = asked.receipt else {
        let form = Lookup { frame: &frame, typed: String::new(), wrong: None };
        return Ok(kept(&headers, &tag(&frame, &["lookup"]), || rendered(&form))?);
    };
    Ok(show_followed(&app, &frame, peer, typed).await?)
}

/// What became of a complaint.
#[utoipa::path(
    get,
    path = "/public/complaints/{receipt}",
    tag = "public",
    security(()),
    params(("receipt" = String, Path, description = "16 characters, with or without dashes"), Spoken),
    responses(
        (status = 200, content_type = "text/html", body = String),
        (status = 404, description = "there is no such receipt", content_type = "text/html", body = String),
        (status = 429, content_type = "text/html", body = String),
    )
)]
pub async fn follow(
    State(app): State<App>,
    frame: Frame,
    Peer(peer): Peer,
    Path(receipt): Path<String>,
) -> Result<Response, Problem> {
    Ok(show_followed(&app, &frame, peer, receipt).await?)
}

async fn show_followed(app: &App, frame: &Frame, peer: std::net::IpAddr, typed: String) -> Result<Response> {
    app.people.count_receipt(peer)?;
    let found = match Receipt::read(&typed) {
        Some(receipt) => app.disclosure.followed(&receipt).await.map(|followed| (receipt, followed)),
        None => Err(crate::disclosure::no_such_receipt()),
    };
    match found {
        Ok((receipt, followed)) => {
            let shown = Shown { frame, receipt: receipt.to_string(), followed: &followed };
            Ok(html(StatusCode::OK, rendered(&shown)?))
        }
        Err(error) if error.kind == Kind::NotFound => {
            let wrong = Some(frame.t(&error.zh, &error.en).to_owned());
            let typed = typed.chars().take(40).collect();
            Ok(html(StatusCode::NOT_FOUND, rendered(&Lookup { frame, typed, wrong })?))
        }
        Err(error) => Err(error),
    }
}

/// The form as somebody filled it in.
#[derive(Debug, Default)]
struct Filled {
    county: String,
    project: Option<String>,
    text: String,
    contact: String,
    receipt: String,
    /// Hidden from people; programs fill it in.
    website: String,
}

impl Filled {
    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self> {
        const FORM: &str = "application/x-www-form-urlencoded";
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case(FORM) {
            return Err(not_a_form());
        }
        let mut filled = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            let value = value.into_owned();
            match name.as_ref() {
                "county" => filled.county = value,
                "project" => filled.project = Some(value).filter(|value| !value.is_empty()),
                "text" => filled.text = value,
                "contact" => filled.contact = value,
                "receipt" => filled.receipt = value,
                "website" => filled.website = value,
                _ => {}
            }
        }
        Ok(filled)
    }
}

/// The form, empty or as it was filled in, with what is wrong.
async fn show_form(app: &App, frame: &Frame, filled: Filled, wrong: Option<&Error>) -> Result<Response> {
    let county = app.disclosure.open_county(&filled.county).await?;
    let project = match filled.project.as_deref() {
        Some(id) => {
            let id: RecordId = id.parse().map_err(|_| Error::not_found())?;
            Some((id, app.disclosure.project_name(id).await?))
        }
        None => None,
    };
    let receipt = Receipt::read(&filled.receipt);
    let receipt = receipt.map_or_else(Receipt::draw, Ok)?.to_string();
    let form = Form {
        frame,
        county: &county,
        project,
        receipt,
        text: filled.text.chars().take(4 * MAX_TEXT_CHARS).collect(),
        contact: filled.contact.chars().take(4 * MAX_CONTACT_CHARS).collect(),
        wrong: wrong.map(|error| frame.t(&error.zh, &error.en).to_owned()),
    };
    let status = match wrong.map(|error| error.kind) {
        None => StatusCode::OK,
        Some(Kind::TooMany(_)) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let mut answer = html(status, rendered(&form)?);
    answer.headers_mut().insert(header::REFERRER_POLICY, TO_US_ALONE);
    if let Some(Kind::TooMany(seconds)) = wrong.map(|error| error.kind) {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(answer)
}

fn not_a_form() -> Error {
    Error::new(
        Kind::UnsupportedMedia,
        "not_a_form",
        "请用页面上的表单提交；没有保存任何内容",
        "please use the form on the page; nothing was stored",
    )
}

fn trapped() -> Error {
    Error::new(
        Kind::Unprocessable,
        "trapped",
        "“此项请勿填写”里有内容，像是程序提交的，没有保存；如果是您本人填写，请再提交一次",
        "a field that must stay empty was filled in, as programs do; nothing was stored. If you are a person, please send it again",
    )
}
