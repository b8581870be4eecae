//! The programme of a county: its plan, its projects, what they have reached, what was bought.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, Days, FixedOffset, Months, NaiveDate};
use sync_protocol::change::Change;
use sync_protocol::id::RecordId;

use super::draft::{Draft, demo_record, refer};
use super::figure::{Hundredths, shares, uneven};
use super::fill::STORY_COUNTY;
use super::region::{County, Money};
use super::registry::School;
use super::story::at;

/// A building project; areas in 0.01 ㎡.
#[derive(Clone, Debug)]
pub(super) struct Building {
    pub(super) id: RecordId,
    pub(super) school: School,
    pub(super) name: String,
    pub(super) planned: i64,
    pub(super) started: i64,
    pub(super) completed: i64,
}

impl Building {
    /// Whether people work there now.
    pub(super) const fn is_under_way(&self) -> bool {
        self.started > 0 && self.completed < self.planned
    }

    /// Whether all of it is completed.
    pub(super) const fn is_completed(&self) -> bool {
        self.completed >= self.planned
    }
}

/// The building projects of a county, always the same ones.
pub(super) fn buildings(county: &County, schools: &[School]) -> Vec<Building> {
    let spread = &county.buildings;
    let planned = shares(spread.planned.0, &uneven(spread.projects));
    let started = filled(&planned, spread.started.0);
    let completed = filled(&planned, spread.completed.0);
    let done = planned.iter().zip(&completed).filter(|(planned, completed)| completed >= planned).count();
    let mut buildings = Vec::new();
    for at in 0..spread.projects {
        let place = match spread.completed_schools {
            Some(in_use) if at < done => at % in_use,
            Some(in_use) => in_use + (at - done) % (spread.schools - in_use),
            None => at % spread.schools,
        };
        let school = schools[place * schools.len() / spread.schools.max(1)].clone();
        let number = at + 1;
        buildings.push(Building {
            id: demo_record(&format!("project/{}/building/{number}", county.code)),
            name: format!("{}演示校舍项目{number:02}", county.name),
            school,
            planned: planned[at],
            started: started[at],
            completed: completed[at],
        });
    }
    buildings
}

/// The sports grounds of a county as projects without areas, always the same ones.
pub(super) fn grounds(county: &County, schools: &[School]) -> Vec<Building> {
    let sorts = county.grounds.iter().flat_map(|(sort, count)| std::iter::repeat_n(sort, *count));
    let ground = |(number, sort): (usize, &String)| Building {
        id: demo_record(&format!("project/{}/ground/{number}", county.code)),
        name: format!("{}演示{sort}项目{:02}", county.name, number + 1),
        school: schools[number % schools.len()].clone(),
        planned: 0,
        started: 0,
        completed: 0,
    };
    sorts.enumerate().map(ground).collect()
}

/// The buildings of a county, then its sports grounds.
pub(super) fn all(county: &County, schools: &[School]) -> Vec<Building> {
    let mut all = buildings(county, schools);
    all.extend(grounds(county, schools));
    all
}

/// What each building, then each sports ground, is planned to cost, in 分.
pub(super) fn worths(county: &County) -> Vec<i64> {
    let parts = county.buildings.projects + county.grounds.values().sum::<usize>();
    let mut worths = vec![0; parts];
    for amount in county.buildings.funding.values() {
        for (worth, share) in worths.iter_mut().zip(shares(amount.wan_in_fen(), &uneven(parts))) {
            *worth += share;
        }
    }
    worths
}

/// Fills the planned areas one after the other; what is beyond all of them is the last one's.
fn filled(planned: &[i64], total: i64) -> Vec<i64> {
    let mut rest = total;
    let mut filled: Vec<i64> = planned
        .iter()
        .map(|planned| {
            let part = rest.min(*planned);
            rest -= part;
            part
        })
        .collect();
    if let Some(last) = filled.last_mut() {
        *last += rest;
    }
    filled
}

