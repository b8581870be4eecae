//! 考评表: how townships and schools did with findings and diaries, beside the points that they were given;
//! ranked.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use sync_protocol::id::RecordId;

use super::catalogue::Terms;
use super::document::{Block, Cell, Column, Document, Row, RowRole, Table};
use super::site::Map;
use super::stated::{self, Called};
use super::tally::{Sums, Tally};
use crate::error::Language;
use crate::programme::facts::Evaluation;
use crate::programme::ratio::{Printed, Ratio};
use crate::programme::seen::Seen;

/// What is told of each.
const TOLD: [(&str, &str, &str, u16); 14] = [
    ("projects", "项目数", "projects", 4),
    ("findings", "发现问题", "findings", 4),
    ("rectification_rate", "整改率", "share rectified", 6),
    ("closed_on_time_rate", "按期整改率", "share in time", 6),
    ("findings_open", "未整改", "open", 4),
    ("findings_overdue", "逾期未整改", "overdue", 4),
    ("findings_open_grave", "未整改重大", "grave, open", 4),
    ("findings_repeated", "重复发生", "repeated", 4),
    ("diary_coverage", "日志完成率", "diaries written", 6),
    ("diary_recorded_in_time", "及时记录率", "recorded in time", 6),
    ("diary_delivered_in_time", "及时送达率", "delivered in time", 6),
    ("diaries_missing", "缺日志（天）", "days without a diary", 5),
    ("photo_evidence", "必拍照片齐全率", "photos present", 6),
    ("inspections_this_month", "本月检查", "inspections this month", 4),
];

/// Draws it.
pub(super) fn document(seen: &[Seen<'_>], terms: &Terms) -> Document {
    let language = terms.language;
    let say = |zh, en| language.pick(zh, en);
    let called =
        Called::of_day(say("考评表", "evaluation sheet"), say("“全面改薄”工作考评表", "evaluation sheet"));
    let mut document = stated::document(seen, terms, called);
    document.blocks = stated::doubts(seen, language);
    document.blocks.push(Block::Text {
        text: say(
            "名次：有考评得分的按得分排列；没有得分的按整改率（没有发现问题的视为 100%）、再按日志完成率排在其后，相同的并列，没有可比数据的不排名。得分取最近一个考评时段的记录。",
            "Ranks: by the points that were given; those without points come after, by the share rectified (all, where nothing was found) and then by the diaries written; the same rank where these are the same, and none where there is nothing to compare. Points are of the last time that was evaluated.",
        )
        .to_owned(),
    });
    let (mut townships, mut schools, mut sheets) = (Vec::new(), Vec::new(), Vec::new());
    for its in seen {
        let (map, tally, points) = (Map::of(its), Tally::of(&its.view), Points::of(its));
        townships.extend(by_township(its, &map, &tally, &points, terms));
        schools.extend(by_school(its, &map, &tally, &points));
        sheets.extend(points.table(&map, terms));
    }
    let subject = if terms.is_of_several {
        say("县（市、区）·乡镇", "county, township")
    } else {
        say("乡镇（街道）", "township")
    };
    document.blocks.extend(
        ranked(say("乡镇考评", "townships"), &[(subject, 12)], townships, language).map(Block::Table),
    );
    let columns = [(say("乡镇（街道）", "township"), 7), (say("学校", "school"), 12)];
    document.blocks.extend(ranked(say("学校考评", "schools"), &columns, schools, language).map(Block::Table));
    document.blocks.extend(sheets.into_iter().map(Block::Table));
    let signers =
        [say("填表人", "drawn up by"), say("督导室负责人", "inspection office"), say("分管领导", "leader")];
    document.blocks.push(Block::to_sign(signers));
    document
}

/// Somebody who is evaluated.
struct Subject {
    names: Vec<Cell>,
    sums: Sums,
    /// The points that were given, in hundredths.
    points: Option<i64>,
}

/// The points of the last time that was evaluated.
struct Points<'f> {
    period: Option<&'f str>,
    schools: HashMap<RecordId, i64>,
    others: HashMap<&'f str, i64>,
    sheets: Vec<&'f Evaluation>,
}

impl<'f> Points<'f> {
    fn of(seen: &Seen<'f>) -> Self {
        let facts = seen.view.facts;
        let period = facts.evaluations.values().map(|its| its.period.as_str()).max();
        let mut sheets: Vec<_> =
            facts.evaluations.iter().filter(|(_, its)| Some(its.period.as_str()) == period).collect();
        sheets.sort_unstable_by_key(|(id, its)| (&its.subject, **id));
        let sheets: Vec<_> = sheets.into_iter().map(|(_, its)| its).collect();
        let mut points = Self { period, schools: HashMap::new(), others: HashMap::new(), sheets };
        for its in &points.sheets {
            let sum: i64 = its.scores.values().sum();
            match (its.school, its.subject.as_deref()) {
                (Some(school), _) => *points.schools.entry(school).or_default() += sum,
                (None, Some(subject)) => *points.others.entry(subject).or_default() += sum,
                (None, None) => {}
            }
        }
        points
    }

