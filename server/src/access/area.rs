//! Where scopes lie: which of them is within which.

use std::collections::HashMap;

use sync_protocol::id::RecordId;

use super::role::Scope;
use crate::error::Result;
use crate::store::{Tx, founding, ledger, records};

/// Where these scopes lie, as far as the ledgers tell.
#[derive(Debug, Default)]
pub(super) struct Area {
    /// By county.
    cities: HashMap<String, String>,
    /// The county and the kind of each record that a scope names.
    records: HashMap<RecordId, (String, String)>,
}

impl Area {
    /// Looks up where each of these scopes lies. A damaged row tells nothing: what it speaks of lies
    /// within no other scope.
    pub(super) async fn read(tx: &mut Tx, scopes: impl Iterator<Item = &Scope>) -> Result<Self> {
        let mut named: Vec<_> = scopes.filter_map(record_of).map(|(_, record)| record).collect();
        named.sort_unstable();
        named.dedup();
        let mut area = Self::default();
        for ledger in ledger::ledgers(tx).await? {
            if let Some(city) = ledger.city
                && founding::is_intact(tx, &ledger.county).await?
            {
                area.cities.insert(ledger.county, city);
            }
        }
        for row in records::records(tx, named.into_iter()).await?.into_iter().flatten() {
            area.records.insert(row.id, (row.county, row.kind));
        }
        Ok(area)
    }

    /// Whether all that lies in the one scope lies in the other too.
    pub(super) fn is_within(&self, scope: &Scope, outer: &Scope) -> bool {
        if scope == outer {
            return true;
        }
        let county = self.county_of(scope);
        match outer {
            Scope::City(city) => county.and_then(|county| self.cities.get(county)) == Some(city),
            Scope::County(code) => county == Some(code.as_str()),
            Scope::Township(_) | Scope::Zone(_) | Scope::School(_) | Scope::Project(_) => false,
        }
    }

    fn county_of<'s>(&'s self, scope: &'s Scope) -> Option<&'s str> {
        match scope {
            Scope::City(_) => None,
            Scope::County(code) => Some(code),
            Scope::Township(code) => code.get(..6),
            Scope::Zone(_) | Scope::School(_) | Scope::Project(_) => {
                let (noun, record) = record_of(scope)?;
                let (county, kind) = self.records.get(&record)?;
                (kind == noun).then_some(county)
            }
        }
    }
}

/// The kind and the id of the record that a scope names, if it names one.
const fn record_of(scope: &Scope) -> Option<(&'static str, RecordId)> {
    match scope {
        Scope::Zone(id) => Some(("zone", *id)),
        Scope::School(id) => Some(("school", *id)),
        Scope::Project(id) => Some(("project", *id)),
        Scope::City(_) | Scope::County(_) | Scope::Township(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const SCHOOL: &str = "school:00000000-0000-7000-8000-000000005c01";
    const ZONE: &str = "zone:00000000-0000-7000-8000-000000002001";

    fn area() -> Area {
        let record = |scope: &str| record_of(&scope.parse().unwrap()).unwrap().1;
        let (county, city) = ("350823".to_owned(), "350400".to_owned());
        Area {
            cities: [(county.clone(), city)].into(),
            records: [
                (record(SCHOOL), (county.clone(), "school".to_owned())),
                (record(ZONE), (county, "zone".to_owned())),
            ]
            .into(),
        }
    }

    #[rstest]
    #[case("county:350823", "county:350823", true)]
    #[case("township:350823101", "county:350823", true)]
    #[case(SCHOOL, "county:350823", true)]
    #[case(ZONE, "county:350823", true)]
    #[case(SCHOOL, "city:350400", true)]
    #[case("county:350823", "city:350400", true)]
    #[case("city:350400", "city:350400", true)]
    #[case("city:350400", "county:350823", false)]
    #[case("county:350902", "county:350823", false)]
    #[case("county:350902", "city:350400", false)]
    #[case("township:350902101", "county:350823", false)]
    #[case("county:350823", "township:350823101", false)]
    // It is a zone and no project; and nobody knows the other one.
    #[case("project:00000000-0000-7000-8000-000000002001", "county:350823", false)]
    #[case("school:00000000-0000-7000-8000-00000000ffff", "county:350823", false)]
    #[case(SCHOOL, SCHOOL, true)]
    #[case(SCHOOL, ZONE, false)]
    fn what_lies_within_what(#[case] scope: &str, #[case] outer: &str, #[case] expected: bool) {
        let is_within = area().is_within(&scope.parse().unwrap(), &outer.parse().unwrap());
        assert_eq!(is_within, expected, "{scope} in {outer}");
    }
}
