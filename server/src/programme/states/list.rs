//! Lists of what records have come to, what needs somebody first: overdue ones, the longest overdue
//! before the others; then by day.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sync_protocol::id::RecordId;

use super::bulletin::{BulletinState, is_corrected};
use super::diary::DiaryState;
use super::equipment::{EquipmentState, chains};
use super::finding::{FindingState, Loop, loops, repeats};
use super::project::{Irregularity, ProjectState, by_project};
use crate::access::policy::Class;
use crate::programme::facts::{FundType, Severity};
use crate::programme::view::{View, days_before};

/// What a record has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum State {
    /// A diary.
    Diary(DiaryState),
    /// A day on which a diary is asked for and there is none.
    Missing(MissingState),
    /// A finding.
    Finding(FindingState),
    /// A project of buildings.
    Project(ProjectState),
    /// A line of the purchase list.
    Equipment(EquipmentState),
    /// An event of money.
    Money(MoneyState),
    /// A complaint.
    Complaint(ComplaintState),
    /// A bulletin.
    Bulletin(BulletinState),
}

/// That there is no diary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingState {
    /// Nobody wrote one.
    Missing,
}

/// What an event of money has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MoneyState {
    /// A payment that one of the two keys, or both, is missing to.
    Waiting,
    /// It counts.
    Counted,
    /// Another event took it back.
    Reversed,
}

/// What a complaint has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ComplaintState {
    /// Nobody answered it.
    Received,
    /// A finding was made of it.
    Taken,
    /// It was answered.
    Replied,
}

/// Something to be seen at once about a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "mark")]
pub enum Mark {
    /// Its deadline has passed.
    Overdue,
    /// It is grave.
    Grave,
    /// The same was found at that school not long before.
    Repeated,
    /// People differ about something in it.
    Disputed,
    /// It was written late (补记).
    Late,
    /// It was changed after it had been confirmed.
    ChangedSinceConfirmed,
    /// Photos that it must have are missing.
    PhotosMissing {
        /// How many.
        photos: u32,
    },
    /// The works lag behind the term of their contract.
    Behind,
    /// A step was not as the rules have it.
    Irregular(Irregularity),
    /// A receipt matches neither contract nor sample, or too few signed it.
    Doubtful,
    /// The key of the education side is missing.
    EducationKey,
    /// The key of finance is missing.
    FinanceKey,
    /// A published bulletin named it.
    InBulletin,
    /// It is overdue, and the next bulletin names it.
    NextBulletin,
    /// A bulletin named it and it is still open: an interview is next.
    NextInterview,
    /// It was published and no leader approved what it says.
    Unapproved,
    /// A phone's storage was copied or rolled back.
    StorageAlarm,
    /// A phone's clock is off.
    ClockOff {
        /// By how many minutes; above 0 it is ahead.
        minutes: i64,
    },
    /// A phone was not heard of.
    Silent {
        /// For how many days.
        days: i64,
    },
}

/// A record and what it has come to.
#[derive(Clone, Debug, Serialize)]
pub struct Stand {
    /// The record; of a diary that is missing, the id that it would have.
    pub record: RecordId,
    /// The school that it belongs to.
    pub school: Option<RecordId>,
    /// The project that it belongs to.
    pub project: Option<RecordId>,
    /// What it has come to.
    pub state: State,
    /// The day that it is about.
    pub day: Option<NaiveDate>,
    /// By when something is to be done.
    pub due: Option<NaiveDate>,
    /// What is to be seen at once.
    pub marks: Vec<Mark>,
}

/// In which order a list stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// What needs somebody first, county by county.
    #[default]
    Urgent,
    /// The latest day first.
    Newest,
    /// The earliest day first.
    Oldest,
    /// The next deadline first; what has none last.
    Due,
}

