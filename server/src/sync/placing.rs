//! Where a record belongs: its county, school and project, read from the record itself.

use sync_protocol::change::Change;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::{self, Audience, Belongs, Kind};
use sync_protocol::record::Record;
use sync_protocol::refusal::{Code, Refusal};
use sync_protocol::value::Value;

use super::admit::{Work, Working};
use super::directory::reference;
use super::incoming::{Rights, Sender};
use super::standing::Standing;
use crate::access::actor::Actor;
use crate::access::role::Scope;
use crate::store::records::PlaceKey;

/// Where a record belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The county: whose ledger.
    pub county: String,
    /// The school, where there is one.
    pub school: Option<RecordId>,
    /// The project, where there is one.
    pub project: Option<RecordId>,
}

impl Placed {
    /// Where a record of that county belongs, as its history says: the same that the writer found
    /// when it came, since no project changes its school and no school its county.
    pub fn of(
        kind: &Kind,
        record: &Record,
        county: &str,
        school_of: impl FnOnce(RecordId) -> Option<RecordId>,
    ) -> Self {
        let project = reference(record, "project").filter(|_| kind.belongs != Belongs::ToCounty);
        let (school, project) = match (kind.belongs, project) {
            (Belongs::IsSchool, _) => (Some(record.id), None),
            (Belongs::IsProject, _) => (reference(record, "school"), Some(record.id)),
            (Belongs::ToCounty, _) | (Belongs::ToProject, None) => (None, None),
            (_, Some(project)) => (school_of(project), Some(project)),
            (Belongs::ToSchool | Belongs::ToSchoolOrCounty, None) => (reference(record, "school"), None),
        };
        Self { county: county.to_owned(), school, project }
    }

    /// The place under which the record is kept.
    pub fn key(&self, kind: &Kind) -> PlaceKey {
        PlaceKey {
            county: self.county.clone(),
            office_only: kind.audience == Audience::Office,
            school: self.school,
            project: self.project,
        }
    }
}

impl Work {
    /// Where a record belongs as it would stand, or why it cannot be told.
    pub(super) fn place(
        &self,
        standing: &Standing,
        kind: &Kind,
        record: &Record,
        existing: Option<&Working>,
        sender: &Sender,
    ) -> Result<Placed, Refusal> {
        let placed = match kind.belongs {
            Belongs::IsSchool => Placed {
                county: named_county(standing, record)?.ok_or_else(|| missing("county", "县（区）"))?,
                school: Some(record.id),
                project: None,
            },
            Belongs::IsProject => {
                let school = reference(record, "school").ok_or_else(|| missing("school", "学校"))?;
                let placed = self.at_school(standing, school)?;
                let before = existing.and_then(|existing| existing.placed.school);
                if before.is_some_and(|before| before != school) {
                    return Err(Refusal::invalid(
                        "项目所属学校不能更改：请作废这个项目，另建一个",
                        "a project cannot change its school: withdraw it and begin another",
                    )
                    .at("school"));
                }
                Placed { project: Some(record.id), ..placed }
            }
            Belongs::ToProject => {
                let project = reference(record, "project").ok_or_else(|| missing("project", "项目"))?;
                self.at_project(standing, project, record)?
            }
            Belongs::ToSchool => {
                self.at_project_or_school(standing, record)?.ok_or_else(|| missing("school", "学校"))?
            }
            Belongs::ToSchoolOrCounty => match self.at_project_or_school(standing, record)? {
                Some(placed) => placed,
                None => at_county(standing, kind, record, existing, sender)?,
            },
            Belongs::ToCounty => at_county(standing, kind, record, existing, sender)?,
        };
        // An office lets changes into its own ledger alone, and so does a desk.
        if let Rights::Released { county, .. } | Rights::Desk { county } = &sender.rights
            && *county != placed.county
        {
            return Err(Refusal::new(
                Code::OutOfScope,
                format!("这条变更属于{}，应由那里的办公室处理", placed.county),
                format!("it belongs to county {}, whose office decides", placed.county),
            ));
        }
        if let Some(existing) = existing.filter(|existing| existing.placed.county != placed.county) {
            return Err(Refusal::invalid(
                format!("这条记录属于{}，不能移到别的县", existing.placed.county),
                format!("the record belongs to county {} and cannot move", existing.placed.county),
            )
            .at("county"));
        }
        Ok(placed)
    }

    fn at_project_or_school(&self, standing: &Standing, record: &Record) -> Result<Option<Placed>, Refusal> {
        if let Some(project) = reference(record, "project") {
            return self.at_project(standing, project, record).map(Some);
        }
        reference(record, "school").map(|school| self.at_school(standing, school)).transpose()
    }

    fn at_project(&self, standing: &Standing, project: RecordId, record: &Record) -> Result<Placed, Refusal> {
        let found = standing
            .counties
            .keys()
            .find_map(|county| Some((county, self.directory(standing, county)?.school_of(project)?)));
        let (county, school) = found.ok_or_else(|| {
            Refusal::invalid(
                "没有这个项目：项目还没有建立，或者编号有误",
                "there is no such project: it was not begun yet, or the id is wrong",
            )
            .at("project")
        })?;
        let named = record.heads_named("school").iter();
        if named.filter_map(|head| head.value.as_text()).any(|text| text.parse() != Ok(school)) {
            return Err(Refusal::invalid(
                "学校与项目所属学校不一致",
                "the school is not the one that the project belongs to",
            )
            .at("school"));
        }
        Ok(Placed { county: county.clone(), school: Some(school), project: Some(project) })
    }

