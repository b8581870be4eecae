//! The papers of the works: stages and dossiers, suspensions with their orders, acceptances, contracts,
//! monthly reports. Some steps are not as the rules have them, and that shows.

use chrono::{DateTime, Datelike as _, Days, FixedOffset, Months, NaiveDate};
use sync_protocol::change::Change;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;
use sync_protocol::signoff::Verdict;

use super::calendar::{next_office_day, office_day};
use super::course::{Course, DAYS, Sort};
use super::draft::{Draft, demo_record, refer};
use super::story::{Deed, at};
use super::works::Building;

/// The papers of a project and the sign-in names of who writes them.
pub(super) struct Papers<'p> {
    pub(super) course: &'p Course,
    pub(super) worth: i64,
    pub(super) writer: &'p str,
    pub(super) engineer: &'p str,
    pub(super) office: &'p str,
    pub(super) today: NaiveDate,
}

/// The stages in their order, how many days before the start or after the end they are, and the papers
/// that go with them.
const BEFORE: [(&str, u64, &[&str]); 3] = [
    ("立项报建", 150, &["立项批文"]),
    ("图纸设计", 95, &["图纸审查"]),
    ("施工发包", 30, &["招投标", "施工合同", "监理合同", "廉洁承诺书"]),
];
const AFTER: [(&str, u64, &[&str]); 5] = [
    ("竣工备案", 4, &["竣工备案"]),
    ("投入使用", 8, &[]),
    ("工程结算", 12, &["结算审计"]),
    ("资产移交", 15, &["资产移交"]),
    ("项目关闭", 18, &[]),
];

/// The contract of a project's works.
pub(super) fn contract_id(project: RecordId) -> RecordId {
    demo_record(&format!("contract/{project}"))
}

/// The month, as reports name it, and its last day.
pub(super) fn month_before(today: NaiveDate, months: u32) -> (String, NaiveDate) {
    let first = (today - Months::new(months)).with_day(1).unwrap_or(today);
    (first.format("%Y-%m").to_string(), first + Months::new(1) - Days::new(1))
}