impl Order {
    /// Puts a list into this order; what stands equal stays as it stood.
    pub fn arrange(self, stands: &mut [Stand]) {
        match self {
            Self::Urgent => {}
            Self::Newest => stands.sort_by_key(|stand| std::cmp::Reverse(stand.day)),
            Self::Oldest => stands.sort_by_key(|stand| (stand.day.is_none(), stand.day)),
            Self::Due => stands.sort_by_key(|stand| (stand.due.is_none(), stand.due)),
        }
    }
}

/// How far back days without a diary are listed one by one.
pub const MISSING_DAYS: u64 = 60;

/// What the records of a kind have come to; `None` if there is no list of that kind.
pub fn list(view: &View<'_>, kind: &str) -> Option<Vec<Stand>> {
    let mut stands = match kind {
        "diary" => diaries(view),
        "finding" => findings(view),
        "project" => projects(view),
        "equipment_item" => equipment(view),
        "fund_event" => money(view),
        "complaint" => complaints(view),
        "bulletin" => bulletins(view),
        _ => return None,
    };
    stands.sort_by_cached_key(|stand| {
        let overdue = stand.marks.contains(&Mark::Overdue);
        (!overdue, stand.due.filter(|_| overdue), std::cmp::Reverse(stand.day), stand.record)
    });
    Some(stands)
}

fn diaries(view: &View<'_>) -> Vec<Stand> {
    let question = view.question;
    let from = question.from.unwrap_or_else(|| days_before(question.at, MISSING_DAYS));
    let asked = |day: NaiveDate| day <= question.at && from <= day;
    let mut stands = Vec::new();
    let mut written = std::collections::HashSet::new();
    for (id, diary) in &view.facts.diaries {
        if !asked(diary.day) {
            continue;
        }
        written.insert((diary.project, diary.day));
        let works = view.works.get(&diary.project);
        let mut marks = Vec::new();
        marks.extend(diary.disputed.then_some(Mark::Disputed));
        marks.extend(diary.says_late.then_some(Mark::Late));
        marks.extend(diary.changed_since_confirmed().then_some(Mark::ChangedSinceConfirmed));
        let (present, required) = diary.evidence;
        marks.extend(
            (present < required).then_some(Mark::PhotosMissing { photos: u32::from(required - present) }),
        );
        stands.push(Stand {
            record: *id,
            school: works.map(|works| works.project.school),
            project: Some(diary.project),
            state: State::Diary(diary.state()),
            day: Some(diary.day),
            due: None,
            marks,
        });
    }
    for works in view.works.values() {
        for day in works.days_with_diary(Some(from), view.to) {
            if !written.contains(&(works.id, day)) {
                stands.push(Stand {
                    record: RecordId::natural("diary", &format!("{}/{day}", works.id)),
                    school: Some(works.project.school),
                    project: Some(works.id),
                    state: State::Missing(MissingState::Missing),
                    day: Some(day),
                    due: None,
                    marks: Vec::new(),
                });
            }
        }
    }
    stands
}

fn findings(view: &View<'_>) -> Vec<Stand> {
    let at = view.question.at;
    let loops = loops(view.facts, at);
    let repeated: std::collections::HashSet<_> = repeats(&loops).into_iter().map(|each| each.id).collect();
    let marks = |each: &Loop<'_>| {
        let overdue = each.is_overdue(at);
        let next_bulletin = overdue && !each.in_bulletin;
        let next_interview = each.is_open() && each.in_bulletin && !each.interviewed;
        [
            overdue.then_some(Mark::Overdue),
            (each.finding.severity == Some(Severity::Grave)).then_some(Mark::Grave),
            repeated.contains(&each.id).then_some(Mark::Repeated),
            each.finding.disputed.then_some(Mark::Disputed),
            each.in_bulletin.then_some(Mark::InBulletin),
            next_bulletin.then_some(Mark::NextBulletin),
            next_interview.then_some(Mark::NextInterview),
        ]
    };
    let stand = |each: &Loop<'_>| Stand {
        record: each.id,
        school: each.finding.school,
        project: each.finding.project,
        state: State::Finding(each.state),
        day: Some(each.finding.found_on),
        due: each.finding.deadline,
        marks: marks(each).into_iter().flatten().collect(),
    };
    loops.iter().map(stand).collect()
}

