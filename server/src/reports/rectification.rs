//! 整改台账: a row a finding, from the day it was found to the day it was closed.

use std::collections::BTreeMap;

use super::catalogue::Terms;
use super::document::{Block, Cell, Column, Document, Row, Table};
use super::rounds::{Rounds, days_late, is_asked, number};
use super::rows::summed;
use super::site::Map;
use super::stated::{self, Called};
use super::words;
use crate::programme::facts::Severity;
use crate::programme::seen::Seen;
use crate::programme::states::finding::{FindingState, Loop, loops};

/// Draws it.
pub(super) fn document(seen: &[Seen<'_>], terms: &Terms) -> Document {
    let language = terms.language;
    let say = |zh, en| language.pick(zh, en);
    let called = Called::of_day(
        say("整改台账", "ledger of rectifications"),
        say("“全面改薄”问题整改台账", "ledger of rectifications"),
    );
    let mut document = stated::document(seen, terms, called);
    document.blocks = stated::doubts(seen, language);
    let asked: Vec<(&Seen<'_>, Vec<Loop<'_>>)> = seen
        .iter()
        .map(|its| {
            let mut loops = loops(its.view.facts, terms.question.at);
            loops.retain(|each| {
                is_asked(each, &terms.question)
                    && terms.project.is_none_or(|only| each.finding.project == Some(only))
            });
            (its, loops)
        })
        .collect();
    document.blocks.extend(by_category(&asked, terms).map(Block::Table));
    document.blocks.extend(findings(&asked, terms).map(Block::Table));
    let signers = [say("填表人", "drawn up by"), say("督导室负责人", "inspection office")];
    document.blocks.push(Block::to_sign(signers));
    document
}

/// What the findings of a category come to.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    found: i128,
    closed: i128,
    on_time: i128,
    overdue: i128,
    grave: i128,
    to_verify: i128,
    attempts: i128,
    rejections: i128,
}

fn by_category(asked: &[(&Seen<'_>, Vec<Loop<'_>>)], terms: &Terms) -> Option<Table> {
    let language = terms.language;
    let say = |zh, en| language.pick(zh, en);
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for each in asked.iter().flat_map(|(_, loops)| loops) {
        let count = counts.entry(each.finding.category.as_deref().unwrap_or_default()).or_default();
        count.found += 1;
        count.closed += i128::from(!each.is_open());
        count.on_time += i128::from(each.is_closed_on_time());
        count.overdue += i128::from(each.is_overdue(terms.question.at));
        count.grave += i128::from(each.is_open() && each.finding.severity == Some(Severity::Grave));
        count.to_verify += i128::from(each.state == FindingState::Claimed);
        count.attempts += each.attempts as i128;
        count.rejections += each.rejections as i128;
    }
    let rows = counts.into_iter().map(|(category, count)| {
        let name = match category {
            "" => say("未分类", "of no category"),
            code => words::choice("finding_category", code, language),
        };
        let row = Row::item(vec![
            Cell::Empty,
            Cell::text(name),
            Cell::count(count.found),
            Cell::count(count.closed),
            Cell::share(count.closed, count.found),
            Cell::share(count.on_time, count.closed),
            Cell::count(count.found - count.closed),
            Cell::count(count.overdue),
            Cell::count(count.grave),
            Cell::count(count.to_verify),
            Cell::count(count.attempts),
            Cell::count(count.rejections),
        ]);
        (String::new(), row)
    });
    let columns = [
        (say("序号", "no."), 3),
        (say("类别", "category"), 8),
        (say("发现问题", "findings"), 6),
        (say("已销号", "closed"), 6),
        (say("整改率", "share rectified"), 7),
        (say("按期整改率", "share in time"), 7),
        (say("未整改", "open"), 6),
        (say("其中逾期", "overdue"), 6),
        (say("其中重大", "grave"), 6),
        (say("待复查", "to be verified"), 6),
        (say("整改回复（次）", "attempts"), 7),
        (say("复查不通过（次）", "not passed"), 7),
    ];
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| Table {
        title: say("分类汇总", "by category").to_owned(),
        keys: 2,
        columns: columns.map(|(label, width)| Column::new(label, width)).into(),
        rows: summed(rows, 1, language),
    })
}

