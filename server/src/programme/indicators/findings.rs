//! §5.3: how many findings are open and for how long, and how many were rectified in time.

use super::{Indicator, ONE, Part, Sink};
use crate::programme::facts::Severity;
use crate::programme::ratio::Printed;
use crate::programme::states::finding::{Loop, loops, repeats};
use crate::programme::view::View;

const fn number(code: &'static str, zh: &'static str, en: &'static str) -> Indicator {
    Indicator { code, zh, en, printed: Printed::Count }
}

static FOUND: Indicator = number("findings", "发现问题", "findings");
static OPEN: Indicator = number("findings_open", "未整改问题", "findings open");
static OPEN_WEEK: Indicator = number("findings_open_0_7", "未整改 7 天以内", "open up to 7 days");
static OPEN_FORTNIGHT: Indicator = number("findings_open_8_15", "未整改 8–15 天", "open 8 to 15 days");
static OPEN_MONTH: Indicator = number("findings_open_16_30", "未整改 16–30 天", "open 16 to 30 days");
static OPEN_LONGER: Indicator = number("findings_open_over_30", "未整改 30 天以上", "open more than 30 days");
static OPEN_GRAVE: Indicator = number("findings_open_grave", "未整改重大问题", "grave findings open");
static OVERDUE: Indicator = number("findings_overdue", "逾期未整改", "findings overdue");
static TO_VERIFY: Indicator = number("findings_to_verify", "待复查", "rectified, to be verified");
static REPEATED: Indicator = number("findings_repeated", "重复发生", "findings repeated");
/// Closed / found.
static RECTIFIED: Indicator = Indicator {
    code: "rectification_rate",
    zh: "整改率",
    en: "share rectified",
    printed: Printed::Percent(2),
};
/// Closed by the deadline / closed.
static ON_TIME: Indicator = Indicator {
    code: "closed_on_time_rate",
    zh: "按期整改率",
    en: "share rectified in time",
    printed: Printed::Percent(2),
};
/// Σ days until closed / closed.
static DAYS: Indicator = Indicator {
    code: "days_to_close",
    zh: "平均整改天数",
    en: "days until rectified, on average",
    printed: Printed::Mean(1),
};
/// Closed within 30 days / found more than 30 days ago, or closed.
static WITHIN_A_MONTH: Indicator = Indicator {
    code: "verified_within_30_days",
    zh: "30 天内复查销号率",
    en: "share verified within 30 days",
    printed: Printed::Percent(2),
};

pub(super) static INDICATORS: &[&Indicator] = &[
    &FOUND,
    &OPEN,
    &OPEN_WEEK,
    &OPEN_FORTNIGHT,
    &OPEN_MONTH,
    &OPEN_LONGER,
    &OPEN_GRAVE,
    &OVERDUE,
    &TO_VERIFY,
    &RECTIFIED,
    &ON_TIME,
    &DAYS,
    &WITHIN_A_MONTH,
    &REPEATED,
];

/// Whether a finding is about the days that are asked about.
fn is_asked(each: &Loop<'_>, view: &View<'_>) -> bool {
    view.question.from.is_none_or(|from| from <= each.finding.found_on || each.is_open())
}

pub(super) fn count(view: &View<'_>, sink: &mut Sink<'_>) {
    use crate::programme::states::finding::FindingState::Claimed;
    let at = view.question.at;
    let loops = loops(view.facts, at);
    for each in loops.iter().filter(|each| is_asked(each, view)) {
        let (school, project, days) = (each.finding.school, each.finding.project, each.days(at));
        let counted = Part::counted(each.id, school, project, ONE);
        let whole = Part::whole(each.id, school, project, ONE);
        sink(&FOUND, counted);
        sink(&RECTIFIED, whole);
        if each.state == Claimed {
            sink(&TO_VERIFY, counted);
        }
        if each.is_open() {
            sink(&OPEN, counted);
            let age = match days {
                ..=7 => &OPEN_WEEK,
                8..=15 => &OPEN_FORTNIGHT,
                16..=30 => &OPEN_MONTH,
                31.. => &OPEN_LONGER,
            };
            sink(age, counted);
            if each.finding.severity == Some(Severity::Grave) {
                sink(&OPEN_GRAVE, counted);
            }
            if each.is_overdue(at) {
                sink(&OVERDUE, counted);
            }
        }
        if days > 30 || !each.is_open() {
            sink(&WITHIN_A_MONTH, whole);
        }
        if let Some((_, verification)) = each.closed {
            let by_verification = Part { record: verification, ..counted };
            sink(&RECTIFIED, counted);
            sink(&ON_TIME, whole);
            sink(&DAYS, Part { amount: days.into(), ..by_verification });
            sink(&DAYS, whole);
            if each.is_closed_on_time() {
                sink(&ON_TIME, by_verification);
            }
            if days <= 30 {
                sink(&WITHIN_A_MONTH, by_verification);
            }
        }
    }
    for each in repeats(&loops).into_iter().filter(|each| is_asked(each, view)) {
        sink(&REPEATED, Part::counted(each.id, each.finding.school, each.finding.project, ONE));
    }
}