/// The programme and the plan, one record a county each.
pub(super) fn plan(county: &County, at: DateTime<FixedOffset>) -> Vec<Change> {
    let code = county.code.as_str();
    let programme = demo_record(&format!("programme/{code}"));
    let equipment = county.equipment.iter().flat_map(|equipment| &equipment.funding);
    let mut funding: BTreeMap<&str, i64> = BTreeMap::new();
    for (source, amount) in county.buildings.funding.iter().chain(equipment) {
        *funding.entry(source).or_default() += amount.wan_in_fen();
    }
    let plan = Draft::new("plan", plan_id(county), "begun", at)
        .set("programme", refer(programme))
        .set("name", "全面改薄项目规划（演示）")
        .set("version", "演示版")
        .set("from_year", 2014)
        .set("to_year", 2018)
        .set("planned_area", county.buildings.planned.0)
        .set("county", code);
    let plan = funding
        .into_iter()
        .fold(plan, |plan, (source, amount)| plan.set(&format!("funding/{source}"), amount));
    vec![
        Draft::new("programme", programme, "begun", at)
            .set("name", "全面改善义务教育薄弱学校基本办学条件（演示）")
            .set("from_year", 2014)
            .set("to_year", 2018)
            .set("county", code)
            .done(),
        plan.done(),
    ]
}

fn plan_id(county: &County) -> RecordId {
    demo_record(&format!("plan/{}", county.code))
}

/// The projects as records: buildings, sports grounds, equipment.
pub(super) fn project_records(
    county: &County,
    schools: &[School],
    buildings: &[Building],
    at: DateTime<FixedOffset>,
) -> Vec<Change> {
    let grounds = grounds(county, schools);
    let parts = buildings.len() + grounds.len();
    let mut funding = Funding::over(&county.buildings.funding, parts);
    let mut changes = Vec::new();
    for (number, building) in buildings.iter().enumerate() {
        let work_type = ["新建", "重建", "改扩建", "维修"][number % 4];
        let uses = ["教学及辅助用房", "学生宿舍", "食堂", "教师周转宿舍"][number % 4];
        let draft = project(county, building.id, &building.name, &building.school, at)
            .set("class", "building")
            .set("work_type", work_type)
            .set("building_use", uses)
            .set("plan_year", 2014 + (number % 5) as i64)
            .set("planned_area", building.planned);
        changes.push(funding.next(draft).done());
    }
    for ground in grounds {
        let draft = project(county, ground.id, &ground.name, &ground.school, at)
            .set("class", "building")
            .set("work_type", "运动场地")
            .set("building_use", "运动场")
            .set("plan_year", 2015);
        changes.push(funding.next(draft).done());
    }
    changes
}

fn project(county: &County, id: RecordId, name: &str, school: &School, at: DateTime<FixedOffset>) -> Draft {
    Draft::new("project", id, "begun", at)
        .set("name", name)
        .set("school", refer(school.id))
        .set("plan", refer(plan_id(county)))
}

/// Money by source, spread over projects so that it adds up.
struct Funding {
    sources: Vec<(String, std::vec::IntoIter<i64>)>,
}

impl Funding {
    fn over(money: &Money, projects: usize) -> Self {
        let spread = |amount: &Hundredths| shares(amount.wan_in_fen(), &uneven(projects)).into_iter();
        let sources = money.iter().map(|(source, amount)| (source.clone(), spread(amount))).collect();
        Self { sources }
    }

    fn next(&mut self, project: Draft) -> Draft {
        self.sources.iter_mut().fold(project, |project, (source, amounts)| {
            let amount = amounts.next().unwrap_or(0);
            project.set(&format!("funding/{source}"), amount)
        })
    }
}