    fn at_school(&self, standing: &Standing, school: RecordId) -> Result<Placed, Refusal> {
        let here = |county: &&String| {
            self.directory(standing, county).is_some_and(|directory| directory.has_school(school))
        };
        let county = standing.counties.keys().find(here).ok_or_else(|| {
            Refusal::invalid(
                "没有这所学校：学校还没有建立，或者编号有误",
                "there is no such school: it was not begun yet, or the id is wrong",
            )
            .at("school")
        })?;
        Ok(Placed { county: county.clone(), school: Some(school), project: None })
    }

    /// Whose office a held change waits at: where it would stand, or else where its author works.
    pub(super) fn county_of_held(
        &self,
        standing: &Standing,
        change: Option<&Change>,
        actor: &Actor,
        sender: &Sender,
    ) -> String {
        let of_change = change.and_then(|change| {
            let existing = self.records.get(&change.record);
            let kind = kinds::named(&change.kind)?;
            let candidate = self.candidate(existing, change, sender);
            let placed = self.place(standing, kind, &candidate, existing, sender).ok();
            placed.or_else(|| existing.map(|existing| existing.placed.clone())).map(|placed| placed.county)
        });
        // A request of somebody who works nowhere is not taken at all: see `has_an_office`.
        of_change.or_else(|| office_of(standing, actor)).unwrap_or_default()
    }
}

/// Whether there is an office that what somebody sends could wait at.
pub(super) fn has_an_office(standing: &Standing, actor: &Actor) -> bool {
    office_of(standing, actor).is_some()
}

/// The county whose office looks after somebody: where they work, else the first of their city,
/// else the only one that there is.
fn office_of(standing: &Standing, actor: &Actor) -> Option<String> {
    let of_city = || {
        actor.grants.iter().find_map(|grant| {
            let Scope::City(city) = &grant.scope else { return None };
            standing.counties.values().find(|county| county.ledger.city.as_ref() == Some(city))
        })
    };
    let only = || standing.counties.values().next().filter(|_| standing.counties.len() == 1);
    county_of_actor(standing, actor)
        .or_else(|| of_city().or_else(only).map(|county| county.ledger.county.clone()))
}

fn at_county(
    standing: &Standing,
    kind: &Kind,
    record: &Record,
    existing: Option<&Working>,
    sender: &Sender,
) -> Result<Placed, Refusal> {
    // A division is in the county that its official code begins with.
    let division = (kind.name == "division").then(|| record.incumbent("code")?.as_text()?.get(..6)).flatten();
    let county = match named_county(standing, record)? {
        Some(county) => county,
        None => division
            .filter(|code| standing.counties.contains_key(*code))
            .map(str::to_owned)
            .or_else(|| existing.map(|existing| existing.placed.county.clone()))
            .or_else(|| home_county(standing, sender))
            .ok_or_else(|| missing("county", "县（区）"))?,
    };
    Ok(Placed { county, school: None, project: None })
}

/// The county that the record names, which must be one of ours.
fn named_county(standing: &Standing, record: &Record) -> Result<Option<String>, Refusal> {
    let Some(named) = record.incumbent("county").and_then(Value::as_text) else { return Ok(None) };
    if standing.counties.contains_key(named) {
        return Ok(Some(named.to_owned()));
    }
    Err(Refusal::invalid("服务器上没有这个县（区）的台账", "this server has no ledger for that county")
        .at("county"))
}

fn missing(field: &str, zh: &str) -> Refusal {
    Refusal::invalid(format!("缺少“{zh}”"), format!("{field} is missing")).at(field)
}

fn home_county(standing: &Standing, sender: &Sender) -> Option<String> {
    match &sender.rights {
        Rights::Own { actor, .. } => county_of_actor(standing, actor),
        Rights::Released { county, .. } | Rights::Desk { county } => Some(county.clone()),
    }
}

/// The one county that somebody works in.
fn county_of_actor(standing: &Standing, actor: &Actor) -> Option<String> {
    if let Some(home) = actor.home_county.as_ref().filter(|home| standing.counties.contains_key(*home)) {
        return Some(home.clone());
    }
    let of_scope = |scope: &Scope| match scope {
        Scope::City(_) => None,
        Scope::County(code) => standing.counties.get(code),
        Scope::Township(code) => standing.counties.get(code.get(..6)?),
        Scope::Zone(zone) => standing.counties.values().find(|county| county.directory.has_zone(*zone)),
        Scope::School(school) => standing.county_of_school(*school),
        Scope::Project(project) => standing.county_of_project(*project).map(|(county, _)| county),
    };
    actor.grants.iter().find_map(|grant| of_scope(&grant.scope)).map(|county| county.ledger.county.clone())
}
