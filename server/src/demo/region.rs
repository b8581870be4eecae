//! The demonstration regions as their data files tell them: totals of real reports, and how they
//! are spread over invented schools.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::figure::{Hundredths, percent};

/// A region: one city's counties, or one county.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Region {
    /// What is real in it and what is invented.
    #[expect(dead_code, reason = "for people who read the file")]
    note: Note,
    pub(super) city: Named,
    /// What the counties must add up to.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the tests, and for people who read the file"))]
    pub(super) golden: Golden,
    pub(super) counties: Vec<County>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "for people who read the file")]
struct Note {
    zh: String,
    en: String,
}

/// A division by its official code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    pub(super) code: String,
    pub(super) name: String,
}

/// Money in 万元 by source.
pub(super) type Money = BTreeMap<String, Hundredths>;

/// The totals as the report prints them: what the tests compare the counties with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(test), expect(dead_code, reason = "for the tests, and for people who read the file"))]
pub(super) struct Golden {
    pub(super) counties: usize,
    pub(super) schools: usize,
    pub(super) categories: BTreeMap<String, usize>,
    pub(super) pupils: i64,
    pub(super) covered_schools: Option<usize>,
    pub(super) planned: Hundredths,
    pub(super) started: Hundredths,
    pub(super) completed: Hundredths,
    pub(super) funding: Money,
    pub(super) local_received: Option<Hundredths>,
    pub(super) building_funding: Option<Hundredths>,
    pub(super) equipment_funding: Option<Hundredths>,
    pub(super) equipment_accepted: Option<Hundredths>,
    pub(super) completed_schools: Option<usize>,
}

/// A county unit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct County {
    pub(super) code: String,
    pub(super) name: String,
    /// Roughly where it is: latitude and longitude, WGS 84.
    pub(super) position: [f64; 2],
    pub(super) townships: Vec<String>,
    /// How many schools of each category.
    pub(super) schools: BTreeMap<String, usize>,
    pub(super) pupils: i64,
    pub(super) buildings: Buildings,
    /// How many sports grounds of each sort.
    #[serde(default)]
    pub(super) grounds: BTreeMap<String, usize>,
    pub(super) equipment: Option<Equipment>,
    /// Money of the county that has arrived, in 万元.
    pub(super) local_received: Option<Hundredths>,
    pub(super) zones: Option<Zones>,
    pub(super) twinning: Option<Twinning>,
}

/// The building projects: areas in ㎡.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Buildings {
    pub(super) projects: usize,
    /// At how many schools they are.
    pub(super) schools: usize,
    /// At how many of these all is completed and in use.
    pub(super) completed_schools: Option<usize>,
    pub(super) planned: Hundredths,
    pub(super) started: Hundredths,
    pub(super) completed: Hundredths,
    /// With the sports grounds.
    pub(super) funding: Money,
}

/// The equipment projects.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Equipment {
    pub(super) projects: usize,
    pub(super) funding: Money,
    pub(super) accepted: Option<Accepted>,
}

/// What of the equipment came and was accepted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Accepted {
    pub(super) projects: usize,
    pub(super) amount: Hundredths,
}

/// The grid of inspection zones.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Zones {
    pub(super) scheme: String,
    pub(super) townships_each: usize,
    pub(super) names: Vec<String>,
    pub(super) inspectors_each: usize,
}

/// The areas in which strong schools help weak ones.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Twinning {
    pub(super) scheme: String,
    pub(super) names: Vec<String>,
}

const FILES: [&str; 3] = [
    include_str!("../../demo/sanming.json"),
    include_str!("../../demo/jiaocheng.json"),
    include_str!("../../demo/shanghang.json"),
];

/// All regions.
pub(super) fn all() -> Vec<Region> {
    FILES
        .iter()
        .map(|text| serde_json::from_str(text).expect("the data files are part of the program and tested"))
        .collect()
}