/// The equipment: a project a school, what it is to get, and what of it was accepted.
pub(super) fn equipment_records(
    county: &County,
    schools: &[School],
    at: DateTime<FixedOffset>,
) -> Vec<Change> {
    let Some(equipment) = &county.equipment else { return Vec::new() };
    // Where there are enough schools, no school has both; so the plan covers as many as it says.
    let apart = county.buildings.schools + equipment.projects <= schools.len();
    let taken: Vec<_> = if apart {
        buildings(county, schools).into_iter().map(|building| building.school.id).collect()
    } else {
        Vec::new()
    };
    let free = schools.iter().filter(|school| !taken.contains(&school.id));
    let mut funding = Funding::over(&equipment.funding, equipment.projects);
    let prices = prices(county);
    let mut changes = Vec::new();
    for (number, school) in (1..=equipment.projects).zip(free) {
        let code = &county.code;
        let id = equipment_id(code, number);
        let name = format!("{}演示装备项目{number:02}", county.name);
        let draft = project(county, id, &name, school, at)
            .set("class", "equipment")
            .set("work_type", "设备购置")
            .set("plan_year", 2014 + (number % 5) as i64);
        changes.push(funding.next(draft).done());
        if let Some((price, _)) = prices.get(number - 1) {
            let item = item_id(code, number);
            let wares = Wares::of(number);
            let item_record = Draft::new("equipment_item", item, "begun", at)
                .set("project", refer(id))
                .set("name", format!("{}（演示）", wares.name))
                .set("class", wares.class)
                .set("spec", wares.spec)
                .set("model", format!("YS-{number:03}"))
                .set("qty", wares.quantity)
                .set("unit", wares.unit)
                .set("unit_price", *price / wares.quantity);
            changes.push(with_sources(item_record, county, *price).done());
        }
    }
    changes
}

/// From which sources a line of the list is paid. Of the county whose work is told in full its report
/// says that there is county money among it, and not how much: there, no line names its sources.
fn with_sources(item: Draft, county: &County, price: i64) -> Draft {
    let Some(equipment) = county.equipment.as_ref().filter(|_| county.code != STORY_COUNTY) else {
        return item;
    };
    let planned: Vec<_> = equipment.funding.values().map(|amount| amount.wan_in_fen()).collect();
    equipment
        .funding
        .keys()
        .zip(shares(price, &planned))
        .fold(item, |item, (source, amount)| item.set(&format!("funding/{source}"), amount))
}

/// What a project buys.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wares {
    name: &'static str,
    class: &'static str,
    spec: &'static str,
    unit: &'static str,
    /// A divisor of [`STEP`], so that the price of one is a whole number.
    pub(super) quantity: i64,
}

/// Prices are so many thousands of yuan, in 分.
const STEP: i64 = 100_000;

const WARES: [Wares; 6] = [
    Wares {
        name: "学生用计算机", class: "计算机仪器", spec: "台式，含教学软件", unit: "台", quantity: 160
    },
    Wares { name: "图书", class: "图书", spec: "中小学馆配目录", unit: "册", quantity: 25_000 },
    Wares {
        name: "理化生实验仪器", class: "计算机仪器", spec: "省颁Ⅰ类", unit: "套", quantity: 125
    },
    Wares {
        name: "食堂与宿舍设施", class: "生活设施", spec: "食品级不锈钢", unit: "件", quantity: 500
    },
    Wares {
        name: "同步课程资源", class: "数字教育资源", spec: "离线部署", unit: "GB", quantity: 12_500
    },
    Wares {
        name: "可升降课桌凳", class: "课桌凳", spec: "钢木，四档升降", unit: "套", quantity: 2_000
    },
];

impl Wares {
    /// What the equipment project of that number buys: desks seldom, computers often.
    pub(super) const fn of(number: usize) -> Self {
        WARES[[0, 1, 2, 3, 0, 2, 1, 4, 0, 2, 3, 5][number % 12]]
    }
}

/// The equipment project of that number, from 1.
pub(super) fn equipment_id(code: &str, number: usize) -> RecordId {
    demo_record(&format!("project/{code}/equipment/{number}"))
}

/// The line of the purchase list of that number.
pub(super) fn item_id(code: &str, number: usize) -> RecordId {
    demo_record(&format!("equipment_item/{code}/{number}"))
}

