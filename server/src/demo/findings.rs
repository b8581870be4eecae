//! Inspections, what they found, and what became of it: closed, tried twice, overdue, just issued.

use chrono::{Days, NaiveDate};
use sync_protocol::id::RecordId;
use sync_protocol::kinds;
use sync_protocol::photo::Sha256;
use sync_protocol::value::Value;

use super::diaries::at;
use super::draft::{Draft, demo_record, refer};
use super::story::{Deed, Phrases, Problem};
use super::works::Building;

/// An inspection of a project and the sign-in names of who takes part.
pub(super) struct Round<'r> {
    pub(super) number: usize,
    pub(super) building: &'r Building,
    pub(super) inspector: &'r str,
    pub(super) contractor: &'r str,
    pub(super) office: &'r str,
    pub(super) today: NaiveDate,
    pub(super) photos: &'r [Sha256],
}

/// How far a finding has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Closed,
    ClosedAtTheSecondTry,
    Claimed,
    Overdue,
    Issued,
}

const ENDINGS: [Ending; 5] =
    [Ending::Closed, Ending::Overdue, Ending::ClosedAtTheSecondTry, Ending::Claimed, Ending::Issued];

impl Round<'_> {
    /// All that was written.
    pub(super) fn deeds(&self, phrases: &Phrases) -> Vec<Deed> {
        let problem = &phrases.findings[self.number % phrases.findings.len()];
        let ending = ENDINGS[self.number % ENDINGS.len()];
        let day = self.today - Days::new(if ending == Ending::Issued { 2 } else { 18 });
        let inspection = demo_record(&format!("inspection/{}", self.building.id));
        let finding = demo_record(&format!("finding/{}", self.building.id));
        let mut deeds = vec![
            self.inspection(inspection, day, problem),
            self.finding(finding, inspection, day, problem, ending),
        ];
        match ending {
            Ending::Issued | Ending::Overdue => {}
            Ending::Claimed => {
                deeds.push(self.rectification(finding, 1, day, problem).0);
            }
            Ending::Closed => {
                let (claim, first) = self.rectification(finding, 1, day, problem);
                deeds.extend([claim, self.verification(finding, first, day, true)]);
            }
            Ending::ClosedAtTheSecondTry => {
                let (claim, first) = self.rectification(finding, 1, day, problem);
                deeds.extend([claim, self.verification(finding, first, day, false)]);
                let later = day + Days::new(5);
                let (claim, second) = self.rectification(finding, 2, later, problem);
                deeds.extend([claim, self.verification(finding, second, later, true)]);
            }
        }
        deeds
    }

    fn inspection(&self, id: RecordId, day: NaiveDate, problem: &Problem) -> Deed {
        let draft = Draft::new("inspection", id, "begun", at(day, 11, 30))
            .set("project", refer(self.building.id))
            .set("date", day.to_string())
            .set("theme", "全面改薄")
            .set("checklist", [("version", kinds::CHECKLIST_VERSION)])
            .set("team", [("name", "责任督学（演示）")])
            .set("arrived_at", at(day, 9, 0).to_rfc3339())
            .set("left_at", at(day, 11, 20).to_rfc3339())
            .set("isolation_ok", problem.item != "A01")
            .set("conclusion", "基本符合，限期整改")
            .set("feedback", "已当场向学校和施工单位反馈（演示）");
        let items = ["G01", "G03", "Q01", "Q05", "A01", "A03", "P01"];
        let passed = items.into_iter().filter(|item| *item != problem.item);
        let draft =
            passed.fold(draft, |draft, item| draft.set(&format!("items/{item}"), [("result", "合格")])).set(
                &format!("items/{}", problem.item),
                [("result", "不合格"), ("note", problem.description.as_str())],
            );
        Deed::new(self.inspector, draft.done())
    }

    fn finding(
        &self,
        id: RecordId,
        inspection: RecordId,
        day: NaiveDate,
        problem: &Problem,
        ending: Ending,
    ) -> Deed {
        let days = match problem.severity.as_str() {
            "重大" => 1,
            "较大" => 7,
            _ => 15,
        };
        // What is overdue stays so: its deadline was short.
        let days = if ending == Ending::Overdue { days.min(7) } else { days };
        let draft = Draft::new("finding", id, "begun", at(day, 11, 40))
            .set("project", refer(self.building.id))
            .set("inspection", refer(inspection))
            .set("item", problem.item.as_str())
            .set("source", "professional")
            .set("category", problem.category.as_str())
            .set("severity", problem.severity.as_str())
            .set("description", problem.description.as_str())
            .set("part", problem.part.as_str())
            .set("found_on", day.to_string())
            .set("deadline", (day + Days::new(days)).to_string())
            .set("responsible", problem.responsible.as_str())
            .set("notice_no", format!("演示-{:03}", self.number + 1));
        Deed::new(self.inspector, self.with_photo(draft, "photos", "问题", 0).done())
    }

    fn rectification(
        &self,
        finding: RecordId,
        attempt: usize,
        day: NaiveDate,
        problem: &Problem,
    ) -> (Deed, RecordId) {
        let id = demo_record(&format!("rectification/{finding}/{attempt}"));
        let done_on = day + Days::new(2);
        let draft = Draft::new("rectification", id, "begun", at(done_on, 16, 10))
            .set("project", refer(self.building.id))
            .set("finding", refer(finding))
            .set("measures", problem.measures.as_str())
            .set("done_on", done_on.to_string());
        let draft = self.with_photo(draft, "before", "问题", 0);
        let draft = self.with_photo(draft, "after", "整改后", attempt);
        (Deed::new(self.contractor, draft.done()), id)
    }

    fn verification(&self, finding: RecordId, rectification: RecordId, day: NaiveDate, passed: bool) -> Deed {
        let id = demo_record(&format!("verification/{rectification}"));
        let verified_on = day + Days::new(4);
        let draft = Draft::new("verification", id, "begun", at(verified_on, 10, 0))
            .set("project", refer(self.building.id))
            .set("finding", refer(finding))
            .set("rectification", refer(rectification))
            .set("result", if passed { "通过" } else { "不通过" })
            .set("date", verified_on.to_string());
        // The zone's inspector and the office's take turns: never the one who rectified.
        let verifier = if self.number.is_multiple_of(2) { self.office } else { self.inspector };
        Deed::new(verifier, draft.done())
    }

    fn with_photo(&self, draft: Draft, field: &str, category: &str, turn: usize) -> Draft {
        let Some(photo) = self.photos.get((self.number * 3 + turn) % self.photos.len().max(1)) else {
            return draft;
        };
        let parts = [
            ("sha256", Value::from(photo.to_string())),
            ("category", category.into()),
            ("caption", "演示照片".into()),
        ];
        draft.set(field, parts)
    }
}
