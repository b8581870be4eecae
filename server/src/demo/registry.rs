//! Divisions, schools, zones: what everything else refers to.

use chrono::{DateTime, FixedOffset};
use sync_protocol::change::Change;
use sync_protocol::id::RecordId;
use sync_protocol::value::Value;

use super::draft::{Draft, demo_record, refer};
use super::figure::{shares, uneven};
use super::region::{County, Region};

/// A demonstration school.
#[derive(Clone, Debug)]
pub(super) struct School {
    pub(super) id: RecordId,
    pub(super) name: String,
    /// Which of the county's townships it is in.
    pub(super) township: usize,
    pub(super) latitude: f64,
    pub(super) longitude: f64,
}

/// The schools of a county, always the same ones.
pub(super) fn schools(county: &County) -> Vec<School> {
    let mut schools = Vec::new();
    for (category, count) in &county.schools {
        for number in 1..=*count {
            let at = schools.len();
            // Around the county's seat, a few kilometres apart.
            let (east, north) = ((at * 7 % 23) as f64 - 11.0, (at * 11 % 19) as f64 - 9.0);
            schools.push(School {
                id: demo_record(&format!("school/{}/{category}/{number}", county.code)),
                name: format!("{}演示{category}{number:02}", county.name),
                township: at % county.townships.len(),
                latitude: rounded(county.position[0] + north * 0.017),
                longitude: rounded(county.position[1] + east * 0.019),
            });
        }
    }
    schools
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 10_000.0).round() / 10_000.0
}

/// The divisions of a county, and of its city with the first.
pub(super) fn divisions(region: &Region, county: &County, at: DateTime<FixedOffset>) -> Vec<Change> {
    let division = |code: &str, name: &str, level: &str, parent: Option<&str>| {
        let draft = Draft::new("division", RecordId::natural("division", code), "begun", at)
            .set("code", code)
            .set("name", name)
            .set("level", level)
            .set("county", county.code.as_str());
        // What is demonstrated is to be seen: in earnest a county decides that for itself.
        let draft = if level == "county" { draft.set("disclosed", true) } else { draft };
        parent.map_or(draft.clone(), |parent| draft.set("parent", parent)).done()
    };
    let mut changes = Vec::new();
    if region.counties.first().is_some_and(|first| first.code == county.code) {
        changes.push(division(&region.city.code, &region.city.name, "city", None));
    }
    changes.push(division(&county.code, &county.name, "county", Some(&region.city.code)));
    for (code, name) in county.coded_townships() {
        changes.push(division(&code, name, "township", Some(&county.code)));
    }
    changes
}

/// The schools of a county as records.
pub(super) fn school_records(county: &County, schools: &[School], at: DateTime<FixedOffset>) -> Vec<Change> {
    let townships: Vec<_> = county.coded_townships().map(|(code, _)| code).collect();
    let pupils = shares(county.pupils, &uneven(schools.len()));
    let categories =
        county.schools.iter().flat_map(|(category, count)| std::iter::repeat_n(category, *count));
    let all = schools.iter().zip(categories).zip(pupils);
    all.map(|((school, category), pupils)| {
        Draft::new("school", school.id, "begun", at)
            .set("name", school.name.as_str())
            .set("county", county.code.as_str())
            .set("township", townships[school.township].as_str())
            .set("category", category.as_str())
            .set("pupils", pupils)
            .set(
                "position",
                [
                    ("lat", Value::Number(school.latitude)),
                    ("lon", Value::Number(school.longitude)),
                    ("datum", "wgs84".into()),
                ],
            )
            .done()
    })
    .collect()
}

/// The record of an inspection zone.
pub(super) fn zone_id(county: &County, number: usize) -> RecordId {
    demo_record(&format!("zone/{}/{number}", county.code))
}

