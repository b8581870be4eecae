//! A project, whole: from the plan over contract and works to what the next stage lacks; its time, its
//! money, its diaries.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;
use sync_protocol::id::RecordId;

use super::directory::township_name;
use super::facts::{Contract, FundEvent, FundType, ProgressReport};
use super::figures::{Asked, Counted, Figures};
use super::indicators::diaries::recorded_in_time;
use super::money::{self, Money};
use super::school::{Called, PersonInCharge, SheetOf};
use super::states::finding::{Loop, loops};
use super::states::project::{Irregularity, ProjectState, by_project};
use super::states::step::{NextStage, ProjectStep};
use super::view::{View, Works};
use crate::access::actor::Actor;
use crate::access::policy::Class;
use crate::access::role::Scope;
use crate::error::{Error, Result};
use crate::programme::facts::Severity;
use crate::sync::engine::Engine;

/// The plan that a project is of.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct PlanOfProject {
    /// The record.
    pub id: RecordId,
    /// What it is called.
    pub name: String,
    /// Which version.
    pub version: String,
    /// Whether it is the one that stands.
    pub stands: bool,
}

/// A contract of a project.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ContractLine {
    /// The record.
    pub id: RecordId,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// What it is called.
    pub name: String,
    /// 施工, 监理, 设备采购 …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// With whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// For how much, in 分.
    pub amount: i64,
    /// For how many projects together.
    pub projects: usize,
    /// Whether it is for the works themselves.
    pub works: bool,
    /// From when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<NaiveDate>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<NaiveDate>,
}

/// What a project had reached by the end of a month.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct MonthReached {
    /// The report.
    pub record: RecordId,
    /// The first day of the month.
    pub month: NaiveDate,
    /// 基础, 主体二层 …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_progress: Option<String>,
    /// The area completed, in 0.01 ㎡.
    pub completed_area: i64,
    /// The worth of what was done, in 分.
    pub invested: i64,
    /// Whether the office stands by it.
    pub certified: bool,
    /// Why it is late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_reason: Option<String>,
}

/// How a project stands in time.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
pub struct Schedule {
    /// The first day of the works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_on: Option<NaiveDate>,
    /// The day on which they were accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_on: Option<NaiveDate>,
    /// The first day by contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<NaiveDate>,
    /// The last day by contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<NaiveDate>,
    /// What should have been done by now if time alone told, in 分.
    pub planned: i64,
    /// The worth of what was done, in 分.
    pub earned: i64,
    /// By how much it lags, in 分; below 0 it is ahead.
    pub lag: i64,
    /// Whether that is more than is tolerated.
    pub behind: bool,
}

/// A time in which the works stood still by order.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
pub struct StoodStill {
    /// The record.
    pub record: RecordId,
    /// From when.
    pub from: NaiveDate,
    /// Until when; absent as long as nobody says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

/// A payment that waits for a key.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct PaymentWaiting {
    /// The record.
    pub record: RecordId,
    /// Of which day.
    pub day: NaiveDate,
    /// How much, in 分.
    pub amount: i64,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payee: Option<String>,
    /// Whether the education side gave its key.
    pub education: bool,
    /// Whether finance did.
    pub finance: bool,
}

/// The money of a project, in 分.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ProjectMoney {
    /// By source.
    pub sources: Vec<Money>,
    /// What the works cost by contract.
    pub contracted: i64,
    /// The worth of the works that the office certified.
    pub certified: i64,
    /// What was paid, what was returned taken off.
    pub paid: i64,
    /// Payments that wait for a key.
    pub waiting: Vec<PaymentWaiting>,
}

/// One of the five who accept works together.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
pub struct PartyOpinion {
    /// 勘察, 设计, 施工, 监理 or 建设.
    pub party: &'static str,
    /// Whether it gave its opinion.
    pub gave: bool,
}

/// How many diaries were asked for, and how many were written.
#[derive(Clone, Copy, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct DiaryCount {
    /// On so many days one was asked for.
    pub asked: usize,
    /// Of so many of them there is one.
    pub written: usize,
    /// So many of these were written by noon of the next day.
    pub in_time: usize,
}

/// How many findings there are.
#[derive(Clone, Copy, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct FindingCount {
    /// So many were found.
    pub found: usize,
    /// So many are open.
    pub open: usize,
    /// So many of these are overdue.
    pub overdue: usize,
    /// So many of these are grave.
    pub grave: usize,
}