fn projects(view: &View<'_>) -> Vec<Stand> {
    let at = view.question.at;
    let loops = loops(view.facts, at);
    let by_project = by_project(&loops);
    let buildings = view.works.values().filter(|works| works.project.class != Some(Class::Equipment));
    let stand = |works: &crate::programme::view::Works<'_>| {
        let findings = by_project.get(&works.id).map_or(&[][..], Vec::as_slice);
        let mut marks = Vec::new();
        marks.extend(works.is_behind(view).then_some(Mark::Behind));
        marks.extend(works.project.disputed.then_some(Mark::Disputed));
        marks.extend(works.irregularities(findings).into_iter().map(Mark::Irregular));
        Stand {
            record: works.id,
            school: Some(works.project.school),
            project: Some(works.id),
            state: State::Project(works.state(at)),
            day: works.stages.iter().map(|(_, event)| event.latest).max(),
            due: works.works_contracts().filter_map(|(_, contract)| contract.term).map(|(_, end)| end).max(),
            marks,
        }
    };
    buildings.map(stand).collect()
}

fn equipment(view: &View<'_>) -> Vec<Stand> {
    chains(view)
        .iter()
        .map(|chain| Stand {
            record: chain.id,
            school: chain.item.school,
            project: chain.item.project,
            state: State::Equipment(chain.state),
            day: chain.receipts.iter().filter_map(|(_, receipt)| receipt.date).max(),
            due: None,
            marks: chain.doubtful().next().map(|_| Mark::Doubtful).into_iter().collect(),
        })
        .collect()
}

fn money(view: &View<'_>) -> Vec<Stand> {
    let taken_back: std::collections::HashSet<_> =
        view.facts.funds.values().filter_map(|event| event.reverses).collect();
    let events = view.facts.funds.iter().filter(|(_, event)| event.day <= view.question.at);
    events
        .map(|(id, event)| {
            let waits = event.sort == FundType::Paid && !event.counts();
            let state = match (taken_back.contains(id), waits) {
                (true, _) => MoneyState::Reversed,
                (false, true) => MoneyState::Waiting,
                (false, false) => MoneyState::Counted,
            };
            let is_waiting = state == MoneyState::Waiting;
            let mut marks = Vec::new();
            marks.extend((is_waiting && !event.education).then_some(Mark::EducationKey));
            marks.extend((is_waiting && !event.finance).then_some(Mark::FinanceKey));
            Stand {
                record: *id,
                school: event.school,
                project: event.project,
                state: State::Money(state),
                day: Some(event.day),
                due: None,
                marks,
            }
        })
        .collect()
}

fn bulletins(view: &View<'_>) -> Vec<Stand> {
    let bulletins = view.facts.bulletins.iter();
    bulletins
        .map(|(id, bulletin)| Stand {
            record: *id,
            school: None,
            project: None,
            state: State::Bulletin(bulletin.state(is_corrected(view.facts, *id))),
            day: bulletin.published_on,
            due: None,
            marks: bulletin.is_unapproved().then_some(Mark::Unapproved).into_iter().collect(),
        })
        .collect()
}

fn complaints(view: &View<'_>) -> Vec<Stand> {
    let at = view.question.at;
    let complaints = view.facts.complaints.iter();
    complaints
        .map(|(id, complaint)| {
            let state = match (complaint.replied, complaint.finding) {
                (true, _) => ComplaintState::Replied,
                (false, Some(_)) => ComplaintState::Taken,
                (false, None) => ComplaintState::Received,
            };
            let is_overdue = !complaint.replied && complaint.reply_due.is_some_and(|due| due < at);
            Stand {
                record: *id,
                school: complaint.school,
                project: complaint.project,
                state: State::Complaint(state),
                day: complaint.day,
                due: complaint.reply_due,
                marks: is_overdue.then_some(Mark::Overdue).into_iter().collect(),
            }
        })
        .collect()
}
