//! `/api/v1/bulletins`: the figures that a bulletin freezes, and whether they still come out the same.

use axum::extract::{Path, Query, State};
use chrono::NaiveDate;
use serde::Deserialize;
use sync_protocol::id::RecordId;

use super::app::App;
use super::auth::Signed;
use super::extract::Json;
use super::indicators::list;
use super::problem::{Problem, ProblemBody};
use crate::error::Error;
use crate::programme::figures::By;
use crate::reports::bulletin::{self, Draft, Period, Proof};

/// What a bulletin is to be about.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct About {
    /// Counties by code, with commas.
    county: String,
    /// From which day on, for what is counted by days.
    from: Option<NaiveDate>,
    /// As of which day; yesterday if left out.
    at: Option<NaiveDate>,
    /// By what its rows are told apart: `school` if left out.
    by: Option<By>,
}

/// The figures of a bulletin as they stand now: what its record is to say in `cutoff` and `figures`.
#[utoipa::path(
    get,
    path = "/api/v1/bulletins/draft",
    tag = "bulletins",
    params(About),
    responses(
        (status = 200, description = "the fields `cutoff` and `figures` of the record", body = Object),
        (status = 401, body = ProblemBody),
        (status = 404, description = "the county is not in scope as a whole", body = ProblemBody),
        (status = 422, description = "the days are not right", body = ProblemBody),
    )
)]
pub async fn draft(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(about): Query<About>,
) -> Result<Json<Draft>, Problem> {
    let period = Period::asked((about.from, about.at), about.by, app.figures.today())?;
    let counties: Vec<_> = list(&about.county).collect();
    Ok(Json(bulletin::draft(&app.figures, &app.engine, &actor, &counties, &period).await?))
}

/// Whether the figures of a bulletin come out the same at the position of the ledger that it names.
#[utoipa::path(
    get,
    path = "/api/v1/bulletins/{id}/proof",
    tag = "bulletins",
    params(("id" = String, Path, description = "the bulletin's id")),
    responses(
        (status = 200, description = "what it says, and what comes out", body = Object),
        (status = 401, body = ProblemBody),
        (status = 404, description = "not there, or not in scope as a whole", body = ProblemBody),
        (status = 422, description = "its figures are not of a draft", body = ProblemBody),
    )
)]
pub async fn proof(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Result<Json<Proof>, Problem> {
    let id: RecordId = id.parse().map_err(|_| Error::not_found())?;
    Ok(Json(bulletin::prove(&app.figures, &app.engine, &actor, id).await?))
}
