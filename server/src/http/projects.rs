//! `GET /api/v1/projects/{id}`: a project, whole: from the plan to the papers that the next stage lacks.

use axum::extract::{Path, State};
use sync_protocol::id::RecordId;

use super::app::App;
use super::auth::Signed;
use super::extract::Json;
use super::problem::{Problem, ProblemBody};
use crate::error::Error;
use crate::programme::project::ProjectSheet;

/// A project: its stages and what speaks for each, what the next one lacks, its time, its money.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{id}",
    tag = "indicators",
    params(("id" = String, Path, description = "the project's id")),
    responses(
        (status = 200, body = ProjectSheet),
        (status = 401, body = ProblemBody),
        (status = 404, description = "not there, or not in scope", body = ProblemBody),
    )
)]
pub async fn show(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Result<Json<ProjectSheet>, Problem> {
    let id: RecordId = id.parse().map_err(|_| Error::not_found())?;
    Ok(Json(app.figures.project(&app.engine, &actor, id).await?))
}
