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
use super::problem::{Problem, ProblemBody};
use crate::access::actor::Actor;
use crate::error::Result;
use crate::programme::figures::{Asked, By, Taken};
use crate::programme::states::list::{Order, Stand};
use crate::programme::view::Question;

/// How many are listed when nobody says.
const PAGE: usize = 100;
/// How many are listed at most.
const MAX_PAGE: usize = 1000;

/// Which of them.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Counties by code, with commas; all that one may read if left out.
    pub(super) county: Option<String>,
    /// Of that school.
    pub(super) school: Option<RecordId>,
    /// Of that project.
    pub(super) project: Option<RecordId>,
    /// In one of those states, with commas.
    pub(super) state: Option<String>,
    /// With that mark.
    pub(super) mark: Option<String>,
    /// From that day on; of diaries, 60 days back if left out.
    pub(super) from: Option<NaiveDate>,
    /// Until that day. If left out, days without a diary are listed until yesterday, since today's diaries
    /// are still being written, or until `at` where that is earlier.
    pub(super) to: Option<NaiveDate>,
    /// As of that day; today if left out.
    pub(super) at: Option<NaiveDate>,
    /// Where the ledger stood: a number, or `county:number` with commas. Where it stands now if left out.
    pub(super) as_of: Option<String>,
    /// `urgent`, if left out: overdue ones first, then the latest; `newest`; `oldest`; `due`, by the deadline.
    #[param(value_type = Option<String>)]
    pub(super) sort: Option<Order>,
    /// Leave out so many.
    pub(super) skip: Option<usize>,
    /// At most so many, up to 1000.
    pub(super) limit: Option<usize>,
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
    let (skip, limit) = (which.skip.unwrap_or(0), which.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE));
    let Listed { at, to, taken, stands } = which.listed(&app, &actor, &kind).await?;
    let count = stands.len();
    let records: Vec<_> = stands.into_iter().skip(skip).take(limit).collect();
    let mut numbers = app.engine.numbers(taken.iter().map(|taken| taken.county.as_str()), &kind).await?;
    let numbers = records.iter().filter_map(|stand| numbers.remove_entry(&stand.record)).collect();
    let counties = taken.into_iter().map(Into::into).collect();
    Ok(Json(States { at, to, counties, count, records, numbers }))
}

/// A list as it is asked for, whole.
pub(super) struct Listed {
    /// As of which day.
    pub(super) at: NaiveDate,
    /// Until which day, for days without a diary.
    pub(super) to: NaiveDate,
    /// From which ledgers.
    pub(super) taken: Vec<Taken>,
    /// Its lines, in order.
    pub(super) stands: Vec<Stand>,
}

impl Which {
    /// All that is asked for, whatever page: a file of the list has what its pages have.
    pub(super) async fn listed(&self, app: &App, actor: &Actor, kind: &str) -> Result<Listed> {
        let at = self.at.unwrap_or(app.figures.today());
        let question = Question { from: self.from, at, plan: None, sources: None };
        let to = until(app, &question, self.to)?;
        let counties: Option<BTreeSet<_>> = self.county.as_deref().map(|counties| listed(counties).collect());
        let as_of = self.as_of.as_deref().map(|text| positions(text, counties.as_ref())).transpose()?;
        let asked = Asked {
            counties,
            city: None,
            by: By::County,
            question,
            as_of: as_of.unwrap_or_default(),
            to: Some(to),
            codes: Some(BTreeSet::new()),
        };
        let (taken, mut stands) = app.figures.stands(&app.engine, actor, &asked, kind).await?;
        let states: Option<BTreeSet<_>> = self.state.as_deref().map(|states| listed(states).collect());
        stands.retain(|stand| self.has(stand, states.as_ref()));
        self.sort.unwrap_or_default().arrange(&mut stands);
        Ok(Listed { at, to, taken, stands })
    }

    fn has(&self, stand: &Stand, states: Option<&BTreeSet<String>>) -> bool {
        self.school.is_none_or(|school| stand.school == Some(school))
            && self.project.is_none_or(|project| stand.project == Some(project))
            && self.from.is_none_or(|from| stand.day.is_some_and(|day| from <= day))
            && self.to.is_none_or(|to| stand.day.is_some_and(|day| day <= to))
            && states.is_none_or(|states| states.contains(&word(&stand.state)))
            && self.mark.as_ref().is_none_or(|mark| stand.marks.iter().any(|its| word_of_mark(its) == *mark))
    }
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
