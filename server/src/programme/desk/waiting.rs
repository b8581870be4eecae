//! What waits for somebody in a county, as its records have it: plain rules over the facts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{Days, NaiveDate};
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;

use super::group::Group;
use super::line::{FundKey, Line};
use super::person::{Person, Site};
use crate::programme::facts::{Diary, FundType, Severity};
use crate::programme::states::bulletin::BulletinState;
use crate::programme::states::diary::DiaryState;
use crate::programme::states::finding::{FindingState, loops};
use crate::programme::states::list::{
    ComplaintState, MISSING_DAYS, Mark, MissingState, MoneyState, State, list,
};
use crate::programme::view::{View, days_before};

/// For how many days a diary may wait to be confirmed.
const CONFIRMED_WITHIN_DAYS: u64 = 3;

/// What waits of a group: how much, and the most urgent of it.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) count: usize,
    pub(super) lines: Vec<Line>,
}

impl Found {
    /// Takes in what waits elsewhere, after what there is.
    pub(super) fn append(&mut self, mut other: Self) {
        self.count += other.count;
        self.lines.append(&mut other.lines);
    }
}

impl From<Vec<Line>> for Found {
    fn from(lines: Vec<Line>) -> Self {
        Self { count: lines.len(), lines }
    }
}

/// What waits for that person of a group and is in scope, the most urgent first; of what there may be very
/// much of, no more than the first `most` lines. Of groups that are not read off the records of a county,
/// nothing.
pub(super) fn find(
    group: Group,
    view: &View<'_>,
    person: &Person<'_>,
    sees: &dyn Fn(&str, Site) -> bool,
    most: usize,
) -> Found {
    match group {
        Group::DiariesToConfirm => diaries_to_confirm(view, &person.acting_on(group), sees, most),
        Group::ChangedSinceConfirmed => changed_since_confirmed(view, &person.acting_on(group), sees, most),
        group => {
            let mut lines = lines(group, view, person);
            lines.retain(|line| sees(line.kind.as_deref().unwrap_or_default(), (line.school, line.project)));
            lines.into()
        }
    }
}

fn lines(group: Group, view: &View<'_>, person: &Person<'_>) -> Vec<Line> {
    match group {
        Group::FindingsOverdue => findings_overdue(view, person),
        Group::Conflicts => conflicts(view, person),
        Group::Payments => payments(view, person),
        Group::Bulletins => bulletins(view, person),
        Group::Verifications => verifications(view, person),
        Group::Complaints => complaints(view, person),
        Group::MissingDiaries => missing_diaries(view, person),
        Group::DiariesToConfirm
        | Group::ChangedSinceConfirmed
        | Group::Held
        | Group::SilentSchools
        | Group::Devices => Vec::new(),
    }
}

/// Overdue findings wait for who is to put them right until they say that they have, and for who urges
/// them until they are closed.
fn findings_overdue(view: &View<'_>, person: &Person<'_>) -> Vec<Line> {
    let stands = list(view, "finding").unwrap_or_default();
    let mut lines: Vec<_> = stands
        .into_iter()
        .filter(|stand| stand.marks.contains(&Mark::Overdue))
        .filter(|stand| {
            let site = (stand.school, stand.project);
            let is_claimed = stand.state == State::Finding(FindingState::Claimed);
            (!is_claimed && person.may_write("rectification", "measures", site))
                || person.may_write("notice", "text", site)
        })
        .map(|stand| Line {
            day: stand.day,
            due: stand.due,
            state: Some(stand.state),
            marks: stand.marks,
            ..Line::of(stand.record, "finding", stand.school, stand.project)
        })
        .collect();
    lines.sort_by_key(|line| (!line.marks.contains(&Mark::Grave), line.due, line.record));
    lines
}

/// The longest conflict first.
fn conflicts(view: &View<'_>, person: &Person<'_>) -> Vec<Line> {
    let mut lines: Vec<_> = view
        .facts
        .conflicts
        .iter()
        .map(|(id, conflict)| {
            let site = (conflict.school, conflict.project);
            let may_settle = |field: &&String| person.may_settle(conflict.kind, field, site);
            let fields = conflict.fields.iter().filter(may_settle).cloned().collect();
            let line = Line {
                day: conflict.day,
                fields,
                marks: vec![Mark::Disputed],
                ..Line::of(*id, conflict.kind, conflict.school, conflict.project)
            };
            (conflict.since, line)
        })
        .filter(|(_, line)| !line.fields.is_empty())
        .collect();
    lines.sort_by_key(|(since, line)| (*since, line.record));
    lines.into_iter().map(|(_, line)| line).collect()
}

