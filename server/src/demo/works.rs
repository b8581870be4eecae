//! The programme of a county: its plan, its projects, what they have reached, what was bought.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, FixedOffset, Months};
use sync_protocol::change::Change;
use sync_protocol::id::RecordId;

use super::draft::{Draft, demo_record, refer};
use super::figure::{Hundredths, shares, uneven};
use super::region::{County, Money};
use super::registry::School;

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
    let grounds = grounds(county);
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
    for (number, sort) in grounds.into_iter().enumerate() {
        let id = demo_record(&format!("project/{}/ground/{number}", county.code));
        let name = format!("{}演示{sort}项目{:02}", county.name, number + 1);
        let school = &schools[number % schools.len()];
        let draft = project(county, id, &name, school, at)
            .set("class", "building")
            .set("work_type", "运动场地")
            .set("building_use", "运动场")
            .set("plan_year", 2015);
        changes.push(funding.next(draft).done());
    }
    changes
}

fn grounds(county: &County) -> Vec<&str> {
    county.grounds.iter().flat_map(|(sort, count)| std::iter::repeat_n(sort.as_str(), *count)).collect()
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
        let id = demo_record(&format!("project/{code}/equipment/{number}"));
        let name = format!("{}演示装备项目{number:02}", county.name);
        let draft = project(county, id, &name, school, at)
            .set("class", "equipment")
            .set("work_type", "设备购置")
            .set("plan_year", 2014 + (number % 5) as i64);
        changes.push(funding.next(draft).done());
        if let Some((price, accepted)) = prices.get(number - 1) {
            let item = demo_record(&format!("equipment_item/{code}/{number}"));
            let goods =
                ["理化生实验设备", "多媒体教学设备", "学生用计算机", "体美卫器材", "综合实践活动室器材"];
            let item_record = Draft::new("equipment_item", item, "begun", at)
                .set("project", refer(id))
                .set("name", format!("{}（演示）", goods[number % goods.len()]))
                .set("spec", "省颁Ⅰ类（演示）")
                .set("model", format!("YS-{number:03}"))
                .set("qty", 1)
                .set("unit", "套")
                .set("unit_price", *price);
            changes.push(item_record.done());
            let receipt = demo_record(&format!("equipment_receipt/{code}/{number}"));
            let came = Draft::new("equipment_receipt", receipt, "begun", at)
                .set("project", refer(id))
                .set("item", refer(item))
                .set("date", (at.date_naive() - chrono::Days::new(20)).to_string())
                .set("delivered_qty", 1)
                .set("accepted_qty", 1)
                .set("matches_contract", true)
                .set("matches_sample", true)
                .set("seal_intact", true);
            changes.extend(accepted.then(|| came.done()));
        }
    }
    changes
}

/// What each school's equipment costs in 分, and whether it was accepted; empty if nothing is known.
fn prices(county: &County) -> Vec<(i64, bool)> {
    let Some(equipment) = &county.equipment else { return Vec::new() };
    let Some(accepted) = &equipment.accepted else { return Vec::new() };
    let planned: i64 = equipment.funding.values().map(|amount| amount.wan_in_fen()).sum();
    let came = shares(accepted.amount.wan_in_fen(), &uneven(accepted.projects));
    let rest = equipment.projects - accepted.projects;
    let waiting = shares((planned - accepted.amount.wan_in_fen()).max(0), &uneven(rest));
    let came = came.into_iter().map(|price| (price, true));
    came.chain(waiting.into_iter().map(|price| (price, false))).collect()
}

/// What each building project has reached by the end of the last month.
pub(super) fn progress_records(
    county: &County,
    buildings: &[Building],
    at: DateTime<FixedOffset>,
) -> Vec<Change> {
    let last_month = at.date_naive() - Months::new(1);
    let month = format!("{}-{:02}", last_month.year(), last_month.month());
    let money: i64 = county.buildings.funding.values().map(|amount| amount.wan_in_fen()).sum();
    let spent = i128::from(money) * i128::from(county.buildings.completed.0)
        / i128::from(county.buildings.planned.0.max(1));
    let weights: Vec<_> = buildings.iter().map(|building| building.completed).collect();
    let invested = shares(i64::try_from(spent).unwrap_or(money), &weights);
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

/// The stages that the building projects went through.
pub(super) fn stage_records(buildings: &[Building], at: DateTime<FixedOffset>) -> Vec<Change> {
    let mut changes = Vec::new();
    for building in buildings {
        let reached = match building {
            building if building.is_completed() => 6,
            building if building.started > 0 => 4,
            _ => 2,
        };
        let stages = ["立项报建", "图纸设计", "施工发包", "开工", "竣工验收", "投入使用"];
        for (number, stage) in stages.into_iter().take(reached).enumerate() {
            let days_ago = 60 * (6 - number as i64);
            let day = at.date_naive() - chrono::Days::new(days_ago.unsigned_abs());
            let id = demo_record(&format!("stage_event/{}/{stage}", building.id));
            changes.push(
                Draft::new("stage_event", id, "begun", at)
                    .set("project", refer(building.id))
                    .set("stage", stage)
                    .set("date", day.to_string())
                    .done(),
            );
        }
    }
    changes
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
        .set("date", (at.date_naive() - chrono::Days::new(60)).to_string());
    vec![event.done()]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sync_protocol::value::Value;

    use super::super::figure::percent;
    use super::super::{region, registry};
    use super::*;

    /// All changes about the works of one region, and its buildings.
    fn works(city: usize) -> (Vec<Change>, Vec<Building>) {
        let at = DateTime::default() + chrono::Days::new(400);
        let (mut changes, mut all) = (Vec::new(), Vec::new());
        for county in &region::all()[city].counties {
            let schools = registry::schools(county);
            let buildings = buildings(county, &schools);
            changes.extend(plan(county, at));
            changes.extend(project_records(county, &schools, &buildings, at));
            changes.extend(equipment_records(county, &schools, at));
            changes.extend(progress_records(county, &buildings, at));
            changes.extend(stage_records(&buildings, at));
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
        let accepted = texts(&changes, "equipment_receipt", "item", |_| true);
        let items = changes.iter().filter(|change| accepted.contains(&change.record.to_string()));
        let accepted: i64 = items.filter_map(|item| item.value_of("unit_price")?.as_int()).sum();
        let golden = &region::all()[2].golden;
        assert_eq!(Some(accepted), golden.equipment_accepted.map(Hundredths::wan_in_fen), "3290.00 万");
        assert_eq!(percent(accepted, money("equipment"), 2), "94.99%");
        assert_eq!(buildings.len(), 37);
        let in_use = texts(&changes, "stage_event", "project", |change| {
            change.value_of("stage").and_then(Value::as_text) == Some("投入使用")
        });
        let of_project = |id: &String| {
            let building = buildings.iter().find(|building| building.id.to_string() == *id);
            building.map(|building| building.school.id)
        };
        let schools: BTreeSet<_> = in_use.iter().map(of_project).collect();
        assert_eq!(Some(schools.len()), golden.completed_schools, "18 schools whose projects are in use");
        assert!(buildings.iter().filter(|building| building.is_under_way()).count() >= 5);
    }

    #[test]
    fn a_county_may_have_started_more_than_it_planned() {
        assert_eq!(filled(&[10, 10], 23), [10, 13]);
        assert_eq!(filled(&[10, 10], 12), [10, 2]);
    }
}
