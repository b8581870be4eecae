//! Findings with all that followed from each: notices, attempts, verifications, bulletins, interviews.

use std::collections::HashMap;

use chrono::NaiveDate;
use sync_protocol::id::RecordId;

use super::catalogue::Terms;
use super::document::Cell;
use super::words;
use crate::error::Language;
use crate::programme::facts::{Facts, Rectification, Verification};
use crate::programme::states::finding::Loop;
use crate::programme::view::Question;

/// What followed from the findings of a county, by finding.
#[derive(Debug, Default)]
pub(super) struct Rounds<'f> {
    attempts: HashMap<RecordId, Vec<&'f Rectification>>,
    looks: HashMap<RecordId, Vec<&'f Verification>>,
    notices: HashMap<RecordId, Vec<String>>,
    bulletins: HashMap<RecordId, Vec<String>>,
    interviews: HashMap<RecordId, Vec<NaiveDate>>,
}

impl<'f> Rounds<'f> {
    /// What had followed by that day.
    pub(super) fn of(facts: &'f Facts, terms: &Terms) -> Self {
        let (at, language) = (terms.question.at, terms.language);
        let say = |zh, en| language.pick(zh, en);
        let mut rounds = Self::default();
        for attempt in facts.rectifications.values().filter(|its| its.done_on.is_none_or(|day| day <= at)) {
            rounds.attempts.entry(attempt.finding).or_default().push(attempt);
        }
        for look in facts.verifications.values().filter(|look| look.date <= at) {
            rounds.looks.entry(look.finding).or_default().push(look);
        }
        for attempts in rounds.attempts.values_mut() {
            attempts.sort_unstable_by_key(|attempt| attempt.came.seq);
        }
        for looks in rounds.looks.values_mut() {
            looks.sort_unstable_by_key(|look| look.came.seq);
        }
        for (id, notice) in &facts.notices {
            let sort = notice.sort.as_deref().map_or("", |code| words::choice("notice_kind", code, language));
            let received =
                if notice.received { say("已签收", "received") } else { say("未签收", "not received") };
            let number = terms.beside.numbers.get(id).or(notice.number.as_ref());
            let parts = [sort, number.map_or("", String::as_str), received];
            let told = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            for finding in &notice.findings {
                rounds.notices.entry(*finding).or_default().push(told.clone());
            }
        }
        for bulletin in facts.bulletins.values() {
            let Some(day) = bulletin.published_on.filter(|day| *day <= at) else { continue };
            let number = bulletin.number.as_deref().unwrap_or_default();
            for finding in &bulletin.findings {
                rounds
                    .bulletins
                    .entry(*finding)
                    .or_default()
                    .push(format!("{number} {day}").trim().to_owned());
            }
        }
        for interview in facts.interviews.values() {
            for finding in &interview.findings {
                if let Some(day) = interview.date.filter(|day| *day <= at) {
                    rounds.interviews.entry(*finding).or_default().push(day);
                }
            }
        }
        rounds
    }

    /// The notices about a finding.
    pub(super) fn notices(&self, id: RecordId) -> String {
        sorted(self.notices.get(&id))
    }

    /// What was done, each time with its day.
    pub(super) fn attempts(&self, id: RecordId) -> String {
        let attempts = self.attempts.get(&id).map_or(&[][..], Vec::as_slice);
        let told = |attempt: &&Rectification| {
            let day = attempt.done_on.map(|day| format!("{day} ")).unwrap_or_default();
            format!("{day}{}", attempt.measures)
        };
        numbered(attempts.iter().map(told).collect())
    }

    /// What was found when somebody looked, each time with its day.
    pub(super) fn looks(&self, id: RecordId, language: Language) -> String {
        let looks = self.looks.get(&id).map_or(&[][..], Vec::as_slice);
        let told = |look: &&Verification| {
            let result = if look.passed { "通过" } else { "不通过" };
            format!("{} {}", look.date, words::choice("verification_result", result, language))
        };
        numbered(looks.iter().map(told).collect())
    }

    /// The bulletins that name a finding.
    pub(super) fn bulletins(&self, id: RecordId) -> String {
        sorted(self.bulletins.get(&id))
    }

    /// The days of the interviews about it.
    pub(super) fn interviews(&self, id: RecordId) -> String {
        let days: Option<Vec<_>> =
            self.interviews.get(&id).map(|days| days.iter().map(ToString::to_string).collect());
        sorted(days.as_ref())
    }
}

fn sorted(parts: Option<&Vec<String>>) -> String {
    let mut parts = parts.cloned().unwrap_or_default();
    parts.sort_unstable();
    parts.join("\n")
}

/// One after the other; numbered if there are several.
fn numbered(parts: Vec<String>) -> String {
    if parts.len() < 2 {
        return parts.into_iter().next().unwrap_or_default();
    }
    let parts = (1..).zip(parts).map(|(number, part)| format!("{number}. {part}"));
    parts.collect::<Vec<_>>().join("\n")
}

/// The official number of a finding; what it was called for the time being stands below it, or alone.
pub(super) fn number(each: &Loop<'_>, terms: &Terms) -> Cell {
    let official = terms.beside.numbers.get(&each.id).map(String::as_str);
    let temporary = each.finding.notice_no.as_deref().filter(|number| Some(*number) != official);
    Cell::text(official.into_iter().chain(temporary).collect::<Vec<_>>().join("\n"))
}

/// Whether a finding is about the days that are asked about, as the indicators have it.
pub(super) fn is_asked(each: &Loop<'_>, question: &Question) -> bool {
    question.from.is_none_or(|from| from <= each.finding.found_on || each.is_open())
}

/// By how many days it is past its deadline, or was when it was closed.
pub(super) fn days_late(each: &Loop<'_>, at: NaiveDate) -> Option<i64> {
    let until = each.closed.map_or(at, |(day, _)| day);
    let days = (until - each.finding.deadline?).num_days();
    (days > 0).then_some(days)
}
