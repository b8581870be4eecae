//! 问题: issued → acknowledged → claimed → closed, or rejected; overdue from the deadline.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use serde::Serialize;
use sync_protocol::id::RecordId;

use crate::programme::facts::{Facts, Finding, Rectification, Verification};

/// What a finding has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// It was written down.
    Issued,
    /// Somebody signed for the notice of it.
    Acknowledged,
    /// It is said to be rectified, and nobody has verified that.
    Claimed,
    /// It was verified, and is not rectified.
    Rejected,
    /// Somebody else verified that it is rectified.
    Closed,
}

/// A finding and what followed from it.
#[derive(Debug)]
pub struct Loop<'f> {
    /// The finding's id.
    pub id: RecordId,
    /// The finding.
    pub finding: &'f Finding,
    /// What it has come to.
    pub state: FindingState,
    /// The day on which it was closed, if it is, and the verification that closed it.
    pub closed: Option<(NaiveDate, RecordId)>,
    /// The last time that somebody said that it is rectified.
    pub claim: Option<(RecordId, &'f Rectification)>,
    /// How often somebody said that it is rectified.
    pub attempts: usize,
    /// How often verification said that it is not.
    pub rejections: usize,
    /// Whether an interview was held about it.
    pub interviewed: bool,
    /// Whether a published bulletin named it.
    pub in_bulletin: bool,
}

impl Loop<'_> {
    /// Whether it still is to be put right.
    pub fn is_open(&self) -> bool {
        self.state != FindingState::Closed
    }

    /// Whether its deadline has passed and it is still open.
    pub fn is_overdue(&self, at: NaiveDate) -> bool {
        self.is_open() && self.finding.deadline.is_some_and(|deadline| deadline < at)
    }

    /// How many days it has been open, or was until it was closed.
    pub fn days(&self, at: NaiveDate) -> i64 {
        let until = self.closed.map_or(at, |(day, _)| day);
        (until - self.finding.found_on).num_days().max(0)
    }

    /// Whether it was closed by its deadline.
    pub fn is_closed_on_time(&self) -> bool {
        self.closed.zip(self.finding.deadline).is_some_and(|((day, _), deadline)| day <= deadline)
    }
}

/// All findings that were found by that day, with what had followed from each by then.
pub fn loops(facts: &Facts, at: NaiveDate) -> Vec<Loop<'_>> {
    let mut attempts: HashMap<RecordId, Vec<(RecordId, &Rectification)>> = HashMap::new();
    for (id, rectification) in &facts.rectifications {
        if rectification.done_on.is_none_or(|day| day <= at) {
            attempts.entry(rectification.finding).or_default().push((*id, rectification));
        }
    }
    let mut looks: HashMap<RecordId, Vec<(RecordId, &Verification)>> = HashMap::new();
    for (id, verification) in facts.verifications.iter().filter(|(_, verification)| verification.date <= at) {
        looks.entry(verification.finding).or_default().push((*id, verification));
    }
    let notices = facts.notices.values().filter(|notice| notice.received);
    let acknowledged: BTreeSet<_> = notices.flat_map(|notice| &notice.findings).collect();
    let interviews = facts.interviews.values().filter(|talk| talk.date.is_none_or(|day| day <= at));
    let interviewed: BTreeSet<_> = interviews.flat_map(|talk| &talk.findings).collect();
    let published = facts.bulletins.values().filter(|b| b.published_on.is_some_and(|day| day <= at));
    let in_bulletin: BTreeSet<_> = published.flat_map(|bulletin| &bulletin.findings).collect();

    let mut loops: Vec<_> = facts
        .findings
        .iter()
        .filter(|(_, finding)| finding.found_on <= at)
        .map(|(id, finding)| {
            let attempts = attempts.get(id).map_or(&[][..], Vec::as_slice);
            let looks = looks.get(id).map_or(&[][..], Vec::as_slice);
            let (state, closed) = state(attempts, looks, acknowledged.contains(id));
            Loop {
                id: *id,
                finding,
                state,
                closed,
                claim: attempts.iter().copied().max_by_key(|(id, attempt)| (attempt.came.seq, *id)),
                attempts: attempts.len(),
                rejections: looks.iter().filter(|(_, look)| !look.passed).count(),
                interviewed: interviewed.contains(id),
                in_bulletin: in_bulletin.contains(id),
            }
        })
        .collect();
    loops.sort_unstable_by_key(|each| (each.finding.found_on, each.id));
    loops
}