impl Papers<'_> {
    /// All of them.
    pub(super) fn deeds(&self) -> Vec<Deed> {
        let mut deeds = self.stages();
        deeds.push(self.contract());
        self.suspension(&mut deeds);
        self.acceptance(&mut deeds);
        self.reports(&mut deeds);
        deeds
    }

    fn draft(&self, kind: &str, name: &str, day: NaiveDate) -> Draft {
        let id = demo_record(&format!("{kind}/{}/{name}", self.course.building.id));
        Draft::new(kind, id, "begun", at(day, 9, 20)).set("project", refer(self.course.building.id))
    }

    /// What was before the story began is entered with its first day.
    fn entered(&self, day: NaiveDate) -> NaiveDate {
        day.max(self.today - Days::new(DAYS - 1))
    }

    fn stages(&self) -> Vec<Deed> {
        let (course, number) = (self.course, self.course.number);
        let begins = course.begins(self.today);
        let mut reached: Vec<(&str, NaiveDate, &[&str])> = BEFORE
            .iter()
            .map(|(stage, before, papers)| (*stage, office_day(begins - Days::new(*before), begins), *papers))
            .collect();
        reached.push(("开工", begins, &["施工许可或备案"]));
        if let Some(end) = course.ends(self.today) {
            reached.push(("竣工验收", end, &["隐蔽验收", "竣工验收"]));
            let further = self.further();
            let after = AFTER.iter().take(further);
            reached.extend(
                after.map(|(stage, days, papers)| (*stage, next_office_day(end + Days::new(*days)), *papers)),
            );
        }
        match number {
            // One was built before its drawings were reviewed, one before the tender was over.
            7 => reached.retain(|(stage, ..)| *stage != "图纸设计"),
            8 => reached[2].1 = begins + Days::new(12),
            _ => {}
        }
        let mut deeds = Vec::new();
        for (stage, day, papers) in reached.into_iter().filter(|(_, day, _)| *day < self.today) {
            let draft = self.draft("stage_event", stage, self.entered(day));
            let draft = draft.set("stage", stage).set("date", day.to_string());
            let has_number = !(number == 9 && stage == "开工");
            let numbered = format!("演示〔{}〕{:03}号", day.year(), number + 1);
            let event = if has_number { draft.set("document_no", numbered.as_str()) } else { draft };
            deeds.push(Deed::new(self.office, event.done()));
            let filed = papers.iter().filter(|paper| !(number == 11 && **paper == "廉洁承诺书"));
            let step = format!("dossier/{stage}");
            let draft = Draft::new("project", course.building.id, &step, at(self.entered(day), 9, 30));
            let dossier = filed.fold(draft, |draft, paper| {
                let document = [("document_no", numbered.clone()), ("date", day.to_string())];
                draft.set(&format!("dossier/{paper}"), document)
            });
            if !papers.is_empty() {
                deeds.push(Deed::new(self.office, dossier.done()));
            }
        }
        deeds
    }

    /// How many of the stages after the acceptance were reached.
    const fn further(&self) -> usize {
        match (self.course.sort, self.course.number) {
            (Sort::Completed, 6) => 5,
            (Sort::Completed, 7) => 4,
            (Sort::Completed, 8) => 3,
            // The second buildings of some schools.
            (Sort::Completed, 24) => 0,
            (Sort::Completed, 25) => 1,
            _ => 2,
        }
    }

    fn contract(&self) -> Deed {
        let course = self.course;
        let begins = course.begins(self.today);
        // The works of some are behind: what they have done should have taken less time.
        let slack = [8, -14, 2, -16, 4, 1][course.number % 6];
        let end = match (course.sort, course.ends(self.today)) {
            (_, Some(end)) => end + Days::new(5),
            (Sort::UnderWay, None) => {
                let done = course.done_bp(0) / 100;
                let days = course.begins_ago as i64 * 100 / (done - slack).clamp(5, 100);
                begins + Days::new(days.max(30).unsigned_abs())
            }
            (_, None) => begins + Days::new(120),
        };
        let signed_on = office_day(begins - Days::new(20), begins);
        let contract = Draft::new(
            "contract",
            contract_id(course.building.id),
            "begun",
            at(self.entered(signed_on), 9, 40),
        )
        .set("project", refer(course.building.id))
        .set("projects", refer(course.building.id))
        .set("contract_no", format!("演示-SG-{:03}", course.number + 1))
        .set("name", format!("{}施工合同", course.building.name))
        .set("contract_kind", "施工")
        .set("party", "演示建筑工程有限公司")
        .set("amount", self.worth)
        .set("signed_on", signed_on.to_string())
        .set("start", begins.to_string())
        .set("end", end.to_string())
        .set("retention_bp", 300);
        Deed::new(self.office, contract.done())
    }

    fn suspension(&self, deeds: &mut Vec<Deed>) {
        let Some((from, to)) = self.course.still_ago else { return };
        let (from, to) = (self.today - Days::new(from), to.map(|to| self.today - Days::new(to)));
        let reason = if to.is_some() {
            "暴雨，基坑积水，危及邻近校舍"
        } else {
            "面层材料送检不合格，等待复检"
        };
        let order = self.draft("notice", "order", from).set("notice_kind", "停工令");
        let order = order
            .set("notice_no", format!("演示-停-{:02}", self.course.number))
            .set("text", format!("{reason}，即日起停工"))
            .set("issued_at", at(from, 8, 30).to_rfc3339());
        let order = order.done();
        let suspension = self.draft("suspension", "order", from).set("from", from.to_string());
        let suspension = suspension.set("reason", reason).set("order", refer(order.record)).done();
        let ended = to.map(|to| {
            Draft::new("suspension", suspension.record, "ended", at(to, 16, 0)).set("to", to.to_string())
        });
        deeds.extend([order, suspension].map(|change| Deed::new(self.engineer, change)));
        deeds.extend(ended.map(|ended| Deed::new(self.engineer, ended.done())));
    }

    /// What the five parties found; at one building the surveyor did not come.
    fn acceptance(&self, deeds: &mut Vec<Deed>) {
        let Some(end) = self.course.ends(self.today) else { return };
        let stayed_away = |party: &str| self.course.number == 12 && party == "勘察";
        let accepted = accepted_by(&self.course.building, end, at(end, 9, 20), stayed_away);
        deeds.push(Deed::new(self.office, accepted));
    }

    /// What was reached by the end of each month; the office certifies most of them.
    fn reports(&self, deeds: &mut Vec<Deed>) {
        let course = self.course;
        // The last month's of buildings stand with the golden figures: see `works::progress_records`.
        let last = if course.sort == Sort::Ground { 1 } else { 2 };
        for months in (last..=6).rev() {
            let (month, end) = month_before(self.today, months);
            let ago = (self.today - end).num_days().unsigned_abs();
            if course.begins(self.today) > end {
                continue;
            }
            let is_done = course.ends(self.today).is_some_and(|day| day <= end);
            let building = &course.building;
            let draft = report(building, &month, end + Days::new(2))
                .set("started_area", building.started)
                .set("completed_area", if is_done { building.planned } else { 0 })
                .set("invested", self.worth / 10_000 * course.done_bp(ago))
                .set("image_progress", if is_done { "已竣工" } else { "主体二层" });
            let draft = draft.done();
            let looked_on = next_office_day(end + Days::new(5));
            let certified = (course.number % 11 != 10).then(|| certified(self.office, &draft, looked_on));
            deeds.push(Deed::new(self.writer, draft));
            deeds.extend(certified.filter(|_| looked_on < self.today));
        }
    }
}