/// A project.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ProjectSheet {
    /// As of which day.
    pub at: NaiveDate,
    /// Its county.
    pub county: SheetOf,
    /// The project.
    pub id: RecordId,
    /// What it is called.
    pub name: String,
    /// Whose.
    pub school: Called,
    /// The name of the township.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub township: Option<String>,
    /// `building` or `equipment`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<&'static str>,
    /// 新建, 维修 …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_type: Option<String>,
    /// The plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanOfProject>,
    /// The year of the plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_year: Option<i64>,
    /// Who of the leaders is in charge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_official: Option<String>,
    /// How much is planned, in 0.01 ㎡.
    pub planned_area: i64,
    /// How much is begun, in 0.01 ㎡.
    pub started_area: i64,
    /// How much is completed, in 0.01 ㎡.
    pub completed_area: i64,
    /// What buildings have come to, as in `/api/v1/states/project`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub state: Option<ProjectState>,
    /// Its stages in order.
    pub steps: Vec<ProjectStep>,
    /// The next one, and what it lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<NextStage>,
    /// What was not as the rules have it.
    #[schema(value_type = Vec<Object>)]
    pub irregular: Vec<Irregularity>,
    /// The five who accept works together.
    pub parties: Vec<PartyOpinion>,
    /// Its contracts.
    pub contracts: Vec<ContractLine>,
    /// How it stands in time.
    pub schedule: Schedule,
    /// What it reached, month by month.
    pub months: Vec<MonthReached>,
    /// When it stood still by order.
    pub stood_still: Vec<StoodStill>,
    /// Its money.
    pub money: ProjectMoney,
    /// Its diaries.
    pub diaries: DiaryCount,
    /// Its findings.
    pub findings: FindingCount,
    /// Whether people differ about something in it.
    pub disputed: bool,
    /// Who is in charge, as the accounts say.
    pub people: Vec<PersonInCharge>,
}

impl Figures {
    /// A project that somebody has in scope.
    ///
    /// # Errors
    /// Not found if there is none, or it is not in scope.
    pub async fn project(&self, engine: &Engine, actor: &Actor, id: RecordId) -> Result<ProjectSheet> {
        let found = engine
            .standing()
            .county_of_project(id)
            .map(|(county, school)| (county.ledger.county.clone(), school));
        let (code, school) = found.ok_or_else(Error::not_found)?;
        let asked = Asked::today(Some(BTreeSet::from([code])), self.today());
        let its = asked.clone();
        let read = move |counties: BTreeMap<String, Counted>| {
            let (code, county) = counties.iter().next()?;
            if !county.has(Some(school), Some(id), false) {
                return None;
            }
            let mut view = its.view(county);
            view.works.retain(|project, _| *project == id);
            let works = view.works.get(&id)?;
            Some(sheet(SheetOf::of(code, county), &view, works))
        };
        let found = self.reckon(engine, actor, &asked, read).await?;
        let mut sheet = found.ok_or_else(Error::not_found)?;
        sheet.people = self.in_charge(&[Scope::School(school), Scope::Project(id)]).await?;
        Ok(sheet)
    }
}

fn sheet(county: SheetOf, view: &View<'_>, works: &Works<'_>) -> ProjectSheet {
    let (facts, at, project) = (view.facts, view.question.at, works.project);
    let loops = loops(facts, at);
    let by_project = by_project(&loops);
    let findings = by_project.get(&works.id).map_or(&[][..], Vec::as_slice);
    let school = facts.schools.get(&project.school);
    let plan = project.plan.and_then(|id| Some((id, facts.plans.get(&id)?)));
    let is_equipment = works.is_equipment();
    ProjectSheet {
        at,
        county,
        id: works.id,
        name: project.name.clone(),
        school: Called {
            id: project.school,
            name: school.map(|school| school.name.clone()).unwrap_or_default(),
        },
        township: school.and_then(|its| its.township.as_deref()).map(|code| township_name(facts, code)),
        class: project.class.map(Class::name),
        work_type: project.work_type.clone(),
        plan: plan.map(|(id, plan)| PlanOfProject {
            id,
            name: plan.name.clone(),
            version: plan.version.clone(),
            stands: view.plan == Some(id),
        }),
        plan_year: project.plan_year,
        lead_official: project.lead_official.clone(),
        planned_area: project.planned_area,
        started_area: works.started_area(),
        completed_area: works.completed_area(),
        state: (!is_equipment).then(|| works.state(at)),
        steps: works.steps(),
        next: works.next_step(findings),
        irregular: if is_equipment { Vec::new() } else { works.irregularities(findings) },
        parties: works.parties().into_iter().map(|(party, gave)| PartyOpinion { party, gave }).collect(),
        contracts: contracts(works),
        schedule: Schedule::of(view, works),
        months: months(view, works),
        stood_still: stood_still(works),
        money: ProjectMoney::of(view, works),
        diaries: DiaryCount::of(view, works),
        findings: FindingCount::of(findings, at),
        disputed: project.disputed,
        people: Vec::new(),
    }
}

