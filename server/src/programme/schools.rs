//! All schools with what stands out about each: where it is, in whose zone, what is built there, what is
//! open, who was there last. The map and the grid are drawn of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike as _, NaiveDate};
use serde::Serialize;
use sync_protocol::id::RecordId;
use sync_protocol::photo::Datum;

use super::desk::Position;
use super::evidence::silence;
use super::facts::School;
use super::figures::{Asked, Counted, Figures};
use super::indicators::grid::zones_of_schools;
use super::states::finding::loops;
use super::states::project::ProjectState;
use super::view::View;
use crate::access::actor::Actor;
use crate::error::{Error, Kind, Result};
use crate::photos::datum;
use crate::sync::engine::Engine;
use crate::sync::scope::Reach;

/// Where a school is, as maps draw it that follow GPS.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Place {
    /// Latitude in degrees, WGS-84.
    pub lat: f64,
    /// Longitude in degrees, WGS-84.
    pub lon: f64,
    /// In which system somebody took it: `wgs84`, `gcj02`, or `unknown`, which is read as the first.
    #[schema(value_type = String)]
    pub taken_in: Datum,
}

/// An inspection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
pub struct Inspected {
    /// On which day.
    pub day: NaiveDate,
    /// The record.
    pub record: RecordId,
}

/// That projects of a school must be heard of, and are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SilentProjects {
    /// How many.
    pub projects: usize,
    /// For how many days, the longest; absent where no phone was ever heard of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<i64>,
}

/// A school and what stands out about it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SchoolLine {
    /// The school.
    pub id: RecordId,
    /// In which county.
    pub county: String,
    /// What it is called.
    pub name: String,
    /// The code of its township.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub township: Option<String>,
    /// 小学, 教学点 …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// How many pupils it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pupils: Option<i64>,
    /// Where it is, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Its inspection zones: one, or none, or too many.
    pub zones: Vec<RecordId>,
    /// How many projects it has.
    pub projects: usize,
    /// How many of them are built at now, those that stand still by order among them.
    pub under_way: usize,
    /// How many of them are accepted.
    pub completed: usize,
    /// How many findings are open.
    pub findings_open: usize,
    /// How many of these are overdue.
    pub findings_overdue: usize,
    /// That its phones are silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent: Option<SilentProjects>,
    /// The last day of which there is a diary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_diary: Option<NaiveDate>,
    /// How many inspections it had in the time that is asked about.
    pub inspections: usize,
    /// The last one, whenever that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_inspection: Option<Inspected>,
}

/// All schools that somebody has in scope.
#[derive(Debug)]
pub struct Schools {
    /// From which ledgers.
    pub counties: Vec<Position>,
    /// By county and name.
    pub schools: Vec<SchoolLine>,
}

impl Figures {
    /// The schools that somebody has in scope, with inspections counted from that day on.
    ///
    /// # Errors
    /// Not found if nothing of what is asked about is in scope; `invalid_period`.
    pub async fn schools(
        &self,
        engine: &Engine,
        actor: &Actor,
        counties: Option<BTreeSet<String>>,
        from: NaiveDate,
    ) -> Result<Schools> {
        let asked = Asked::today(counties, self.today());
        if from > asked.question.at {
            return Err(begins_too_late());
        }
        let its = asked.clone();
        let read = move |counties: BTreeMap<String, Counted>| {
            let (mut positions, mut schools, mut heard) = (Vec::new(), Vec::new(), Vec::new());
            for (code, county) in &counties {
                let (name, position) = (county.name.clone(), county.facts.position);
                positions.push(Position { county: code.clone(), name, position });
                let view = its.view(county);
                heard.extend(asked_today(&view, county));
                schools.append(&mut lines(code, county, &view, from));
            }
            (Schools { counties: positions, schools }, heard)
        };
        let (mut schools, heard) = self.reckon(engine, actor, &asked, read).await?;
        self.tell_silence(&mut schools.schools, &heard).await?;
        Ok(schools)
    }

    /// Tells of each school whether its phones are silent, of the projects that must be heard of.
    pub(super) async fn tell_silence(
        &self,
        schools: &mut [SchoolLine],
        projects: &[(RecordId, RecordId)],
    ) -> Result<()> {
        let mut silent: HashMap<RecordId, SilentProjects> = HashMap::new();
        for each in silence::silent(&self.store, projects, self.clock.now()).await? {
            // The longest silence comes first.
            let its = silent.entry(each.school);
            its.or_insert(SilentProjects { projects: 0, days: each.days }).projects += 1;
        }
        for school in schools {
            school.silent = silent.remove(&school.id);
        }
        Ok(())
    }
}

