//! `GET /api/v1/records`: lists of records, and finding them by words.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sync_protocol::id::{RecordId, UserId};
use sync_protocol::value::Value;

use super::app::App;
use super::auth::Signed;
use super::extract::Json;
use super::indicators::list as listed;
use super::problem::{Problem, ProblemBody};
use crate::error::{Error, Kind, Result};
use crate::lists::{Contents, Line, Page, Question, phrases};
use crate::store::index::Filters;

/// How many records a page has when nobody says.
const PAGE: usize = 50;
/// How many at most.
const MAX_PAGE: usize = 200;

/// Which records.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Of these kinds, with commas; of all if left out.
    kind: Option<String>,
    /// With all of these words in their texts; Chinese is found by any run of signs.
    q: Option<String>,
    /// Counties by code, with commas; all that one may read if left out.
    county: Option<String>,
    /// Of that school.
    school: Option<RecordId>,
    /// Of that project.
    project: Option<RecordId>,
    /// Last written by that person.
    by: Option<UserId>,
    /// About that day or a later one.
    from: Option<NaiveDate>,
    /// About that day or an earlier one.
    to: Option<NaiveDate>,
    /// About which people differ, or not.
    conflict: Option<bool>,
    /// Those that are withdrawn (`true`), those that are not (`false`, if left out), or both (`any`).
    withdrawn: Option<Withdrawn>,
    /// What is shown of them: names of fields, with commas; of a keyed one, all its keys.
    fields: Option<String>,
    /// Where the page before ended: its `next`.
    before: Option<i64>,
    /// At most so many, up to 200.
    limit: Option<usize>,
}

/// Whether withdrawn records are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Withdrawn {
    True,
    #[default]
    False,
    Any,
}

/// A page of records, the one that was written last first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RecordList {
    records: Vec<LineView>,
    /// By county, up to which position of its ledger the list knows.
    positions: BTreeMap<String, u64>,
    /// Where the next page begins (`?before=`); absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// Set where the newest changes are not listed yet: they follow within moments.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    behind: bool,
}

/// A record.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LineView {
    id: RecordId,
    kind: String,
    county: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    school: Option<RecordId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<RecordId>,
    /// The day that it is about; of a month, the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<NaiveDate>,
    /// The number of its last change.
    seq: u64,
    /// When that came.
    received_at: String,
    /// Who wrote it.
    by: UserId,
    by_name: String,
    /// Set where it is withdrawn.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    withdrawn: bool,
    /// The fields about which people differ.
    conflicts: Vec<String>,
    /// Its official number.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// What stands in the fields that were asked for; what is to be shown first stands first.
    #[schema(value_type = std::collections::BTreeMap<String, Vec<Object>>)]
    fields: BTreeMap<String, Vec<Value>>,
}

impl From<Line> for LineView {
    fn from(line: Line) -> Self {
        let Line { row, day, hand, withdrawn, conflicts, number, fields } = line;
        Self {
            id: row.id,
            kind: row.kind,
            county: row.county,
            school: row.school,
            project: row.project,
            day,
            seq: row.seq,
            received_at: hand.received_at.rfc3339(),
            by: hand.by,
            by_name: hand.by_name,
            withdrawn,
            conflicts,
            number,
            fields,
        }
    }
}

/// What stands in some fields of a record.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ContentsView {
    /// By field; what is to be shown first stands first. Texts of more than 200 characters are cut and end
    /// with “…”.
    #[schema(value_type = std::collections::BTreeMap<String, Vec<Object>>)]
    fields: BTreeMap<String, Vec<Value>>,
    /// Those of them about which people differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conflicts: Vec<String>,
}

impl From<Contents> for ContentsView {
    fn from(Contents { fields, conflicts }: Contents) -> Self {
        Self { fields, conflicts }
    }
}

impl Which {
    fn question(self) -> Result<Question> {
        let words = self.q.as_deref().map(str::trim).filter(|words| !words.is_empty());
        let phrases = words.map(phrases).unwrap_or_default();
        if words.is_some() && phrases.is_empty() {
            return Err(nothing_to_find());
        }
        let filters = Filters {
            kinds: self.kind.as_deref().map(listed).into_iter().flatten().collect(),
            school: self.school,
            project: self.project,
            from: self.from,
            to: self.to,
            made_by: self.by,
            in_conflict: self.conflict,
            withdrawn: match self.withdrawn.unwrap_or_default() {
                Withdrawn::True => Some(true),
                Withdrawn::False => Some(false),
                Withdrawn::Any => None,
            },
            phrases,
        };
        Ok(Question {
            counties: self.county.as_deref().map(|counties| listed(counties).collect()),
            filters,
            fields: self.fields.as_deref().map(listed).into_iter().flatten().collect(),
            before: self.before,
            limit: self.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE),
        })
    }
}

/// There is no sign or letter in what is searched for.
fn nothing_to_find() -> Error {
    Error::new(
        Kind::Unprocessable,
        "no_words",
        "搜索的内容里没有文字，请至少写一个字",
        "there is no letter or digit in what is searched for",
    )
}

/// Records in scope, the one that was written last first.
#[utoipa::path(
    get,
    path = "/api/v1/records",
    tag = "records",
    params(Which),
    responses(
        (status = 200, body = RecordList),
        (status = 401, body = ProblemBody),
        (status = 404, description = "nothing of what is asked about is in scope", body = ProblemBody),
        (status = 422, description = "nothing to be searched for", body = ProblemBody),
        (status = 503, description = "the index is being made anew; come again", body = ProblemBody),
    )
)]
pub async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(which): Query<Which>,
) -> Result<Json<RecordList>, Problem> {
    let page = app.lists.page(&actor, app.clock.now(), &which.question()?).await?;
    let Page { lines, next, positions, is_behind } = page;
    let records = lines.into_iter().map(Into::into).collect();
    let next = next.map(|next| next.to_string());
    Ok(Json(RecordList { records, positions, next, behind: is_behind }))
}