/// What somebody who claims to have rectified a finding, and those who looked, make of it together.
///
/// A verification counts if another person wrote it than the one who rectified. The last one that
/// counts decides, unless nobody has looked at the last attempt. Phones tell it by the same rules
/// (`field/today/findings.ts`).
fn state(
    attempts: &[(RecordId, &Rectification)],
    looks: &[(RecordId, &Verification)],
    acknowledged: bool,
) -> (FindingState, Option<(NaiveDate, RecordId)>) {
    let counts = |look: &Verification| {
        let of = attempts.iter().filter(|(id, _)| look.rectification.is_none_or(|of| of == *id));
        of.clone().count() > 0 && of.into_iter().all(|(_, attempt)| attempt.by != look.by)
    };
    let last_look =
        looks.iter().filter(|(_, look)| counts(look)).max_by_key(|(id, look)| (look.came.seq, *id));
    let last_attempt = attempts.iter().max_by_key(|(id, attempt)| (attempt.came.seq, *id));
    let is_looked_at = |(id, attempt): &(RecordId, &Rectification)| {
        looks.iter().filter(|(_, look)| counts(look)).any(|(_, look)| match look.rectification {
            Some(of) => of == *id,
            None => attempt.came.seq < look.came.seq,
        })
    };
    match (last_look, last_attempt) {
        (Some((id, look)), _) if look.passed => (FindingState::Closed, Some((look.date, *id))),
        (_, Some(attempt)) if is_looked_at(attempt) => (FindingState::Rejected, None),
        (_, Some(_)) => (FindingState::Claimed, None),
        (_, None) if acknowledged => (FindingState::Acknowledged, None),
        (_, None) => (FindingState::Issued, None),
    }
}

/// Findings of the same category at the same school within that many days of an earlier one are
/// repeats (programme page §5.3).
const REPEATS_WITHIN: i64 = 90;

/// Those of the findings that repeat an earlier one.
pub fn repeats<'l>(loops: &'l [Loop<'l>]) -> Vec<&'l Loop<'l>> {
    let mut last: HashMap<(RecordId, &str), NaiveDate> = HashMap::new();
    let mut repeated = Vec::new();
    // They stand in order of the day on which they were found.
    for each in loops {
        let (Some(school), Some(category)) = (each.finding.school, each.finding.category.as_deref()) else {
            continue;
        };
        let found_on = each.finding.found_on;
        let before = last.insert((school, category), found_on);
        if before.is_some_and(|before| (found_on - before).num_days() <= REPEATS_WITHIN) {
            repeated.push(each);
        }
    }
    repeated
}

#[cfg(test)]
mod tests {
    use sync_protocol::id::UserId;
    use uuid::Uuid;

    use super::*;
    use crate::clock::Moment;
    use crate::programme::facts::Came;

    const SCHOOL: u128 = 1;
    const RECTIFIER: u128 = 7;
    const INSPECTOR: u128 = 8;

