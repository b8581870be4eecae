//! 逾期督办单: findings that are past their deadline, and the rung of the ladder that comes next: the next
//! bulletin, then an interview, then the leaders.

use super::catalogue::Terms;
use super::document::{Block, Cell, Column, Document, Row, RowRole, Table};
use super::rounds::{Rounds, days_late, number};
use super::site::Map;
use super::stated::{self, Called};
use super::words;
use crate::error::Language;
use crate::programme::seen::Seen;
use crate::programme::states::finding::{Loop, loops};

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rung {
    /// An interview was held, and it still is open.
    Leaders,
    /// A bulletin named it, and it still is open.
    Interview,
    /// It is overdue.
    Bulletin,
}

impl Rung {
    /// The rung that comes next for a finding, if one does.
    fn of(each: &Loop<'_>, at: chrono::NaiveDate) -> Option<Self> {
        if !each.is_open() {
            return None;
        }
        match (each.interviewed, each.in_bulletin) {
            (true, _) => Some(Self::Leaders),
            (false, true) => Some(Self::Interview),
            (false, false) => each.is_overdue(at).then_some(Self::Bulletin),
        }
    }

    const fn word(self, language: Language) -> &'static str {
        match self {
            Self::Leaders => {
                language.pick("约谈后仍未整改：报分管领导", "open after an interview: to the leaders")
            }
            Self::Interview => {
                language.pick("通报后仍未整改：约谈", "open after a bulletin: an interview is next")
            }
            Self::Bulletin => {
                language.pick("逾期未整改：列入下期通报", "overdue: the next bulletin names it")
            }
        }
    }
}

