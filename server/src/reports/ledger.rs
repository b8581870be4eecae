//! 项目台账: a row a project with all that is known of it, and what they come to by township, by class and
//! by source of the money.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sync_protocol::id::RecordId;

use super::catalogue::Terms;
use super::document::{Block, Cell, Column, Document, Row, RowRole, Table};
use super::money::{Sources, funding};
use super::rows::summed;
use super::site::{Map, in_order, is_equipment};
use super::stated::{self, Called};
use super::tally::{Sums, Tally};
use super::words;
use crate::error::Language;
use crate::programme::facts::Stage;
use crate::programme::seen::Seen;
use crate::programme::states::equipment::{Chain, EquipmentState, chains};
use crate::programme::states::finding::{Loop, loops};
use crate::programme::states::project::{Irregularity, by_project};
use crate::programme::view::{View, Works};

/// The stages that the ledger of buildings has a day for.
const STAGES: [(Stage, &str, &str); 10] = [
    (Stage::Approval, "立项报建", "approval"),
    (Stage::Design, "图纸设计", "design"),
    (Stage::Tender, "施工发包", "tender"),
    (Stage::Start, "开工", "start"),
    (Stage::Acceptance, "竣工验收", "acceptance"),
    (Stage::Filing, "竣工备案", "filing"),
    (Stage::InUse, "投入使用", "put to use"),
    (Stage::Settlement, "工程结算", "settlement"),
    (Stage::HandOver, "资产移交", "hand-over"),
    (Stage::Plaque, "永久标牌", "plaque"),
];