/// The projects in scope that must be heard of today, each with its school.
pub(super) fn asked_today(view: &View<'_>, county: &Counted) -> Vec<(RecordId, RecordId)> {
    let in_scope =
        |(project, school): &(RecordId, RecordId)| county.has(Some(*school), Some(*project), false);
    silence::asked_today(view).filter(in_scope).collect()
}

/// The schools of a county that are in scope, by name.
pub(super) fn lines(code: &str, county: &Counted, view: &View<'_>, from: NaiveDate) -> Vec<SchoolLine> {
    let (facts, at) = (view.facts, view.question.at);
    let of_reach: BTreeSet<_> = county.reach.schools().collect();
    let in_scope = |id: &RecordId| county.reach == Reach::All || of_reach.contains(id);
    let mut zones = zones_of_schools(facts, at);
    let mut lines: HashMap<RecordId, SchoolLine> = HashMap::new();
    for (id, school) in facts.schools.iter().filter(|(id, _)| in_scope(id)) {
        lines.insert(*id, SchoolLine::of(*id, code, school, zones.remove(id).unwrap_or_default()));
    }
    let mut school_of = HashMap::new();
    for works in view.works.values() {
        let school = works.project.school;
        if county.has(Some(school), Some(works.id), false)
            && let Some(line) = lines.get_mut(&school)
        {
            school_of.insert(works.id, school);
            line.projects += 1;
            match works.state(at) {
                ProjectState::Started | ProjectState::Suspended => line.under_way += 1,
                state if state >= ProjectState::Accepted => line.completed += 1,
                _ => {}
            }
        }
    }
    for each in loops(facts, at).iter().filter(|each| each.is_open()) {
        let (school, project) = (each.finding.school, each.finding.project);
        if county.has(school, project, false)
            && let Some(line) = school.and_then(|school| lines.get_mut(&school))
        {
            line.findings_open += 1;
            line.findings_overdue += usize::from(each.is_overdue(at));
        }
    }
    for (id, inspection) in facts.inspections.iter().filter(|(_, inspection)| inspection.day <= at) {
        let (school, project) = (inspection.school, inspection.project);
        if county.has(school, project, false)
            && let Some(line) = school.and_then(|school| lines.get_mut(&school))
        {
            line.inspections += usize::from(from <= inspection.day);
            line.last_inspection =
                line.last_inspection.max(Some(Inspected { day: inspection.day, record: *id }));
        }
    }
    for diary in facts.diaries.values().filter(|diary| diary.day <= at) {
        if let Some(line) = school_of.get(&diary.project).and_then(|school| lines.get_mut(school)) {
            line.last_diary = line.last_diary.max(Some(diary.day));
        }
    }
    let mut lines: Vec<_> = lines.into_values().collect();
    lines.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    lines
}

impl SchoolLine {
    fn of(id: RecordId, county: &str, school: &School, zones: Vec<RecordId>) -> Self {
        Self {
            id,
            county: county.to_owned(),
            name: school.name.clone(),
            township: school.township.clone(),
            category: school.category.clone(),
            pupils: school.pupils,
            place: Place::of(school),
            zones,
            projects: 0,
            under_way: 0,
            completed: 0,
            findings_open: 0,
            findings_overdue: 0,
            silent: None,
            last_diary: None,
            inspections: 0,
            last_inspection: None,
        }
    }
}

impl Place {
    fn of(school: &School) -> Option<Self> {
        let position = school.position?;
        let (lat, lon) = datum::as_wgs84(&position, position.datum);
        Some(Self { lat, lon, taken_in: position.datum })
    }
}

/// The first day of the school term of that day: the autumn term begins in September, the spring term in
/// February, with the winter holidays.
pub fn term_of(day: NaiveDate) -> NaiveDate {
    let (year, month) = match day.month() {
        1 => (day.year() - 1, 9),
        9.. => (day.year(), 9),
        _ => (day.year(), 2),
    };
    NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(day)
}

fn begins_too_late() -> Error {
    Error::new(
        Kind::Unprocessable,
        "invalid_period",
        "日期不对：开始日期不能晚于今天",
        "the days are not right: they must not begin after today",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_begins_in_september_or_in_february() {
        for (day, begins) in [
            ("2026-09-01", "2026-09-01"),
            ("2026-11-30", "2026-09-01"),
            ("2027-01-31", "2026-09-01"),
            ("2027-02-01", "2027-02-01"),
            ("2027-08-31", "2027-02-01"),
        ] {
            assert_eq!(term_of(day.parse().unwrap()).to_string(), begins, "{day}");
        }
    }
}