/// The zones of a county with their schools and inspectors, and its twinning areas.
pub(super) fn zone_records(county: &County, schools: &[School], at: DateTime<FixedOffset>) -> Vec<Change> {
    let mut changes = Vec::new();
    if let Some(zones) = &county.zones {
        let scheme = scheme(county, &zones.scheme, "inspection", at, &mut changes);
        for (number, name) in zones.names.iter().enumerate() {
            let townships = number * zones.townships_each..(number + 1) * zones.townships_each;
            let members = schools.iter().filter(|school| townships.contains(&school.township));
            let mut zone = zone(zone_id(county, number), scheme, name, members, at);
            for inspector in 1..=zones.inspectors_each {
                let name = format!("演示督学{:02}", number * zones.inspectors_each + inspector);
                zone = zone.set("inspectors", [("name", name)]);
            }
            changes.push(zone.set("county", county.code.as_str()).done());
        }
    }
    if let Some(twinning) = &county.twinning {
        let scheme = scheme(county, &twinning.scheme, "twinning", at, &mut changes);
        let areas = twinning.names.len();
        for (number, name) in twinning.names.iter().enumerate() {
            let id = demo_record(&format!("twinning/{}/{number}", county.code));
            let members = schools.iter().enumerate().filter(|(at, _)| at % areas == number);
            let area = zone(id, scheme, name, members.map(|(_, school)| school), at);
            changes.push(area.set("county", county.code.as_str()).done());
        }
    }
    changes
}

fn scheme(
    county: &County,
    name: &str,
    purpose: &str,
    at: DateTime<FixedOffset>,
    changes: &mut Vec<Change>,
) -> RecordId {
    let id = demo_record(&format!("zone_scheme/{}/{purpose}", county.code));
    let scheme = Draft::new("zone_scheme", id, "begun", at)
        .set("name", name)
        .set("purpose", purpose)
        .set("county", county.code.as_str());
    changes.push(scheme.done());
    id
}

fn zone<'s>(
    id: RecordId,
    scheme: RecordId,
    name: &str,
    members: impl Iterator<Item = &'s School>,
    at: DateTime<FixedOffset>,
) -> Draft {
    let zone = Draft::new("zone", id, "begun", at).set("scheme", refer(scheme)).set("name", name);
    members.fold(zone, |zone, school| zone.set("schools", [("school", refer(school.id))]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::region;
    use super::*;

    fn county(code: &str) -> County {
        let all = region::all().into_iter().flat_map(|region| region.counties);
        all.into_iter().find(|county| county.code == code).expect("a county of the demonstration")
    }

    #[test]
    fn every_school_of_jiaocheng_is_in_exactly_one_inspection_zone_of_ten_and_more() {
        let jiaocheng = county("350902");
        let schools = schools(&jiaocheng);
        let at = DateTime::default();
        let mut members: BTreeMap<RecordId, usize> = BTreeMap::new();
        let zones = zone_records(&jiaocheng, &schools, at);
        let inspection: Vec<_> = (0..5)
            .map(|number| zones.iter().find(|zone| zone.record == zone_id(&jiaocheng, number)))
            .collect();
        for zone in inspection {
            let zone = zone.expect("five zones");
            let named = |field: &str| zone.edits.iter().filter(|edit| edit.field.as_str() == field).count();
            assert!(named("schools") > 10, "{} schools", named("schools"));
            assert_eq!(named("inspectors"), 6);
            for edit in zone.edits.iter().filter(|edit| edit.field.as_str() == "schools") {
                let school =
                    edit.value.as_ref().and_then(|value| value.part("school")?.as_text()?.parse().ok());
                *members.entry(school.expect("a school's id")).or_default() += 1;
            }
        }
        assert_eq!(members.len(), 63);
        assert!(members.values().all(|zones| *zones == 1));
    }

    #[test]
    fn schools_have_names_and_ids_of_their_own() {
        for code in ["350823", "350426"] {
            let schools = schools(&county(code));
            let names: std::collections::BTreeSet<_> = schools.iter().map(|school| &school.name).collect();
            let ids: std::collections::BTreeSet<_> = schools.iter().map(|school| school.id).collect();
            assert_eq!((names.len(), ids.len()), (schools.len(), schools.len()));
            assert!(names.iter().all(|name| name.contains("演示")), "{names:?}");
        }
    }
}