/// Payments that lack a key which this person can give. Two keys are two people, so who has given one
/// gives no other.
fn payments(view: &View<'_>, person: &Person<'_>) -> Vec<Line> {
    let reversed: HashSet<_> = view.facts.funds.values().filter_map(|event| event.reverses).collect();
    let waiting = view
        .facts
        .funds
        .iter()
        .filter(|(id, event)| event.sort == FundType::Paid && !event.counts() && !reversed.contains(id));
    let mut lines: Vec<_> = waiting
        .filter(|(_, event)| !event.signed_by.contains(&person.user()))
        .map(|(id, event)| {
            let site = (event.school, event.project);
            let signs = |role| person.may_sign(role, "fund_event", site);
            let education = !event.education && (signs(Role::ProjectOffice) || signs(Role::EquipmentStation));
            let finance = !event.finance && signs(Role::Finance);
            let keys = [education.then_some(FundKey::Education), finance.then_some(FundKey::Finance)];
            let marks = [
                (!event.education).then_some(Mark::EducationKey),
                (!event.finance).then_some(Mark::FinanceKey),
            ];
            Line {
                day: Some(event.day),
                state: Some(State::Money(MoneyState::Waiting)),
                keys: keys.into_iter().flatten().collect(),
                ..Line::of(*id, "fund_event", event.school, event.project)
            }
            .marked(marks)
        })
        .filter(|line| !line.keys.is_empty())
        .collect();
    lines.sort_by_key(|line| (line.day, line.record));
    lines
}

/// A leader approves; who writes bulletins mends what was sent back and publishes what was approved.
fn bulletins(view: &View<'_>, person: &Person<'_>) -> Vec<Line> {
    let site = (None, None);
    let approves = person.may_sign(Role::Leader, "bulletin", site);
    let writes = person.may_write("bulletin", "text", site);
    let unpublished = view.facts.bulletins.iter().filter(|(_, bulletin)| bulletin.published_on.is_none());
    let mut lines: Vec<_> = unpublished
        .map(|(id, bulletin)| (bulletin.state(false), *id))
        .filter(|(state, _)| writes || (approves && *state == BulletinState::Draft))
        .collect();
    lines.sort_unstable_by_key(|(state, id)| {
        let first = match state {
            BulletinState::Approved => 0,
            BulletinState::Returned => 1,
            BulletinState::Draft | BulletinState::Published | BulletinState::Corrected => 2,
        };
        (first, *id)
    });
    let line =
        |(state, id)| Line { state: Some(State::Bulletin(state)), ..Line::of(id, "bulletin", None, None) };
    lines.into_iter().map(line).collect()
}

/// Nobody verifies what they had a hand in themselves.
fn verifications(view: &View<'_>, person: &Person<'_>) -> Vec<Line> {
    let at = view.question.at;
    let loops = loops(view.facts, at);
    let mut lines: Vec<_> = loops
        .iter()
        .filter(|each| each.state == FindingState::Claimed)
        .filter_map(|each| {
            let (_, claim) = each.claim?;
            let site = (each.finding.school, each.finding.project);
            let may =
                !claim.hands.contains(&person.user()) && person.may_write("verification", "result", site);
            let marks = [
                each.is_overdue(at).then_some(Mark::Overdue),
                (each.finding.severity == Some(Severity::Grave)).then_some(Mark::Grave),
                each.finding.disputed.then_some(Mark::Disputed),
            ];
            let line = Line {
                day: claim.done_on.or(Some(each.finding.found_on)),
                due: each.finding.deadline,
                state: Some(State::Finding(each.state)),
                ..Line::of(each.id, "finding", each.finding.school, each.finding.project)
            };
            may.then(|| line.marked(marks))
        })
        .collect();
    lines.sort_by_key(|line| (!line.marks.contains(&Mark::Overdue), line.day, line.record));
    lines
}

/// A principal sees what there is to confirm, an office what waits too long.
fn diaries_to_confirm(
    view: &View<'_>,
    person: &Person<'_>,
    sees: &dyn Fn(&str, Site) -> bool,
    most: usize,
) -> Found {
    let theirs = |site| {
        if !sees("diary", site) {
            Theirs::Never
        } else if person.may_sign(Role::Principal, "diary", site) {
            Theirs::Always
        } else if person.may_write("diary", "work_status", site) {
            Theirs::OnceOverdue
        } else {
            Theirs::Never
        }
    };
    diaries(view, |diary| diary.state() == DiaryState::Submitted, theirs, most)
}

fn changed_since_confirmed(
    view: &View<'_>,
    person: &Person<'_>,
    sees: &dyn Fn(&str, Site) -> bool,
    most: usize,
) -> Found {
    let theirs = |site| {
        let acts =
            person.may_sign(Role::Principal, "diary", site) || person.may_write("diary", "work_status", site);
        if acts && sees("diary", site) { Theirs::Always } else { Theirs::Never }
    };
    diaries(view, Diary::changed_since_confirmed, theirs, most)
}

