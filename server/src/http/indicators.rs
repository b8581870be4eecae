//! `GET /api/v1/indicators`: what the programme has come to, and which records make a figure.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, Query, State};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use sync_protocol::id::RecordId;

use super::app::App;
use super::auth::Signed;
use super::extract::Json;
use super::lists::ContentsView;
use super::problem::{Problem, ProblemBody};
use crate::error::{Error, Kind, Result};
use crate::lists::Shown;
use crate::programme::figures::{Answer, Asked, By, Group, Made, Maker, Slice, Taken, Warning};
use crate::programme::indicators::{self, Indicator, Side};
use crate::programme::ratio::{NOTHING, Printed, Ratio};
use crate::programme::view::Question;

/// How many records are listed when nobody says.
const PAGE: usize = 100;
/// How many records are listed at most.
const MAX_PAGE: usize = 1000;

/// What is asked about.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhichFigures {
    /// Counties by code, with commas; all that one may read if left out.
    county: Option<String>,
    /// The counties of that city.
    city: Option<String>,
    /// By what the figures are told apart: `county` if left out.
    by: Option<By>,
    /// From that day on, for what is counted by days.
    from: Option<NaiveDate>,
    /// Until that day, for what is counted by days; if left out, yesterday, since today's diaries are
    /// still being written, or `at` where that is earlier.
    to: Option<NaiveDate>,
    /// As of that day; today if left out.
    at: Option<NaiveDate>,
    /// The id of the plan that rates are a share of; the last one approved if left out.
    plan: Option<RecordId>,
    /// Sources of the money that counts, with commas; all if left out.
    sources: Option<String>,
    /// Where the ledger stood: a number, or `county:number` with commas. Where it stands now if left out.
    as_of: Option<String>,
    /// Codes of the indicators, with commas; all if left out.
    codes: Option<String>,
    /// With how many decimals rates are printed, up to 6; each has its own if left out.
    decimals: Option<u32>,
    /// Of that group alone, by its key.
    group: Option<String>,
    /// Of the records that make a figure: those on that side of it, `numerator` or `denominator`.
    side: Option<Side>,
    /// What is shown of the records that make a figure: names of fields, with commas, or of a kind alone:
    /// `finding.severity`.
    fields: Option<String>,
    /// Leave out so many groups, or records.
    skip: Option<usize>,
    /// At most so many groups, or records: up to 1000.
    limit: Option<usize>,
}

/// What the programme has come to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Figures {
    /// As of which day.
    at: NaiveDate,
    /// From which day on.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<NaiveDate>,
    /// Until which day, for what is counted by days.
    to: NaiveDate,
    /// By what they are told apart.
    by: By,
    /// From which ledgers, at which positions: asked again with these, the figures are the same.
    counties: Vec<TakenFrom>,
    /// What each indicator is called.
    #[schema(value_type = Vec<Object>)]
    indicators: Vec<&'static Indicator>,
    /// Over all that was asked about.
    total: BTreeMap<&'static str, Figure>,
    /// How many groups there are.
    count: usize,
    /// A page of them, in order of key.
    groups: Vec<GroupView>,
}

/// A ledger that figures were taken from.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TakenFrom {
    county: String,
    name: String,
    city: Option<String>,
    position: u64,
    /// Whether all of the county was counted, or only what one has in scope.
    whole: bool,
    plan: Option<PlanView>,
    #[schema(value_type = Vec<Object>)]
    warnings: Vec<Warning>,
}

impl From<Taken> for TakenFrom {
    fn from(taken: Taken) -> Self {
        Self {
            county: taken.county,
            name: taken.name,
            city: taken.city,
            position: taken.position,
            whole: taken.whole,
            plan: taken.plan.map(|(id, name, version)| PlanView { id, name, version }),
            warnings: taken.warnings,
        }
    }
}

/// The plan that rates are a share of.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PlanView {
    id: RecordId,
    name: String,
    version: String,
}

/// The figures of a group.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct GroupView {
    /// What the group goes by: an id, or an official code.
    key: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    county: Option<String>,
    figures: BTreeMap<&'static str, Figure>,
}

/// A figure.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Figure {
    /// What is counted: whole 分, 0.01 ㎡, days, or things; absent where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    numerator: Option<i64>,
    /// What it is a share of; absent where the figure is a sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    denominator: Option<i64>,
    /// As people read it, rounded once; “—” where there is nothing to compare with, or it is not known.
    printed: String,
    /// As reports tell it, in large units.
    #[serde(skip_serializing_if = "Option::is_none")]
    told: Option<String>,
}