/// What each school's equipment costs in 分, and whether it was accepted; empty if nothing is known.
pub(super) fn prices(county: &County) -> Vec<(i64, bool)> {
    let Some(equipment) = &county.equipment else { return Vec::new() };
    let Some(accepted) = &equipment.accepted else { return Vec::new() };
    let planned: i64 = equipment.funding.values().map(|amount| amount.wan_in_fen()).sum();
    let prices =
        |fen: i64, projects| shares(fen / STEP, &uneven(projects)).into_iter().map(|steps| steps * STEP);
    let came = prices(accepted.amount.wan_in_fen(), accepted.projects);
    let waiting =
        prices((planned - accepted.amount.wan_in_fen()).max(0), equipment.projects - accepted.projects);
    came.map(|price| (price, true)).chain(waiting.map(|price| (price, false))).collect()
}

/// How far those works have come that go on today, in basis points.
pub(super) const UNDER_WAY_BP: [i64; 6] = [9_200, 7_600, 6_100, 4_500, 3_000, 1_300];

/// The day on which the reports of the last month were there: its last one on the first of a month.
pub(super) fn reported_on(today: NaiveDate) -> NaiveDate {
    let first = today.with_day(1).unwrap_or(today);
    (first + Days::new(2)).min(today - Days::new(1))
}

/// What each building project has reached by the end of the last month.
pub(super) fn progress_records(county: &County, buildings: &[Building], today: NaiveDate) -> Vec<Change> {
    let (last_month, at) = (today - Months::new(1), at(reported_on(today), 8, 0));
    let month = format!("{}-{:02}", last_month.year(), last_month.month());
    let mut under_way = UNDER_WAY_BP.iter().cycle();
    let invested: Vec<_> = buildings
        .iter()
        .zip(worths(county))
        .map(|(building, worth)| match building {
            building if building.is_completed() => worth,
            building if building.is_under_way() => {
                worth / 10_000 * under_way.next().copied().unwrap_or_default()
            }
            _ => 0,
        })
        .collect();
    let reports = buildings.iter().zip(invested);
    reports
        .map(|(building, invested)| {
            let reached = if building.is_completed() {
                "已投入使用"
            } else if building.completed > 0 {
                "主体封顶"
            } else if building.started > 0 {
                "主体二层"
            } else {
                "前期手续"
            };
            let id = RecordId::natural("progress_report", &format!("{}/{month}", building.id));
            Draft::new("progress_report", id, "begun", at)
                .set("project", refer(building.id))
                .set("month", month.as_str())
                .set("started_area", building.started)
                .set("completed_area", building.completed)
                .set("invested", invested)
                .set("image_progress", reached)
                .done()
        })
        .collect()
}