fn report(building: &Building, month: &str, day: NaiveDate) -> Draft {
    let id = RecordId::natural("progress_report", &format!("{}/{month}", building.id));
    Draft::new("progress_report", id, "begun", at(day, 9, 50))
        .set("project", refer(building.id))
        .set("month", month)
}

/// The office stands by a report.
pub(super) fn certified(office: &str, report: &Change, day: NaiveDate) -> Deed {
    let signed = Draft::new("progress_report", report.record, "certified", at(day, 14, 40));
    Deed::new(office, signed.sign(Role::ProjectOffice, Verdict::Approved, None, &[report]).done())
}

/// What a building has come to that is not begun: its drawings are reviewed, or it is under contract.
pub(super) fn begun_on_paper(
    building: &Building,
    stages: usize,
    office: &str,
    today: NaiveDate,
) -> Vec<Deed> {
    let step = |(stage, before, papers): &(&str, u64, &[&str])| {
        let day = office_day(today - Days::new(*before), today);
        let draft = Draft::new("project", building.id, &format!("dossier/{stage}"), at(day, 9, 30));
        let filed = dossier_of(draft, papers, day, building).done();
        [event(building, stage, day, at(day, 9, 20)), filed].map(|change| Deed::new(office, change))
    };
    BEFORE.iter().take(stages).flat_map(step).collect()
}