fn contracts(works: &Works<'_>) -> Vec<ContractLine> {
    let of_works: BTreeSet<_> = works.works_contracts().map(|(id, _)| *id).collect();
    let line = |(id, contract): &(RecordId, &Contract)| ContractLine {
        id: *id,
        number: contract.number.clone(),
        name: contract.name.clone(),
        sort: contract.sort.clone(),
        party: contract.party.clone(),
        amount: contract.amount,
        projects: contract.projects.len(),
        works: of_works.contains(id),
        start: contract.term.map(|(start, _)| start),
        end: contract.term.map(|(_, end)| end),
    };
    let mut lines: Vec<_> = works.contracts.iter().map(line).collect();
    lines.sort_by_key(|line| (!line.works, line.start, line.id));
    lines
}

fn months(view: &View<'_>, works: &Works<'_>) -> Vec<MonthReached> {
    let its = |report: &ProgressReport| report.project == works.id && report.month <= view.question.at;
    let mut months: Vec<_> = view
        .facts
        .progress
        .iter()
        .filter(|(_, report)| its(report))
        .map(|(id, report)| MonthReached {
            record: *id,
            month: report.month,
            image_progress: report.image_progress.clone(),
            completed_area: report.completed_area,
            invested: report.invested,
            certified: report.certified,
            delay_reason: report.delay_reason.clone(),
        })
        .collect();
    months.sort_by_key(|each| (each.month, each.record));
    months
}

fn stood_still(works: &Works<'_>) -> Vec<StoodStill> {
    let still = works.suspensions.iter();
    let mut still: Vec<_> =
        still.map(|(record, its)| StoodStill { record: *record, from: its.from, to: its.to }).collect();
    still.sort_by_key(|each| (each.from, each.record));
    still
}

impl Schedule {
    fn of(view: &View<'_>, works: &Works<'_>) -> Self {
        let terms = || works.works_contracts().filter_map(|(_, contract)| contract.term);
        Self {
            started_on: works.started_on(),
            accepted_on: works.accepted_on(),
            start: terms().map(|(start, _)| start).min(),
            end: terms().map(|(_, end)| end).max(),
            planned: works.planned_value(view.question.at),
            earned: works.progress.map_or(0, |(_, report)| report.invested),
            lag: i64::try_from(works.lag(view).0).unwrap_or(i64::MAX),
            behind: works.is_behind(view),
        }
    }
}

impl ProjectMoney {
    fn of(view: &View<'_>, works: &Works<'_>) -> Self {
        let id = works.id;
        let waits = |event: &FundEvent| {
            event.project == Some(id)
                && event.sort == FundType::Paid
                && !event.counts()
                && event.day <= view.question.at
        };
        let taken_back: BTreeSet<_> = view.facts.funds.values().filter_map(|event| event.reverses).collect();
        let mut waiting: Vec<_> = view
            .facts
            .funds
            .iter()
            .filter(|(record, event)| waits(event) && !taken_back.contains(record))
            .map(|(record, event)| PaymentWaiting {
                record: *record,
                day: event.day,
                amount: event.amount,
                payee: event.payee.clone(),
                education: event.education,
                finance: event.finance,
            })
            .collect();
        waiting.sort_by_key(|each| (each.day, each.record));
        let certified = works.progress.filter(|(_, report)| report.certified);
        Self {
            sources: money::by_source(view, |its| its.is_some_and(|its| its.id == id)),
            contracted: works.contracted(),
            certified: certified.map_or(0, |(_, report)| report.invested),
            paid: view.paid().get(&id).copied().unwrap_or_default(),
            waiting,
        }
    }
}

impl DiaryCount {
    fn of(view: &View<'_>, works: &Works<'_>) -> Self {
        let mut count = Self { asked: works.days_with_diary(None, view.to).count(), ..Self::default() };
        let its = view.facts.diaries.values().filter(|diary| diary.project == works.id);
        for diary in its.filter(|diary| diary.day <= view.to && works.asks_for_diary(diary.day)) {
            if let Some(came) = &diary.submitted {
                count.written += 1;
                count.in_time += usize::from(recorded_in_time(diary.day, came));
            }
        }
        count
    }
}

impl FindingCount {
    fn of(findings: &[&Loop<'_>], at: NaiveDate) -> Self {
        let open = || findings.iter().filter(|each| each.is_open());
        Self {
            found: findings.len(),
            open: open().count(),
            overdue: open().filter(|each| each.is_overdue(at)).count(),
            grave: open().filter(|each| each.finding.severity == Some(Severity::Grave)).count(),
        }
    }
}
