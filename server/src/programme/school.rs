//! A school, whole: what it is, who is in charge, what is built there, and how that stands.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use serde::Serialize;
use sync_protocol::id::RecordId;

use super::directory::{lasting, township_name};
use super::facts::Facts;
use super::figures::{Asked, Counted, Figures};
use super::schools::{SchoolLine, asked_today, lines};
use super::states::equipment::{Chain, chains};
use super::states::finding::{Loop, loops};
use super::states::project::{ProjectState, by_project};
use super::view::{View, Works};
use crate::access::actor::Actor;
use crate::access::in_charge::{InCharge, in_charge};
use crate::access::policy::Class;
use crate::access::role::Scope;
use crate::error::{Error, Result};
use crate::sync::engine::Engine;

/// Something by its id and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Called {
    /// The record.
    pub id: RecordId,
    /// What it is called.
    pub name: String,
}

/// The county that a sheet was taken from.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SheetOf {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The number of the last entry of its ledger that was read.
    pub position: u64,
}

/// A zone of a school.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ZoneOfSchool {
    /// The zone.
    pub id: RecordId,
    /// What it is called.
    pub name: String,
    /// Whether inspectors are assigned by it; else schools are twinned by it.
    pub inspection: bool,
    /// The names of its inspectors.
    pub inspectors: Vec<String>,
}

/// Somebody in charge.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct PersonInCharge {
    /// What they are called.
    pub name: String,
    /// As what: `principal`, `school_team` …
    pub role: &'static str,
    /// What people call that, in Chinese.
    pub zh: &'static str,
    /// What people call that, in English.
    pub en: &'static str,
    /// Of which project alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<RecordId>,
}

/// A project of a school.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ProjectLine {
    /// The project.
    pub id: RecordId,
    /// What it is called.
    pub name: String,
    /// `building` or `equipment`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<&'static str>,
    /// 新建, 维修 …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_type: Option<String>,
    /// The year of the plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_year: Option<i64>,
    /// Whether it is of the plan that stands.
    pub in_plan: bool,
    /// What buildings have come to, as in `/api/v1/states/project`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub state: Option<ProjectState>,
    /// How far the building is, by the last monthly report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_progress: Option<String>,
    /// How much is planned, in 0.01 ㎡.
    pub planned_area: i64,
    /// How much is completed, in 0.01 ㎡.
    pub completed_area: i64,
    /// By when it is to be done, by contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<NaiveDate>,
    /// Whether the works lag behind the term of their contract.
    pub behind: bool,
    /// How many steps were not as the rules have it.
    pub irregular: usize,
    /// How many findings are open.
    pub findings_open: usize,
    /// How many of these are overdue.
    pub findings_overdue: usize,
    /// How many lines of the purchase list it has.
    pub items: usize,
    /// Of how many of these all was accepted.
    pub items_accepted: usize,
    /// Who of the leaders is in charge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_official: Option<String>,
}

/// A school.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SchoolSheet {
    /// As of which day.
    pub at: NaiveDate,
    /// From which day on inspections are counted.
    pub from: NaiveDate,
    /// Its county.
    pub county: SheetOf,
    /// The school, and what stands out about it.
    pub school: SchoolLine,
    /// Its official code, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How many of its pupils board.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boarders: Option<i64>,
    /// The name of its township.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub township: Option<String>,
    /// The school that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub central_school: Option<Called>,
    /// Its zones today.
    pub zones: Vec<ZoneOfSchool>,
    /// Its projects, by name.
    pub projects: Vec<ProjectLine>,
    /// Who is in charge of it and of its projects, as the accounts say.
    pub people: Vec<PersonInCharge>,
}

impl Figures {
    /// A school, as far as somebody has it in scope, with inspections counted from that day on.
    ///
    /// # Errors
    /// Not found if there is none, or nothing of it is in scope; `invalid_period`.
    pub async fn school(
        &self,
        engine: &Engine,
        actor: &Actor,
        id: RecordId,
        from: NaiveDate,
    ) -> Result<SchoolSheet> {
        let code = engine.standing().county_of_school(id).map(|county| county.ledger.county.clone());
        let counties = Some(BTreeSet::from([code.ok_or_else(Error::not_found)?]));
        let asked = Asked::today(counties, self.today());
        let its = asked.clone();
        let read = move |counties: BTreeMap<String, Counted>| {
            let (code, county) = counties.iter().next()?;
            let mut view = its.view(county);
            view.works.retain(|project, works| {
                works.project.school == id && county.has(Some(id), Some(*project), false)
            });
            let line = lines(code, county, &view, from).into_iter().find(|line| line.id == id)?;
            Some((sheet(code, county, &view, line, from), asked_today(&view, county)))
        };
        let found = self.reckon(engine, actor, &asked, read).await?;
        let (mut sheet, heard) = found.ok_or_else(Error::not_found)?;
        self.tell_silence(std::slice::from_mut(&mut sheet.school), &heard).await?;
        let projects = sheet.projects.iter().map(|project| Scope::Project(project.id));
        let scopes: Vec<_> = std::iter::once(Scope::School(id)).chain(projects).collect();
        sheet.people = self.in_charge(&scopes).await?;
        Ok(sheet)
    }