/// The papers of a building that was in use before the ledger began on `first`, as they were entered then.
pub(super) fn in_use_before(building: &Building, number: u64, first: NaiveDate) -> Vec<Change> {
    let entered = at(first, 7, 55);
    let accepted = office_day(first - Days::new(25 + number * 37 % 700), first);
    let begins = office_day(accepted - Days::new(110 + number * 13 % 90), first);
    let before = BEFORE
        .iter()
        .map(|(stage, days, papers)| (*stage, office_day(begins - Days::new(*days), begins), *papers));
    let mut reached: Vec<_> = before.collect();
    reached.push(("开工", begins, &["施工许可或备案"]));
    reached.push(("竣工验收", accepted, &["隐蔽验收", "竣工验收"]));
    let further = [2, 3, 2, 4, 2, 5][(number % 6) as usize];
    let after = AFTER
        .iter()
        .take(further)
        .map(|(stage, days, papers)| (*stage, office_day(accepted + Days::new(*days), first), *papers));
    reached.extend(after);
    let mut filed = Draft::new("project", building.id, "dossier", entered);
    let mut changes = Vec::new();
    for (stage, day, papers) in reached {
        changes.push(event(building, stage, day, entered));
        // Some pledges cannot be found any more.
        let found: Vec<_> =
            papers.iter().copied().filter(|paper| number % 23 != 11 || *paper != "廉洁承诺书").collect();
        filed = dossier_of(filed, &found, day, building);
    }
    changes.push(filed.done());
    changes.push(accepted_by(building, accepted, entered, |party| number % 31 == 7 && party == "勘察"));
    changes
}

/// What a document of that year is called.
fn document_no(building: &Building, day: NaiveDate) -> String {
    let number: String = building.name.chars().filter(char::is_ascii_digit).collect();
    format!("演示〔{}〕{number:0>3}号", day.year())
}

fn event(building: &Building, stage: &str, day: NaiveDate, made_at: DateTime<FixedOffset>) -> Change {
    let id = demo_record(&format!("stage_event/{}/{stage}", building.id));
    Draft::new("stage_event", id, "begun", made_at)
        .set("project", refer(building.id))
        .set("stage", stage)
        .set("date", day.to_string())
        .set("document_no", document_no(building, day))
        .done()
}

fn dossier_of(draft: Draft, papers: &[&str], day: NaiveDate, building: &Building) -> Draft {
    papers.iter().fold(draft, |draft, paper| {
        let document = [("document_no", document_no(building, day)), ("date", day.to_string())];
        draft.set(&format!("dossier/{paper}"), document)
    })
}

/// What the parties found, but for those who did not come.
fn accepted_by(
    building: &Building,
    day: NaiveDate,
    made_at: DateTime<FixedOffset>,
    stayed_away: impl Fn(&str) -> bool,
) -> Change {
    let id = demo_record(&format!("acceptance/{}/whole", building.id));
    let draft = Draft::new("acceptance", id, "begun", made_at)
        .set("project", refer(building.id))
        .set("part", "全部工程")
        .set("date", day.to_string())
        .set("content", "实体与资料检查合格，同意交付（演示）")
        .set("conclusion", "合格");
    let parties = ["勘察", "设计", "施工", "监理", "建设", "学校"];
    let came = parties.into_iter().filter(|party| !stayed_away(party));
    let draft = came.fold(draft, |draft, party| {
        let opinion = [("unit", format!("演示{party}单位")), ("person", format!("{party}代表（演示）"))];
        draft.set(&format!("parties/{party}"), opinion)
    });
    draft.done()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sync_protocol::value::Value;

    use super::super::{course, region, registry, works};
    use super::*;

    #[test]
    fn as_many_schools_as_the_report_says_have_their_buildings_in_use() {
        let region = region::all().into_iter().nth(2).expect("the region of the story");
        let county = &region.counties[0];
        let (schools, worths) = (registry::schools(county), works::worths(county));
        let today = "2026-03-15".parse().expect("a day");
        let mut in_use = BTreeSet::new();
        for course in course::courses(county, &schools).iter().filter(|course| course.sort == Sort::Completed)
        {
            let worth = worths[0];
            let papers = Papers { course, worth, writer: "a", engineer: "b", office: "c", today };
            let is_use =
                |deed: &Deed| deed.change.value_of("stage").and_then(Value::as_text) == Some("投入使用");
            if papers.deeds().iter().any(is_use) {
                in_use.insert(course.building.school.id);
            }
        }
        assert_eq!(
            Some(in_use.len()),
            region.golden.completed_schools,
            "18 schools whose projects are in use"
        );
    }
}
