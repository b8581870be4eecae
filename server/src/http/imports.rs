//! Tables of the directory: templates to fill in, dry runs, imports, and taking one back.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::app::App;
use super::auth::Signed;
use super::crowd::Admitted;
use super::extract::{Json, Whole};
use super::problem::{Problem, ProblemBody};
use crate::error::Language;
use crate::imports::{Asked, Mode, Outcome, Report, Withdrawn, template as filled};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The table to fill in.
#[utoipa::path(
    get,
    path = "/api/v1/imports/{kind}/template.xlsx",
    tag = "imports",
    params(("kind" = String, Path, description = "division, school, programme, plan, project, zone_scheme, zone, checklist, contract or equipment_item")),
    responses(
        (status = 200, description = "headings in both languages, what is needed marked ●, an example that is not imported, choices to pick from", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 401, body = ProblemBody),
        (status = 404, description = "that kind is not imported from tables", body = ProblemBody),
    )
)]
pub async fn template(Signed(_actor): Signed, Path(kind): Path<String>) -> Result<Response, Problem> {
    let bytes = filled(&kind)?;
    let name = format!("attachment; filename=\"siteledger-{kind}.xlsx\"");
    let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"));
    let headers =
        [(header::CONTENT_TYPE, HeaderValue::from_static(XLSX)), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Bytes::from(bytes)).into_response())
}

/// Where to, and whether it is meant.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Into {
    /// The county by its code.
    county: String,
    /// Tell what would change, and change nothing.
    #[serde(default)]
    dry_run: bool,
    /// The token of the dry run that was looked at.
    token: Option<String>,
}

/// Why nothing was imported, and what would change now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct NotImported {
    #[serde(flatten)]
    problem: ProblemBody,
    /// What the table would change now.
    report: Report,
}

/// Imports a table, or tells what it would change (`dry_run=true`).
///
/// The body is the file: XLSX, or CSV in UTF-8 or GBK, up to 16 MiB and 20,000 rows. Without
/// `dry_run` it takes the token that the dry run gave; what would change must still be what was
/// shown then. All of it goes into the ledger in one commit, or nothing if a cell is wrong.
#[utoipa::path(
    post,
    path = "/api/v1/imports/{kind}",
    tag = "imports",
    params(("kind" = String, Path, description = "what the table holds"), Into),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "what would change, or what was changed", body = Report),
        (status = 401, body = ProblemBody),
        (status = 403, description = "your role does not write that kind there", body = ProblemBody),
        (status = 404, description = "no such kind, or nothing of that county is yours to see", body = ProblemBody),
        (status = 409, description = "this was not shown before: look at it, then send its token", body = NotImported),
        (status = 413, description = "more than is taken in one table", body = ProblemBody),
        (status = 422, description = "cells are wrong and named, or the file is no table", body = NotImported),
        (status = 503, description = "nothing was stored; come again", body = ProblemBody),
    )
)]
pub async fn take(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(kind): Path<String>,
    Query(into): Query<Into>,
    _room: Admitted,
    language: Language,
    Whole(file): Whole,
) -> Result<Response, Problem> {
    let mode = if into.dry_run { Mode::DryRun } else { Mode::Import { token: into.token } };
    let asked = Asked { kind, county: into.county, mode };
    Ok(match app.imports.take(&actor, asked, file).await? {
        Outcome::Done(report) => Json(report).into_response(),
        Outcome::NotSeen(report) => not_imported(
            StatusCode::CONFLICT,
            "not_what_was_shown",
            language,
            "没有导入：要改的内容与试算时不同，或还没有试算。请看过新的结果，再带上新的 token 导入",
            "nothing was imported: this is not what a dry run showed; look at it, then send its token",
            report,
        ),
        Outcome::Faulty(report) => not_imported(
            StatusCode::UNPROCESSABLE_ENTITY,
            "table_faulty",
            language,
            "没有导入：表里有错，请按列出的格子改正后再导入",
            "nothing was imported: mend the cells that are named, then import again",
            report,
        ),
    })
}

fn not_imported(
    status: StatusCode,
    code: &str,
    language: Language,
    zh: &str,
    en: &str,
    report: Report,
) -> Response {
    let problem = ProblemBody {
        kind: format!("urn:siteledger:problem:{code}"),
        title: status.canonical_reason().unwrap_or_default().to_owned(),
        status: status.as_u16(),
        detail: language.pick(zh, en).to_owned(),
        detail_en: (language == Language::Chinese).then(|| en.to_owned()),
        code: code.to_owned(),
    };
    let mut response = (status, Json(NotImported { problem, report })).into_response();
    let problem = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, problem);
    response
}

/// Which import is taken back, and why.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Back {
    /// The county.
    county: String,
    /// The import.
    import: Uuid,
    /// Why.
    reason: String,
}

/// Takes an import back as a whole: what it replaced is put back, what it began is withdrawn. What
/// somebody has changed since stays as it is, and is told.
#[utoipa::path(
    post,
    path = "/api/v1/imports/withdraw",
    tag = "imports",
    request_body = Back,
    responses(
        (status = 200, description = "what was taken back, and what was kept", body = Withdrawn),
        (status = 401, body = ProblemBody),
        (status = 403, description = "your role does not write what it wrote", body = ProblemBody),
        (status = 404, description = "no such import, or nothing of that county is yours to see", body = ProblemBody),
        (status = 422, description = "without a reason", body = ProblemBody),
        (status = 503, description = "nothing was stored; come again", body = ProblemBody),
    )
)]
pub async fn withdraw(
    State(app): State<App>,
    Signed(actor): Signed,
    _room: Admitted,
    Json(back): Json<Back>,
) -> Result<Json<Withdrawn>, Problem> {
    Ok(Json(app.imports.withdraw(&actor, &back.county, back.import, &back.reason).await?))
}
