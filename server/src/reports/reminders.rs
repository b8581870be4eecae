//! 催报单: which projects owe diaries, and since when they are silent: whom to telephone first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use sync_protocol::id::RecordId;

use super::catalogue::Terms;
use super::document::{Block, Cell, Column, Document, Row, Table};
use super::rows::summed;
use super::site::{Map, in_order};
use super::stated::{self, Called};
use crate::error::Language;
use crate::programme::facts::{Diary, Facts};
use crate::programme::seen::Seen;
use crate::programme::states::diary::DiaryState;
use crate::programme::view::{Works, month_of};

/// Draws it.
pub(super) fn document(seen: &[Seen<'_>], terms: &Terms) -> Document {
    let language = terms.language;
    let say = |zh, en| language.pick(zh, en);
    let called = Called::of_day(
        say("日志催报单", "diaries that are missing"),
        say("监管工作日志催报单", "diaries that are missing"),
    );
    let mut document = stated::document(seen, terms, called);
    document.blocks = stated::doubts(seen, language);
    let silent = seen.iter().flat_map(|its| silent(its, terms)).collect();
    document.blocks.push(match owing(silent, terms) {
        Some(table) => Block::Table(table),
        None => Block::Text { text: say("没有缺日志的项目。", "No diary is missing.").to_owned() },
    });
    document.blocks.extend(to_confirm(seen, terms).map(Block::Table));
    document
}

/// A project that owes diaries.
struct Silent {
    /// The last day of which a diary was submitted.
    last: Option<NaiveDate>,
    /// For how many days none was, up to the last day.
    days: i64,
    /// How many diaries were asked for.
    asked: usize,
    /// The days without one.
    missing: Vec<NaiveDate>,
    /// How many of these were begun and are not complete.
    begun: usize,
    school: RecordId,
    cells: [Cell; 4],
    /// Who is to be telephoned: those who write its diaries, and the leader who is in charge.
    people: [Cell; 2],
}

/// The projects of a county that owe diaries.
fn silent(its: &Seen<'_>, terms: &Terms) -> Vec<Silent> {
    let (map, facts, question) = (Map::of(its), its.view.facts, &terms.question);
    let written = written(facts);
    let none = BTreeMap::new();
    let mut found = Vec::new();
    for works in in_order(&map, its.view.works.values()) {
        let diaries = written.get(&works.id).unwrap_or(&none);
        let is_submitted = |day: &NaiveDate| diaries.get(day).is_some_and(|is_submitted| *is_submitted);
        let asked: Vec<_> = works.days_with_diary(question.from, its.view.to).collect();
        let missing: Vec<_> = asked.iter().copied().filter(|day| !is_submitted(day)).collect();
        if missing.is_empty() {
            continue;
        }
        let last = diaries.iter().filter(|(day, is)| **is && **day <= its.view.to).map(|(day, _)| *day).max();
        found.push(Silent {
            last,
            days: days_of_silence(works, last, its.view.to),
            asked: asked.len(),
            begun: missing.iter().filter(|day| diaries.contains_key(day)).count(),
            missing,
            school: works.project.school,
            cells: [
                Cell::text(map.county()),
                Cell::text(map.township(works.project.school).1),
                map.school_cell(Some(works.project.school)),
                Cell::text(&works.project.name),
            ],
            people: [writers(works, terms), Cell::said(works.project.lead_official.as_deref())],
        });
    }
    found
}

/// Those who write the diaries of a project; where nobody does for it alone, those who do for its school.
fn writers(works: &Works<'_>, terms: &Terms) -> Cell {
    let writers =
        terms.beside.writers.get(&works.id).or_else(|| terms.beside.writers.get(&works.project.school));
    let names: Vec<_> = writers.into_iter().flatten().map(String::as_str).collect();
    Cell::text(names.join(terms.language.pick("、", ", ")))
}

/// The days of each project of which there is a diary, and whether it is submitted.
fn written(facts: &Facts) -> HashMap<RecordId, BTreeMap<NaiveDate, bool>> {
    let mut written: HashMap<RecordId, BTreeMap<NaiveDate, bool>> = HashMap::new();
    for diary in facts.diaries.values() {
        *written.entry(diary.project).or_default().entry(diary.day).or_default() |= diary.submitted.is_some();
    }
    written
}

/// The days since the last diary on which one was asked for.
fn days_of_silence(works: &Works<'_>, last: Option<NaiveDate>, at: NaiveDate) -> i64 {
    let from = last.and_then(|last| last.succ_opt());
    works.days_with_diary(from, at).count() as i64
}

/// Whom to telephone: the school that is silent for the longest first, its projects beside each other.
fn owing(mut found: Vec<Silent>, terms: &Terms) -> Option<Table> {
    let language = terms.language;
    let say = |zh, en| language.pick(zh, en);
    let mut longest: HashMap<RecordId, i64> = HashMap::new();
    for silent in &found {
        let days = longest.entry(silent.school).or_default();
        *days = silent.days.max(*days);
    }
    let place: HashMap<RecordId, usize> = {
        let schools: BTreeSet<_> = found.iter().map(|silent| silent.school).collect();
        let mut schools: Vec<_> = schools.into_iter().collect();
        let first = |school: &RecordId| found.iter().position(|silent| silent.school == *school);
        schools.sort_by_cached_key(|school| (std::cmp::Reverse(longest[school]), first(school)));
        schools.into_iter().enumerate().map(|(place, school)| (school, place)).collect()
    };
    found.sort_by_key(|silent| (place[&silent.school], std::cmp::Reverse(silent.days)));
    let mut columns = vec![
        Column::new(say("序号", "no."), 3),
        Column::new(say("县（市、区）", "county"), 5),
        Column::new(say("乡镇", "township"), 6),
        Column::new(say("学校", "school"), 10),
        Column::new(say("项目", "project"), 12),
        Column::new(say("最近一篇", "last diary"), 6),
        Column::new(say("已静默（天）", "silent for (days)"), 5),
        Column::new(say("应写（天）", "asked for (days)"), 5),
        Column::new(say("缺报（天）", "missing (days)"), 5),
        Column::new(say("其中未写完", "begun"), 5),
        Column::new(say("缺报日期", "missing on"), 15),
        Column::new(say("日志员", "writers"), 9),
        Column::new(say("包干领导", "leading official"), 6),
        Column::new(say("催报记录", "told on"), 7),
    ];
    let rows = found.into_iter().map(|silent| {
        let [county, township, school, project] = silent.cells;
        let [writers, lead] = silent.people;
        let row = Row::item(vec![
            Cell::Empty,
            county,
            township,
            school,
            project,
            match silent.last {
                Some(last) => Cell::Day(last),
                None => Cell::text(say("从未填写", "never")),
            },
            Cell::Text(silent.days.to_string()),
            Cell::count(silent.asked as i128),
            Cell::count(silent.missing.len() as i128),
            Cell::count(silent.begun as i128),
            Cell::text(spans(&silent.missing, language)),
            writers,
            lead,
            Cell::Empty,
        ]);
        (String::new(), row)
    });
    let mut rows = summed(rows.collect(), 3, language);
    if !terms.is_of_several {
        columns.remove(1);
        for row in &mut rows {
            row.cells.remove(1);
        }
    }
    (!rows.is_empty()).then(|| Table {
        title: say("缺日志的项目", "projects that owe diaries").to_owned(),
        keys: 4,
        columns,
        rows,
    })
}

/// Days told as spans: `3月2日、3月5日至9日`.
fn spans(days: &[NaiveDate], language: Language) -> String {
    let mut spans: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for day in days {
        match spans.last_mut() {
            Some((_, end)) if end.succ_opt() == Some(*day) => *end = *day,
            _ => spans.push((*day, *day)),
        }
    }
    let told = |day: NaiveDate| match language {
        Language::Chinese => day.format("%-m月%-d日").to_string(),
        Language::English => day.format("%-d %b").to_string(),
    };
    let of_month = |first: NaiveDate, last: NaiveDate| month_of(first) == month_of(last);
    let spans = spans.into_iter().map(|(first, last)| match language {
        _ if first == last => told(first),
        Language::Chinese if of_month(first, last) => format!("{}至{}", told(first), last.format("%-d日")),
        Language::English if of_month(first, last) => format!("{}–{}", first.format("%-d"), told(last)),
        Language::Chinese => format!("{}至{}", told(first), told(last)),
        Language::English => format!("{} to {}", told(first), told(last)),
    });
    spans.collect::<Vec<_>>().join(language.pick("、", ", "))
}

/// Diaries that wait for a principal, or were sent back and are as they were; by school.
fn to_confirm(seen: &[Seen<'_>], terms: &Terms) -> Option<Table> {
    let language = terms.language;
    let say = |zh, en| language.pick(zh, en);
    let question = &terms.question;
    let mut rows = Vec::new();
    for its in seen {
        let map = Map::of(its);
        let mut schools: BTreeMap<_, [i128; 3]> = BTreeMap::new();
        let asked =
            |diary: &&Diary| diary.day <= question.at && question.from.is_none_or(|from| from <= diary.day);
        for diary in its.view.facts.diaries.values().filter(asked) {
            let Some(works) = its.view.works.get(&diary.project) else { continue };
            let place = match diary.state() {
                DiaryState::Submitted => 0,
                DiaryState::Returned => 1,
                DiaryState::Confirmed if diary.changed_since_confirmed() => 2,
                DiaryState::Draft | DiaryState::Confirmed => continue,
            };
            let (code, name, school) = map.order(works.project.school);
            schools.entry((code, name, school)).or_default()[place] += 1;
        }
        for ((.., school), [submitted, returned, changed]) in schools {
            let row = Row::item(vec![
                Cell::Empty,
                map.school_cell(Some(school)),
                Cell::count(submitted),
                Cell::count(returned),
                Cell::count(changed),
            ]);
            rows.push((map.group(Some(school), terms.is_of_several, language), row));
        }
    }
    let columns = [
        (say("序号", "no."), 3),
        (say("学校", "school"), 14),
        (say("待校长确认（篇）", "to confirm"), 9),
        (say("退回未改（篇）", "returned, not changed"), 9),
        (say("确认后又改动（篇）", "changed since confirmed"), 9),
    ];
    (!rows.is_empty()).then(|| Table {
        title: say("待学校处理的日志", "diaries that wait for the school").to_owned(),
        keys: 2,
        columns: columns.map(|(label, width)| Column::new(label, width)).into(),
        rows: summed(rows, 1, language),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{BUILDING, County, OTHER_BUILDING, OTHER_SCHOOL, SCHOOL, id, says, table};
    use super::*;

    #[test]
    fn the_school_that_is_silent_for_the_longest_is_telephoned_first() {
        let mut county = County::new();
        county.begin_works();
        let start = json!({ "project": id(OTHER_BUILDING), "stage": "开工", "date": "2026-03-03" });
        county.write("stage_event", 0x60, start);
        let stop =
            json!({ "project": id(BUILDING), "from": "2026-03-06", "to": "2026-03-07", "reason": "演示" });
        county.write("suspension", 0x61, stop);
        for day in ["2026-03-01", "2026-03-04"] {
            county.write_diary(BUILDING, day);
        }
        // Begun, and not complete.
        county.write(
            "diary",
            0x62,
            json!({ "project": id(BUILDING), "date": "2026-03-09", "work_status": "working" }),
        );
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        county.beside.writers.insert(id(BUILDING), names(&["演示甲", "演示乙"]));
        county.beside.writers.insert(id(OTHER_SCHOOL), names(&["演示丙"]));
        county.beside.writers.insert(id(SCHOOL), names(&["演示校长"]));
        let document = county.draw("reminders", "2026-03-10");
        let owing = table(&document, "缺日志的项目");
        let order: Vec<_> = owing.rows.iter().map(|row| row.cells[3].printed()).collect();
        assert_eq!(order, ["演示宿舍楼", "演示教学楼", ""]);
        let columns = ["最近一篇", "已静默（天）", "应写（天）", "缺报（天）", "其中未写完", "缺报日期"];
        let expected = ["从未填写", "8", "8", "8", "0", "3月3日至10日"];
        assert_eq!(says(owing, "演示宿舍楼", &columns), expected);
        // Nobody is silent while the works stand still by order.
        let expected = ["2026-03-04", "4", "8", "6", "1", "3月2日至3日、3月5日、3月8日至10日"];
        assert_eq!(says(owing, "演示教学楼", &columns), expected);
        for (project, writers) in [("演示教学楼", "演示乙、演示甲"), ("演示宿舍楼", "演示丙")]
        {
            assert_eq!(says(owing, project, &["日志员"]), [writers]);
        }
        let waiting = table(&document, "待学校处理的日志");
        assert_eq!(says(waiting, "演示一小", &["待校长确认（篇）", "退回未改（篇）"]), ["2", "0"]);
        assert!(!waiting.rows.iter().any(|row| row.cells[1].printed() == "演示二小"));
    }

    #[test]
    fn days_beside_each_other_are_told_as_a_span() {
        let days: Vec<NaiveDate> = ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-05", "2026-03-07"]
            .map(|day| day.parse().unwrap())
            .into();
        assert_eq!(spans(&days, Language::Chinese), "2月27日至3月1日、3月5日、3月7日");
        assert_eq!(spans(&days, Language::English), "27 Feb to 1 Mar, 5 Mar, 7 Mar");
        assert_eq!(spans(&[], Language::Chinese), "");
    }
}
