//! §5.2 and §5.7: whether diaries were written, when they were written, when they came, and whether
//! they show what they must.
//!
//! Two rates of timeliness, so that a village without signal is not punished for it: *recorded* in
//! time by the device's own clock, put right; *delivered* in time by ours.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};

use super::{Indicator, ONE, Part, Sink};
use crate::clock::Moment;
use crate::programme::facts::{Came, Diary};
use crate::programme::ratio::Printed;
use crate::programme::states::diary::DiaryState;
use crate::programme::view::View;

/// Diaries submitted / days on which one is asked for.
static COVERAGE: Indicator = Indicator {
    code: "diary_coverage",
    zh: "日志完成率",
    en: "diaries written",
    printed: Printed::Percent(2),
};
/// Written by noon of the next day / days on which one is asked for.
static RECORDED: Indicator = Indicator {
    code: "diary_recorded_in_time",
    zh: "日志及时记录率",
    en: "diaries recorded in time",
    printed: Printed::Percent(2),
};
/// Received within three days / days on which one is asked for.
static DELIVERED: Indicator = Indicator {
    code: "diary_delivered_in_time",
    zh: "日志及时送达率",
    en: "diaries delivered in time",
    printed: Printed::Percent(2),
};
static LATE: Indicator =
    Indicator {
        code: "diaries_late", zh: "补记日志", en: "diaries written late", printed: Printed::Count
    };
static MISSING: Indicator = Indicator {
    code: "diaries_missing",
    zh: "缺日志天数",
    en: "days without a diary",
    printed: Printed::Count,
};
static TO_CONFIRM: Indicator = Indicator {
    code: "diaries_to_confirm",
    zh: "待确认日志",
    en: "diaries to confirm",
    printed: Printed::Count,
};
static RETURNED: Indicator =
    Indicator {
        code: "diaries_returned", zh: "已退回日志", en: "diaries returned", printed: Printed::Count
    };
static CHANGED: Indicator = Indicator {
    code: "diaries_changed_since_confirmed",
    zh: "确认后又改动的日志",
    en: "diaries changed since they were confirmed",
    printed: Printed::Count,
};
/// Photos that diaries, rectifications and receipts have of those that they must have.
static EVIDENCE: Indicator = Indicator {
    code: "photo_evidence",
    zh: "必拍照片齐全率",
    en: "compulsory photos present",
    printed: Printed::Percent(2),
};

pub(super) static INDICATORS: &[&Indicator] =
    &[&COVERAGE, &RECORDED, &DELIVERED, &LATE, &MISSING, &TO_CONFIRM, &RETURNED, &CHANGED, &EVIDENCE];

/// A moment in China, in our clock's terms.
fn in_china(day: NaiveDate, time: NaiveTime) -> Moment {
    Moment((day.and_time(time).and_utc() - TimeDelta::hours(8)).timestamp_millis())
}

/// Whether a diary of that day was written by noon of the next.
pub fn recorded_in_time(day: NaiveDate, came: &Came) -> bool {
    const NOON: NaiveTime = NaiveTime::from_hms_opt(12, 0, 0).expect("noon is a time");
    day.checked_add_days(Days::new(1)).is_some_and(|next| came.made_at <= in_china(next, NOON))
}

/// Whether a diary of that day came within three days: by the end of the third.
pub fn delivered_in_time(day: NaiveDate, came: &Came) -> bool {
    day.checked_add_days(Days::new(4)).is_some_and(|end| came.received_at < in_china(end, NaiveTime::MIN))
}

pub(super) fn count(view: &View<'_>, sink: &mut Sink<'_>) {
    let question = view.question;
    let asked = |day: NaiveDate| day <= question.at && question.from.is_none_or(|from| from <= day);
    let is_over = |day: NaiveDate| day <= view.to;
    let mut written = std::collections::HashMap::new();
    for (id, diary) in &view.facts.diaries {
        let Some(works) = view.works.get(&diary.project).filter(|_| asked(diary.day)) else { continue };
        let part = Part::counted(*id, Some(works.project.school), Some(diary.project), ONE);
        evidence(&part, diary.evidence, sink);
        match diary.state() {
            DiaryState::Submitted => sink(&TO_CONFIRM, part),
            DiaryState::Returned => sink(&RETURNED, part),
            DiaryState::Draft | DiaryState::Confirmed => {}
        }
        if diary.changed_since_confirmed() {
            sink(&CHANGED, part);
        }
        if is_over(diary.day)
            && works.asks_for_diary(diary.day)
            && let Some(came) = &diary.submitted
        {
            *written.entry(diary.project).or_insert(0) += 1;
            judge(diary, came, part, sink);
        }
    }
    for works in view.works.values() {
        let days = works.days_with_diary(question.from, view.to).count() as i128;
        let (school, project) = (Some(works.project.school), Some(works.id));
        if days > 0 {
            for indicator in [&COVERAGE, &RECORDED, &DELIVERED] {
                sink(indicator, Part::whole(works.id, school, project, days));
            }
            let missing = days - written.get(&works.id).copied().unwrap_or_default();
            if missing > 0 {
                sink(&MISSING, Part::counted(works.id, school, project, missing));
            }
        }
    }
    for (id, rectification) in &view.facts.rectifications {
        if let Some(finding) = view.facts.findings.get(&rectification.finding) {
            evidence(&Part::counted(*id, finding.school, finding.project, ONE), rectification.evidence, sink);
        }
    }
    for (id, receipt) in &view.facts.receipts {
        let item = receipt.item.and_then(|item| view.facts.items.get(&item));
        let (school, project) = item.map_or((None, None), |item| (item.school, item.project));
        evidence(&Part::counted(*id, school, project, ONE), receipt.evidence, sink);
    }
}

fn judge(diary: &Diary, came: &Came, part: Part, sink: &mut Sink<'_>) {
    sink(&COVERAGE, part);
    if recorded_in_time(diary.day, came) {
        sink(&RECORDED, part);
    } else {
        sink(&LATE, part);
    }
    if delivered_in_time(diary.day, came) {
        sink(&DELIVERED, part);
    }
}

fn evidence(part: &Part, (present, required): (u8, u8), sink: &mut Sink<'_>) {
    if required > 0 {
        sink(&EVIDENCE, Part { amount: present.into(), ..*part });
        sink(&EVIDENCE, Part::whole(part.record, part.school, part.project, required.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(made: &str, received: &str) -> Came {
        let moment =
            |text: &str| Moment(chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis());
        Came { seq: 1, made_at: moment(made), received_at: moment(received) }
    }

    #[test]
    fn a_diary_is_recorded_by_noon_of_the_next_day_and_delivered_within_three() {
        let day = "2026-03-02".parse().unwrap();
        for (made, received, recorded, delivered) in [
            ("2026-03-02T17:41:00+08:00", "2026-03-02T17:45:00+08:00", true, true),
            ("2026-03-03T12:00:00+08:00", "2026-03-05T23:59:59+08:00", true, true),
            // The village had no signal for five days: written in time, delivered late.
            ("2026-03-02T18:00:00+08:00", "2026-03-07T08:00:00+08:00", true, false),
            // Written from memory two days later, on a good line.
            ("2026-03-04T09:00:00+08:00", "2026-03-04T09:01:00+08:00", false, true),
            ("2026-03-03T12:00:01+08:00", "2026-03-06T00:00:00+08:00", false, false),
        ] {
            let came = came(made, received);
            let found = (recorded_in_time(day, &came), delivered_in_time(day, &came));
            assert_eq!(found, (recorded, delivered), "made {made}, received {received}");
        }
    }
}
