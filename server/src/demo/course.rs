//! How the works of each project go on over half a year: when they begin, stand still, are accepted.

use chrono::{Days, NaiveDate};

use super::calendar;
use super::region::County;
use super::registry::School;
use super::works::{self, Building, UNDER_WAY_BP};

/// How many days before the first start of the demonstration its story begins.
pub(super) const DAYS: u64 = 190;

/// What sort of works it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Works of a building that go on today.
    UnderWay,
    /// A building that was accepted within the half year.
    Completed,
    /// A building that was begun after the last progress reports.
    Begun,
    /// A sports ground.
    Ground,
}

/// A project whose works are told.
#[derive(Clone, Debug)]
pub(super) struct Course {
    /// Where it stands among the projects that are told.
    pub(super) number: usize,
    pub(super) sort: Sort,
    /// The project: of a sports ground, without areas.
    pub(super) building: Building,
    /// How many days ago the works began.
    pub(super) begins_ago: u64,
    /// How many days ago they were accepted, if they were.
    pub(super) ends_ago: Option<u64>,
    /// From how many days ago until how many days ago they stood still by order.
    pub(super) still_ago: Option<(u64, Option<u64>)>,
}

/// The projects of a county that are told, always the same ones.
pub(super) fn courses(county: &County, schools: &[School]) -> Vec<Course> {
    let mut courses: Vec<Course> = Vec::new();
    let mut tell = |sort, building, begins_ago, ends_ago| {
        let number = courses.len();
        courses.push(Course { number, sort, building, begins_ago, ends_ago, still_ago: None });
    };
    let buildings = works::buildings(county, schools);
    for (number, building) in (0_u64..).zip(buildings.iter().filter(|building| building.is_under_way())) {
        tell(Sort::UnderWay, building.clone(), 175 - 9 * number, None);
    }
    for (number, building) in (0_u64..).zip(buildings.iter().filter(|building| building.is_completed())) {
        let begins_ago = 183 - 2 * number;
        tell(Sort::Completed, building.clone(), begins_ago, Some(begins_ago - 60 - number * 7 % 50));
    }
    let begun = buildings.iter().filter(|building| building.started == 0).take(5);
    for (number, building) in (0_u64..).zip(begun) {
        tell(Sort::Begun, building.clone(), 16 - 2 * number, None);
    }
    for (number, ground) in (0_u64..).zip(works::grounds(county, schools)) {
        let begins_ago = 150 - 5 * number;
        let ends_ago = begins_ago.checked_sub(35 + number * 5 % 20).filter(|ago| *ago > 3);
        tell(Sort::Ground, ground, begins_ago, ends_ago);
    }
    for course in &mut courses {
        course.still_ago = match (course.sort, course.number) {
            // A flood, and a ground whose works stand still today.
            (Sort::UnderWay, 4) => Some((80, Some(61))),
            (Sort::Ground, _) if course.begins_ago == 40 => Some((15, None)),
            _ => None,
        };
    }
    courses
}

impl Course {
    /// The day on which the works began: no day of rest.
    pub(super) fn begins(&self, today: NaiveDate) -> NaiveDate {
        let day = today - Days::new(self.begins_ago);
        day.iter_days().take(30).find(|day| calendar::rest(*day).is_none()).unwrap_or(day)
    }

    /// The day on which they were accepted, if they were: the offices were open.
    pub(super) fn ends(&self, today: NaiveDate) -> Option<NaiveDate> {
        self.ends_ago.map(|ago| calendar::office_day(today - Days::new(ago), today))
    }

    /// Whether they stood still by order so many days ago.
    pub(super) fn stands_still(&self, ago: u64) -> bool {
        self.still_ago.is_some_and(|(from, to)| ago <= from && to.is_none_or(|to| to <= ago))
    }

    /// Whether they went on so many days ago.
    pub(super) fn goes_on(&self, ago: u64) -> bool {
        ago <= self.begins_ago && self.ends_ago.is_none_or(|end| end <= ago)
    }

    /// What share of the works was done so many days ago, in basis points.
    pub(super) fn done_bp(&self, ago: u64) -> i64 {
        let Some(elapsed) = self.begins_ago.checked_sub(ago) else { return 0 };
        let (whole, days) = match (self.sort, self.ends_ago) {
            (_, Some(end)) => (10_000, self.begins_ago - end),
            (Sort::UnderWay, None) => (UNDER_WAY_BP[self.number % UNDER_WAY_BP.len()], self.begins_ago),
            (Sort::Begun, None) => (300, self.begins_ago),
            (_, None) => (5_000, self.begins_ago),
        };
        (whole * elapsed as i64 / days.max(1) as i64).min(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{region, registry};
    use super::*;

    #[test]
    fn the_works_of_sixty_projects_are_told_over_half_a_year() {
        let all = region::all().into_iter().flat_map(|region| region.counties);
        let county = all.into_iter().find(|county| county.code == "350823").expect("the county of the story");
        let courses = courses(&county, &registry::schools(&county));
        assert_eq!(courses.len(), 60);
        assert!(courses.iter().all(|course| course.begins_ago < DAYS));
        assert!(courses.iter().any(|course| course.begins_ago >= 180));
        let of = |sort| courses.iter().filter(|course| course.sort == sort).count();
        assert_eq!([Sort::UnderWay, Sort::Completed, Sort::Begun, Sort::Ground].map(of), [6, 24, 5, 25]);
        assert!(courses.iter().all(|course| course.done_bp(0) > 0 && course.done_bp(DAYS) == 0));
        assert!(courses.iter().any(|course| course.stands_still(1)));
    }
}
