//! 全市汇总: a row a county, as the report of a city tells it.

use super::catalogue::Terms;
use super::document::{Block, Cell, Column, Document, Line, Row, RowRole, Table};
use super::money::{self, Sources};
use super::rows::summed;
use super::stated::{self, Called};
use super::tally::{Sums, Tally};
use crate::error::Language;
use crate::programme::indicators;
use crate::programme::ratio::Printed;
use crate::programme::seen::Seen;
use crate::programme::states::equipment::{Chain, chains};
use crate::programme::view::View;

/// What is told of the works of each county.
const WORKS: [(&str, &str, &str, u16); 12] = [
    ("covered_schools", "项目学校", "schools with a project", 5),
    ("projects", "项目数", "projects", 5),
    ("planned_area", "规划面积（㎡）", "area planned (m²)", 8),
    ("started_area", "已开工（㎡）", "started (m²)", 8),
    ("started_rate", "开工率", "share started", 6),
    ("completed_area", "已竣工（㎡）", "completed (m²)", 8),
    ("completed_rate", "竣工率", "share completed", 6),
    ("equipment_planned", "设备规划（万元）", "equipment planned (10,000 yuan)", 8),
    ("equipment_accepted", "设备验收（万元）", "equipment accepted (10,000 yuan)", 8),
    ("equipment_rate", "采购完成率", "share accepted", 6),
    ("invested", "完成投资（万元）", "worth done (10,000 yuan)", 8),
    ("projects_behind", "滞后项目", "projects behind", 5),
];

/// What is told of the money of each county, beside what is planned of each source.
const MONEY: [(&str, &str, &str, u16); 6] = [
    ("funds_planned", "规划合计（万元）", "planned (10,000 yuan)", 8),
    ("funds_received", "到位（万元）", "received (10,000 yuan)", 8),
    ("funds_received_rate", "到位率", "share received", 6),
    ("funds_paid", "净拨付（万元）", "paid less returned (10,000 yuan)", 8),
    ("funds_paid_rate", "拨付率", "share paid", 6),
    ("projects_paid_ahead", "超进度拨付项目", "projects paid ahead", 6),
];

/// What is told of the supervision in each county.
const SUPERVISION: [(&str, &str, &str, u16); 11] = [
    ("findings", "发现问题", "findings", 6),
    ("findings_open", "未整改", "open", 6),
    ("findings_overdue", "逾期", "overdue", 6),
    ("rectification_rate", "整改率", "share rectified", 7),
    ("closed_on_time_rate", "按期整改率", "share in time", 7),
    ("inspector_coverage", "本月督学到校率", "schools visited this month", 7),
    ("diary_coverage", "日志完成率", "diaries written", 7),
    ("diary_recorded_in_time", "及时记录率", "recorded in time", 7),
    ("diary_delivered_in_time", "及时送达率", "delivered in time", 7),
    ("diaries_missing", "缺日志（天）", "days without a diary", 6),
    ("photo_evidence", "必拍照片齐全率", "photos present", 7),
];

