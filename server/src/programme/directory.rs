//! What everything is called that records refer to: counties, townships, schools, projects, zones.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sync_protocol::id::RecordId;

use super::facts::{Facts, Inspector, Membership, Project, School};
use super::figures::{Asked, Counted, Figures};
use crate::access::actor::Actor;
use crate::error::Result;
use crate::sync::engine::Engine;
use crate::sync::scope::Reach;

/// How many digits a township's code has.
const TOWNSHIP_DIGITS: usize = 9;

/// The directory of all counties that somebody has something of.
#[derive(Debug, Default)]
pub struct Directory {
    /// The counties, by code.
    pub counties: Vec<County>,
    /// The townships, by code.
    pub townships: Vec<Township>,
    /// The schools in scope, by county and name.
    pub schools: Vec<Entry<School>>,
    /// The projects in scope, by county and name.
    pub projects: Vec<Entry<Project>>,
    /// The zones, by county and name.
    pub zones: Vec<Zone>,
}

/// A county.
#[derive(Debug)]
pub struct County {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The code of its city.
    pub city: Option<String>,
    /// The position of its ledger.
    pub position: u64,
    /// Whether all of it is in scope.
    pub whole: bool,
}

/// A township.
#[derive(Debug)]
pub struct Township {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// In which county.
    pub county: String,
}

/// A record of the directory.
#[derive(Debug)]
pub struct Entry<F> {
    /// Its id.
    pub id: RecordId,
    /// In which county.
    pub county: String,
    /// What it says.
    pub says: F,
}

/// A zone as it is on a day.
#[derive(Debug)]
pub struct Zone {
    /// Its id.
    pub id: RecordId,
    /// In which county.
    pub county: String,
    /// What it is called.
    pub name: String,
    /// Of which scheme.
    pub scheme: Option<RecordId>,
    /// Whether inspectors are assigned by it; else schools are twinned by it.
    pub for_inspection: bool,
    /// Its schools.
    pub schools: Vec<RecordId>,
    /// Its inspectors.
    pub inspectors: Vec<Inspector>,
}

impl Figures {
    /// What everything is called today in the counties that are asked about, as far as somebody has it
    /// in scope. Divisions and zones are for everybody in the county.
    ///
    /// # Errors
    /// Not found if nothing of what is asked about is in scope.
    pub async fn directory(
        &self,
        engine: &Engine,
        actor: &Actor,
        counties: Option<BTreeSet<String>>,
    ) -> Result<Directory> {
        let today = self.today();
        let listed = move |counties: BTreeMap<String, Counted>| {
            let mut directory = Directory::default();
            for (code, county) in &counties {
                directory.add(code, county, today);
            }
            directory
        };
        self.reckon(engine, actor, &Asked::today(counties, today), listed).await
    }
}

impl Directory {
    fn add(&mut self, code: &str, county: &Counted, today: NaiveDate) {
        let Counted { facts, name, city, reach, .. } = county;
        self.counties.push(County {
            code: code.to_owned(),
            name: name.clone(),
            city: city.clone(),
            position: facts.position,
            whole: *reach == Reach::All,
        });
        let townships = facts
            .divisions
            .values()
            .filter(|division| division.code.len() == TOWNSHIP_DIGITS && division.code.starts_with(code));
        let mut townships: Vec<_> = townships
            .map(|division| Township {
                code: division.code.clone(),
                name: division.name.clone(),
                county: code.to_owned(),
            })
            .collect();
        townships.sort_by(|one, other| one.code.cmp(&other.code));
        self.townships.append(&mut townships);

        let of_reach: BTreeSet<_> = reach.schools().collect();
        let is_in_scope = |school: RecordId| *reach == Reach::All || of_reach.contains(&school);
        let schools = facts.schools.iter().filter(|(id, _)| is_in_scope(**id));
        self.schools.append(&mut entries(code, schools, |school| &school.name));
        let projects =
            facts.projects.iter().filter(|(id, project)| county.has(Some(project.school), Some(**id), false));
        self.projects.append(&mut entries(code, projects, |project| &project.name));

        let mut zones: Vec<_> = facts
            .zones
            .iter()
            .map(|(id, zone)| {
                let scheme = zone.scheme.and_then(|scheme| facts.schemes.get(&scheme));
                Zone {
                    id: *id,
                    county: code.to_owned(),
                    name: zone.name.clone(),
                    scheme: zone.scheme,
                    for_inspection: scheme.is_none_or(|scheme| scheme.for_inspection),
                    schools: lasting(&zone.schools, today),
                    inspectors: lasting(&zone.inspectors, today),
                }
            })
            .collect();
        zones.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        self.zones.append(&mut zones);
    }
}

/// Those who belong there on that day.
pub(super) fn lasting<M: Clone>(members: &[Membership<M>], day: NaiveDate) -> Vec<M> {
    members.iter().filter(|member| member.lasts_on(day)).map(|its| its.member.clone()).collect()
}

/// What a township is called; its code where nobody said.
pub fn township_name(facts: &Facts, code: &str) -> String {
    let division = facts.divisions.get(&RecordId::natural("division", code));
    division.map_or_else(|| code.to_owned(), |division| division.name.clone())
}

fn entries<'f, F: Clone + 'f>(
    county: &str,
    facts: impl Iterator<Item = (&'f RecordId, &'f F)>,
    name: impl Fn(&F) -> &str,
) -> Vec<Entry<F>> {
    let mut entries: Vec<_> =
        facts.map(|(id, says)| Entry { id: *id, county: county.to_owned(), says: says.clone() }).collect();
    entries.sort_by(|one, other| (name(&one.says), one.id).cmp(&(name(&other.says), other.id)));
    entries
}