    /// What was given for each item.
    fn table(&self, map: &Map<'_>, terms: &Terms) -> Option<Table> {
        let language = terms.language;
        let say = |zh, en| language.pick(zh, en);
        let items: BTreeSet<&str> =
            self.sheets.iter().flat_map(|its| its.scores.keys()).map(String::as_str).collect();
        let period = self.period?;
        let mut columns = vec![
            Column::new(say("序号", "no."), 3),
            Column::new(say("考评对象", "subject"), 12),
            Column::new(say("考评方案", "scheme"), 10),
        ];
        columns.extend(items.iter().map(|item| Column::new(*item, 6)));
        columns.push(Column::new(say("得分", "points"), 6));
        let rows = (1..).zip(&self.sheets).map(|(number, its)| {
            let subject = match (its.school, its.subject.as_deref()) {
                (_, Some(subject)) => Cell::text(subject),
                (school, None) => map.school_cell(school),
            };
            let mut cells = vec![Cell::place(number), subject, Cell::said(its.scheme.as_deref())];
            cells.extend(
                items
                    .iter()
                    .map(|item| its.scores.get(*item).map_or(Cell::Empty, |points| of_points(*points))),
            );
            cells.push(of_points(its.scores.values().sum()));
            Row::item(cells)
        });
        let county = if terms.is_of_several { map.county() } else { "" };
        Some(Table {
            title: format!("{county}{}{period}", say("考评得分 ", " points of ")).trim().to_owned(),
            keys: 2,
            columns,
            rows: rows.collect(),
        })
    }
}

/// Points in a cell: hundredths of one.
const fn of_points(points: i64) -> Cell {
    Cell::Figure(Ratio { numerator: points as i128, denominator: 100 }, Printed::Mean(2))
}

fn by_township(
    its: &Seen<'_>,
    map: &Map<'_>,
    tally: &Tally,
    points: &Points<'_>,
    terms: &Terms,
) -> Vec<Subject> {
    let mut townships: BTreeMap<(&str, &str), Sums> = BTreeMap::new();
    for school in its.view.facts.schools.keys() {
        townships.entry(map.township(*school)).or_default().add(tally.school(*school));
    }
    let compared = townships.into_iter().filter(|(_, sums)| has_something(sums));
    compared
        .map(|((code, name), sums)| Subject {
            points: points.others.get(name).or_else(|| points.others.get(code)).copied(),
            names: vec![Cell::text(if terms.is_of_several {
                format!("{}·{name}", map.county())
            } else {
                name.to_owned()
            })],
            sums,
        })
        .collect()
}

fn by_school(its: &Seen<'_>, map: &Map<'_>, tally: &Tally, points: &Points<'_>) -> Vec<Subject> {
    let mut schools: Vec<_> = its.view.facts.schools.keys().copied().collect();
    schools.sort_by_cached_key(|school| {
        let (township, name, id) = map.order(*school);
        (township.to_owned(), name, id)
    });
    let subject = |school: RecordId| Subject {
        points: points
            .schools
            .get(&school)
            .copied()
            .or_else(|| points.others.get(map.school(school).as_str()).copied()),
        names: vec![Cell::text(map.township(school).1), map.school_cell(Some(school))],
        sums: tally.school(school).clone(),
    };
    let subjects = schools.into_iter().map(subject);
    subjects.filter(|its| its.points.is_some() || has_something(&its.sums)).collect()
}

/// Whether there is anything to evaluate: a project, a finding, a diary.
fn has_something(sums: &Sums) -> bool {
    let counts = ["projects", "findings"].iter().any(|code| sums.of(code).numerator > 0);
    counts || sums.of("diary_coverage").denominator > 0
}

/// The better one first; who has nothing to be compared by comes last.
fn better_first(one: &Subject, other: &Subject) -> Ordering {
    if one.points.is_some() || other.points.is_some() {
        return other.points.cmp(&one.points);
    }
    // Where nothing was found, nothing is left to rectify.
    let rectified = |subject: &Subject| match subject.sums.of("rectification_rate") {
        Ratio { denominator: 0, .. } => Ratio { numerator: 1, denominator: 1 },
        rate => rate,
    };
    let coverage = |subject: &Subject| subject.sums.of("diary_coverage");
    other
        .is_compared()
        .cmp(&one.is_compared())
        .then_with(|| further_first(rectified(one), rectified(other)))
        .then_with(|| further_first(coverage(one), coverage(other)))
}

