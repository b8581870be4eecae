//! What every report says of itself: of which counties it is, as of when, by which plan, and what is to
//! be known before its figures are relied on.

use chrono::NaiveDate;

use super::catalogue::Terms;
use super::document::{Block, Document, Line, Paper};
use crate::error::Language;
use crate::programme::figures::Warning;
use crate::programme::indicators;
use crate::programme::ratio::{Printed, Ratio};
use crate::programme::seen::Seen;
use crate::programme::view::Question;

/// What a report is called, beside the place that it is of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Called<'c> {
    kept_as: &'c str,
    title: &'c str,
    when: &'static str,
}

impl<'c> Called<'c> {
    /// In the name of its file, which ends with the day, and in its title.
    pub(super) const fn of_day(kept_as: &'c str, title: &'c str) -> Self {
        Self { kept_as, title, when: "%Y-%m-%d" }
    }

    /// The same, where the file's name ends with the month.
    pub(super) const fn of_month(kept_as: &'c str, title: &'c str) -> Self {
        Self { kept_as, title, when: "%Y-%m" }
    }
}

/// A report as it begins: on paper on which wide tables lie, with its names and what it says of itself.
pub(super) fn document(seen: &[Seen<'_>], terms: &Terms, called: Called<'_>) -> Document {
    let language = terms.language;
    let (place, when) = (place(seen, language), terms.question.at.format(called.when));
    let mut document = Document::new(
        format!("{place}-{}-{when}", called.kept_as),
        format!("{place}{}{}", language.pick("", ": "), called.title),
        language,
    );
    document.paper = Paper::Landscape;
    document.stated = lines(seen, &terms.question, language);
    document
}

/// Of what it is.
fn lines(seen: &[Seen<'_>], question: &Question, language: Language) -> Vec<Line> {
    let say = |zh, en| language.pick(zh, en);
    let between = say("、", ", ");
    let mut lines = vec![Line::new(say("统计范围", "of"), whole(seen, language))];
    let days = match question.from {
        Some(from) => format!("{from}{}{}", say(" 至 ", " to "), question.at),
        None => format!("{}{}", say("截至 ", "as of "), question.at),
    };
    let until = seen.iter().map(|its| its.view.to).min().filter(|to| *to < question.at);
    let days = match until {
        Some(to) => format!("{days}{}{to}{}", say("（日志截至 ", " (diaries up to "), say("）", ")")),
        None => days,
    };
    lines.push(Line::new(say("统计时间", "days"), days));
    let mut plans: Vec<_> = seen
        .iter()
        .filter_map(|its| its.taken.plan.as_ref())
        .map(|(_, name, version)| if version.is_empty() { name.clone() } else { format!("{name} {version}") })
        .collect();
    plans.dedup();
    if !plans.is_empty() {
        lines.push(Line::new(say("规划版本", "plan"), plans.join(between)));
    }
    if let Some(sources) = &question.sources {
        let sources: Vec<_> = sources.iter().map(String::as_str).collect();
        lines.push(Line::new(say("资金来源", "money of"), sources.join(between)));
    }
    let position = |its: &Seen<'_>| match seen.len() {
        1 => its.taken.position.to_string(),
        _ => format!("{} {}", its.taken.name, its.taken.position),
    };
    let positions: Vec<_> = seen.iter().map(position).collect();
    lines.push(Line::new(say("台账序号", "ledger number"), positions.join(between)));
    lines
}

/// The counties by name; a part of one is said to be a part.
fn whole(seen: &[Seen<'_>], language: Language) -> String {
    let name = |its: &Seen<'_>| {
        if its.taken.whole {
            its.taken.name.clone()
        } else {
            format!(
                "{}{}",
                its.taken.name,
                language.pick("（只含您可以查看的部分）", " (what you may see of it)")
            )
        }
    };
    let names: Vec<_> = seen.iter().map(name).collect();
    names.join(language.pick("、", ", "))
}

/// The counties in the name of a file or a title: one by name, those of one city by the city's where it is
/// known, others by their number.
pub(super) fn place(seen: &[Seen<'_>], language: Language) -> String {
    if let [only] = seen {
        return only.taken.name.clone();
    }
    let city = seen.first().and_then(|its| its.taken.city.as_deref());
    let is_one_city = seen.iter().all(|its| its.taken.city.as_deref() == city);
    let mut divisions = seen.iter().flat_map(|its| its.view.facts.divisions.values());
    let named = divisions.find(|division| is_one_city && Some(division.code.as_str()) == city);
    match (named, language) {
        (Some(city), _) => city.name.clone(),
        (None, Language::Chinese) => format!("{}个县（市、区）", seen.len()),
        (None, Language::English) => format!("{} counties", seen.len()),
    }
}

/// What is to be known before the figures are relied on.
pub(super) fn warnings(seen: &[Seen<'_>], language: Language) -> Vec<Block> {
    told_of(seen, language, |_| true)
}

/// The same, of records that are in doubt: for reports that have no figures of the plan and its money.
pub(super) fn doubts(seen: &[Seen<'_>], language: Language) -> Vec<Block> {
    told_of(seen, language, |warning| matches!(warning, Warning::Disputed { .. } | Warning::Damaged { .. }))
}

fn told_of(seen: &[Seen<'_>], language: Language, is_asked: fn(&Warning) -> bool) -> Vec<Block> {
    let mut blocks = Vec::new();
    for its in seen {
        for warning in its.taken.warnings.iter().filter(|warning| is_asked(warning)) {
            let told = told(warning, language);
            let text = if seen.len() > 1 {
                format!("{}{}{told}", its.taken.name, language.pick("：", ": "))
            } else {
                told
            };
            blocks.push(Block::Warning { text });
        }
    }
    blocks
}

fn told(warning: &Warning, language: Language) -> String {
    let named = |code: &str| {
        let its = indicators::named(code);
        its.map_or_else(
            || (code.to_owned(), Printed::Count),
            |its| (language.pick(its.zh, its.en).to_owned(), its.printed),
        )
    };
    let list = |sources: &std::collections::BTreeSet<String>| {
        let sources: Vec<_> = sources.iter().map(String::as_str).collect();
        if sources.is_empty() {
            language.pick("未注明", "not said").to_owned()
        } else {
            sources.join(language.pick("、", ", "))
        }
    };
    match warning {
        Warning::PlanDiffers { indicator, plan, projects } => {
            let (name, printed) = named(indicator);
            let print = |amount: i64| {
                let unit = if printed == Printed::Area {
                    " ㎡"
                } else {
                    language.pick(" 万元", " ×10,000 yuan")
                };
                let amount = Ratio { numerator: amount.into(), denominator: 0 }.print(printed);
                format!("{amount}{unit}")
            };
            let (plan_says, projects_say, apart) = (print(*plan), print(*projects), print(projects - plan));
            match language {
                Language::Chinese => format!(
                    "{name}：规划为 {plan_says}，各项目合计 {projects_say}，相差 {apart}；两者如实列出，未作调整"
                ),
                Language::English => format!(
                    "{name}: the plan says {plan_says}, its projects add up to {projects_say}, {apart} apart; neither was changed"
                ),
            }
        }
        Warning::FundScopeDiffers { indicator, counted, whole } => {
            let ((name, _), counted, whole) = (named(indicator), list(counted), list(whole));
            match language {
                Language::Chinese => format!(
                    "{name}：分子的资金来源（{counted}）与分母的资金来源（{whole}）不同，比率仅供参考"
                ),
                Language::English => format!(
                    "{name}: what is counted is money of other sources ({counted}) than what it is a share of ({whole})"
                ),
            }
        }
        Warning::Disputed { records } => match language {
            Language::Chinese => format!("有 {records} 条记录存在未处理的冲突，按最谨慎的值计"),
            Language::English => {
                format!("people differ about {records} records, which are counted by the most cautious value")
            }
        },
        Warning::Damaged { records } => match language {
            Language::Chinese => format!("有 {records} 条记录在磁盘上已损坏，未计入"),
            Language::English => format!("{records} records are damaged on disk and are not counted"),
        },
        Warning::KnownOfNowAlone { indicators } => {
            let names: Vec<_> = indicators.iter().map(|code| named(code).0).collect();
            match language {
                Language::Chinese => format!("{}：只有现在的数，没有当时的", names.join("、")),
                Language::English => format!("{}: known of now alone, and not as it was", names.join(", ")),
            }
        }
    }
}

/// The days of a month, from its first on, no later than `last`.
pub(super) fn month(first: NaiveDate, last: NaiveDate) -> (NaiveDate, NaiveDate) {
    let next = first.checked_add_months(chrono::Months::new(1));
    let end = next.and_then(|next| next.pred_opt()).unwrap_or(first);
    (first, end.min(last))
}