    /// Who is in charge at these places now.
    pub(super) async fn in_charge(&self, scopes: &[Scope]) -> Result<Vec<PersonInCharge>> {
        let people = in_charge(&self.store, scopes, self.clock.now()).await?;
        Ok(people.into_iter().map(PersonInCharge::from).collect())
    }
}

impl From<InCharge> for PersonInCharge {
    fn from(InCharge { name, role, scope, .. }: InCharge) -> Self {
        let project = if let Scope::Project(project) = scope { Some(project) } else { None };
        Self { name, role: role.as_str(), zh: role.zh(), en: role.en(), project }
    }
}

fn sheet(code: &str, county: &Counted, view: &View<'_>, school: SchoolLine, from: NaiveDate) -> SchoolSheet {
    let (facts, at, id) = (view.facts, view.question.at, school.id);
    let says = facts.schools.get(&id);
    let loops = loops(facts, at);
    let findings = by_project(&loops);
    let chains = chains(view);
    let mut items: HashMap<RecordId, Vec<&Chain<'_>>> = HashMap::new();
    for chain in &chains {
        if let Some(project) = chain.item.project {
            items.entry(project).or_default().push(chain);
        }
    }
    let mut projects: Vec<_> = view
        .works
        .values()
        .map(|works| {
            let findings = findings.get(&works.id).map_or(&[][..], Vec::as_slice);
            let items = items.get(&works.id).map_or(&[][..], Vec::as_slice);
            ProjectLine::of(works, view, findings, items)
        })
        .collect();
    projects.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    let township = school.township.as_deref().map(|code| township_name(facts, code));
    SchoolSheet {
        at,
        from,
        county: SheetOf::of(code, county),
        code: says.and_then(|says| says.code.clone()),
        boarders: says.and_then(|says| says.boarders),
        township,
        central_school: says.and_then(|says| says.central_school).and_then(|id| called(facts, id)),
        zones: zones(facts, id, at),
        projects,
        people: Vec::new(),
        school,
    }
}

fn called(facts: &Facts, school: RecordId) -> Option<Called> {
    facts.schools.get(&school).map(|says| Called { id: school, name: says.name.clone() })
}

/// The zones of a school on that day, those for twinning too.
fn zones(facts: &Facts, school: RecordId, day: NaiveDate) -> Vec<ZoneOfSchool> {
    let has = |zone: &&super::facts::Zone| {
        zone.schools.iter().any(|member| member.member == school && member.lasts_on(day))
    };
    let mut zones: Vec<_> = facts
        .zones
        .iter()
        .filter(|(_, zone)| has(zone))
        .map(|(id, zone)| {
            let scheme = zone.scheme.and_then(|scheme| facts.schemes.get(&scheme));
            ZoneOfSchool {
                id: *id,
                name: zone.name.clone(),
                inspection: scheme.is_none_or(|scheme| scheme.for_inspection),
                inspectors: lasting(&zone.inspectors, day).into_iter().map(|its| its.name).collect(),
            }
        })
        .collect();
    zones.sort_by(|one, other| {
        (!one.inspection, &one.name, one.id).cmp(&(!other.inspection, &other.name, other.id))
    });
    zones
}

impl SheetOf {
    /// Of that county.
    pub(super) fn of(code: &str, county: &Counted) -> Self {
        Self { code: code.to_owned(), name: county.name.clone(), position: county.facts.position }
    }
}

impl ProjectLine {
    fn of(works: &Works<'_>, view: &View<'_>, findings: &[&Loop<'_>], items: &[&Chain<'_>]) -> Self {
        let (project, at) = (works.project, view.question.at);
        let is_equipment = works.is_equipment();
        Self {
            id: works.id,
            name: project.name.clone(),
            class: project.class.map(Class::name),
            work_type: project.work_type.clone(),
            plan_year: project.plan_year,
            in_plan: works.in_plan,
            state: (!is_equipment).then(|| works.state(at)),
            image_progress: works.progress.and_then(|(_, report)| report.image_progress.clone()),
            planned_area: project.planned_area,
            completed_area: works.completed_area(),
            due: works.works_contracts().filter_map(|(_, its)| its.term).map(|(_, end)| end).max(),
            behind: works.is_behind(view),
            irregular: if is_equipment { 0 } else { works.irregularities(findings).len() },
            findings_open: findings.iter().filter(|each| each.is_open()).count(),
            findings_overdue: findings.iter().filter(|each| each.is_overdue(at)).count(),
            items: items.len(),
            items_accepted: items.iter().filter(|chain| chain.is_accepted()).count(),
            lead_official: project.lead_official.clone(),
        }
    }
}
