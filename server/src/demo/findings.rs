//! Inspections of half a year, what they found, and what became of it: closed, tried twice, sent
//! back, overdue, just issued.

use chrono::{Days, NaiveDate};
use sync_protocol::change::Change;
use sync_protocol::id::RecordId;
use sync_protocol::kinds;
use sync_protocol::photo::Sha256;
use sync_protocol::value::Value;

use super::calendar::office_day;
use super::course::{Course, Sort};
use super::draft::{Draft, demo_record, refer};
use super::story::{Deed, Phrases, Problem, at};

/// The inspections of a project and the sign-in names of who takes part.
pub(super) struct Rounds<'r> {
    pub(super) course: &'r Course,
    /// The one who looked at the first projects last.
    pub(super) last_inspector: &'r str,
    /// Those of the zone, who take turns.
    pub(super) inspectors: &'r [String],
    pub(super) contractor: &'r str,
    pub(super) office: &'r str,
    pub(super) today: NaiveDate,
    pub(super) photos: &'r [Sha256],
}

/// How far a finding has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Closed,
    ClosedAtTheSecondTry,
    ClosedLate,
    Claimed,
    Rejected,
    Acknowledged,
    Issued,
    Overdue,
}

/// What a bulletin asks of a finding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) id: RecordId,
    pub(super) project: RecordId,
    pub(super) deadline: NaiveDate,
    /// Whether it stays open past its deadline to this day.
    pub(super) stays_open: bool,
}

/// An inspection of a project.
struct Round<'r> {
    rounds: &'r Rounds<'r>,
    /// What tells it from the others of the project in the ids that follow from it.
    name: String,
    inspector: &'r str,
    day: NaiveDate,
    problem: Option<(&'r Problem, Ending)>,
    /// Which of the photos it shows.
    turn: usize,
}

/// What became of what was found last at the first projects.
const LAST_ENDINGS: [Ending; 5] =
    [Ending::Closed, Ending::Overdue, Ending::ClosedAtTheSecondTry, Ending::Claimed, Ending::Issued];
/// So many days lie between two inspections of a project.
const EVERY: u64 = 30;

impl Rounds<'_> {
    /// All that was written, and what of it a bulletin may name.
    pub(super) fn deeds(&self, phrases: &Phrases) -> (Vec<Deed>, Vec<Told>) {
        let (mut deeds, mut told) = (Vec::new(), Vec::new());
        for round in self.rounds(phrases) {
            round.tell(&mut deeds, &mut told);
        }
        (deeds, told)
    }

    fn day(&self, ago: u64) -> NaiveDate {
        office_day(self.today - Days::new(ago), self.today)
    }

    fn rounds<'s>(&'s self, phrases: &'s Phrases) -> Vec<Round<'s>> {
        let (course, number) = (self.course, self.course.number);
        let problem = |turn: usize| &phrases.findings[turn % phrases.findings.len()];
        let mut rounds = Vec::new();
        for visit in 0..6_u64 {
            let id = course.building.id;
            if number < 6 && visit == 0 {
                let ending = LAST_ENDINGS[number % LAST_ENDINGS.len()];
                rounds.push(Round {
                    rounds: self,
                    name: id.to_string(),
                    inspector: self.last_inspector,
                    day: self.day(if ending == Ending::Issued { 2 } else { 18 }),
                    problem: Some((problem(number), ending)),
                    turn: 0,
                });
                continue;
            }
            let ago = EVERY * visit + (number as u64 * 11) % 28 + 1;
            let turn = number + visit as usize;
            // Works that are done are looked at again; now and then somebody misses a month.
            if ago > course.begins_ago || (!course.goes_on(ago) && turn % 4 == 1) {
                continue;
            }
            let finds = course.goes_on(ago) && (turn.is_multiple_of(3) || number % 9 == 4);
            let ending = ending(ago, (number * 7 + visit as usize * 3) % 10);
            rounds.push(Round {
                rounds: self,
                name: format!("{id}/{visit}"),
                inspector: &self.inspectors[turn % self.inspectors.len()],
                day: self.day(ago),
                problem: finds.then(|| (problem(number + visit as usize / 2), ending)),
                turn,
            });
        }
        // One building was accepted while something grave was open.
        if let (Sort::Completed, 10, Some(end)) = (course.sort, number, course.ends_ago) {
            rounds.push(Round {
                rounds: self,
                name: format!("{}/grave", course.building.id),
                inspector: &self.inspectors[0],
                day: self.day(end + 5),
                problem: Some((problem(0), Ending::ClosedLate)),
                turn: 1,
            });
        }
        rounds
    }
}