/// Draws it.
pub(super) fn document(seen: &[Seen<'_>], terms: &Terms) -> Document {
    let language = terms.language;
    let say = |zh, en| language.pick(zh, en);
    let called = Called::of_day(
        say("项目台账", "ledger of projects"),
        say("“全面改薄”项目台账", "ledger of projects"),
    );
    let mut document = stated::document(seen, terms, called);
    document.blocks = stated::warnings(seen, language);
    let counted: Vec<_> = seen.iter().map(|its| Counted::of(its, terms)).collect();
    let sources = Sources::planned(seen.iter().map(|its| &its.view));
    let tables = [
        buildings(&counted, &sources, language),
        equipment(&counted, &sources, language),
        by_place(&counted, language),
        by_class(&counted, language),
        goods(&counted, language),
        Sources::table(seen, language),
        to_look_into(&counted, language),
    ];
    document.blocks.extend(tables.into_iter().flatten().map(Block::Table));
    let signers =
        [say("填表人", "drawn up by"), say("审核人", "checked by"), say("单位负责人", "head of the office")];
    document.blocks.push(Block::to_sign(signers));
    document
}

/// A county with all that the ledger asks of it.
struct Counted<'s, 'f> {
    view: &'s View<'f>,
    map: Map<'s>,
    tally: Tally,
    chains: Vec<Chain<'f>>,
    loops: Vec<Loop<'f>>,
    is_one_of_several: bool,
}

impl<'s, 'f> Counted<'s, 'f> {
    fn of(seen: &'s Seen<'f>, terms: &Terms) -> Self {
        Self {
            view: &seen.view,
            map: Map::of(seen),
            tally: Tally::of(&seen.view),
            chains: chains(&seen.view),
            loops: loops(seen.view.facts, seen.view.question.at),
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

    /// What about a project is not as the rules have it.
    fn irregular(&self, works: &Works<'_>) -> Vec<Irregularity> {
        let found = by_project(&self.loops);
        works.irregularities(found.get(&works.id).map_or(&[][..], Vec::as_slice))
    }

    /// A school's category in a cell.
    fn category(&self, works: &Works<'_>, language: Language) -> Cell {
        let school = self.view.facts.schools.get(&works.project.school);
        let code = school.and_then(|school| school.category.as_deref()).unwrap_or_default();
        Cell::text(words::choice("school_category", code, language))
    }
}

/// The parties to the contracts of a sort; those to works and purchases if no sort is named.
fn parties(works: &Works<'_>, sort: Option<&str>) -> Cell {
    let parties: BTreeSet<&str> = match sort {
        None => works.works_contracts().filter_map(|(_, contract)| contract.party.as_deref()).collect(),
        Some(sort) => works
            .contracts
            .iter()
            .filter(|(_, contract)| contract.sort.as_deref() == Some(sort))
            .filter_map(|(_, contract)| contract.party.as_deref())
            .collect(),
    };
    Cell::text(parties.into_iter().collect::<Vec<_>>().join("、"))
}

/// The day on which a stage was reached; the last that is named.
fn reached(works: &Works<'_>, stage: Stage) -> Cell {
    let days = works.stages.iter().filter(|(_, event)| event.stage == stage).map(|(_, event)| event.latest);
    Cell::day(match stage {
        Stage::Start => works.started_on(),
        Stage::Acceptance => works.accepted_on(),
        _ => days.max(),
    })
}

fn year(works: &Works<'_>) -> Cell {
    works.project.plan_year.map_or(Cell::Empty, |year| Cell::text(year.to_string()))
}

fn buildings(counted: &[Counted<'_, '_>], sources: &Sources, language: Language) -> Option<Table> {
    let say = |zh, en| language.pick(zh, en);
    let mut columns = vec![
        (say("序号", "no.").to_owned(), 3),
        (say("学校", "school").to_owned(), 10),
        (say("项目", "project").to_owned(), 10),
        (say("学校类别", "category").to_owned(), 5),
        (say("建设性质", "type of works").to_owned(), 4),
        (say("年度", "year").to_owned(), 3),
        (say("规划面积（㎡）", "area planned (m²)").to_owned(), 6),
    ];
    columns.extend(sources.columns(language).map(|label| (label, 6)));
    columns.push((say("资金合计（万元）", "money planned (10,000 yuan)").to_owned(), 6));
    columns.push((say("合同金额（万元）", "contract (10,000 yuan)").to_owned(), 6));
    columns.push((say("施工单位", "contractor").to_owned(), 8));
    columns.push((say("监理单位", "supervising engineer").to_owned(), 8));
    columns.extend(STAGES.map(|(_, zh, en)| (say(zh, en).to_owned(), 6)));
    for (zh, en, width) in [
        ("备案号", "filing number", 5),
        ("已开工（㎡）", "started (m²)", 6),
        ("已竣工（㎡）", "completed (m²)", 6),
        ("完成投资（万元）", "worth done (10,000 yuan)", 6),
        ("到位资金（万元）", "received (10,000 yuan)", 6),
        ("已拨付（万元）", "paid (10,000 yuan)", 6),
        ("包干领导", "leading official", 4),
        ("当前阶段", "stage", 4),
        ("待核实（项）", "to be looked into", 4),
    ] {
        columns.push((say(zh, en).to_owned(), width));
    }
    let mut rows = Vec::new();
    for county in counted {
        for works in county.works(false) {
            let sums = county.tally.project(works.id);
            let filing = works.acceptances.iter().find_map(|(_, acceptance)| acceptance.filing_no.as_deref());
            let plaque = works.acceptances.iter().any(|(_, acceptance)| acceptance.shows_plaque);
            let mut cells = vec![
                Cell::Empty,
                county.map.school_cell(Some(works.project.school)),
                Cell::text(&works.project.name),
                county.category(works, language),
                Cell::text(words::choice(
                    "work_type",
                    works.project.work_type.as_deref().unwrap_or_default(),
                    language,
                )),
                year(works),
                sums.cell("planned_area"),
            ];
            cells.extend(sources.cells(&works.project.funding));
            cells.push(Cell::money(funding(works)));
            cells.push(Cell::money(works.contracted().into()));
            cells.push(parties(works, None));
            cells.push(parties(works, Some("监理")));
            cells.extend(STAGES.map(|(stage, ..)| match reached(works, stage) {
                Cell::Empty if stage == Stage::Plaque && plaque => Cell::text(say("有照片", "on photo")),
                cell => cell,
            }));
            cells.extend([
                Cell::said(filing),
                sums.cell("started_area"),
                sums.cell("completed_area"),
                sums.cell("invested"),
                sums.cell("funds_received"),
                sums.cell("funds_paid"),
                Cell::said(works.project.lead_official.as_deref()),
                Cell::text(words::project_state(works.state(county.view.question.at), language)),
                Cell::count(county.irregular(works).len() as i128),
            ]);
            rows.push((county.group(works, language), Row::item(cells)));
        }
    }
    table(say("校园校舍建设类", "buildings and grounds"), columns, rows, language)
}

fn equipment(counted: &[Counted<'_, '_>], sources: &Sources, language: Language) -> Option<Table> {
    let say = |zh, en| language.pick(zh, en);
    let mut columns = vec![
        (say("序号", "no.").to_owned(), 3),
        (say("学校", "school").to_owned(), 10),
        (say("项目", "project").to_owned(), 10),
        (say("学校类别", "category").to_owned(), 5),
        (say("年度", "year").to_owned(), 3),
    ];
    columns.extend(sources.columns(language).map(|label| (label, 6)));
    for (zh, en, width) in [
        ("资金合计（万元）", "money planned (10,000 yuan)", 7),
        ("合同金额（万元）", "contract (10,000 yuan)", 7),
        ("供货单位", "supplier", 9),
        ("招标采购", "tender", 6),
        ("签订合同", "contract signed", 6),
        ("清单项数", "lines of the list", 4),
        ("清单金额（万元）", "worth of the list (10,000 yuan)", 7),
        ("最近到货", "last delivery", 6),
        ("验收金额（万元）", "accepted (10,000 yuan)", 7),
        ("采购完成率", "share accepted", 6),
        ("到位资金（万元）", "received (10,000 yuan)", 7),
        ("已拨付（万元）", "paid (10,000 yuan)", 7),
        ("售后服务（项）", "lines in service", 4),
        ("到货存疑", "doubtful receipts", 4),
    ] {
        columns.push((say(zh, en).to_owned(), width));
    }
    let mut rows = Vec::new();
    for county in counted {
        let mut by_project: HashMap<RecordId, Vec<&Chain<'_>>> = HashMap::new();
        for chain in &county.chains {
            by_project.entry(chain.item.project.unwrap_or(chain.id)).or_default().push(chain);
        }
        for works in county.works(true) {
            let sums = county.tally.project(works.id);
            let chains = by_project.get(&works.id).map_or(&[][..], Vec::as_slice);
            let received = chains.iter().flat_map(|chain| &chain.receipts);
            let listed: i128 = chains.iter().map(|chain| chain.item.cost_of(chain.item.quantity)).sum();
            let served = chains.iter().filter(|chain| chain.state == EquipmentState::InService).count();
            let doubtful: usize = chains.iter().map(|chain| chain.doubtful().count()).sum();
            let mut cells = vec![
                Cell::Empty,
                county.map.school_cell(Some(works.project.school)),
                Cell::text(&works.project.name),
                county.category(works, language),
                year(works),
            ];
            cells.extend(sources.cells(&works.project.funding));
            cells.extend([
                sums.cell("equipment_planned"),
                Cell::money(works.contracted().into()),
                parties(works, None),
                reached(works, Stage::Purchase),
                reached(works, Stage::Contract),
                Cell::count(chains.len() as i128),
                Cell::money(listed),
                Cell::day(received.filter_map(|(_, receipt)| receipt.date).max()),
                sums.cell("equipment_accepted"),
                sums.cell("equipment_rate"),
                sums.cell("funds_received"),
                sums.cell("funds_paid"),
                Cell::count(served as i128),
                Cell::count(doubtful as i128),
            ]);
            rows.push((county.group(works, language), Row::item(cells)));
        }
    }
    table(say("设施设备类", "facilities and equipment"), columns, rows, language)
}

/// Steps that are not as the rules have it, or have nothing to show for them; project by project.
fn to_look_into(counted: &[Counted<'_, '_>], language: Language) -> Option<Table> {
    let say = |zh, en| language.pick(zh, en);
    let mut rows = Vec::new();
    for county in counted {
        for works in county.works(false) {
            let irregular = county.irregular(works);
            let told: Vec<_> = irregular.iter().map(|its| words::irregularity(its, language)).collect();
            if told.is_empty() {
                continue;
            }
            let row = Row::item(vec![
                Cell::Empty,
                county.map.school_cell(Some(works.project.school)),
                Cell::text(&works.project.name),
                Cell::text(words::project_state(works.state(county.view.question.at), language)),
                Cell::count(told.len() as i128),
                Cell::text(told.join(say("；", "; "))),
            ]);
            rows.push((county.group(works, language), row));
        }
    }
    let columns = [
        (say("序号", "no."), 3),
        (say("学校", "school"), 11),
        (say("项目", "project"), 12),
        (say("当前阶段", "stage"), 4),
        (say("项数", "how many"), 4),
        (say("需要核实的事项", "to be looked into"), 50),
    ];
    let columns = columns.map(|(label, width)| (label.to_owned(), width)).into();
    table(say("需要核实的事项", "to be looked into"), columns, rows, language)
}

/// What a roll-up tells of each of its rows.
const ROLLED: [(&str, &str, &str, u16); 14] = [
    ("covered_schools", "项目学校", "schools", 5),
    ("projects", "项目数", "projects", 5),
    ("planned_area", "规划面积（㎡）", "area planned (m²)", 7),
    ("started_area", "已开工（㎡）", "started (m²)", 7),
    ("started_rate", "开工率", "share started", 6),
    ("completed_area", "已竣工（㎡）", "completed (m²)", 7),
    ("completed_rate", "竣工率", "share completed", 6),
    ("funds_planned", "规划资金（万元）", "money planned (10,000 yuan)", 7),
    ("funds_received", "到位资金（万元）", "received (10,000 yuan)", 7),
    ("funds_paid", "已拨付（万元）", "paid (10,000 yuan)", 7),
    ("equipment_planned", "设备规划（万元）", "equipment planned (10,000 yuan)", 7),
    ("equipment_accepted", "设备验收（万元）", "equipment accepted (10,000 yuan)", 7),
    ("equipment_rate", "采购完成率", "share accepted", 6),
    ("findings_open", "未整改问题", "findings open", 5),
];

/// By township; among several counties by county.
fn by_place(counted: &[Counted<'_, '_>], language: Language) -> Option<Table> {
    let mut groups: Vec<(String, Sums)> = Vec::new();
    for county in counted {
        let mut places: BTreeMap<(String, String), Sums> = BTreeMap::new();
        for id in county.view.facts.schools.keys() {
            let (code, _) = county.map.township(*id);
            let code = if county.is_one_of_several { String::new() } else { code.to_owned() };
            let group = county.map.group(Some(*id), county.is_one_of_several, language);
            places.entry((code, group)).or_default().add(county.tally.school(*id));
        }
        groups.extend(places.into_iter().map(|((_, group), sums)| (group, sums)));
        let elsewhere = county.tally.of_no_school();
        if !elsewhere.is_empty() {
            let say = |zh, en| language.pick(zh, en);
            let name = if county.is_one_of_several {
                format!("{}{}", county.map.county(), say("（不属于具体学校）", " (of no school)"))
            } else {
                say("不属于具体学校", "of no school").to_owned()
            };
            groups.push((name, elsewhere.clone()));
        }
    }
    let several = counted.first().is_some_and(|county| county.is_one_of_several);
    let say = |zh, en| language.pick(zh, en);
    let (title, column) = if several {
        (say("按县（市、区）汇总", "by county"), say("县（市、区）", "county"))
    } else {
        (say("按乡镇汇总", "by township"), say("乡镇（街道）", "township"))
    };
    rolled(title, column, &ROLLED, groups, language)
}

/// By class of projects, and by type of works within.
fn by_class(counted: &[Counted<'_, '_>], language: Language) -> Option<Table> {
    let mut groups: BTreeMap<(bool, String), Sums> = BTreeMap::new();
    for county in counted {
        for works in county.view.planned() {
            let of_equipment = is_equipment(works);
            let class =
                words::choice("project_class", if of_equipment { "equipment" } else { "building" }, language);
            let sort = works.project.work_type.as_deref().unwrap_or_default();
            let name = format!("{class}·{}", words::choice("work_type", sort, language));
            groups.entry((of_equipment, name)).or_default().add(county.tally.project(works.id));
        }
    }
    let groups = groups.into_iter().map(|((_, name), sums)| (name, sums)).collect();
    let say = |zh, en| language.pick(zh, en);
    let column = say("类别·建设性质", "class and type of works");
    // A school with projects of two classes is one school: they are not counted here.
    rolled(say("按类别汇总", "by class"), column, &ROLLED[1..], groups, language)
}

fn rolled(
    title: &str,
    column: &str,
    figures: &[(&'static str, &str, &str, u16)],
    groups: Vec<(String, Sums)>,
    language: Language,
) -> Option<Table> {
    let mut columns = vec![Column::new(language.pick("序号", "no."), 3), Column::new(column, 12)];
    columns.extend(figures.iter().map(|(_, zh, en, width)| Column::new(language.pick(zh, en), *width)));
    let rows: Vec<_> = groups
        .into_iter()
        .map(|(name, sums)| {
            let mut cells = vec![Cell::Empty, Cell::text(name)];
            cells.extend(figures.iter().map(|(code, ..)| sums.cell(code)));
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

/// Equipment by class: what is on the list and what of it was accepted.
fn goods(counted: &[Counted<'_, '_>], language: Language) -> Option<Table> {
    let say = |zh, en| language.pick(zh, en);
    let chains = counted.iter().flat_map(|county| {
        let in_plan = |chain: &&Chain<'_>| {
            let works = chain.item.project.and_then(|project| county.view.works.get(&project));
            works.is_none_or(|works| works.in_plan)
        };
        county.chains.iter().filter(in_plan)
    });
    let rows = super::money::goods(chains, language);
    let columns = [
        (say("类别", "class"), 12),
        (say("单位", "unit"), 5),
        (say("清单数量", "on the list"), 8),
        (say("清单金额（万元）", "worth (10,000 yuan)"), 9),
        (say("验收数量", "accepted"), 8),
        (say("验收金额（万元）", "worth accepted (10,000 yuan)"), 9),
        (say("金额完成率", "share of the worth"), 8),
    ];
    (!rows.is_empty()).then(|| Table {
        title: say("设备分类", "equipment by class").to_owned(),
        keys: 1,
        columns: columns.map(|(label, width)| Column::new(label, width)).into(),
        rows: {
            let mut total = Row::sum(RowRole::Total, say("合计", "total"), 0, &rows);
            // Volumes and desks are not added up.
            (total.cells[2], total.cells[4]) = (Cell::Empty, Cell::Empty);
            rows.into_iter().chain([total]).collect()
        },
    })
}

fn table(
    title: &str,
    columns: Vec<(String, u16)>,
    rows: Vec<(String, Row)>,
    language: Language,
) -> Option<Table> {
    let table = (!rows.is_empty()).then(|| Table {
        title: title.to_owned(),
        keys: 3,
        columns: columns.into_iter().map(|(label, width)| Column::new(label, width)).collect(),
        rows: summed(rows, 1, language),
    });
    // Early in a programme most stages have no day yet.
    table.map(Table::without_empty_columns)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{BUILDING, County, EQUIPMENT, OTHER_SCHOOL, SCHOOL, id, says, table};

    #[test]
    fn a_project_has_all_its_facts_in_a_row_and_the_roll_ups_add_up_to_the_same() {
        let mut county = County::new();
        county.begin_works();
        let contract = json!({
            "name": "演示监理合同", "contract_kind": "监理", "projects": id(BUILDING), "party": "演示监理公司",
            "amount": 1_000_000, "school": id(SCHOOL),
        });
        county.write("contract", 0xc1, contract);
        county.write(
            "stage_event",
            0x58,
            json!({ "project": id(BUILDING), "stage": "立项报建", "date": "2025-10-09" }),
        );
        let document = county.draw("ledger", "2026-03-10");
        let sheet = table(&document, "校园校舍建设类");
        let columns = [
            "学校类别",
            "建设性质",
            "年度",
            "中央（万元）",
            "县（万元）",
            "资金合计（万元）",
            "合同金额（万元）",
            "施工单位",
            "监理单位",
            "立项报建",
            "开工",
            "已竣工（㎡）",
        ];
        let expected = [
            "小学",
            "新建",
            "2016",
            "50.00",
            "30.00",
            "80.00",
            "80.00",
            "演示建筑公司",
            "演示监理公司",
            "2025-10-09",
            "2026-03-01",
            "100.00",
        ];
        assert_eq!(says(sheet, "演示教学楼", &columns), expected);
        assert!(sheet.columns.iter().all(|column| column.label != "竣工验收"), "nothing was accepted yet");
        let doubts = table(&document, "需要核实的事项");
        let irregular = says(doubts, "演示教学楼", &["需要核实的事项"]).remove(0);
        assert!(irregular.contains("已开工而无图纸设计") && irregular.contains("缺立项批文"), "{irregular}");
        let totals = ["规划面积（㎡）", "已竣工（㎡）"];
        assert_eq!(says(sheet, "合计", &totals), ["500.00", "100.00"]);
        for title in ["按乡镇汇总", "按类别汇总"] {
            assert_eq!(says(table(&document, title), "合计", &totals), ["500.00", "100.00"], "{title}");
        }
        let columns = ["项目学校", "项目数", "竣工率"];
        assert_eq!(says(table(&document, "按乡镇汇总"), "临江镇", &columns), ["1", "2", "0.00%"]);
        let sources = table(&document, "按资金来源");
        assert_eq!(says(sources, "中央", &["规划（万元）", "到位率"]), ["120.00", "0.00%"]);
        assert_eq!(says(sources, "合计", &["规划（万元）", "拨付率"]), ["190.00", "—"]);
    }

    #[test]
    fn goods_are_told_by_class_and_what_is_counted_in_other_units_is_not_added_up() {
        let mut county = County::new();
        for (number, class, unit, qty) in
            [(0xe1, "课桌凳", "套", json!(100)), (0xe2, "图书", "册", json!(2.5))]
        {
            let item = json!({
                "project": id(EQUIPMENT), "name": "演示", "class": class, "spec": "演示", "model": "演示", "qty": qty,
                "unit": unit, "unit_price": 10_000,
            });
            county.write("equipment_item", number, item);
        }
        let receipt = json!({
            "school": id(OTHER_SCHOOL), "item": id(0xe1), "date": "2026-03-02", "delivered_qty": 150,
            "accepted_qty": 150,
        });
        county.write("equipment_receipt", 0xe3, receipt);
        let document = county.draw("ledger", "2026-03-10");
        let goods = table(&document, "设备分类");
        let columns = ["单位", "清单数量", "清单金额（万元）", "验收数量", "金额完成率"];
        assert_eq!(
            says(goods, "课桌凳", &columns),
            ["套", "100", "1.00", "150", "150.00%"],
            "more than was ordered"
        );
        assert_eq!(says(goods, "图书", &columns), ["册", "2.50", "0.03", "0", "0.00%"]);
        assert_eq!(says(goods, "合计", &columns), ["", "", "1.03", "", "146.34%"]);
    }
}
