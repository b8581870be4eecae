//! How what is counted falls into groups: by project, school, township, category,
//! type of works, zone, county or city.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sync_protocol::id::RecordId;

use super::figures::{Answer, By, Counted, Group, Taken};
use super::indicators::grid::zones_of_schools;
use super::indicators::{Indicator, Part};
use super::sum::Sum;
use super::view::View;

/// How the parts of a county fall into groups.
pub(super) struct Groups<'c> {
    code: &'c str,
    county: &'c Counted,
    by: By,
    /// The zones of each school.
    zones: HashMap<RecordId, Vec<RecordId>>,
    /// The names of townships, by code.
    townships: HashMap<&'c str, &'c str>,
}

impl<'c> Groups<'c> {
    /// Of that county, under a question.
    pub(super) fn of(code: &'c str, county: &'c Counted, view: &View<'_>, by: By) -> Self {
        let facts = &county.facts;
        let zones = if by == By::Zone { zones_of_schools(facts, view.question.at) } else { HashMap::new() };
        let townships = facts.divisions.values();
        let townships = townships.map(|division| (division.code.as_str(), division.name.as_str())).collect();
        Self { code, county, by, zones, townships }
    }

    /// The groups that a part belongs to, by key and name. None, where what groups are told apart by
    /// is not known of it; several, where a school is in two zones.
    pub(super) fn of_part(&self, part: &Part) -> Vec<(String, String)> {
        let facts = &self.county.facts;
        let group = match self.by {
            By::Project => {
                part.project.and_then(|id| Some((id.to_string(), facts.projects.get(&id)?.name.clone())))
            }
            By::School => {
                part.school.and_then(|id| Some((id.to_string(), facts.schools.get(&id)?.name.clone())))
            }
            By::Township => part.school.and_then(|id| {
                let code = facts.schools.get(&id)?.township.as_deref()?;
                let name = self.townships.get(code).copied().unwrap_or(code);
                Some((code.to_owned(), name.to_owned()))
            }),
            By::Category => {
                part.school.and_then(|id| facts.schools.get(&id)?.category.clone()).map(by_itself)
            }
            By::WorkType => {
                part.project.and_then(|id| facts.projects.get(&id)?.work_type.clone()).map(by_itself)
            }
            By::Zone => {
                let zones = part.school.and_then(|id| self.zones.get(&id));
                return zones
                    .into_iter()
                    .flatten()
                    .filter_map(|zone| Some((zone.to_string(), facts.zones.get(zone)?.name.clone())))
                    .collect();
            }
            By::County => Some((self.code.to_owned(), self.county.name.clone())),
            By::City => self.county.city.clone().map(|city| (city.clone(), city)),
        };
        group.into_iter().collect()
    }
}

/// A group that goes by what it is called, in every county.
fn by_itself(name: String) -> (String, String) {
    (name.clone(), name)
}

/// What has been counted so far, of everything and of each group.
#[derive(Default)]
pub(super) struct Counting {
    total: Sums,
    groups: BTreeMap<String, (Group, Sums)>,
}

/// Sums by indicator.
type Sums = HashMap<&'static str, Sum>;

impl Counting {
    /// Adds a part of an indicator, in that county, to everything and to these groups.
    pub(super) fn add(
        &mut self,
        indicator: &'static Indicator,
        part: &Part,
        county: Option<&String>,
        groups: Vec<(String, String)>,
    ) {
        let add = |sums: &mut Sums| {
            sums.entry(indicator.code).or_insert_with(|| Sum::of(indicator.printed)).add(part);
        };
        add(&mut self.total);
        for (key, name) in groups {
            let group =
                || (Group { name, county: county.cloned(), figures: HashMap::new() }, Sums::default());
            add(&mut self.groups.entry(key).or_insert_with(group).1);
        }
    }

    /// The figures that all of it comes to.
    pub(super) fn answer(self, taken: Vec<Taken>, unknown: BTreeSet<&'static str>) -> Answer {
        let figures = |sums: Sums| sums.into_iter().map(|(code, sum)| (code, sum.figure())).collect();
        let groups = self.groups.into_iter();
        let groups = groups.map(|(key, (group, sums))| (key, Group { figures: figures(sums), ..group }));
        let total = Group { figures: figures(self.total), ..Group::default() };
        Answer { taken, total, groups: groups.collect(), unknown }
    }
}
