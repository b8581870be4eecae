//! `GET /api/v1/directory`: what everything is called that records refer to.

use std::collections::BTreeSet;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use sync_protocol::id::{RecordId, UserId};

use super::app::App;
use super::auth::Signed;
use super::extract::Json;
use super::indicators::list as listed;
use super::problem::{Problem, ProblemBody};
use super::schema::has_it;
use crate::access::actor::Actor;
use crate::access::policy::Class;
use crate::error::{Error, Result};
use crate::programme::directory::{self, Directory, Entry};
use crate::programme::facts::{Inspector, Project, School};

/// Of which counties.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Counties by code, with commas; all that one may read if left out.
    county: Option<String>,
}

/// What everything is called.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub struct DirectoryView {
    counties: Vec<CountyView>,
    townships: Vec<TownshipView>,
    /// The schools in scope.
    schools: Vec<SchoolView>,
    /// The projects in scope.
    projects: Vec<ProjectView>,
    zones: Vec<ZoneView>,
}

/// A county.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CountyView {
    code: String,
    name: String,
    /// The code of its city.
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    /// The position of its ledger.
    position: u64,
    /// Whether all of it is in scope.
    whole: bool,
}

/// A township.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TownshipView {
    code: String,
    name: String,
    county: String,
}

/// A school.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SchoolView {
    id: RecordId,
    name: String,
    county: String,
    /// The code of its township.
    #[serde(skip_serializing_if = "Option::is_none")]
    township: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
}

/// A project.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProjectView {
    id: RecordId,
    name: String,
    school: RecordId,
    county: String,
    /// `building` or `equipment`.
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    work_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan_year: Option<i64>,
}

/// A zone as it is today.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ZoneView {
    id: RecordId,
    name: String,
    county: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheme: Option<RecordId>,
    /// Whether inspectors are assigned by it; else schools are twinned by it.
    inspection: bool,
    schools: Vec<RecordId>,
    inspectors: Vec<InspectorView>,
}

/// An inspector of a zone.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct InspectorView {
    name: String,
    /// Their account, where they have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserId>,
}

impl From<directory::County> for CountyView {
    fn from(directory::County { code, name, city, position, whole }: directory::County) -> Self {
        Self { code, name, city, position, whole }
    }
}

impl From<directory::Township> for TownshipView {
    fn from(directory::Township { code, name, county }: directory::Township) -> Self {
        Self { code, name, county }
    }
}

impl From<Entry<School>> for SchoolView {
    fn from(Entry { id, county, says }: Entry<School>) -> Self {
        let School { name, township, category, code, .. } = says;
        Self { id, name, county, township, code, category }
    }
}

impl From<Entry<Project>> for ProjectView {
    fn from(Entry { id, county, says }: Entry<Project>) -> Self {
        let Project { name, school, class, work_type, plan_year, .. } = says;
        let class = class.map(Class::name);
        Self { id, name, school, county, class, work_type, plan_year }
    }
}

impl From<directory::Zone> for ZoneView {
    fn from(zone: directory::Zone) -> Self {
        let inspector = |Inspector { name, user }| InspectorView { name, user };
        Self {
            id: zone.id,
            name: zone.name,
            county: zone.county,
            scheme: zone.scheme,
            inspection: zone.for_inspection,
            schools: zone.schools,
            inspectors: zone.inspectors.into_iter().map(inspector).collect(),
        }
    }
}

fn all<V: From<D>, D>(entries: Vec<D>) -> Vec<V> {
    entries.into_iter().map(Into::into).collect()
}

impl From<Directory> for DirectoryView {
    fn from(Directory { counties, townships, schools, projects, zones }: Directory) -> Self {
        Self {
            counties: all(counties),
            townships: all(townships),
            schools: all(schools),
            projects: all(projects),
            zones: all(zones),
        }
    }
}

/// What everything is called that records refer to: counties, townships, schools, projects, zones.
///
/// Ask again with `If-None-Match`: it is the same as long as the ledgers in scope have not moved on.
#[utoipa::path(
    get,
    path = "/api/v1/directory",
    tag = "records",
    params(Which),
    responses(
        (status = 200, description = "as far as it is in scope, by county and name", body = DirectoryView),
        (status = 304, description = "the client has this one"),
        (status = 401, body = ProblemBody),
        (status = 404, description = "nothing of what is asked about is in scope", body = ProblemBody),
    )
)]
pub async fn show(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let counties: Option<BTreeSet<_>> = which.county.as_deref().map(|counties| listed(counties).collect());
    // Read before the directory: it may be newer than its tag says, and then comes once more.
    let etag = etag(&app, &actor, counties.as_ref())?;
    let mut response = if etag.as_ref().is_some_and(|etag| has_it(&headers, etag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let directory = app.figures.directory(&app.engine, &actor, counties).await?;
        Json(DirectoryView::from(directory)).into_response()
    };
    response.headers_mut().extend(etag.map(|etag| (header::ETAG, etag)));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("authorization, cookie"));
    Ok(response)
}

/// Names the directory by how the ledgers in scope stand, the day, since schools belong to zones by the
/// day, and the program that writes it; none where nothing is in scope.
fn etag(app: &App, actor: &Actor, counties: Option<&BTreeSet<String>>) -> Result<Option<HeaderValue>> {
    let now = app.clock.now();
    let scope = app.engine.read_scope(actor, now).of_counties(counties);
    if scope.counties.is_empty() {
        return Ok(None);
    }
    let mark = scope.mark(&app.engine.standing());
    let etag = format!("W/\"{}-{}-{mark}\"", env!("CARGO_PKG_VERSION"), app.figures.today());
    HeaderValue::from_str(&etag).map(Some).map_err(Error::internal)
}