/// The county's own money that has arrived.
pub(super) fn fund_records(county: &County, at: DateTime<FixedOffset>) -> Vec<Change> {
    let Some(received) = county.local_received else { return Vec::new() };
    let id = demo_record(&format!("fund_event/{}/received", county.code));
    let event = Draft::new("fund_event", id, "begun", at)
        .set("county", county.code.as_str())
        .set("type", "到位")
        .set("source", "县")
        .set("amount", received.wan_in_fen())
        .set("voucher", format!("演示-{}-01", county.code))
        .set("date", (at.date_naive() - Days::new(60)).to_string());
    vec![event.done()]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sync_protocol::value::Value;

    use super::super::figure::percent;
    use super::super::goods::{Detail, Goods};
    use super::super::{region, registry};
    use super::*;

    /// All changes about the works of one region, and its buildings.
    fn works(city: usize) -> (Vec<Change>, Vec<Building>) {
        let at = DateTime::default() + Days::new(400);
        let (mut changes, mut all) = (Vec::new(), Vec::new());
        for county in &region::all()[city].counties {
            let schools = registry::schools(county);
            let buildings = buildings(county, &schools);
            changes.extend(plan(county, at));
            changes.extend(project_records(county, &schools, &buildings, at));
            changes.extend(equipment_records(county, &schools, at));
            changes.extend(progress_records(county, &buildings, at.date_naive()));
            changes.extend(fund_records(county, at));
            all.extend(buildings);
        }
        (changes, all)
    }

    fn sum(changes: &[Change], kind: &str, field: &str) -> i64 {
        let of_kind = changes.iter().filter(|change| change.kind == kind);
        let lines = of_kind.flat_map(|change| &change.edits).filter(|edit| edit.field.as_str() == field);
        lines.filter_map(|edit| edit.value.as_ref()?.as_int()).sum()
    }

    fn texts(
        changes: &[Change],
        kind: &str,
        field: &str,
        among: impl Fn(&Change) -> bool,
    ) -> BTreeSet<String> {
        let of_kind = changes.iter().filter(|change| change.kind == kind && among(change));
        of_kind.filter_map(|change| change.value_of(field)?.as_text().map(str::to_owned)).collect()
    }

    #[test]
    fn the_records_of_sanming_reproduce_the_golden_figures() {
        let (changes, _) = works(0);
        let planned = sum(&changes, "project", "planned_area");
        let started = sum(&changes, "progress_report", "started_area");
        let completed = sum(&changes, "progress_report", "completed_area");
        assert_eq!((planned, started, completed), (22_140_000, 16_410_000, 14_751_900));
        assert_eq!(sum(&changes, "plan", "planned_area"), planned);
        assert_eq!(percent(started, planned, 1), "74.1%");
        assert_eq!(percent(completed, planned, 2), "66.63%");
        // 分: 3.62, 2.12 and 0.85 亿元.
        let money = ["中央", "省", "县"].map(|source| sum(&changes, "project", &format!("funding/{source}")));
        assert_eq!(money, [36_200_000_000, 21_200_000_000, 8_500_000_000]);
        assert_eq!(sum(&changes, "fund_event", "amount"), 5_803_000_000);
        let covered = texts(&changes, "project", "school", |_| true);
        assert_eq!(Some(covered.len()), region::all()[0].golden.covered_schools, "579 in the report");
    }

    #[test]
    fn the_records_of_shanghang_reproduce_the_golden_figures() {
        let (changes, buildings) = works(2);
        let planned = sum(&changes, "project", "planned_area");
        let started = sum(&changes, "progress_report", "started_area");
        let completed = sum(&changes, "progress_report", "completed_area");
        assert_eq!((planned, started, completed), (5_426_300, 4_373_100, 3_675_180));
        assert_eq!(percent(started, planned, 2), "80.59%");
        assert_eq!(percent(completed, planned, 2), "67.73%");
        let money = |class: &str| {
            let of_class =
                |change: &&Change| change.value_of("class").and_then(Value::as_text) == Some(class);
            let projects: Vec<_> = changes.iter().filter(of_class).cloned().collect();
            ["中央", "省"]
                .map(|source| sum(&projects, "project", &format!("funding/{source}")))
                .iter()
                .sum::<i64>()
        };
        assert_eq!((money("building"), money("equipment")), (7_586_800_000, 3_463_410_000));
        let today = "2026-03-15".parse().expect("a day");
        let county = &region::all()[2].counties[0];
        let (detail, photos) = (Detail::Whole, &[][..]);
        let goods =
            Goods { county, detail, station: "a", taker: "b", witness: "c", finance: "d", today, photos };
        let told: Vec<_> = goods.deeds().into_iter().map(|deed| deed.change).collect();
        let receipts = told.iter().filter(|change| change.kind == "equipment_receipt");
        let accepted: i64 = receipts
            .filter_map(|receipt| {
                let of = receipt.value_of("item")?.as_text()?;
                let item = changes.iter().find(|change| change.record.to_string() == of)?;
                Some(receipt.value_of("accepted_qty")?.as_int()? * item.value_of("unit_price")?.as_int()?)
            })
            .sum();
        let golden = &region::all()[2].golden;
        assert_eq!(Some(accepted), golden.equipment_accepted.map(Hundredths::wan_in_fen), "3290.00 万");
        assert_eq!(percent(accepted, money("equipment"), 2), "94.99%");
        assert_eq!(buildings.len(), 37);
        assert!(buildings.iter().filter(|building| building.is_under_way()).count() >= 5);
    }

    #[test]
    fn a_county_may_have_started_more_than_it_planned() {
        assert_eq!(filled(&[10, 10], 23), [10, 13]);
        assert_eq!(filled(&[10, 10], 12), [10, 2]);
    }
}
