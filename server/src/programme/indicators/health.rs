//! §5.9: how long it takes until what was written comes, and what has not come.

use super::{Indicator, ONE, Part, Sink};
use crate::programme::facts::Came;
use crate::programme::ratio::Printed;
use crate::programme::view::View;
use crate::sync::standing::day;

/// From when it was made, by the device's clock put right, until it came; the middle of all.
static DELIVERY: Indicator = Indicator {
    code: "delivery_hours",
    zh: "送达用时中位数（小时）",
    en: "hours until delivered, the middle of all",
    printed: Printed::MiddleHours(1),
};
static OUTSTANDING: Indicator = Indicator {
    code: "photos_outstanding",
    zh: "未到照片",
    en: "photos outstanding",
    printed: Printed::Count,
};
static SILENT: Indicator = Indicator {
    code: "projects_silent",
    zh: "失联项目",
    en: "projects whose phones are silent",
    printed: Printed::Count,
};

pub(super) static INDICATORS: &[&Indicator] = &[&DELIVERY, &OUTSTANDING, &SILENT];

/// Those that are known of now alone.
pub(in crate::programme) static OF_NOW: [&Indicator; 2] = [&OUTSTANDING, &SILENT];

const MINUTE_MS: i64 = 60_000;

pub(super) fn count(view: &View<'_>, sink: &mut Sink<'_>) {
    delivery(view, sink);
    let Some(health) = view.health else { return };
    for waiting in &health.waiting {
        let amount = waiting.photos.into();
        sink(&OUTSTANDING, Part::counted(waiting.record, waiting.school, waiting.project, amount));
    }
    for silent in &health.silent {
        sink(&SILENT, Part::counted(silent.project, Some(silent.school), Some(silent.project), ONE));
    }
}

/// What the field writes, by when it was written: diaries with what made them complete, the others with
/// what began them.
fn delivery(view: &View<'_>, sink: &mut Sink<'_>) {
    let (facts, question) = (view.facts, view.question);
    let mut tell = |record, school, project, came: &Came| {
        let made_on = day(came.made_at);
        if made_on <= question.at && question.from.is_none_or(|from| from <= made_on) {
            sink(&DELIVERY, Part::counted(record, school, project, minutes(came).into()));
        }
    };
    for (id, diary) in &facts.diaries {
        if let (Some(works), Some(came)) = (view.works.get(&diary.project), &diary.submitted) {
            tell(*id, Some(works.project.school), Some(diary.project), came);
        }
    }
    for (id, inspection) in &facts.inspections {
        tell(*id, inspection.school, inspection.project, &inspection.came);
    }
    for (id, finding) in &facts.findings {
        tell(*id, finding.school, finding.project, &finding.came);
    }
    let attempts = facts.rectifications.iter().map(|(id, attempt)| (id, attempt.finding, &attempt.came));
    let looks = facts.verifications.iter().map(|(id, look)| (id, look.finding, &look.came));
    for (id, finding, came) in attempts.chain(looks) {
        if let Some(finding) = facts.findings.get(&finding) {
            tell(*id, finding.school, finding.project, came);
        }
    }
}

/// How long it was on its way. What was made after it came was made by a clock that is wrong and does not
/// say so: it came at once.
fn minutes(came: &Came) -> i64 {
    (came.received_at.0 - came.made_at.0).max(0) / MINUTE_MS
}
