//! `GET /api/v1/evidence`: what a reviewer may want to look into.

use std::collections::BTreeSet;

use axum::extract::{Query, State};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sync_protocol::id::RecordId;
use sync_protocol::photo::Sha256;

use super::app::App;
use super::auth::Signed;
use super::extract::Json;
use super::indicators::list as listed;
use super::problem::{Problem, ProblemBody};
use crate::error::Error;
use crate::programme::evidence::{self, Asked, Line, Numbers, Reason};

/// About how many lines a page has when nobody says.
const PAGE: usize = 100;
/// How many at most.
const MAX_PAGE: usize = 500;

/// Which of them.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The county.
    county: String,
    /// Records about that day or a later one.
    from: Option<NaiveDate>,
    /// Records about that day or an earlier one.
    to: Option<NaiveDate>,
    /// Of that school.
    school: Option<RecordId>,
    /// Of that project.
    project: Option<RecordId>,
    /// For these reasons, with commas; for all if left out.
    reason: Option<String>,
    /// Where the page before ended: its `next`.
    before: Option<u64>,
    /// About so many lines, up to 500; what belongs to one record stays together.
    limit: Option<usize>,
}

/// A page of what is doubtful, the newest first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Doubts {
    /// The lines.
    lines: Vec<DoubtView>,
    /// Where the next page begins (`?before=`); absent on the last one. A page may have few lines, or none, and
    /// others follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// Something that a reviewer may want to look into.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DoubtView {
    /// The record; of a silent phone, the project.
    record: RecordId,
    /// Its kind.
    kind: String,
    /// Its school.
    #[serde(skip_serializing_if = "Option::is_none")]
    school: Option<RecordId>,
    /// Its project.
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<RecordId>,
    /// The day that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<NaiveDate>,
    /// Why.
    reason: Reason,
    /// What it says, in Chinese.
    zh: String,
    /// What it says, in English.
    en: String,
    /// The numbers behind it.
    numbers: Numbers,
    /// The photo.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    photo: Option<Sha256>,
    /// Other records that it has to do with, as far as they are in scope; at most 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<RecordId>,
}

impl From<Line> for DoubtView {
    fn from(line: Line) -> Self {
        let (zh, en) = line.doubt.words();
        Self {
            record: line.record,
            kind: line.kind,
            school: line.school,
            project: line.project,
            day: line.day,
            reason: line.doubt.reason,
            zh,
            en,
            numbers: line.doubt.numbers,
            photo: line.doubt.photo,
            others: line.doubt.others,
        }
    }
}

/// What is doubtful about records, for people to look into: photos of another day or place or that stand
/// elsewhere too, late entries, wrong clocks, copied words, silent phones. Nothing is refused for it.
#[utoipa::path(
    get,
    path = "/api/v1/evidence",
    tag = "records",
    params(Which),
    responses(
        (status = 200, body = Doubts),
        (status = 401, body = ProblemBody),
        (status = 403, description = "no role that reviews", body = ProblemBody),
        (status = 404, description = "nothing of that county in scope", body = ProblemBody),
        (status = 422, description = "no such reason", body = ProblemBody),
    )
)]
pub async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(which): Query<Which>,
) -> Result<Json<Doubts>, Problem> {
    let asked = Asked {
        reasons: reasons(which.reason.as_deref())?,
        county: which.county,
        from: which.from,
        to: which.to,
        school: which.school,
        project: which.project,
        before: which.before,
        limit: which.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE),
    };
    let page = evidence::list(&app.store, &app.engine, &app.figures, &actor, app.clock.now(), &asked).await?;
    Ok(Json(Doubts { lines: page.lines.into_iter().map(Into::into).collect(), next: page.next }))
}

fn reasons(text: Option<&str>) -> Result<BTreeSet<Reason>, Error> {
    let read = |word: String| {
        let reason = serde_json::from_value(serde_json::Value::from(word.as_str()));
        reason.map_err(|_| evidence::no_such_reason(&word))
    };
    text.map(listed).into_iter().flatten().map(read).collect()
}