/// What becomes of a finding of so many days ago.
const fn ending(ago: u64, chance: usize) -> Ending {
    match (ago, chance) {
        (18.., 0) => Ending::Overdue,
        (46.., 1) | (18..=45, 3) => Ending::ClosedAtTheSecondTry,
        (46.., 2) => Ending::ClosedLate,
        (18..=45, 1) => Ending::Rejected,
        (18..=45, 2) | (0..=9, 6..) | (10..=17, 1..=2) => Ending::Claimed,
        (18.., _) | (10..=17, 6..) => Ending::Closed,
        (_, 3..=5) => Ending::Acknowledged,
        (..) => Ending::Issued,
    }
}

/// How many days a finding of that severity may take, takes to be put right, and takes to be verified.
fn pace(severity: &str) -> (u64, u64, u64) {
    match severity {
        "重大" => (1, 0, 1),
        "较大" => (7, 2, 4),
        _ => (15, 4, 8),
    }
}

impl Round<'_> {
    fn tell(&self, deeds: &mut Vec<Deed>, told: &mut Vec<Told>) {
        let inspection = demo_record(&format!("inspection/{}", self.name));
        deeds.push(Deed::new(self.inspector, self.inspection(inspection)));
        let Some((problem, ending)) = self.problem else { return };
        let finding = demo_record(&format!("finding/{}", self.name));
        let (allowed, done, verified) = pace(&problem.severity);
        // What is overdue stays so: its deadline was short.
        let allowed = if ending == Ending::Overdue { allowed.min(7) } else { allowed };
        let deadline = self.day + Days::new(allowed);
        deeds.push(Deed::new(self.inspector, self.finding(finding, inspection, problem, deadline)));
        let stays_open = matches!(ending, Ending::Overdue | Ending::Rejected);
        told.push(Told { id: finding, project: self.rounds.course.building.id, deadline, stays_open });
        let is_received = !matches!(ending, Ending::Issued) && self.turn > 0;
        if is_received || (ending == Ending::Issued && self.turn.is_multiple_of(2)) {
            self.notice(finding, problem, is_received, deeds);
        }
        let attempt = |number: usize, wait: u64, passed: Option<bool>, deeds: &mut Vec<Deed>| {
            let (claim, rectification) = self.rectification(finding, number, wait + done, problem);
            deeds.push(claim);
            deeds.extend(
                passed.map(|passed| self.verification(finding, rectification, wait + verified, passed)),
            );
        };
        match ending {
            Ending::Issued | Ending::Acknowledged | Ending::Overdue => {}
            Ending::Claimed => attempt(1, 0, None, deeds),
            Ending::Closed => attempt(1, 0, Some(true), deeds),
            Ending::ClosedLate => attempt(1, 20, Some(true), deeds),
            Ending::Rejected => attempt(1, 0, Some(false), deeds),
            Ending::ClosedAtTheSecondTry => {
                attempt(1, 0, Some(false), deeds);
                attempt(2, 5, Some(true), deeds);
            }
        }
    }

    fn inspection(&self, id: RecordId) -> Change {
        let failed = self.problem.map(|(problem, _)| problem);
        let is_failed = |item: &str| failed.is_some_and(|problem| problem.item == item);
        let conclusion = if failed.is_some() { "基本符合，限期整改" } else { "符合要求" };
        let draft = Draft::new("inspection", id, "begun", at(self.day, 11, 30))
            .set("project", refer(self.rounds.course.building.id))
            .set("date", self.day.to_string())
            .set("theme", "全面改薄")
            .set("checklist", [("version", kinds::CHECKLIST_VERSION)])
            .set("team", [("name", "责任督学（演示）")])
            .set("arrived_at", at(self.day, 9, 0).to_rfc3339())
            .set("left_at", at(self.day, 11, 20).to_rfc3339())
            .set("isolation_ok", !is_failed("A01"))
            .set("conclusion", conclusion)
            .set("feedback", "已当场向学校和施工单位反馈（演示）");
        let items = ["G01", "G03", "Q01", "Q05", "A01", "A03", "P01"];
        let passed = items.into_iter().filter(|item| !is_failed(item));
        let draft =
            passed.fold(draft, |draft, item| draft.set(&format!("items/{item}"), [("result", "合格")]));
        let draft = failed.into_iter().fold(draft, |draft, problem| {
            let result = [("result", "不合格"), ("note", problem.description.as_str())];
            draft.set(&format!("items/{}", problem.item), result)
        });
        draft.done()
    }

    fn finding(&self, id: RecordId, inspection: RecordId, problem: &Problem, deadline: NaiveDate) -> Change {
        let draft = Draft::new("finding", id, "begun", at(self.day, 11, 40))
            .set("project", refer(self.rounds.course.building.id))
            .set("inspection", refer(inspection))
            .set("item", problem.item.as_str())
            .set("source", "professional")
            .set("category", problem.category.as_str())
            .set("severity", problem.severity.as_str())
            .set("description", problem.description.as_str())
            .set("part", problem.part.as_str())
            .set("found_on", self.day.to_string())
            .set("deadline", deadline.to_string())
            .set("responsible", problem.responsible.as_str())
            .set("notice_no", self.number());
        self.with_photo(draft, "photos", "问题", 0).done()
    }

    fn number(&self) -> String {
        format!("演示-{}-{:03}", self.day.format("%m%d"), self.rounds.course.number + 1)
    }

    /// The notice, and that the contractor signed for it.
    fn notice(&self, finding: RecordId, problem: &Problem, is_received: bool, deeds: &mut Vec<Deed>) {
        let id = demo_record(&format!("notice/{finding}"));
        let issued = at(self.day, 14, 30);
        let notice = Draft::new("notice", id, "begun", issued)
            .set("project", refer(self.rounds.course.building.id))
            .set("notice_kind", "整改通知单")
            .set("notice_no", self.number())
            .set("findings", refer(finding))
            .set("text", format!("{}，请按期整改并回复", problem.description))
            .set("issued_at", issued.to_rfc3339());
        deeds.push(Deed::new(self.inspector, notice.done()));
        if is_received {
            let received = at(self.day, 17, 20);
            let receipt = Draft::new("notice", id, "received", received)
                .set("received_by", "项目经理（演示）")
                .set("received_at", received.to_rfc3339());
            deeds.push(Deed::new(self.rounds.contractor, receipt.done()));
        }
    }

    fn rectification(
        &self,
        finding: RecordId,
        attempt: usize,
        wait: u64,
        problem: &Problem,
    ) -> (Deed, RecordId) {
        let id = demo_record(&format!("rectification/{finding}/{attempt}"));
        let done_on = self.day + Days::new(wait);
        let draft = Draft::new("rectification", id, "begun", at(done_on, 18, 40))
            .set("project", refer(self.rounds.course.building.id))
            .set("finding", refer(finding))
            .set("measures", problem.measures.as_str())
            .set("done_on", done_on.to_string());
        let draft = self.with_photo(draft, "before", "问题", 0);
        // One in seven forgets to show it.
        let draft =
            if self.turn % 7 == 6 { draft } else { self.with_photo(draft, "after", "整改后", attempt) };
        (Deed::new(self.rounds.contractor, draft.done()), id)
    }

    fn verification(&self, finding: RecordId, rectification: RecordId, wait: u64, passed: bool) -> Deed {
        let id = demo_record(&format!("verification/{rectification}"));
        let verified_on = office_day(self.day + Days::new(wait), self.rounds.today);
        let draft = Draft::new("verification", id, "begun", at(verified_on, 10, 0))
            .set("project", refer(self.rounds.course.building.id))
            .set("finding", refer(finding))
            .set("rectification", refer(rectification))
            .set("result", if passed { "通过" } else { "不通过" })
            .set("date", verified_on.to_string());
        // The zone's inspector and the office's take turns: never the one who rectified.
        let verifier =
            if self.rounds.course.number.is_multiple_of(2) { self.rounds.office } else { self.inspector };
        Deed::new(verifier, draft.done())
    }

    fn with_photo(&self, draft: Draft, field: &str, category: &str, turn: usize) -> Draft {
        let photos = self.rounds.photos;
        let at = self.rounds.course.number * 3 + self.turn + turn;
        let Some(photo) = photos.get(at % photos.len().max(1)) else { return draft };
        let parts = [
            ("sha256", Value::from(photo.to_string())),
            ("category", category.into()),
            ("caption", "演示照片".into()),
        ];
        draft.set(field, parts)
    }
}
