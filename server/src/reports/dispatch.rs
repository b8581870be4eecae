//! 月调度单: where each project stands at the end of a month, and who lags.

use std::collections::HashMap;

use sync_protocol::id::RecordId;

use super::catalogue::Terms;
use super::document::{Block, Cell, Column, Document, Row, RowRole, Table};
use super::money::funding;
use super::rows::summed;
use super::site::{Map, in_order, is_equipment};
use super::stated::{self, Called};
use super::tally::Tally;
use super::words;
use crate::error::Language;
use crate::programme::facts::Stage;
use crate::programme::seen::Seen;
use crate::programme::states::equipment::{Chain, EquipmentState, chains};
use crate::programme::view::{View, Works};

/// Draws it.
pub(super) fn document(seen: &[Seen<'_>], terms: &Terms) -> Document {
    let language = terms.language;
    let say = |zh, en| language.pick(zh, en);
    let at = terms.question.at;
    let title = match language {
        Language::Chinese => format!("“全面改薄”项目月调度单（{}）", at.format("%Y 年 %-m 月")),
        Language::English => format!("dispatch sheet of {}", at.format("%Y-%m")),
    };
    let called = Called::of_month(say("月调度单", "monthly dispatch sheet"), &title);
    let mut document = stated::document(seen, terms, called);
    document.blocks = stated::warnings(seen, language);
    let counted: Vec<_> = seen.iter().map(|its| Counted::of(its, terms)).collect();
    document.blocks.extend(
        [buildings(&counted, language), equipment(&counted, language), behind(&counted, language)]
            .into_iter()
            .flatten()
            .map(Block::Table),
    );
    document.blocks.extend(outside(&counted, language).map(Block::Table));
    let signers =
        [say("制表人", "drawn up by"), say("改薄办负责人", "project office"), say("分管领导", "leader")];
    document.blocks.push(Block::to_sign(signers));
    document
}

/// A county with all that the sheet asks of it.
struct Counted<'s, 'f> {
    view: &'s View<'f>,
    map: Map<'s>,
    tally: Tally,
    chains: HashMap<RecordId, Vec<Chain<'f>>>,
    is_one_of_several: bool,
}

impl<'s, 'f> Counted<'s, 'f> {
    fn of(seen: &'s Seen<'f>, terms: &Terms) -> Self {
        let mut by_project: HashMap<RecordId, Vec<Chain<'f>>> = HashMap::new();
        for chain in chains(&seen.view) {
            if let Some(project) = chain.item.project {
                by_project.entry(project).or_default().push(chain);
            }
        }
        Self {
            view: &seen.view,
            map: Map::of(seen),
            tally: Tally::of(&seen.view),
            chains: by_project,
            is_one_of_several: terms.is_of_several,
        }
    }

    fn works(&self, of_equipment: bool) -> Vec<&'s Works<'f>> {
        let works = self.view.planned().filter(|works| is_equipment(works) == of_equipment);
        in_order(&self.map, works)
    }

    fn group(&self, works: &Works<'_>, language: Language) -> String {
        self.map.group(Some(works.project.school), self.is_one_of_several, language)
    }

    /// What equipment of a project has come to: as little as the least of it.
    fn equipment_state(&self, works: &Works<'_>) -> EquipmentState {
        let least = self.chains.get(&works.id).and_then(|its| its.iter().map(|chain| chain.state).min());
        least.unwrap_or_else(|| {
            let reached = [
                (Stage::Payment, EquipmentState::Paid),
                (Stage::Contract, EquipmentState::Contracted),
                (Stage::Purchase, EquipmentState::Tendered),
            ];
            let reached = reached.iter().find(|(stage, _)| works.has_reached(*stage));
            reached.map_or(EquipmentState::Listed, |(_, state)| *state)
        })
    }
}

fn buildings(counted: &[Counted<'_, '_>], language: Language) -> Option<Table> {
    let say = |zh, en| language.pick(zh, en);
    let columns = [
        (say("序号", "no."), 3),
        (say("学校", "school"), 10),
        (say("项目", "project"), 11),
        (say("规划面积（㎡）", "area planned (m²)"), 7),
        (say("规划资金（万元）", "money planned (10,000 yuan)"), 7),
        (say("当前阶段", "stage"), 4),
        (say("开工日期", "started on"), 6),
        (say("已开工（㎡）", "started (m²)"), 7),
        (say("已竣工（㎡）", "completed (m²)"), 7),
        (say("竣工率", "share completed"), 5),
        (say("形象进度", "stage of the building"), 6),
        (say("月报月份", "last report"), 5),
        (say("完成投资（万元）", "worth done (10,000 yuan)"), 7),
        (say("已拨付（万元）", "paid (10,000 yuan)"), 7),
        (say("日志完成率", "diaries written"), 5),
        (say("日志及时率", "diaries in time"), 5),
        (say("未整改问题", "findings open"), 4),
        (say("逾期问题", "overdue"), 4),
        (say("滞后原因", "reason for the delay"), 10),
    ];
    let mut rows = Vec::new();
    for county in counted {
        for works in county.works(false) {
            let sums = county.tally.project(works.id);
            let report = works.progress.map(|(_, report)| report);
            let image = report.and_then(|report| report.image_progress.as_deref());
            let month = report.map(|report| report.month.format("%Y-%m").to_string());
            rows.push((
                county.group(works, language),
                Row::item(vec![
                    Cell::Empty,
                    county.map.school_cell(Some(works.project.school)),
                    Cell::text(&works.project.name),
                    sums.cell("planned_area"),
                    Cell::money(funding(works)),
                    Cell::text(words::project_state(works.state(county.view.question.at), language)),
                    Cell::day(works.started_on()),
                    sums.cell("started_area"),
                    sums.cell("completed_area"),
                    sums.cell("completed_rate"),
                    Cell::text(image.map_or("", |code| words::choice("image_progress", code, language))),
                    Cell::text(month.unwrap_or_default()),
                    sums.cell("invested"),
                    sums.cell("funds_paid"),
                    sums.cell("diary_coverage"),
                    sums.cell("diary_recorded_in_time"),
                    sums.cell("findings_open"),
                    sums.cell("findings_overdue"),
                    Cell::said(report.and_then(|report| report.delay_reason.as_deref())),
                ]),
            ));
        }
    }
    table(say("校园校舍建设类", "buildings and grounds"), &columns, rows, language)
}

fn equipment(counted: &[Counted<'_, '_>], language: Language) -> Option<Table> {
    let say = |zh, en| language.pick(zh, en);
    let columns = [
        (say("序号", "no."), 3),
        (say("学校", "school"), 10),
        (say("项目", "project"), 12),
        (say("规划资金（万元）", "money planned (10,000 yuan)"), 8),
        (say("当前阶段", "stage"), 6),
        (say("清单项数", "lines of the list"), 5),
        (say("验收金额（万元）", "accepted (10,000 yuan)"), 8),
        (say("采购完成率", "share accepted"), 6),
        (say("已拨付（万元）", "paid (10,000 yuan)"), 8),
        (say("到货存疑", "doubtful receipts"), 5),
        (say("未整改问题", "findings open"), 5),
        (say("逾期问题", "overdue"), 5),
    ];
    let mut rows = Vec::new();
    for county in counted {
        for works in county.works(true) {
            let sums = county.tally.project(works.id);
            let chains = county.chains.get(&works.id).map_or(&[][..], Vec::as_slice);
            let doubtful: usize = chains.iter().map(|chain| chain.doubtful().count()).sum();
            rows.push((
                county.group(works, language),
                Row::item(vec![
                    Cell::Empty,
                    county.map.school_cell(Some(works.project.school)),
                    Cell::text(&works.project.name),
                    sums.cell("equipment_planned"),
                    Cell::text(words::equipment_state(county.equipment_state(works), language)),
                    Cell::count(chains.len() as i128),
                    sums.cell("equipment_accepted"),
                    sums.cell("equipment_rate"),
                    sums.cell("funds_paid"),
                    Cell::count(doubtful as i128),
                    sums.cell("findings_open"),
                    sums.cell("findings_overdue"),
                ]),
            ));
        }
    }
    table(say("设施设备类", "facilities and equipment"), &columns, rows, language)
}

/// Who lags behind the term of the contract, the furthest first.
fn behind(counted: &[Counted<'_, '_>], language: Language) -> Option<Table> {
    let say = |zh, en| language.pick(zh, en);
    let columns = [
        (say("序号", "no."), 3),
        (say("学校", "school"), 10),
        (say("项目", "project"), 12),
        (say("合同开工", "contract begins"), 6),
        (say("合同竣工", "contract ends"), 6),
        (say("合同金额（万元）", "contract (10,000 yuan)"), 8),
        (say("按工期应完成（万元）", "due by now (10,000 yuan)"), 8),
        (say("完成投资（万元）", "worth done (10,000 yuan)"), 8),
        (say("滞后（万元）", "behind by (10,000 yuan)"), 8),
        (say("滞后占合同", "share of the contract"), 6),
        (say("滞后原因", "reason for the delay"), 16),
    ];
    let mut found = Vec::new();
    for county in counted {
        let works = county.works(false).into_iter().filter(|works| works.is_behind(county.view));
        found.extend(works.map(|works| (county, works, works.lag(county.view))));
    }
    // Shares are compared exactly; those that lag alike stay in the county's order.
    found.sort_by(|(.., one), (.., other)| (other.0 * one.1).cmp(&(one.0 * other.1)));
    let rows = found.iter().map(|(county, works, (lag, budget))| {
        let terms = || works.works_contracts().filter_map(|(_, contract)| contract.term);
        let report = works.progress.map(|(_, report)| report);
        let row = Row::item(vec![
            Cell::Empty,
            county.map.school_cell(Some(works.project.school)),
            Cell::text(&works.project.name),
            Cell::day(terms().map(|(start, _)| start).min()),
            Cell::day(terms().map(|(_, end)| end).max()),
            Cell::money(*budget),
            Cell::money(works.planned_value(county.view.question.at).into()),
            Cell::money(report.map_or(0, |report| report.invested.into())),
            Cell::money(*lag),
            Cell::share(*lag, *budget),
            Cell::said(report.and_then(|report| report.delay_reason.as_deref())),
        ]);
        (String::new(), row)
    });
    table(say("进度滞后项目", "projects behind schedule"), &columns, rows.collect(), language)
}

/// Projects that no figure counts, since they are of no plan or of another.
fn outside(counted: &[Counted<'_, '_>], language: Language) -> Option<Table> {
    let say = |zh, en| language.pick(zh, en);
    let mut rows = Vec::new();
    for county in counted {
        let works = county.view.works.values().filter(|works| !works.in_plan);
        for works in in_order(&county.map, works) {
            rows.push(Row {
                role: RowRole::Item,
                cells: vec![
                    Cell::place(rows.len() + 1),
                    Cell::text(county.map.county()),
                    county.map.school_cell(Some(works.project.school)),
                    Cell::text(&works.project.name),
                    Cell::area(works.project.planned_area.into()),
                    Cell::money(funding(works)),
                    Cell::text(match works.project.plan {
                        None => say("未注明规划", "no plan named"),
                        Some(_) => say("其他规划", "of another plan"),
                    }),
                ],
            });
        }
    }
    let columns = [
        (say("序号", "no."), 3),
        (say("县（市、区）", "county"), 6),
        (say("学校", "school"), 10),
        (say("项目", "project"), 14),
        (say("规划面积（㎡）", "area planned (m²)"), 8),
        (say("规划资金（万元）", "money planned (10,000 yuan)"), 8),
        (say("说明", "note"), 8),
    ];
    (!rows.is_empty()).then(|| Table {
        title: say("未列入规划（不计入以上各表）", "not in the plan, and counted nowhere above").to_owned(),
        keys: 4,
        columns: columns.map(|(label, width)| Column::new(label, width)).into(),
        rows,
    })
}

fn table(
    title: &str,
    columns: &[(&str, u16)],
    rows: Vec<(String, Row)>,
    language: Language,
) -> Option<Table> {
    (!rows.is_empty()).then(|| Table {
        title: title.to_owned(),
        keys: 3,
        columns: columns.iter().map(|(label, width)| Column::new(*label, *width)).collect(),
        rows: summed(rows, 1, language),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sync_protocol::kinds::Role;

    use super::super::testing::{BUILDING, County, EQUIPMENT, OTHER_SCHOOL, SCHOOL, id, says, table};

    #[test]
    fn each_project_has_a_row_each_township_a_sum_and_who_lags_is_named() {
        let mut county = County::new();
        county.begin_works();
        county.find(1, "2026-03-09");
        county.find(2, "2026-04-30");
        for day in ["2026-03-01", "2026-03-05", "2026-02-27"] {
            county.write_diary(BUILDING, day);
        }
        let paid = json!({
            "school": id(SCHOOL), "project": id(BUILDING), "type": "拨付", "source": "中央",
            "amount": 30_000_000, "voucher": "演示-付-1", "date": "2026-03-04",
        });
        county.write_signed("fund_event", 0xf1, paid, &[(5, Role::ProjectOffice), (6, Role::Finance)]);
        let document = county.draw_from("dispatch", Some("2026-03-01"), "2026-03-10");
        assert_eq!(document.name, "上杭县-月调度单-2026-03");
        let sheet = table(&document, "校园校舍建设类");
        let columns = [
            "规划面积（㎡）",
            "规划资金（万元）",
            "当前阶段",
            "开工日期",
            "竣工率",
            "形象进度",
            "完成投资（万元）",
            "已拨付（万元）",
            "日志完成率",
            "未整改问题",
            "逾期问题",
        ];
        let expected = [
            "200.00",
            "80.00",
            "在建",
            "2026-03-01",
            "50.00%",
            "主体二层",
            "40.00",
            "30.00",
            "20.00%",
            "2",
            "1",
        ];
        assert_eq!(says(sheet, "演示教学楼", &columns), expected);
        // Of works that have not begun no diary is asked for.
        let columns = ["规划面积（㎡）", "当前阶段", "竣工率", "日志完成率"];
        assert_eq!(says(sheet, "演示宿舍楼", &columns), ["300.00", "未立项", "0.00%", "—"]);
        assert_eq!(says(sheet, "临城镇（1）", &columns), ["200.00", "", "50.00%", "20.00%"]);
        assert_eq!(says(sheet, "合计", &columns), ["500.00", "", "20.00%", "20.00%"]);
        let behind = table(&document, "进度滞后项目");
        let columns = ["按工期应完成（万元）", "滞后（万元）", "滞后占合同", "滞后原因"];
        // 69 of the 100 days of a contract of 80.
        assert_eq!(says(behind, "演示教学楼", &columns), ["55.20", "15.20", "19.00%", "演示：连续阴雨"]);
        assert!(!behind.rows.iter().any(|row| row.cells[2].printed() == "演示宿舍楼"));
    }

    #[test]
    fn equipment_has_a_sheet_of_its_own_and_projects_of_another_plan_count_nowhere() {
        let mut county = County::new();
        let item = json!({
            "project": id(EQUIPMENT), "name": "演示课桌", "class": "课桌凳", "spec": "演示", "model": "演示", "qty": 100,
            "unit": "套", "unit_price": 50_000,
        });
        county.write("equipment_item", 0xe1, item);
        let receipt = json!({
            "school": id(OTHER_SCHOOL), "project": id(EQUIPMENT), "item": id(0xe1), "date": "2026-03-02",
            "delivered_qty": 60, "accepted_qty": 50, "matches_contract": true,
        });
        county.write("equipment_receipt", 0xe2, receipt);
        let document = county.draw("dispatch", "2026-03-10");
        let columns = ["规划资金（万元）", "当前阶段", "验收金额（万元）", "采购完成率", "到货存疑"];
        let sheet = table(&document, "设施设备类");
        assert_eq!(says(sheet, "演示装备项目", &columns), ["10.00", "已到货", "2.50", "25.00%", "1"]);
        let plan =
            json!({ "name": "演示规划", "version": "一", "county": "350823", "approved_on": "2026-01-01" });
        county.write("plan", 0x91, plan);
        let document = county.draw("dispatch", "2026-03-10");
        let outside = table(&document, "未列入规划（不计入以上各表）");
        assert_eq!(outside.rows.len(), 3);
        assert_eq!(says(outside, "演示教学楼", &["说明"]), ["未注明规划"]);
    }
}