/// When the diaries of a project wait for somebody.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Theirs {
    Never,
    OnceOverdue,
    Always,
}

/// Such diaries that are somebody's, the oldest first. A county has many: lines are made of those alone
/// that are shown.
fn diaries(
    view: &View<'_>,
    such: impl Fn(&Diary) -> bool,
    theirs: impl Fn(Site) -> Theirs,
    most: usize,
) -> Found {
    // Asked once a project and not once a diary.
    let of_project: HashMap<RecordId, Theirs> =
        view.works.iter().map(|(id, works)| (*id, theirs((Some(works.project.school), Some(*id))))).collect();
    let is_theirs = |diary: &Diary| match of_project.get(&diary.project) {
        Some(Theirs::Always) => true,
        Some(Theirs::OnceOverdue) => due(diary).is_some_and(|due| due < view.question.at),
        Some(Theirs::Never) | None => false,
    };
    let mut found: Vec<(NaiveDate, RecordId, &Diary)> = view
        .facts
        .diaries
        .iter()
        .filter(|(_, diary)| such(diary) && is_theirs(diary))
        .map(|(id, diary)| (diary.day, *id, diary))
        .collect();
    found.sort_unstable_by_key(|(day, id, _)| (*day, *id));
    let lines = found.iter().take(most).map(|(_, id, diary)| line_of_diary(view, *id, diary));
    Found { lines: lines.collect(), count: found.len() }
}

fn school_of(view: &View<'_>, diary: &Diary) -> Option<RecordId> {
    Some(view.works.get(&diary.project)?.project.school)
}

/// By when a diary is to be confirmed.
fn due(diary: &Diary) -> Option<NaiveDate> {
    diary.day.checked_add_days(Days::new(CONFIRMED_WITHIN_DAYS))
}

fn line_of_diary(view: &View<'_>, id: RecordId, diary: &Diary) -> Line {
    let (due, (present, required)) = (due(diary), diary.evidence);
    let marks = [
        due.is_some_and(|due| due < view.question.at).then_some(Mark::Overdue),
        diary.changed_since_confirmed().then_some(Mark::ChangedSinceConfirmed),
        diary.disputed.then_some(Mark::Disputed),
        diary.says_late.then_some(Mark::Late),
        (present < required).then_some(Mark::PhotosMissing { photos: u32::from(required - present) }),
    ];
    Line {
        day: Some(diary.day),
        due,
        state: Some(State::Diary(diary.state())),
        ..Line::of(id, "diary", school_of(view, diary), Some(diary.project))
    }
    .marked(marks)
}

/// Those that are overdue first.
fn complaints(view: &View<'_>, person: &Person<'_>) -> Vec<Line> {
    let stands = list(view, "complaint").unwrap_or_default();
    let unanswered = stands.into_iter().filter(|stand| {
        stand.state != State::Complaint(ComplaintState::Replied)
            && person.may_write("complaint", "reply", (stand.school, stand.project))
    });
    let mut lines: Vec<_> = unanswered
        .map(|stand| Line {
            day: stand.day,
            due: stand.due,
            state: Some(stand.state),
            marks: stand.marks,
            ..Line::of(stand.record, "complaint", stand.school, stand.project)
        })
        .collect();
    lines.sort_by_key(|line| {
        let is_overdue = line.marks.contains(&Mark::Overdue);
        (!is_overdue, line.due.unwrap_or(NaiveDate::MAX), line.day, line.record)
    });
    lines
}

/// A line a project: how many days of the last two months have no diary, and the last of them.
fn missing_diaries(view: &View<'_>, person: &Person<'_>) -> Vec<Line> {
    let from = days_before(view.question.at, MISSING_DAYS);
    let written: HashSet<_> = view
        .facts
        .diaries
        .values()
        .filter(|diary| from <= diary.day)
        .map(|its| (its.project, its.day))
        .collect();
    let mut missing: BTreeMap<RecordId, (usize, NaiveDate)> = BTreeMap::new();
    for works in view.works.values() {
        for day in
            works.days_with_diary(Some(from), view.to).filter(|day| !written.contains(&(works.id, *day)))
        {
            let (count, last) = missing.entry(works.id).or_insert((0, day));
            (*count, *last) = (*count + 1, day.max(*last));
        }
    }
    let mut lines: Vec<_> = missing
        .into_iter()
        .filter_map(|(project, (count, last))| {
            let school = view.works.get(&project)?.project.school;
            let line = Line {
                day: Some(last),
                count: Some(count),
                state: Some(State::Missing(MissingState::Missing)),
                ..Line::of(project, "project", Some(school), Some(project))
            };
            person.may_write("diary", "work_status", (Some(school), Some(project))).then_some(line)
        })
        .collect();
    lines.sort_by_key(|line| (Reverse(line.count), line.record));
    lines
}
