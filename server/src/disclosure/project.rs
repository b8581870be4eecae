//! What a project's page says.

use chrono::NaiveDate;
use sync_protocol::id::RecordId;

use super::photos::Shown;
use super::{Disclosure, OpenCounty, agreed, in_force, not_published, reviewed};
use crate::access::policy::Class;
use crate::error::Result;
use crate::programme::directory::township_name;
use crate::programme::facts::Facts;
use crate::programme::figures::Figures;
use crate::programme::money::{self, Money};
use crate::programme::reading::Read;
use crate::programme::states::project::ProjectState;
use crate::programme::view::{Question, View, Works};
use crate::store::records;

/// What a project's page says.
#[derive(Debug)]
pub struct ProjectPage {
    /// The project.
    pub id: RecordId,
    /// The code and the name of its county.
    pub county: (String, String),
    /// The position of the county's ledger.
    pub position: u64,
    /// As of which day.
    pub on: NaiveDate,
    /// What it is called.
    pub name: String,
    /// Its school, and the township that is in.
    pub school: (String, String),
    /// Whether it is equipment and no building.
    pub is_equipment: bool,
    /// New building, rebuilding …
    pub work_type: Option<String>,
    /// What the rooms are for.
    pub uses: Vec<String>,
    /// The plan, and the year of it.
    pub plan: Option<String>,
    /// The year of the plan.
    pub plan_year: Option<i64>,
    /// How large it is.
    pub areas: Areas,
    /// What it has come to.
    pub state: ProjectState,
    /// The stages that it reached, each with its day.
    pub stages: Vec<(&'static str, NaiveDate)>,
    /// How far the building is, by the last report that was confirmed, and the month of that.
    pub image_progress: Option<(String, NaiveDate)>,
    /// From when to when it is to be done.
    pub term: Option<(NaiveDate, NaiveDate)>,
    /// Its money, source by source.
    pub money: Vec<Money>,
    /// Who builds, who supervises.
    pub units: Vec<Unit>,
    /// Photos, the latest first.
    pub photos: Vec<Shown>,
    /// Whether people differ about something in it.
    pub disputed: bool,
}

/// A project whose county publishes, and all that its page follows from, before the page is reckoned.
#[derive(Debug)]
pub struct OpenProject {
    /// The project.
    pub id: RecordId,
    /// Its county.
    pub county: OpenCounty,
    /// The photos that are published now, the latest first. They come and go without the ledger moving on:
    /// their bytes arrive later than their records.
    pub photos: Vec<Shown>,
}

/// Areas, in 0.01 ㎡.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Areas {
    /// As planned.
    pub planned: i64,
    /// On which works have begun.
    pub started: i64,
    /// That is completed.
    pub completed: i64,
}

/// A unit that has a contract.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    /// 施工, 监理 …
    pub work: String,
    /// Who.
    pub party: String,
}

impl Disclosure {
    /// A project whose county publishes.
    ///
    /// # Errors
    /// Not found if there is none, or its county does not publish: nobody learns which.
    pub async fn open_project(&self, id: RecordId) -> Result<OpenProject> {
        let (code, school) = self.whereabouts(id)?;
        let county = self.open_county(&code).await?;
        let photos = self.photos_of(&code, school, id).await?;
        Ok(OpenProject { id, county, photos })
    }