/// Draws it.
pub(super) fn document(seen: &[Seen<'_>], terms: &Terms) -> Document {
    let language = terms.language;
    let say = |zh, en| language.pick(zh, en);
    let called = Called::of_day(say("全市汇总", "city roll-up"), say("“全面改薄”工作情况汇总表", "roll-up"));
    let mut document = stated::document(seen, terms, called);
    let counties: Vec<_> = seen.iter().map(|its| (its, Tally::of(&its.view))).collect();
    let mut total = Sums::default();
    for (_, tally) in &counties {
        total.add(&tally.total);
    }
    document.blocks = vec![Block::Lines { lines: told(seen, &total, terms) }];
    document.blocks.extend(stated::warnings(seen, language));
    let sources = Sources::planned(seen.iter().map(|its| &its.view));
    let tables = [
        by_county(say("建设与设备", "works and equipment"), &counties, &WORKS, None, language),
        by_county(say("资金", "money"), &counties, &MONEY, Some(&sources), language),
        by_county(say("督导与日志", "supervision and diaries"), &counties, &SUPERVISION, None, language),
        Some(equipment(seen, language)),
    ];
    document.blocks.extend(tables.into_iter().flatten().map(Block::Table));
    document.blocks.extend(Sources::table(seen, language).map(Block::Table));
    let signers =
        [say("填表人", "drawn up by"), say("审核人", "checked by"), say("单位负责人", "head of the office")];
    document.blocks.push(Block::to_sign(signers));
    document
}

/// The figures as a report tells them, in large units.
fn told(seen: &[Seen<'_>], total: &Sums, terms: &Terms) -> Vec<Line> {
    let language = terms.language;
    let say = |zh, en| language.pick(zh, en);
    let large = |code: &str| {
        let ratio = total.of(code);
        let printed = indicators::named(code).map_or(Printed::Count, |its| its.printed);
        ratio.told(printed).unwrap_or_else(|| ratio.print(printed))
    };
    // The reports of cities print the share started with one decimal, and the share completed with two.
    let started = total.of("started_rate").print(Printed::Percent(1));
    let completed = total.of("completed_rate").print(Printed::Percent(2));
    let share = |code: &str| total.of(code).print(Printed::Percent(2));
    let of_plan = say("，占规划的 ", ", of the plan ");
    let by_source: Vec<_> = money::planned_by_source(seen)
        .into_iter()
        .map(|(source, amount)| {
            let ratio = crate::programme::ratio::Ratio { numerator: amount, denominator: 0 };
            let amount = ratio.told(Printed::Money).unwrap_or_default();
            format!("{} {amount}", money::said(&source, language))
        })
        .collect();
    vec![
        Line::new(
            say("项目学校", "schools with a project"),
            format!(
                "{}{}{}{}",
                large("covered_schools"),
                say(" 所，项目 ", "; projects "),
                large("projects"),
                say(" 个", "")
            ),
        ),
        Line::new(say("规划面积", "area planned"), large("planned_area")),
        Line::new(say("已开工面积", "area started"), format!("{}{of_plan}{started}", large("started_area"))),
        Line::new(
            say("已竣工面积", "area completed"),
            format!("{}{of_plan}{completed}", large("completed_area")),
        ),
        Line::new(
            say("规划资金", "money planned"),
            format!(
                "{}{}{}{}",
                large("funds_planned"),
                say("（", " ("),
                by_source.join(say("，", ", ")),
                say("）", ")")
            ),
        ),
        Line::new(
            say("到位资金", "money received"),
            format!("{}{of_plan}{}", large("funds_received"), share("funds_received_rate")),
        ),
        Line::new(
            say("设备验收", "equipment accepted"),
            format!("{}{of_plan}{}", large("equipment_accepted"), share("equipment_rate")),
        ),
    ]
}

type County<'c, 'f> = (&'c Seen<'f>, Tally);

fn by_county(
    title: &str,
    counties: &[County<'_, '_>],
    figures: &[(&'static str, &str, &str, u16)],
    sources: Option<&Sources>,
    language: Language,
) -> Option<Table> {
    let say = |zh, en| language.pick(zh, en);
    let mut columns = vec![Column::new(say("序号", "no."), 3), Column::new(say("县（市、区）", "county"), 8)];
    if let Some(sources) = sources {
        columns.extend(sources.columns(language).map(|label| Column::new(label, 8)));
    }
    columns.extend(figures.iter().map(|(_, zh, en, width)| Column::new(say(zh, en), *width)));
    let rows: Vec<_> = counties
        .iter()
        .map(|(its, tally)| {
            let mut cells = vec![Cell::Empty, Cell::text(&its.taken.name)];
            if let Some(sources) = sources {
                cells.extend(sources.cells(&money::planned_in(&its.view)));
            }
            cells.extend(figures.iter().map(|(code, ..)| tally.total.cell(code)));
            (String::new(), Row::item(cells))
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        title: title.to_owned(),
        keys: 2,
        columns,
        rows: summed(rows, 1, language),
    })
}

/// Equipment by county and class, in numbers and in money.
fn equipment(seen: &[Seen<'_>], language: Language) -> Table {
    let say = |zh, en| language.pick(zh, en);
    let mut rows = Vec::new();
    let by_county: Vec<_> = seen.iter().map(|its| (its, chains(&its.view))).collect();
    let in_plan = |its: &Seen<'_>, chain: &Chain<'_>| is_of_plan(chain.item.project, &its.view);
    for (its, chains) in &by_county {
        let of_county = chains.iter().filter(|chain| in_plan(its, chain));
        rows.extend(part(&its.taken.name, RowRole::Subtotal, money::goods(of_county, language), language));
    }
    if seen.len() > 1 {
        let all =
            by_county.iter().flat_map(|(its, chains)| chains.iter().filter(|chain| in_plan(its, chain)));
        rows.extend(part(say("合计", "total"), RowRole::Total, money::goods(all, language), language));
    }
    let columns = [
        (say("县（市、区）", "county"), 8),
        (say("设备类别", "class"), 12),
        (say("单位", "unit"), 5),
        (say("清单数量", "on the list"), 8),
        (say("清单金额（万元）", "worth (10,000 yuan)"), 9),
        (say("验收数量", "accepted"), 8),
        (say("验收金额（万元）", "worth accepted (10,000 yuan)"), 9),
        (say("金额完成率", "share of the worth"), 8),
    ];
    Table {
        title: say("设备分类", "equipment by class").to_owned(),
        keys: 2,
        columns: columns.map(|(label, width)| Column::new(label, width)).into(),
        rows,
    }
}

/// The classes of one county, or of all, and what they come to together; volumes and desks are not added up.
fn part(name: &str, role: RowRole, mut rows: Vec<Row>, language: Language) -> Vec<Row> {
    for row in &mut rows {
        row.cells.insert(0, Cell::text(name));
    }
    if rows.is_empty() {
        return rows;
    }
    let mut sum = Row::sum(role, language.pick("小计", "all classes"), 1, &rows);
    sum.cells[0] = Cell::text(name);
    (sum.cells[3], sum.cells[5]) = (Cell::Empty, Cell::Empty);
    rows.push(sum);
    rows
}

fn is_of_plan(project: Option<sync_protocol::id::RecordId>, view: &View<'_>) -> bool {
    project.and_then(|project| view.works.get(&project)).is_none_or(|works| works.in_plan)
}

#[cfg(test)]
mod tests {
    use super::super::document::Block;
    use super::super::testing::{County, says, table};

    #[test]
    fn a_county_is_a_row_and_the_words_tell_the_same_in_large_units() {
        let mut county = County::new();
        county.begin_works();
        county.find(1, "2026-03-09");
        let document = county.draw("city", "2026-03-10");
        let columns = ["项目学校", "项目数", "规划面积（㎡）", "开工率", "竣工率", "滞后项目"];
        let works = table(&document, "建设与设备");
        assert_eq!(says(works, "上杭县", &columns), ["2", "3", "500.00", "40.00%", "20.00%", "1"]);
        assert_eq!(says(works, "合计", &columns), says(works, "上杭县", &columns));
        let columns = ["中央（万元）", "省（万元）", "县（万元）", "规划合计（万元）", "到位率"];
        let money = table(&document, "资金");
        assert_eq!(says(money, "上杭县", &columns), ["120.00", "10.00", "60.00", "190.00", "0.00%"]);
        let columns = ["发现问题", "逾期", "整改率", "日志完成率"];
        let supervision = table(&document, "督导与日志");
        assert_eq!(says(supervision, "上杭县", &columns), ["1", "1", "0.00%", "0.00%"]);
        let Some(Block::Lines { lines }) = document.blocks.first() else { panic!("it begins with words") };
        let told: Vec<_> = lines.iter().map(|line| format!("{}：{}", line.label, line.value)).collect();
        for expected in [
            "规划面积：0.05万㎡",
            "已开工面积：0.02万㎡，占规划的 40.0%",
            "已竣工面积：0.01万㎡，占规划的 20.00%",
            "规划资金：190.00万元（中央 120.00万元，省 10.00万元，县 60.00万元）",
        ] {
            assert!(told.iter().any(|line| line == expected), "{expected} in {told:?}");
        }
    }
}