impl Figure {
    fn of(ratio: Ratio, printed: Printed) -> Self {
        let within = |amount: i128| i64::try_from(amount).unwrap_or(i64::MAX);
        Self {
            numerator: Some(within(ratio.numerator)),
            denominator: printed.is_of_a_whole().then(|| within(ratio.denominator)),
            printed: ratio.print(printed),
            told: ratio.told(printed),
        }
    }

    fn unknown() -> Self {
        Self { numerator: None, denominator: None, printed: NOTHING.to_owned(), told: None }
    }
}

/// A page of the records that make a figure.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Makers {
    /// What the indicator is called.
    #[schema(value_type = Object)]
    indicator: &'static Indicator,
    /// The figure that all of them make, those of other pages too.
    figure: Figure,
    /// How many there are.
    count: usize,
    records: Vec<MakerView>,
    /// What stands in the fields that were asked for, by record, as they stand now.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    contents: BTreeMap<RecordId, ContentsView>,
}

/// A record that makes a figure.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MakerView {
    record: RecordId,
    kind: Option<&'static str>,
    school: Option<RecordId>,
    project: Option<RecordId>,
    /// The day that it is about; of a monthly report, the first of its month.
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<NaiveDate>,
    #[schema(value_type = String)]
    side: Side,
    amount: i64,
}

pub(crate) fn list(text: &str) -> impl Iterator<Item = String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned)
}

fn invalid(
    zh: impl Into<std::borrow::Cow<'static, str>>,
    en: impl Into<std::borrow::Cow<'static, str>>,
) -> Error {
    Error::new(Kind::Unprocessable, "invalid_question", zh, en)
}

impl WhichFigures {
    fn asked(&self, app: &App) -> Result<Asked> {
        let question = Question {
            from: self.from,
            at: self.at.unwrap_or(app.figures.today()),
            plan: self.plan,
            sources: self.sources.as_deref().map(|sources| list(sources).collect()),
        };
        let to = until(app, &question, self.to)?;
        let counties: Option<BTreeSet<_>> = self.county.as_deref().map(|counties| list(counties).collect());
        let as_of = self.as_of.as_deref().map(|text| positions(text, counties.as_ref())).transpose()?;
        let as_of = as_of.unwrap_or_default();
        let (city, by) = (self.city.clone(), self.by.unwrap_or(By::County));
        Ok(Asked { counties, city, by, question, as_of, to: Some(to), codes: None })
    }

    /// The indicators that are asked for, each as it is to be printed.
    fn indicators(&self) -> Result<Vec<(&'static Indicator, Printed)>> {
        let indicators: Vec<_> = match self.codes.as_deref() {
            None => indicators::all().collect(),
            Some(codes) => list(codes).map(|code| named(&code)).collect::<Result<_>>()?,
        };
        Ok(indicators.into_iter().map(|indicator| (indicator, self.printed(indicator))).collect())
    }

    fn page(&self) -> usize {
        self.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE)
    }

    fn printed(&self, indicator: &Indicator) -> Printed {
        match (indicator.printed, self.decimals) {
            (Printed::Percent(_), Some(decimals)) => Printed::Percent(decimals.min(6)),
            (printed, _) => printed,
        }
    }
}

/// The last day that counts, for what is counted by days. Today is not over, so it counts only for who
/// asks for it.
pub(super) fn until(app: &App, question: &Question, to: Option<NaiveDate>) -> Result<NaiveDate> {
    let today = app.figures.today();
    question.check(today)?;
    let Some(to) = to else {
        let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
        return Ok(yesterday.min(question.at));
    };
    Question { at: to.min(question.at), ..question.clone() }.check(today)?;
    Ok(to.min(question.at))
}

/// An unknown indicator is told with those that there are.
fn named(code: &str) -> Result<&'static Indicator> {
    indicators::named(code).ok_or_else(|| {
        let known: Vec<_> = indicators::all().map(|indicator| indicator.code).collect();
        let known = known.join(", ");
        invalid(
            format!("没有指标“{code}”；有：{known}"),
            format!("there is no indicator {code:?}; there are: {known}"),
        )
    })
}

/// Positions of ledgers: `4711` of the one county that is asked about, or `350823:4711,350902:300`.
pub(crate) fn positions(text: &str, counties: Option<&BTreeSet<String>>) -> Result<BTreeMap<String, u64>> {
    let wrong = || {
        invalid(
            "as_of 应为台账序号，例如 4711；问到几个县时写成 350823:4711,350902:300",
            "as_of is a number of the ledger, such as 4711; of several counties, 350823:4711,350902:300",
        )
    };
    if let Ok(position) = text.trim().parse() {
        let only = counties.filter(|counties| counties.len() == 1).and_then(|counties| counties.first());
        return Ok(BTreeMap::from([(only.ok_or_else(wrong)?.clone(), position)]));
    }
    list(text)
        .map(|each| {
            let (county, position) = each.split_once(':').ok_or_else(wrong)?;
            Ok((county.to_owned(), position.parse().map_err(|_| wrong())?))
        })
        .collect()
}

