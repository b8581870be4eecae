//! `GET /api/v1/states/{kind}`: what records have come to, those that need somebody first.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, Query, State};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sync_protocol::id::RecordId;

use super::app::App;
use super::auth::Signed;
use super::extract::Json;
use super::indicators::{TakenFrom, list as listed, positions, until};
use super::lists::ContentsView;
use super::problem::{Problem, ProblemBody};
use crate::lists::Shown;
use crate::programme::figures::{Asked, By};
use crate::programme::states::list::Stand;
use crate::programme::view::Question;

/// How many are listed when nobody says.
const PAGE: usize = 100;
/// How many are listed at most.
const MAX_PAGE: usize = 1000;

/// Which of them.
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
    /// In one of those states, with commas.
    state: Option<String>,
    /// With that mark.
    mark: Option<String>,
    /// From that day on; of diaries, 60 days back if left out.
    from: Option<NaiveDate>,
    /// Until that day, for days without a diary; if left out, yesterday, since today's diaries are still
    /// being written, or `at` where that is earlier.
    to: Option<NaiveDate>,
    /// As of that day; today if left out.
    at: Option<NaiveDate>,
    /// Where the ledger stood: a number, or `county:number` with commas. Where it stands now if left out.
    as_of: Option<String>,
    /// What is shown of the records of the page, as they stand now: names of fields, with commas; of a keyed
    /// one, all its keys.
    fields: Option<String>,
    /// Leave out so many.
    skip: Option<usize>,
    /// At most so many, up to 1000.
    limit: Option<usize>,
}

/// What records have come to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct States {
    /// As of which day.
    at: NaiveDate,
    /// Until which day, for days without a diary.
    to: NaiveDate,
    /// From which ledgers, at which positions.
    counties: Vec<TakenFrom>,
    /// How many there are.
    count: usize,
    /// A page of them: record, school, project, state, day, due, marks.
    #[schema(value_type = Vec<Object>)]
    records: Vec<Stand>,
    /// Of findings: their official numbers, by record.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    numbers: BTreeMap<RecordId, String>,
    /// What stands in the fields that were asked for, by record.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    contents: BTreeMap<RecordId, ContentsView>,
}

/// What the records of a kind have come to: `diary` (days without one too), `finding`, `project`,
/// `equipment_item`, `fund_event`, `complaint`, `bulletin`.
#[utoipa::path(
    get,
    path = "/api/v1/states/{kind}",
    tag = "indicators",
    params(("kind" = String, Path, description = "the kind of record"), Which),
    responses(
        (status = 200, description = "overdue ones first, then by day, the latest first", body = States),
        (status = 401, body = ProblemBody),
        (status = 404, description = "no list of that kind, or nothing in scope", body = ProblemBody),
        (status = 422, description = "no such day or position", body = ProblemBody),
    )
)]
pub async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(kind): Path<String>,
    Query(which): Query<Which>,
) -> Result<Json<States>, Problem> {
    let at = which.at.unwrap_or(app.figures.today());
    let question = Question { from: which.from, at, plan: None, sources: None };
    let to = until(&app, &question, which.to)?;
    let counties: Option<BTreeSet<_>> = which.county.as_deref().map(|counties| listed(counties).collect());
    let as_of = which.as_of.as_deref().map(|text| positions(text, counties.as_ref())).transpose()?;
    let as_of = as_of.unwrap_or_default();
    let asked = Asked {
        counties,
        city: None,
        by: By::County,
        question,
        as_of,
        to: Some(to),
        codes: Some(BTreeSet::new()),
    };
    let (taken, mut stands) = app.figures.stands(&app.engine, &actor, &asked, &kind).await?;
    let states: Option<BTreeSet<_>> = which.state.as_deref().map(|states| listed(states).collect());
    stands.retain(|stand| {
        which.school.is_none_or(|school| stand.school == Some(school))
            && which.project.is_none_or(|project| stand.project == Some(project))
            && states.as_ref().is_none_or(|states| states.contains(&word(&stand.state)))
            && which.mark.as_ref().is_none_or(|mark| stand.marks.iter().any(|its| word_of_mark(its) == *mark))
    });
    let count = stands.len();
    let limit = which.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let records: Vec<_> = stands.into_iter().skip(which.skip.unwrap_or(0)).take(limit).collect();
    let mut numbers = app.engine.numbers(taken.iter().map(|taken| taken.county.as_str()), &kind).await?;
    let numbers = records.iter().filter_map(|stand| numbers.remove_entry(&stand.record)).collect();
    let shown = Shown::named(which.fields.as_deref().map(listed).into_iter().flatten());
    let ids = records.iter().map(|stand| stand.record).collect();
    let contents = app.lists.contents(&actor, app.clock.now(), ids, &shown).await?;
    let contents = contents.into_iter().map(|(id, contents)| (id, contents.into())).collect();
    let counties = taken.into_iter().map(Into::into).collect();
    Ok(Json(States { at, to, counties, count, records, numbers, contents }))
}

/// The word for a state on the wire.
fn word(state: &impl Serialize) -> String {
    let value = serde_json::to_value(state).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// The word for a mark on the wire.
fn word_of_mark(mark: &impl Serialize) -> String {
    let value = serde_json::to_value(mark).unwrap_or_default();
    value["mark"].as_str().unwrap_or_default().to_owned()
}