impl Subject {
    /// Whether there is anything to compare it by.
    fn is_compared(&self) -> bool {
        let codes = ["rectification_rate", "diary_coverage"];
        self.points.is_some() || codes.iter().any(|code| self.sums.of(code).denominator > 0)
    }
}

/// Compares two rates exactly; what has nothing to compare comes last.
fn further_first(one: Ratio, other: Ratio) -> Ordering {
    match (one.denominator == 0, other.denominator == 0) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => (other.numerator * one.denominator).cmp(&(one.numerator * other.denominator)),
    }
}

fn ranked(
    title: &str,
    names: &[(&str, u16)],
    mut subjects: Vec<Subject>,
    language: Language,
) -> Option<Table> {
    let say = |zh, en| language.pick(zh, en);
    // The sort is stable: those that did alike stay in the county's order.
    subjects.sort_by(better_first);
    let mut columns = vec![Column::new(say("名次", "rank"), 3)];
    columns.extend(names.iter().map(|(label, width)| Column::new(*label, *width)));
    columns.extend(TOLD.map(|(_, zh, en, width)| Column::new(say(zh, en), width)));
    columns.push(Column::new(say("考评得分", "points"), 5));
    let mut rows: Vec<Row> = Vec::new();
    let mut rank = 0;
    for (at, subject) in subjects.iter().enumerate() {
        let shares = at > 0 && better_first(&subjects[at - 1], subject) == Ordering::Equal;
        rank = if shares { rank } else { at + 1 };
        let mut cells = vec![if subject.is_compared() { Cell::place(rank) } else { Cell::text("—") }];
        cells.extend(subject.names.iter().cloned());
        cells.extend(TOLD.map(|(code, ..)| subject.sums.cell(code)));
        cells.push(subject.points.map_or(Cell::Empty, of_points));
        rows.push(Row::item(cells));
    }
    let mut total = Row::sum(RowRole::Total, say("合计", "total"), names.len(), &rows);
    // Points are given, not added up.
    if let Some(last) = total.cells.last_mut()
        && last.is_figure()
    {
        *last = Cell::Empty;
    }
    (!rows.is_empty()).then(|| Table {
        title: title.to_owned(),
        keys: 1 + names.len() as u16,
        columns,
        rows: rows.into_iter().chain([total]).collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{County, OTHER_SCHOOL, id, says, table};

    #[test]
    fn who_has_points_is_ranked_by_them_and_the_others_by_what_they_did() {
        let mut county = County::new();
        county.begin_works();
        county.find(1, "2026-03-09");
        county.find(2, "2026-03-09");
        county.look_at(1, 11, "2026-03-07", "2026-03-08", "通过");
        let columns = ["名次", "发现问题", "整改率", "按期整改率", "逾期未整改", "考评得分"];
        let document = county.draw("evaluation", "2026-03-20");
        let townships = table(&document, "乡镇考评");
        assert_eq!(says(townships, "临城镇", &columns), ["1", "2", "50.00%", "100.00%", "1", ""]);
        // There is nothing to compare it by: it is not said to be the last.
        assert_eq!(says(townships, "临江镇", &columns), ["—", "0", "—", "—", "0", ""]);
        for (number, period, points) in [(0x81, "2025 年度", 9900), (0x82, "2026 年上半年", 8750)] {
            let fields = json!({
                "county": "350823", "period": period, "subject": "临江镇", "scheme": "演示方案",
                "scores/工程进度": points - 1000, "scores/日志": 1000,
            });
            county.write("evaluation", number, fields);
        }
        let fields = json!({ "school": id(OTHER_SCHOOL), "period": "2026 年上半年", "scores/日志": 925 });
        county.write("evaluation", 0x83, fields);
        let document = county.draw("evaluation", "2026-03-20");
        let townships = table(&document, "乡镇考评");
        assert_eq!(says(townships, "临江镇", &["名次", "考评得分"]), ["1", "87.50"], "of the last time");
        assert_eq!(says(townships, "临城镇", &["名次", "考评得分"]), ["2", ""]);
        assert_eq!(says(townships, "合计", &["发现问题", "整改率", "考评得分"]), ["2", "50.00%", ""]);
        assert_eq!(says(table(&document, "学校考评"), "演示二小", &["名次", "考评得分"]), ["1", "9.25"]);
        let points = table(&document, "考评得分 2026 年上半年");
        assert_eq!(says(points, "临江镇", &["工程进度", "日志", "得分"]), ["77.50", "10.00", "87.50"]);
        assert_eq!(says(points, "演示二小", &["工程进度", "日志", "得分"]), ["", "9.25", "9.25"]);
    }
}