/// Indicators by project, school, township, category of schools, type of works, zone, county or city.
#[utoipa::path(
    get,
    path = "/api/v1/indicators",
    tag = "indicators",
    params(WhichFigures),
    responses(
        (status = 200, description = "the figures of all that one has in scope", body = Figures),
        (status = 401, body = ProblemBody),
        (status = 404, description = "nothing of what is asked about is in scope", body = ProblemBody),
        (status = 422, description = "no such indicator, day or position", body = ProblemBody),
    )
)]
pub async fn show(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(which): Query<WhichFigures>,
) -> Result<Json<Figures>, Problem> {
    let printed = which.indicators()?;
    let codes = which.codes.is_some().then(|| printed.iter().map(|(its, _)| its.code).collect());
    let asked = Asked { codes, ..which.asked(&app)? };
    let answer = app.figures.answer(&app.engine, &actor, &asked).await?;
    Ok(Json(view(&which, &asked, answer, &printed)))
}

fn view(
    which: &WhichFigures,
    asked: &Asked,
    answer: Answer,
    printed: &[(&'static Indicator, Printed)],
) -> Figures {
    let figures = |group: &Group| -> BTreeMap<_, _> {
        let figure = |code, printed| match group.figures.get(code) {
            _ if answer.unknown.contains(code) => Figure::unknown(),
            ratio => Figure::of(ratio.copied().unwrap_or_default(), printed),
        };
        printed.iter().map(|(its, printed)| (its.code, figure(its.code, *printed))).collect()
    };
    let (total, count) = (figures(&answer.total), answer.groups.len());
    let shown =
        answer.groups.into_iter().filter(|(key, _)| which.group.as_ref().is_none_or(|its| its == key));
    let groups = shown.skip(which.skip.unwrap_or(0)).take(which.page()).map(|(key, group)| GroupView {
        figures: figures(&group),
        key,
        name: group.name,
        county: group.county,
    });
    Figures {
        at: asked.question.at,
        from: asked.question.from,
        to: asked.to.unwrap_or(asked.question.at),
        by: asked.by,
        counties: answer.taken.into_iter().map(Into::into).collect(),
        indicators: printed.iter().map(|(indicator, _)| *indicator).collect(),
        total,
        count,
        groups: groups.collect(),
    }
}

/// The records that make one figure.
#[utoipa::path(
    get,
    path = "/api/v1/indicators/{code}/records",
    tag = "indicators",
    params(("code" = String, Path, description = "the indicator's code"), WhichFigures),
    responses(
        (status = 200, description = "what each record adds to the figure, the greatest first", body = Makers),
        (status = 401, body = ProblemBody),
        (status = 404, description = "no such indicator, or nothing in scope", body = ProblemBody),
        (status = 422, description = "no such day or position", body = ProblemBody),
    )
)]
pub async fn makers(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(code): Path<String>,
    Query(which): Query<WhichFigures>,
) -> Result<Json<Makers>, Problem> {
    let indicator = indicators::named(&code).ok_or_else(Error::not_found)?;
    let asked = which.asked(&app)?;
    let slice = Slice {
        group: which.group.clone(),
        side: which.side,
        skip: which.skip.unwrap_or(0),
        limit: which.page(),
    };
    let made = app.figures.makers(&app.engine, &actor, &asked, indicator, slice).await?;
    let shown = Shown::named(which.fields.as_deref().map(list).into_iter().flatten());
    let ids = made.makers.iter().map(|maker| maker.part.record).collect();
    let contents = app.lists.contents(&actor, app.clock.now(), ids, &shown).await?;
    let contents = contents.into_iter().map(|(id, contents)| (id, contents.into())).collect();
    Ok(Json(page(indicator, &which, made, contents)))
}

fn page(
    indicator: &'static Indicator,
    which: &WhichFigures,
    made: Made,
    contents: BTreeMap<RecordId, ContentsView>,
) -> Makers {
    let view = |maker: Maker| MakerView {
        record: maker.part.record,
        kind: maker.kind,
        school: maker.part.school,
        project: maker.part.project,
        day: maker.day,
        side: maker.part.side,
        amount: i64::try_from(maker.part.amount).unwrap_or(i64::MAX),
    };
    Makers {
        indicator,
        figure: made.ratio.map_or_else(Figure::unknown, |ratio| Figure::of(ratio, which.printed(indicator))),
        count: made.count,
        records: made.makers.into_iter().map(view).collect(),
        contents,
    }
}