    fn id(number: u128) -> RecordId {
        RecordId(Uuid::from_u128(number))
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn finding(found_on: &str, deadline: &str) -> Finding {
        Finding {
            school: Some(id(SCHOOL)),
            project: None,
            source: None,
            category: Some("安全".to_owned()),
            description: "演示：围挡有缺口".to_owned(),
            severity: None,
            found_on: day(found_on),
            deadline: Some(day(deadline)),
            responsible: None,
            notice_no: None,
            disputed: false,
            came: came(100),
        }
    }

    fn came(seq: u64) -> Came {
        Came { seq, made_at: Moment(0), received_at: Moment(0) }
    }

    fn attempt(seq: u64) -> Rectification {
        let by = UserId(Uuid::from_u128(RECTIFIER));
        Rectification {
            finding: id(100),
            measures: "演示：已补围挡".to_owned(),
            done_on: Some(day("2026-03-05")),
            came: came(seq),
            by,
            hands: vec![by],
            evidence: (2, 2),
        }
    }

    fn look(seq: u64, of: u128, passed: bool, by: u128) -> Verification {
        Verification {
            finding: id(100),
            rectification: Some(id(of)),
            passed,
            date: day("2026-03-08"),
            came: came(seq),
            by: UserId(Uuid::from_u128(by)),
        }
    }

    #[test]
    fn a_finding_is_closed_by_somebody_else_alone_and_opened_again_by_a_later_look() {
        use FindingState::{Claimed, Closed, Issued, Rejected};
        for (attempts, looks, expected) in [
            (vec![], vec![], Issued),
            (vec![10], vec![], Claimed),
            (vec![10], vec![(11, 10, true, INSPECTOR)], Closed),
            (vec![10], vec![(11, 10, false, INSPECTOR)], Rejected),
            (vec![10, 12], vec![(11, 10, false, INSPECTOR)], Claimed),
            (vec![10, 12], vec![(11, 10, false, INSPECTOR), (13, 12, true, INSPECTOR)], Closed),
            // Somebody looked at the first attempt when there was a second one already.
            (vec![10, 12], vec![(13, 10, false, INSPECTOR)], Claimed),
            (vec![10, 12], vec![(13, 12, false, INSPECTOR), (14, 10, false, INSPECTOR)], Rejected),
            // Nobody verifies what they rectified themselves.
            (vec![10], vec![(11, 10, true, RECTIFIER)], Claimed),
            // Of an attempt that is not there: nothing was looked at.
            (vec![10], vec![(11, 99, true, INSPECTOR)], Claimed),
            // Closed, and found not to be right after all.
            (vec![10], vec![(11, 10, true, INSPECTOR), (14, 10, false, INSPECTOR)], Rejected),
        ] {
            let mut facts = Facts::default();
            facts.findings.insert(id(100), finding("2026-03-02", "2026-03-09"));
            for seq in &attempts {
                facts.rectifications.insert(id(u128::from(*seq)), attempt(*seq));
            }
            for (seq, of, passed, by) in &looks {
                facts.verifications.insert(id(1000 + u128::from(*seq)), look(*seq, *of, *passed, *by));
            }
            let loops = loops(&facts, day("2026-03-20"));
            assert_eq!(loops[0].state, expected, "attempts {attempts:?}, looks {looks:?}");
            assert_eq!(loops[0].is_overdue(day("2026-03-20")), expected != Closed);
            assert_eq!(loops[0].is_closed_on_time(), expected == Closed);
        }
    }

    #[test]
    fn what_happened_after_the_day_is_not_seen_on_it() {
        let mut facts = Facts::default();
        facts.findings.insert(id(100), finding("2026-03-02", "2026-03-09"));
        facts.rectifications.insert(id(10), attempt(10));
        facts.verifications.insert(id(1011), look(11, 10, true, INSPECTOR));
        let state = |at: &str| loops(&facts, day(at)).first().map(|each| each.state);
        assert_eq!(state("2026-03-01"), None);
        assert_eq!(state("2026-03-04"), Some(FindingState::Issued));
        assert_eq!(state("2026-03-07"), Some(FindingState::Claimed));
        assert_eq!(state("2026-03-08"), Some(FindingState::Closed));
        assert!(
            !loops(&facts, day("2026-03-09"))[0].is_overdue(day("2026-03-09")),
            "the deadline is a day to do it"
        );
    }

    #[test]
    fn a_repeat_is_of_the_same_sort_at_the_same_school_within_ninety_days() {
        let mut facts = Facts::default();
        for (number, found_on) in [(1, "2026-01-01"), (2, "2026-04-01"), (3, "2026-07-01"), (4, "2026-07-01")]
        {
            facts.findings.insert(id(number), finding(found_on, "2026-12-31"));
        }
        facts.findings.insert(
            id(5),
            Finding { category: Some("资料".to_owned()), ..finding("2026-07-02", "2026-12-31") },
        );
        let loops = loops(&facts, day("2026-12-31"));
        let repeats: Vec<_> = repeats(&loops).into_iter().map(|each| each.id).collect();
        // 90 days lie between the first two, 91 between the next.
        assert_eq!(repeats, [id(2), id(4)]);
    }
}