fn findings(asked: &[(&Seen<'_>, Vec<Loop<'_>>)], terms: &Terms) -> Option<Table> {
    let language = terms.language;
    let say = |zh, en| language.pick(zh, en);
    let at = terms.question.at;
    let mut rows: Vec<Row> = Vec::new();
    for (its, loops) in asked {
        let (map, rounds) = (Map::of(its), Rounds::of(its.view.facts, terms));
        for each in loops {
            let finding = each.finding;
            let choice = |list, code: Option<&'_ str>| {
                Cell::text(code.map_or("", |code| words::choice(list, code, language)))
            };
            rows.push(Row::item(vec![
                Cell::place(rows.len() + 1),
                number(each, terms),
                Cell::Day(finding.found_on),
                choice("finding_source", finding.source.as_deref()),
                map.school_cell(finding.school),
                map.project_cell(finding.project),
                choice("finding_category", finding.category.as_deref()),
                Cell::text(finding.severity.map_or("", |severity| words::severity(severity, language))),
                Cell::text(&finding.description),
                Cell::said(finding.responsible.as_deref()),
                Cell::day(finding.deadline),
                Cell::text(rounds.notices(each.id)),
                Cell::text(rounds.attempts(each.id)),
                Cell::text(rounds.looks(each.id, language)),
                Cell::text(words::finding_state(each.state, language)),
                days_late(each, at).map_or(Cell::Empty, |days| Cell::count(days.into())),
                Cell::text(rounds.bulletins(each.id)),
                Cell::text(rounds.interviews(each.id)),
            ]));
        }
    }
    let columns = [
        (say("序号", "no."), 3),
        (say("编号", "number"), 9),
        (say("发现日期", "found on"), 6),
        (say("来源", "source"), 5),
        (say("学校", "school"), 8),
        (say("项目", "project"), 9),
        (say("类别", "category"), 3),
        (say("严重程度", "severity"), 4),
        (say("问题描述", "what is wrong"), 14),
        (say("责任单位", "responsible"), 7),
        (say("整改期限", "deadline"), 6),
        (say("整改通知", "notice"), 7),
        (say("整改回复", "what was done"), 12),
        (say("复查", "verification"), 8),
        (say("当前状态", "state"), 6),
        (say("逾期（天）", "days late"), 4),
        (say("通报", "in bulletin"), 6),
        (say("约谈", "interview"), 6),
    ];
    (!rows.is_empty()).then(|| Table {
        title: say("问题明细", "findings").to_owned(),
        keys: 3,
        columns: columns.map(|(label, width)| Column::new(label, width)).into(),
        rows,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{County, SCHOOL, id, says, table};

    #[test]
    fn a_finding_is_followed_from_the_day_it_was_found_to_the_day_it_was_closed() {
        let mut county = County::new();
        county.find(1, "2026-03-09");
        county.find(2, "2026-03-05");
        let notice = json!({
            "school": id(SCHOOL), "notice_kind": "整改通知单", "notice_no": "演示通知-7", "findings": id(1),
            "text": "演示", "issued_at": "2026-03-03T09:00:00+08:00", "received_by": "演示签收人",
        });
        county.write("notice", 0x40, notice);
        county.look_at(1, 11, "2026-03-07", "2026-03-08", "不通过");
        county.look_at(1, 12, "2026-03-10", "2026-03-12", "通过");
        county.publish(0xb1, "2026 年第 1 期", "2026-03-15", &[2]);
        let document = county.draw("rectification", "2026-03-20");
        let ledger = table(&document, "问题明细");
        let columns =
            ["来源", "项目", "严重程度", "整改通知", "整改回复", "复查", "当前状态", "逾期（天）", "通报"];
        let expected = [
            "专业监督",
            "演示教学楼",
            "重大",
            "整改通知单 演示通知-7 已签收",
            "1. 2026-03-07 演示：已补围挡\n2. 2026-03-10 演示：已补围挡",
            "1. 2026-03-08 不通过\n2. 2026-03-12 通过",
            "已销号",
            "3",
            "",
        ];
        assert_eq!(says(ledger, "改督〔2026〕1 号", &columns), expected);
        let columns = ["整改回复", "当前状态", "逾期（天）", "通报"];
        let expected = ["", "待整改", "15", "2026 年第 1 期 2026-03-15"];
        assert_eq!(says(ledger, "改督〔2026〕2 号", &columns), expected);
        let columns = [
            "发现问题",
            "整改率",
            "按期整改率",
            "其中逾期",
            "其中重大",
            "整改回复（次）",
            "复查不通过（次）",
        ];
        let summary = table(&document, "分类汇总");
        assert_eq!(says(summary, "合计", &columns), ["2", "50.00%", "0.00%", "1", "1", "2", "1"]);
        // In the ledger it has an official number; the one for the time being stands below it.
        county.beside.numbers.insert(id(2), "上杭县问题第0002号".to_owned());
        let document = county.draw("rectification", "2026-03-20");
        let ledger = table(&document, "问题明细");
        let both = "上杭县问题第0002号\n改督〔2026〕2 号";
        assert_eq!(says(ledger, both, &["当前状态"]), ["待整改"]);
        // As it stood before the second attempt.
        let before = county.draw("rectification", "2026-03-09");
        let columns = ["复查", "当前状态", "逾期（天）"];
        let ledger = table(&before, "问题明细");
        assert_eq!(says(ledger, "改督〔2026〕1 号", &columns), ["2026-03-08 不通过", "复查不通过", ""]);
    }
}
