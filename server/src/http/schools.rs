//! `GET /api/v1/schools`: all schools with what stands out about each; and one of them, whole.

use axum::extract::{Path, Query, State};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sync_protocol::id::RecordId;

use super::app::App;
use super::auth::Signed;
use super::desk::PositionView;
use super::extract::Json;
use super::indicators::list as listed;
use super::problem::{Problem, ProblemBody};
use crate::error::Error;
use crate::programme::school::SchoolSheet;
use crate::programme::schools::{SchoolLine, Schools, term_of};

/// Which schools, and since when inspections count.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Counties by code, with commas; all that one may read if left out.
    county: Option<String>,
    /// From that day on inspections are counted; from the beginning of the school term if left out.
    from: Option<NaiveDate>,
}

/// Since when inspections count.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Since {
    /// From that day on inspections are counted; from the beginning of the school term if left out.
    from: Option<NaiveDate>,
}

/// Schools with what stands out about each.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SchoolsView {
    /// As of which day.
    at: NaiveDate,
    /// From which day on inspections are counted.
    from: NaiveDate,
    /// From which ledgers, at which positions.
    counties: Vec<PositionView>,
    /// By county and name.
    schools: Vec<SchoolLine>,
}

/// All schools in scope, with what stands out about each: for the map, the grid and lists.
#[utoipa::path(
    get,
    path = "/api/v1/schools",
    tag = "indicators",
    params(Which),
    responses(
        (status = 200, body = SchoolsView),
        (status = 401, body = ProblemBody),
        (status = 404, description = "nothing of what is asked about is in scope", body = ProblemBody),
        (status = 422, description = "the day is after today", body = ProblemBody),
    )
)]
pub async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(which): Query<Which>,
) -> Result<Json<SchoolsView>, Problem> {
    let at = app.figures.today();
    let from = which.from.unwrap_or(term_of(at));
    let counties = which.county.as_deref().map(|counties| listed(counties).collect());
    let Schools { counties, schools } = app.figures.schools(&app.engine, &actor, counties, from).await?;
    let counties = counties.into_iter().map(Into::into).collect();
    Ok(Json(SchoolsView { at, from, counties, schools }))
}

/// A school: what it is, who is in charge, what is built there, and how that stands.
#[utoipa::path(
    get,
    path = "/api/v1/schools/{id}",
    tag = "indicators",
    params(("id" = String, Path, description = "the school's id"), Since),
    responses(
        (status = 200, body = SchoolSheet),
        (status = 401, body = ProblemBody),
        (status = 404, description = "not there, or not in scope", body = ProblemBody),
        (status = 422, description = "the day is after today", body = ProblemBody),
    )
)]
pub async fn show(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
    Query(since): Query<Since>,
) -> Result<Json<SchoolSheet>, Problem> {
    let id: RecordId = id.parse().map_err(|_| Error::not_found())?;
    let from = since.from.unwrap_or(term_of(app.figures.today()));
    Ok(Json(app.figures.school(&app.engine, &actor, id, from).await?))
}
