//! What the offices call, hear, decide and publish in half a year.

use chrono::{Days, NaiveDate};
use sync_protocol::change::Change;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;
use sync_protocol::signoff::Verdict;
use sync_protocol::value::Value;

use super::calendar::office_day;
use super::course::Course;
use super::draft::{Draft, demo_record, refer};
use super::findings::Told;
use super::region::County;
use super::story::{Deed, at};

/// Who writes, by sign-in name.
pub(super) struct Office<'o> {
    pub(super) county: &'o County,
    pub(super) works: &'o str,
    pub(super) inspection: &'o str,
    pub(super) leader: &'o str,
    pub(super) today: NaiveDate,
}

/// How many days ago a bulletin was published.
const BULLETINS: [u64; 2] = [62, 31];
/// Bottom lines that schools check themselves by.
const BASELINES: [&str; 3] = ["每生一桌一椅", "寄宿生每人一床位", "校园无危房"];

impl Office<'_> {
    /// All that was written.
    pub(super) fn deeds(&self, courses: &[Course], findings: &[Told]) -> Vec<Deed> {
        let mut deeds = self.meetings();
        deeds.extend(self.complaints(courses, findings));
        deeds.extend(self.differing(courses, findings));
        deeds.extend(self.bulletins(findings));
        deeds
    }

    fn day(&self, ago: u64) -> NaiveDate {
        office_day(self.today - Days::new(ago), self.today)
    }

    fn draft(&self, kind: &str, name: &str, ago: u64) -> Draft {
        let id = demo_record(&format!("{kind}/{}/{name}", self.county.code));
        Draft::new(kind, id, "begun", at(self.day(ago), 15, 10))
    }

    fn in_county(&self, kind: &str, name: &str, ago: u64) -> Draft {
        self.draft(kind, name, ago).set("county", self.county.code.as_str())
    }

    fn meetings(&self) -> Vec<Deed> {
        let mut deeds = Vec::new();
        for month in 0..6 {
            let ago = 8 + month * 30;
            let due = (self.day(ago) + Days::new(14)).to_string();
            let decision =
                [("item", "各项目学校补齐日志，改薄办核对进度"), ("owner", "项目学校"), ("due", &due)];
            let meeting = self
                .in_county("meeting", &format!("dispatch/{month}"), ago)
                .set("date", self.day(ago).to_string())
                .set("meeting_kind", "调度会")
                .set("subject", "全面改薄月调度")
                .set("attendees", [("name", "分管领导（演示）"), ("unit", "县政府（演示）")])
                .set("decisions", decision)
                .set("text", "通报上月进度与未整改问题，安排下月工作（演示）");
            deeds.push(Deed::new(self.works, meeting.done()));
        }
        let visit = self
            .in_county("visit", "leader", 45)
            .set("date", self.day(45).to_string())
            .set("attendees", [("name", "分管领导（演示）"), ("duty", "副县长（演示）")])
            .set("decisions", [("item", "围挡缺口当天封闭"), ("owner", "施工单位（演示）")])
            .set("text", "察看三所学校在建工程，要求落实隔离措施（演示）");
        deeds.push(Deed::new(self.works, visit.done()));
        deeds
    }

    fn complaint(&self, name: &str, ago: u64, course: &Course, text: &str) -> Draft {
        self.draft("complaint", name, ago)
            .set("project", refer(course.building.id))
            .set("date", self.day(ago).to_string())
            .set("channel", "电话")
            .set("text", text)
            .set("reply_due", (self.day(ago) + Days::new(15)).to_string())
    }

    /// One was answered, of one a finding was made, one waits too long, one has just come.
    fn complaints(&self, courses: &[Course], findings: &[Told]) -> Vec<Deed> {
        let answered = self.complaint("dust", 50, &courses[0], "运料车扬尘，影响上课").done();
        let reply = Draft::new("complaint", answered.record, "reply", at(self.day(44), 15, 10));
        let reply = reply.set("reply", "已要求错峰运输并洒水，学校回访满意").done();
        let taken = self.complaint("fence", 20, &courses[1], "围挡有缺口，孩子能钻进工地").done();
        let finding = findings.iter().find(|told| told.project == courses[1].building.id);
        let finding = finding.map(|told| {
            let linked = Draft::new("complaint", taken.record, "finding", at(self.day(17), 15, 10));
            linked.set("finding", refer(told.id)).done()
        });
        let waits = self.complaint("noise", 25, &courses[2], "夜间施工，住宿生睡不好").done();
        let new = self.complaint("water", 3, &courses[3], "工地排水流进操场").done();
        let all = [answered, reply, taken, waits, new].into_iter().chain(finding);
        all.map(|change| Deed::new(self.inspection, change)).collect()
    }

    /// What people differ about: how grave a finding is, who of the leaders has a project.
    fn differing(&self, courses: &[Course], findings: &[Told]) -> Vec<Deed> {
        let mut deeds = Vec::new();
        if let Some(open) = findings.iter().rev().find(|told| told.stays_open) {
            let graver = Draft::new("finding", open.id, "graver", at(self.day(10), 15, 10));
            deeds.push(Deed::new(self.inspection, graver.set("severity", "重大").done()));
        }
        let project = courses[2].building.id;
        for (who, step, ago) in [("张副县长（演示）", "lead", 100), ("李副县长（演示）", "lead-too", 99)]
        {
            let lead = Draft::new("project", project, step, at(self.day(ago), 15, 10));
            deeds.push(Deed::new(self.works, lead.set("lead_official", who).done()));
        }
        deeds
    }

    /// Two bulletins that name what is overdue (their figures are taken when they are published), and an interview about one of these.
    fn bulletins(&self, findings: &[Told]) -> Vec<Deed> {
        let mut deeds = Vec::new();
        for (number, ago) in (1..).zip(BULLETINS) {
            let day = self.day(ago);
            let mut named =
                findings.iter().filter(|told| told.stays_open && told.deadline + Days::new(1) < day);
            let bulletin = self
                .in_county("bulletin", &number.to_string(), ago)
                .set("number", format!("〔{}〕{number}（演示）", day.format("%Y")))
                .set("version", "1")
                .set("period", day.format("%Y-%m").to_string())
                .set(&format!("cutoff/{}", self.county.code), 0)
                .set("figures", [("findings", Value::List(Vec::new()))])
                .set("text", "逾期未整改的问题列入附表，请有关单位限期整改（演示）")
                .set("published_on", day.to_string())
                .done();
            let approved = Draft::new("bulletin", bulletin.record, "approved", at(day, 18, 10));
            let approved = approved.sign(Role::Leader, Verdict::Approved, None, &[&bulletin]).done();
            if let Some(first) = named.next().filter(|_| number == 1) {
                let interview = self
                    .in_county("interview", "first", 55)
                    .set("date", self.day(55).to_string())
                    .set("unit", "施工单位（演示）")
                    .set("causes", "问题逾期未整改")
                    .set("requirements", "七天内整改到位并报复查")
                    .set("deadline", self.day(48).to_string())
                    .set("findings", refer(first.id))
                    .set("bulletin", refer(bulletin.record));
                deeds.push(Deed::new(self.inspection, interview.done()));
            }
            deeds.extend(
                [(self.inspection, bulletin), (self.leader, approved)]
                    .map(|(who, change)| Deed::new(who, change)),
            );
        }
        deeds
    }
}