impl Region {
    /// The region's figures as its report prints them.
    pub(super) fn summary(&self) -> String {
        let sum = |figure: fn(&Buildings) -> Hundredths| -> i64 {
            self.counties.iter().map(|county| figure(&county.buildings).0).sum()
        };
        let (planned, started) = (sum(|b| b.planned), sum(|b| b.started));
        let completed = sum(|b| b.completed);
        let schools: usize = self.counties.iter().flat_map(|county| county.schools.values()).sum();
        let name = match self.counties.as_slice() {
            [county] => &county.name,
            _ => &self.city.name,
        };
        format!(
            "{name}：学校 schools {schools}，规划 planned {}.{:02} ㎡，开工率 started {}，竣工率 completed {}",
            planned / 100,
            planned % 100,
            percent(started, planned, 2),
            percent(completed, planned, 2)
        )
    }
}

impl County {
    /// Townships with their demonstration codes: the county's code and three digits from 901,
    /// which no official code uses.
    pub(super) fn coded_townships(&self) -> impl Iterator<Item = (String, &str)> {
        let code = |at: usize| format!("{}{}", self.code, 901 + at);
        self.townships.iter().enumerate().map(move |(at, name)| (code(at), name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(regions: &Region, figure: impl Fn(&County) -> i64) -> i64 {
        regions.counties.iter().map(figure).sum()
    }

    fn money<'c>(money: impl Iterator<Item = &'c Money>) -> Money {
        let mut sum = Money::new();
        for (source, amount) in money.flatten() {
            sum.entry(source.clone()).or_default().0 += amount.0;
        }
        sum
    }

    #[test]
    fn the_counties_add_up_to_the_golden_figures() {
        for region in all() {
            let golden = &region.golden;
            let city = &region.city.name;
            assert_eq!(region.counties.len(), golden.counties, "{city}");
            assert_eq!(added(&region, |county| county.pupils), golden.pupils, "{city}");
            assert_eq!(added(&region, |county| county.buildings.planned.0), golden.planned.0, "{city}");
            assert_eq!(added(&region, |county| county.buildings.started.0), golden.started.0, "{city}");
            assert_eq!(added(&region, |county| county.buildings.completed.0), golden.completed.0, "{city}");
            let schools = |county: &County| county.schools.values().sum::<usize>() as i64;
            assert_eq!(added(&region, schools), golden.schools as i64, "{city}");
            for (category, expected) in &golden.categories {
                let of_category = |county: &County| county.schools.get(category).copied().unwrap_or(0) as i64;
                assert_eq!(added(&region, of_category), *expected as i64, "{city} {category}");
            }
            let equipment = || region.counties.iter().filter_map(|county| county.equipment.as_ref());
            let buildings = money(region.counties.iter().map(|county| &county.buildings.funding));
            let all_money =
                money([&buildings, &money(equipment().map(|equipment| &equipment.funding))].into_iter());
            assert_eq!(all_money, golden.funding, "{city}");
            let sum = |money: &Money| Hundredths(money.values().map(|amount| amount.0).sum());
            if let Some(expected) = golden.building_funding {
                assert_eq!(sum(&buildings), expected, "{city}");
            }
            if let Some(expected) = golden.equipment_funding {
                assert_eq!(sum(&money(equipment().map(|equipment| &equipment.funding))), expected, "{city}");
            }
            if let Some(expected) = golden.equipment_accepted {
                let accepted = equipment().filter_map(|equipment| equipment.accepted.as_ref());
                assert_eq!(accepted.map(|accepted| accepted.amount.0).sum::<i64>(), expected.0, "{city}");
            }
            if let Some(expected) = golden.local_received {
                let received = |county: &County| county.local_received.map_or(0, |amount| amount.0);
                assert_eq!(added(&region, received), expected.0, "{city}");
            }
        }
    }

    #[test]
    fn the_three_regions_are_the_ones_of_the_reports() {
        let regions = all();
        let codes: Vec<_> =
            regions.iter().flat_map(|region| &region.counties).map(|county| &*county.code).collect();
        assert_eq!(codes.len(), 14);
        for code in ["350402", "350481", "350902", "350823"] {
            assert!(codes.contains(&code), "{code}");
        }
        let sanming = &regions[0].golden;
        let wan: i64 = sanming.funding.values().map(|amount| amount.0).sum();
        assert_eq!(wan, 6_590_000, "6.59 亿 = 3.62 + 2.12 + 0.85");
        let shanghang: i64 = regions[2].golden.funding.values().map(|amount| amount.0).sum();
        assert_eq!(shanghang, 1_105_021, "11050.21 万 = 7586.80 + 3463.41");
    }
}