    /// A project's page.
    ///
    /// # Errors
    /// Not found if it was withdrawn, or its record cannot be read.
    pub async fn project(&self, figures: &Figures, open: OpenProject) -> Result<ProjectPage> {
        let OpenProject { id, county, photos } = open;
        let facts = figures.facts(&county.code).await?;
        let officials = self.officials(&county.code).await?;
        let facts = reviewed::reviewed(&facts, &officials);
        let on = self.today();
        let question = Question { from: None, at: on, plan: None, sources: None };
        let view = View::new(&facts, &question);
        let works = view.works.get(&id).ok_or_else(not_published)?;
        let report = works.progress.map(|(report, _)| report);
        let (record, report) = {
            let mut tx = self.store.read().await?;
            let rows = records::records(&mut tx, std::iter::once(id).chain(report)).await?;
            let mut read = Vec::new();
            for row in rows.into_iter().filter_map(std::result::Result::ok) {
                read.extend(in_force(&row)?);
            }
            let report = read.iter().position(|record| Some(record.id) == report).map(|at| read.remove(at));
            (read.into_iter().find(|record| record.id == id), report)
        };
        let record = record.ok_or_else(not_published)?;
        let read = Read::in_force(&record).ok_or_else(not_published)?;
        let image_progress = report.as_ref().and_then(Read::in_force).and_then(|report| {
            let month = agreed(report, "month")?;
            Some((agreed(report, "image_progress")?, format!("{month}-01").parse().ok()?))
        });
        Ok(ProjectPage {
            id,
            county: (county.code, county.name),
            position: facts.position,
            on,
            name: works.project.name.clone(),
            school: school(&facts, works),
            is_equipment: works.project.class == Some(Class::Equipment),
            work_type: agreed(read, "work_type"),
            uses: read
                .values("building_use")
                .filter_map(|value| value.as_text().map(str::to_owned))
                .collect(),
            plan: works.project.plan.and_then(|plan| facts.plans.get(&plan)).map(|plan| plan.name.clone()),
            plan_year: works.project.plan_year,
            areas: Areas {
                planned: works.project.planned_area,
                started: works.started_area(),
                completed: works.completed_area(),
            },
            state: works.state(on),
            stages: works.stages.iter().map(|(_, event)| (event.stage.word(), event.latest)).collect(),
            image_progress,
            term: works.works_contracts().find_map(|(_, contract)| contract.term),
            money: money::by_source(&view, |its| its.is_some_and(|its| its.id == id)),
            units: units(works),
            photos,
            disputed: works.project.disputed,
        })
    }

    /// The county of a project, and its school.
    fn whereabouts(&self, project: RecordId) -> Result<(String, RecordId)> {
        let standing = self.engine.standing();
        let found = standing.county_of_project(project);
        found.map(|(county, school)| (county.ledger.county.clone(), school)).ok_or_else(not_published)
    }

    /// The county of a project.
    pub(super) fn county_of(&self, project: RecordId) -> Result<String> {
        Ok(self.whereabouts(project)?.0)
    }

    /// What a project is called, if its county publishes.
    ///
    /// # Errors
    /// Not found if there is none, or its county does not publish: nobody learns which.
    pub async fn project_name(&self, id: RecordId) -> Result<String> {
        let county = self.county_of(id)?;
        self.open_county(&county).await?;
        let found = records::records(&mut *self.store.read().await?, std::iter::once(id)).await?;
        let row = found.into_iter().find_map(std::result::Result::ok).ok_or_else(not_published)?;
        let record = in_force(&row)?.ok_or_else(not_published)?;
        let read = Read::in_force(&record).ok_or_else(not_published)?;
        Ok(read.text("name").unwrap_or_default().to_owned())
    }
}

fn school(facts: &Facts, works: &Works<'_>) -> (String, String) {
    let school = facts.schools.get(&works.project.school);
    let township = school.and_then(|school| school.township.as_deref());
    let township = township.map(|code| township_name(facts, code)).unwrap_or_default();
    (school.map(|school| school.name.clone()).unwrap_or_default(), township)
}

fn units(works: &Works<'_>) -> Vec<Unit> {
    let unit = |contract: &crate::programme::facts::Contract| {
        Some(Unit { work: contract.sort.clone().unwrap_or_default(), party: contract.party.clone()? })
    };
    let mut units: Vec<_> = works.contracts.iter().filter_map(|(_, contract)| unit(contract)).collect();
    units.sort_unstable();
    units.dedup();
    units
}