/// What a school says of its bottom lines.
pub(super) fn baselines(school: RecordId, turn: usize, principal: &str, day: NaiveDate) -> Vec<Deed> {
    let check = |(number, item): (usize, &&str)| {
        let id = RecordId::natural("baseline_check", &format!("{school}/{item}"));
        let result = match (turn + number * 2) % 9 {
            4 => "未达标",
            7 => "不适用",
            _ => "达标",
        };
        let draft = Draft::new("baseline_check", id, "begun", at(day, 15, 10))
            .set("school", refer(school))
            .set("item", *item)
            .set("result", result);
        Deed::new(principal, draft.done())
    };
    BASELINES.iter().enumerate().map(check).collect()
}

/// A bulletin with the figures of its day, and the position of the ledger that they were taken at.
pub(super) fn frozen(bulletin: &Change, county: &str, position: u64, figures: Value) -> Change {
    let mut frozen = bulletin.clone();
    let position = Value::from(i64::try_from(position).unwrap_or(i64::MAX));
    let said = [(format!("cutoff/{county}"), position), ("figures".to_owned(), figures)];
    for (field, value) in said {
        for edit in frozen.edits.iter_mut().filter(|edit| edit.field.as_str() == field) {
            edit.value = Some(value.clone());
        }
    }
    frozen
}