/// Draws it.
pub(super) fn document(seen: &[Seen<'_>], terms: &Terms) -> Document {
    let language = terms.language;
    let say = |zh, en| language.pick(zh, en);
    let at = terms.question.at;
    let called =
        Called::of_day(say("逾期督办单", "overdue findings"), say("逾期问题督办单", "overdue findings"));
    let mut document = stated::document(seen, terms, called);
    document.blocks = stated::doubts(seen, language);
    let mut found: Vec<(Rung, i64, Vec<Cell>)> = Vec::new();
    for its in seen {
        let (map, rounds) = (Map::of(its), Rounds::of(its.view.facts, terms));
        for each in &loops(its.view.facts, at) {
            let Some(rung) = Rung::of(each, at) else { continue };
            let (finding, late) = (each.finding, days_late(each, at));
            let category = finding.category.as_deref().unwrap_or_default();
            let cells = vec![
                number(each, terms),
                Cell::text(map.county()),
                map.school_cell(finding.school),
                map.project_cell(finding.project),
                Cell::text(words::choice("finding_category", category, language)),
                Cell::text(finding.severity.map_or("", |severity| words::severity(severity, language))),
                Cell::text(&finding.description),
                Cell::said(finding.responsible.as_deref()),
                Cell::day(finding.deadline),
                late.map_or(Cell::Empty, |days| Cell::count(days.into())),
                Cell::text(words::finding_state(each.state, language)),
                Cell::text(rounds.bulletins(each.id)),
                Cell::text(rounds.interviews(each.id)),
            ];
            found.push((rung, -late.unwrap_or_default(), cells));
        }
    }
    // The longest overdue first; the sort is stable, so the others stay in order of day.
    found.sort_by_key(|(rung, late, _)| (*rung, *late));
    document.blocks.push(match table(&found, terms) {
        Some(table) => Block::Table(table),
        None => Block::Text {
            text: say("没有逾期或需要督办的问题。", "Nothing is overdue.").to_owned()
        },
    });
    let signers =
        [say("填表人", "drawn up by"), say("督导室负责人", "inspection office"), say("分管领导", "leader")];
    document.blocks.push(Block::to_sign(signers));
    document
}

fn table(found: &[(Rung, i64, Vec<Cell>)], terms: &Terms) -> Option<Table> {
    let language = terms.language;
    let say = |zh, en| language.pick(zh, en);
    let mut columns = vec![
        Column::new(say("序号", "no."), 3),
        Column::new(say("编号", "number"), 9),
        Column::new(say("县（市、区）", "county"), 5),
        Column::new(say("学校", "school"), 9),
        Column::new(say("项目", "project"), 10),
        Column::new(say("类别", "category"), 3),
        Column::new(say("严重程度", "severity"), 4),
        Column::new(say("问题描述", "what is wrong"), 15),
        Column::new(say("责任单位", "responsible"), 8),
        Column::new(say("整改期限", "deadline"), 6),
        Column::new(say("逾期（天）", "days late"), 4),
        Column::new(say("当前状态", "state"), 6),
        Column::new(say("通报", "in bulletin"), 7),
        Column::new(say("约谈", "interview"), 6),
    ];
    let mut rows = Vec::new();
    let mut number = 0;
    for group in found.chunk_by(|(one, ..), (next, ..)| one == next) {
        let mut cells = vec![Cell::Empty; columns.len()];
        cells[3] = Cell::text(format!("{}（{}）", group[0].0.word(language), group.len()));
        rows.push(Row { role: RowRole::Subtotal, cells });
        for (.., cells) in group {
            number += 1;
            rows.push(Row::item([vec![Cell::place(number)], cells.clone()].concat()));
        }
    }
    if !terms.is_of_several {
        columns.remove(2);
        for row in &mut rows {
            row.cells.remove(2);
        }
    }
    (!rows.is_empty()).then(|| Table {
        title: say("需要督办的问题", "to be pressed for").to_owned(),
        keys: 2,
        columns,
        rows,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::document::RowRole;
    use super::super::testing::{County, SCHOOL, id, table};

    #[test]
    fn what_is_overdue_climbs_from_the_bulletin_to_the_interview_to_the_leaders() {
        let mut county = County::new();
        for (number, deadline) in [
            (1, "2026-03-09"),
            (2, "2026-03-05"),
            (3, "2026-04-30"),
            (4, "2026-03-06"),
            (5, "2026-03-07"),
            (6, "2026-03-08"),
        ] {
            county.find(number, deadline);
        }
        county.publish(0xb1, "2026 年第 1 期", "2026-03-15", &[4, 5, 6]);
        let talk = json!({ "school": id(SCHOOL), "date": "2026-03-18", "unit": "演示", "findings": id(5) });
        county.write("interview", 0x1e, talk);
        county.look_at(6, 16, "2026-03-16", "2026-03-17", "通过");
        let listed = |at: &str| -> Vec<String> {
            let document = county.draw("overdue", at);
            let row = |row: &super::Row| match row.role {
                RowRole::Item => row.cells[1].printed(),
                RowRole::Subtotal | RowRole::Total => row.cells[2].printed(),
            };
            table(&document, "需要督办的问题").rows.iter().map(row).collect()
        };
        let expected = [
            "约谈后仍未整改：报分管领导（1）",
            "改督〔2026〕5 号",
            "通报后仍未整改：约谈（1）",
            "改督〔2026〕4 号",
            "逾期未整改：列入下期通报（2）",
            "改督〔2026〕2 号",
            "改督〔2026〕1 号",
        ];
        assert_eq!(
            listed("2026-03-20"),
            expected,
            "the longest overdue first; closed and due ones are not there"
        );
        // Before the bulletin, and before two of the deadlines.
        let expected =
            ["逾期未整改：列入下期通报（3）", "改督〔2026〕2 号", "改督〔2026〕4 号", "改督〔2026〕5 号"];
        assert_eq!(listed("2026-03-08"), expected);
    }

    #[test]
    fn where_nothing_is_overdue_it_says_so() {
        let document = County::new().draw("overdue", "2026-03-20");
        let said =
            |block: &super::Block| matches!(block, super::Block::Text { text } if text.contains("没有逾期"));
        assert!(document.blocks.iter().any(said));
    }
}
