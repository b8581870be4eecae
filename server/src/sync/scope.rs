//! What somebody has in scope for reading, and so on the device.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};
use sync_protocol::digest::ScopeDigest;
use sync_protocol::id::RecordId;

use super::standing::{County, Standing, day};
use crate::access::actor::Actor;
use crate::access::policy;
use crate::access::role::Scope;
use crate::clock::Moment;
use crate::store::ledger::LedgerRow;
use crate::store::records::{PlaceKey, PlaceRow};

/// What somebody has in scope, county by county.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadScope {
    /// By the county's code.
    pub counties: BTreeMap<String, Reach>,
}

/// How much of a county.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All of it, the office's own records too.
    All,
    /// What belongs to these schools and projects, and what belongs to nobody but the county.
    Part {
        /// Whole schools.
        schools: BTreeSet<RecordId>,
        /// Single projects, with their school: what belongs to the school but to no project comes along.
        projects: BTreeMap<RecordId, RecordId>,
    },
}

impl ReadScope {
    /// What somebody has in scope at that moment.
    pub fn of(actor: &Actor, standing: &Standing, now: Moment) -> Self {
        let today = day(now);
        let mut scope = Self::default();
        for grant in actor.grants_at(now).filter(|grant| policy::reads_records(grant.role)) {
            match &grant.scope {
                Scope::City(city) => {
                    let theirs = |county: &&County| county.ledger.city.as_ref() == Some(city);
                    for county in standing.counties.values().filter(theirs) {
                        scope.counties.insert(county.ledger.county.clone(), Reach::All);
                    }
                }
                Scope::County(code) if standing.counties.contains_key(code) => {
                    scope.counties.insert(code.clone(), Reach::All);
                }
                Scope::County(_) => {}
                Scope::Township(code) => {
                    let county = code.get(..6).and_then(|county| standing.counties.get(county));
                    if let Some(county) = county {
                        scope.add_schools(county, county.directory.schools_in(code));
                    }
                }
                Scope::Zone(zone) => {
                    let county = standing.counties.values().find(|county| county.directory.has_zone(*zone));
                    if let Some(county) = county {
                        scope.add_schools(county, county.directory.schools_of_zone(*zone, today));
                    }
                }
                Scope::School(school) => {
                    if let Some(county) = standing.county_of_school(*school) {
                        scope.add_schools(county, std::iter::once(*school));
                    }
                }
                Scope::Project(project) => {
                    if let Some((county, school)) = standing.county_of_project(*project)
                        && let Reach::Part { projects, .. } = scope.part(&county.ledger.county)
                    {
                        projects.insert(*project, school);
                    }
                }
            }
        }
        scope
    }

    fn part(&mut self, county: &str) -> &mut Reach {
        let none = || Reach::Part { schools: BTreeSet::new(), projects: BTreeMap::new() };
        self.counties.entry(county.to_owned()).or_insert_with(none)
    }

    fn add_schools(&mut self, county: &County, more: impl Iterator<Item = RecordId>) {
        if let Reach::Part { schools, .. } = self.part(&county.ledger.county) {
            schools.extend(more);
        }
    }

    /// Names the scope: two that differ need different replicas. It does not change when records
    /// come or go within.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for (county, reach) in &self.counties {
            hash.update(county);
            match reach {
                Reach::All => hash.update(b"*"),
                Reach::Part { schools, projects } => {
                    for school in schools {
                        hash.update(b"s");
                        hash.update(school.as_bytes());
                    }
                    for (project, school) in projects {
                        hash.update(b"p");
                        hash.update(project.as_bytes());
                        hash.update(school.as_bytes());
                    }
                }
            }
            hash.update(b"/");
        }
        hex::encode(&hash.finalize()[..8])
    }

    /// Names how all of it stands: what is read of it is the same as long as that is.
    pub fn mark(&self, standing: &Standing) -> String {
        let mut hash = Sha256::new();
        hash.update(self.fingerprint());
        for code in self.counties.keys() {
            let Some(county) = standing.counties.get(code) else { continue };
            let LedgerRow { name, city, epoch, seq, mark, .. } = &county.ledger;
            hash.update(format!("{code}/{epoch}/{seq}/{mark}/{name}/{city:?}/"));
        }
        hex::encode(&hash.finalize()[..16])
    }

    /// The same with no more than these counties.
    #[must_use]
    pub fn of_counties(mut self, counties: Option<&BTreeSet<String>>) -> Self {
        self.counties.retain(|code, _| counties.is_none_or(|counties| counties.contains(code)));
        self
    }

    /// Whether records of that place are in it.
    pub fn has(&self, place: &PlaceKey) -> bool {
        self.counties.get(&place.county).is_some_and(|reach| reach.has(place))
    }
}

impl Reach {
    /// Whether records of that place, which is in the county, are in it.
    pub fn has(&self, place: &PlaceKey) -> bool {
        let Self::Part { schools, projects } = self else { return true };
        if place.office_only {
            return false;
        }
        let Some(school) = place.school else { return true };
        schools.contains(&school)
            || match place.project {
                Some(project) => projects.contains_key(&project),
                None => projects.values().any(|its| *its == school),
            }
    }

    /// The schools of which at least something is in it.
    pub fn schools(&self) -> impl Iterator<Item = RecordId> + '_ {
        let (schools, projects) = match self {
            Self::All => (None, None),
            Self::Part { schools, projects } => (Some(schools), Some(projects)),
        };
        schools.into_iter().flatten().copied().chain(projects.into_iter().flat_map(BTreeMap::values).copied())
    }

    /// Count and XOR over what is in it, given the places of the county.
    pub fn digest<'p>(&self, whole: &ScopeDigest, places: impl Iterator<Item = &'p PlaceRow>) -> ScopeDigest {
        if *self == Self::All {
            return *whole;
        }
        let mut digest = ScopeDigest::default();
        for place in places.filter(|place| self.has(&place.key)) {
            digest.join(&place.digest);
        }
        digest
    }
}
