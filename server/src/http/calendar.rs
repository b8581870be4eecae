//! `GET /api/v1/calendar`: projects × days, a letter a day.

use axum::extract::{Query, State};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sync_protocol::id::RecordId;

use super::app::App;
use super::auth::Signed;
use super::desk::PositionView;
use super::extract::Json;
use super::indicators::list as listed;
use super::problem::{Problem, ProblemBody};
use crate::programme::calendar::{Calendar, Row, Span};
use crate::programme::view::days_before;

/// How many days back a calendar begins when nobody says.
const DAYS_BACK: u64 = 30;

/// Which projects and days.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Counties by code, with commas; all that one may read if left out.
    county: Option<String>,
    /// Of that school.
    school: Option<RecordId>,
    /// Of that project.
    project: Option<RecordId>,
    /// From that day on; 30 days before `to` if left out.
    from: Option<NaiveDate>,
    /// Until that day; today if left out. At most 100 days in all.
    to: Option<NaiveDate>,
}

/// The days of the projects that have any to tell of.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CalendarView {
    from: NaiveDate,
    to: NaiveDate,
    /// From which ledgers, at which positions.
    counties: Vec<PositionView>,
    /// By county, by the names of school and project.
    projects: Vec<RowView>,
}

/// The days of a project.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RowView {
    project: RecordId,
    school: RecordId,
    county: String,
    /// A letter a day, the first of these that fits. `x`: people differ about something in the diary.
    /// `r`: it was sent back. `d`: it is begun and incomplete. `l`: it was written after noon of the next
    /// day, confirmed or not. `i`: the works stood still, as the diary says or by order. `c`: confirmed.
    /// `s`: submitted. `m`: asked for, over, and not there. `.`: none is asked for.
    days: String,
}

impl From<Row> for RowView {
    fn from(Row { project, school, county, days }: Row) -> Self {
        Self { project, school, county, days }
    }
}

/// Which diaries were asked for, which were written, and what they have come to.
#[utoipa::path(
    get,
    path = "/api/v1/calendar",
    tag = "indicators",
    params(Which),
    responses(
        (status = 200, body = CalendarView),
        (status = 401, body = ProblemBody),
        (status = 404, description = "nothing of what is asked about is in scope", body = ProblemBody),
        (status = 422, description = "more than 100 days, or none", body = ProblemBody),
    )
)]
pub async fn show(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(which): Query<Which>,
) -> Result<Json<CalendarView>, Problem> {
    let to = which.to.unwrap_or(app.figures.today());
    let from = which.from.unwrap_or(days_before(to, DAYS_BACK));
    let counties = which.county.as_deref().map(|counties| listed(counties).collect());
    let span = Span { counties, from, to, school: which.school, project: which.project };
    let Calendar { counties, projects } = app.figures.calendar(&app.engine, &actor, span).await?;
    let counties = counties.into_iter().map(Into::into).collect();
    Ok(Json(CalendarView { from, to, counties, projects: projects.into_iter().map(Into::into).collect() }))
}
